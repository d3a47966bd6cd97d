"""What somebody types into a form of a write-up is kept before they send it, so that closing it loses nothing.

Slack tells no app what stood in a form that is closed: it tells of each change while somebody types, if asked to.
What is kept so is theirs alone, counts for nothing, and stands in the form again when they open it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from store import Transaction
from store.unsent import UnsentRecord
from store.writeups import FollowUpRecord, MomentRecord
from workflows.people import Actor
from workflows.writeups.answers import Answers, normal, words
from workflows.writeups.lists import answers_of_action, answers_of_point
from workflows.writeups.template import Step
from workflows.writeups.writeup import WriteUp
from workflows.writeups.writeups import WriteUps

LONGEST: Final = 3_000  # characters of a field, docs.slack.dev/reference/block-kit/block-elements
LINE: Final = ":"  # in the name of a form that is no step's: of a line and its number, or of the end
WORDS_OF_A_LINE: Final = frozenset({"text", "note", "reason"})
MOST: Final = 100  # fields of a view, docs.slack.dev/reference/views


@dataclass(frozen=True)
class Left:
    """What somebody left in a form, and the version of what it was opened at."""

    answers: Answers
    version: int


@dataclass(frozen=True)
class Unsent:
    """Keeps and finds what was typed; `form` is the name of a step, a line of a list, or one that ends a write-up."""

    writeups: WriteUps

    def keep(self, writeup_id: int, form: str, given: Answers, actor: Actor, *, version: int, stamp: str = "") -> None:
        """Keep what stands in a form now; `stamp` is Slack's time of the change, by which the latest one counts.

        Raises NotAllowed and NotFound as writing in the write-up does.
        """
        writeups = self.writeups
        # Slack lets nobody type more than this; what was made up to be larger is cut.
        shown = {key[:40]: text[:LONGEST] for key, text in list(given.items())[:MOST]}
        typed = _line_typed(shown) if LINE in form else self._step_typed(shown)
        with writeups.store.begin() as tx:
            line = _line_within(tx, writeup_id, form)
            if isinstance(line, FollowUpRecord) and line.owner == actor.user_id and not actor.is_external:
                record = tx.writeups.get(writeup_id)  # whoever is to do it may say so without being an author
            else:
                record = writeups.entitled_within(tx, writeup_id, actor)
            if record is None or record.state == "submitted":
                return
            base = _answers_of(line) if line is not None and line.version == version else None
            if base is None:
                known = tx.unsent.get(writeup_id, actor.user_id, form)
                base = known.base if known is not None and known.version == version else {}
            now = writeups.clock()
            tx.unsent.keep(UnsentRecord(writeup_id, actor.user_id, form, version, typed, base, stamp[:30], now))

    def keep_closed(self, writeup_id: int, step: str, given: Answers, actor: Actor, *, version: int) -> None:
        """Keep what stood in the form of a step that was closed, where Slack says what that was.

        It may as well say what stood there when the form was opened, so only what is new is taken from it.
        """
        with self.writeups.store.read() as tx:
            found = tx.unsent.get(writeup_id, actor.user_id, step)
            before = tx.writeups.answers_at(writeup_id, version)
        new = {key: text for key, text in given.items() if text and text != before.get(key, "")}
        if new:
            self.keep(writeup_id, step, {**(found.answers if found else {}), **new}, actor, version=version)

    def left_in_step(self, writeup: WriteUp, step: Step, actor: Actor) -> Left | None:
        """Return what the person left in a step and neither sent nor anybody else wrote; None where there is none."""
        with self.writeups.store.read() as tx:
            found = tx.unsent.get(writeup.id, actor.user_id, step.name)
            before = tx.writeups.answers_at(writeup.id, found.version) if found else {}
        return _left(found, before, writeup.answers)

    def left_in_line(self, writeup_id: int, form: str, actor: Actor, *, standing: Answers) -> Left | None:
        """Return what the person left in the form of a line that says `standing`, or None."""
        with self.writeups.store.read() as tx:
            found = tx.unsent.get(writeup_id, actor.user_id, form)
        return _left(found, found.base if found else standing, standing)

    def left_at_the_end(self, writeup: WriteUp, form: str, actor: Actor) -> Answers:
        """Return what the person left in one of the forms that end the write-up."""
        left = self.left_in_line(writeup.id, form, actor, standing={})
        return left.answers if left else {}

    def left_unsaved(self, writeup: WriteUp, actor: Actor) -> tuple[Step, ...]:
        """Return the steps in whose forms the person left something that is not saved."""
        with self.writeups.store.read() as tx:
            forms = tx.unsent.forms_of(writeup.id, actor.user_id)
        steps = [step for step in writeup.template.steps if step.name in forms]
        return tuple(step for step in steps if self.left_in_step(writeup, step, actor) is not None)

    def _step_typed(self, shown: Answers) -> dict[str, str]:
        questions = self.writeups.template.questions
        return {key: normal(questions[key], text) if key in questions else words(text) for key, text in shown.items()}


def _line_within(tx: Transaction, writeup_id: int, form: str) -> MomentRecord | FollowUpRecord | None:
    """Return the point or the action whose form it is; None for a new one, a step, or one that is gone."""
    kind, _, number = form.partition(LINE)
    if not number.isdecimal() or len(number) > 12:  # noqa: PLR2004 - no line has a longer number
        return None
    if kind == "action":
        action = tx.writeups.follow_up(int(number))
        return action if action is not None and action.writeup_id == writeup_id else None
    return next((one for one in tx.writeups.moments(writeup_id) if one.id == int(number)), None)


def _answers_of(line: MomentRecord | FollowUpRecord) -> dict[str, str]:
    return answers_of_point(line) if isinstance(line, MomentRecord) else answers_of_action(line)


def _line_typed(shown: Answers) -> dict[str, str]:
    """Return what stands in the form of a line; ids, days and moments read like secrets to who knows only shapes."""
    return {key: words(text) if key in WORDS_OF_A_LINE else text for key, text in shown.items()}


def _left(found: UnsentRecord | None, before: Answers, standing: Answers) -> Left | None:
    typed: Mapping[str, str] = found.answers if found else {}
    own = {key: text for key, text in typed.items() if text not in (before.get(key, ""), standing.get(key, ""))}
    return Left(own, found.version) if found and own else None
