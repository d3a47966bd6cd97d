"""Whatever several people do to a write-up, in whatever order and however often, no accepted word of theirs is lost."""

from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, get_args

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from store import Store
from store.schema import migrate
from store.writeups import AnswerRecord
from tests.doubles import PATIENT
from tests.factories import RESPONDER, STEWARD, failure_mode, house
from workflows.errors import UserError
from workflows.incidents import Message
from workflows.people import Actor
from workflows.writeups.lists import Action, Lists, Place, Point
from workflows.writeups.unsent import Unsent
from workflows.writeups.writeups import AnswerConflict

HEIR = Actor("UHEIR")
PEOPLE = st.sampled_from([RESPONDER, STEWARD, HEIR])
WORDS = st.text("ab ", min_size=1, max_size=6)
FULL = {
    "what": {"title": "Cache grew", "symptom": "Memory climbs", "severity": "sev2"},
    "why": {"cause_category": "capacity", "latent_condition": "No limit", "trigger": "load", "domain": "serving"},
    "response": {"mitigation": "Restart", "checklist": "Drain it", "owner": "serving rota"},
    "lessons": {"lesson": "Bound it"},
    "gone": {},  # a step that the template of an older form knew
}
ANSWERS = st.dictionaries(
    st.sampled_from(["title", "symptom", "lesson", "mitigation", "trade_off", "tried", "stray"]), WORDS, max_size=3
)
CHOICES = st.lists(
    st.sampled_from(["new", "occurrence:FM-0001", "amendment:FM-0001", "case_study:FM-0001"]), unique=True, max_size=3
)


class WritingUp(RuleBasedStateMachine):
    """Three people and one write-up; `typed` is what was taken from them, each with the place it was typed into.

    `unsent` is what stood last in each person's form of a step, until they send it.
    """

    def __init__(self) -> None:
        super().__init__()
        self.folder = TemporaryDirectory()
        self.store = Store.open(f"sqlite:///{self.folder.name}/faultline.db", PATIENT)
        migrate(self.store.engine)
        self.lived = house(self.store, Path(self.folder.name), failure_mode(1, slug="one", title="Memory runs out"))
        self.lists = Lists(self.lived.writeups)
        self.happened = 0
        self.something_happens()
        self.number = self.lived.writeups.start(RESPONDER, channel_id="CINC").id
        for person in (STEWARD, HEIR):
            self.lived.writeups.open(self.number, person, channel_id="CINC")
        self.typed: set[tuple[str, str]] = set()
        self.forms = 0
        self.kept = Unsent(self.lived.writeups)
        self.unsent: dict[tuple[str, str], dict[str, str]] = {}
        self.sent_before: list[Callable[[], None]] = []

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    @rule(step=st.sampled_from(sorted(FULL)), given=ANSWERS, who=PEOPLE, stale=st.integers(0, 5))
    def send_a_step(self, step: str, given: dict[str, str], who: Actor, stale: int) -> None:
        version = max(0, self._version - stale)
        self._do(lambda: self._save(step, {**FULL[step], **given}, who, version))

    @rule(step=st.sampled_from(sorted(FULL)), given=ANSWERS, who=PEOPLE)
    def type_and_close(self, step: str, given: dict[str, str], who: Actor) -> None:
        self.lived.clock.forward(timedelta(seconds=5))
        is_open = self._shown.record.state != "submitted"
        self.kept.keep(self.number, step, given, who, version=self._version)
        if is_open:
            self.unsent[who.user_id, step] = given

    @rule()
    def something_happens(self) -> None:
        """Let the incident go on: the write-up gathers it when it is opened next."""
        self.happened += 1
        ts, what = f"{self.happened}.0", "memory climbs" + " again" * self.happened
        self.lived.incidents.observe(Message(f"E{ts}", "CINC", ts, None, f"U{self.happened}X", what))

    @rule(who=PEOPLE)
    def look_at_it(self, who: Actor) -> None:
        self._do(lambda: self.lived.writeups.open(self.number, who, channel_id="CINC"))

    @rule(text=WORDS, who=PEOPLE)
    def add_a_point(self, text: str, who: Actor) -> None:
        self.forms += 1
        key, at = f"form-{self.forms}", self.lived.clock() - timedelta(minutes=self.forms)
        self._do(lambda: self._taken(self.lists.add_point, text, self.number, Point(text, at), who, key=key))

    @rule(
        text=WORDS,
        who=PEOPLE,
        place=st.sampled_from(get_args(Place)),
        stale=st.integers(0, 1),
    )
    @precondition(lambda self: self._shown.moments)
    def change_a_point(self, text: str, who: Actor, place: str, stale: int) -> None:
        point = self._shown.moments[-1]
        given, version = Point(text, point.at, place), max(0, point.version - stale)
        self._do(
            lambda: self._taken(
                self.lists.change_point, text, self.number, point.id, given, who, version=version
            )
        )  # fmt: skip

    @rule(text=WORDS, who=PEOPLE)
    def add_an_action(self, text: str, who: Actor) -> None:
        self.forms += 1
        key, due = f"form-{self.forms}", (self.lived.clock() + timedelta(days=9)).date().isoformat()
        action = Action(text, RESPONDER.user_id, due)
        self._do(lambda: self._taken(self.lists.add_action, text, self.number, action, who, key=key))

    @rule(who=PEOPLE, to=PEOPLE)
    def hand_over(self, who: Actor, to: Actor) -> None:
        self._do(lambda: self.lived.writeups.hand_over(self.number, to.user_id, who))

    @rule(who=PEOPLE)
    def leave(self, who: Actor) -> None:
        self._do(lambda: self.lived.writeups.leave(self.number, who, reason="not now"))

    @rule(who=PEOPLE, choices=CHOICES)
    def submit(self, who: Actor, choices: list[str]) -> None:
        self._do(lambda: self.lived.submitting.submit(self.number, choices, who))

    @rule(which=st.integers(0, 50))
    @precondition(lambda self: self.sent_before)
    def send_once_more(self, which: int) -> None:
        self._attempt(self.sent_before[which % len(self.sent_before)])

    @invariant()
    def nothing_that_was_taken_is_lost(self) -> None:
        with self.store.read() as tx:
            told = {(one.field, one.value) for one in tx.writeups.told(self.number)}
            written = [one for one in tx.writeups.moments(self.number, removed=True) if one.kind == "written"]
            points = {one.text for one in written}
        assert self.typed <= told
        assert points <= {text for _, text in told}

    @invariant()
    def what_was_typed_and_not_sent_stands_in_the_form_again(self) -> None:
        shown = self._shown
        for (person, name), given in self.unsent.items():
            step = shown.template.step_named(name)
            left = self.kept.left_in_step(shown, step, Actor(person)) if step else None
            again = {**shown.answers, **(left.answers if left else {})}
            for key, text in given.items():
                known = {one.value for one in self._told if one.field == key} | {""}
                assert step is None or again.get(key, "") == text.strip() or text.strip() in known

    @invariant()
    def what_is_shown_is_what_somebody_wrote(self) -> None:
        with self.store.read() as tx:
            told = {(one.field, one.value) for one in tx.writeups.told(self.number) if one.accepted}
        shown = {pair for pair in self._shown.answers.items() if pair[0] != "becomes"}
        assert shown <= told

    @invariant()
    def a_choice_is_carried_out_once(self) -> None:
        suggested = self.lived.amendments.open_for(STEWARD)
        cases = self.lived.occurrences.of("FM-0001", STEWARD)
        drafts = [entry for person in (RESPONDER, STEWARD, HEIR) for entry in self.lived.catalog.drafts_of(person)]
        assert len(suggested) <= len([one for one in self._shown.results if one.endswith("FM-0001")])
        assert len(cases) <= 1
        assert len(drafts) <= 1

    @property
    def _shown(self) -> Any:
        found = self.lived.writeups.shown(self.number)
        assert found is not None
        return found

    @property
    def _told(self) -> list[AnswerRecord]:
        with self.store.read() as tx:
            return tx.writeups.told(self.number)

    @property
    def _version(self) -> int:
        return int(self._shown.record.version)

    def _do(self, work: Callable[[], Any]) -> None:
        self.sent_before.append(work)
        self._attempt(work)

    @staticmethod
    def _attempt(work: Callable[[], Any]) -> None:
        try:
            work()
        except UserError:
            return  # Slack keeps the form open, with everything in it

    def _save(self, step: str, given: dict[str, str], who: Actor, version: int) -> None:
        with suppress(AnswerConflict):  # both texts are shown; whoever closes the form now has lost nothing
            self.lived.writeups.save(self.number, step, given, who, version=version)
        self.unsent.pop((who.user_id, step), None)
        self.typed |= {(key, text.strip()) for key, text in given.items() if text.strip()}

    def _taken(self, work: Callable[..., Any], text: str, *given: Any, **named: Any) -> None:
        work(*given, **named)
        self.typed.add(("actions" if work == self.lists.add_action else "timeline", text.strip()))


TestWritingUp = WritingUp.TestCase
TestWritingUp.settings = settings(max_examples=20, stateful_step_count=25, deadline=None)
