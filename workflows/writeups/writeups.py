"""Starting, answering, handing over and leaving a write-up; several people write at once and no word is lost."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from store import Store, Transaction
from store.audit import AuditRecord
from store.incidents import IncidentRecord
from store.writeups import AnswerRecord, WriteUpRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm, NotAllowed, NotFound, UserError
from workflows.people import Actor
from workflows.ports import DeliveryBell
from workflows.writeups.answered import answer_unfinished_within
from workflows.writeups.answers import Answers, Clash, checked, join, words
from workflows.writeups.gathering import gather_within
from workflows.writeups.mornings import Mornings
from workflows.writeups.template import Step, Template
from workflows.writeups.writeup import LEAVING, OVERTAKEN, PREFILLED_BY, WriteUp, tell_progress_within, writeup_within

LONGEST_REASON: Final = 1_000


class AnswerConflict(UserError):
    """Somebody answered the same question differently meanwhile; everything else is kept, and so are both texts."""

    def __init__(self, writeup: WriteUp, who: str, clashes: Sequence[Clash]) -> None:
        super().__init__("Somebody answered the same at the same time; compare the two and send once more.", ask=who)
        self.writeup = writeup
        self.who = who
        self.clashes = tuple(clashes)


@dataclass(frozen=True)
class Saved:
    """The write-up after a step was saved, the step to ask next (None when all are there), and whose words joined."""

    writeup: WriteUp
    next_step: Step | None
    joined_with: str | None = None


@dataclass(frozen=True)
class WriteUps:
    """Write-ups of this organisation."""

    store: Store
    clock: Clock
    catalog: Catalog
    vocabulary: Vocabulary
    template: Template
    bell: DeliveryBell
    mornings: Mornings

    def start(self, actor: Actor, *, channel_id: str | None) -> WriteUp:
        """Return the write-up of the channel's incident, begun where there is none; a new one elsewhere."""
        self.catalog.people.require_contributor(actor)
        with self.store.begin() as tx:
            incident = tx.incidents.in_channel(channel_id) if channel_id else None
            record = tx.writeups.of_incident(incident.id) if incident else None
            if record is None:
                record = self.begin_within(tx, incident, actor.user_id, channel_id)
            record = self._gathered(tx, self.let_in_within(tx, record, actor))
            writeup = writeup_within(tx, record, self.template)
        self.bell.ring()
        return writeup

    def begin_within(
        self,
        tx: Transaction,
        incident: IncidentRecord | None,
        author: str,
        channel_id: str | None,
        *,
        origin: str | None = None,
    ) -> WriteUpRecord:
        """Begin a write-up as part of the caller's transaction, filled with what is known of the incident.

        One of the same incident or of the same `origin` that is there already is returned instead.
        """
        now = self.clock()
        if origin is not None:
            tx.receipts.is_first_submission(f"writeup:{origin}", now)  # as below: the second waits here for the first
            if (known := tx.writeups.of_origin(origin)) is not None:
                return known
        if incident is not None:
            tx.incidents.take(incident.id)  # two who begin at once: the second finds the first one's
            if (known := tx.writeups.of_incident(incident.id)) is not None:
                return known
        record = tx.writeups.add(
            author=author, channel_id=channel_id, incident_id=incident.id if incident else None, at=now, origin=origin
        )
        owner = (incident.commander if incident else None) or author
        tx.writeups.change(record.id, owner=owner, remind_at=self.mornings.next_working_day(owner, now))
        record = self._gathered(tx, record)
        if incident is not None:
            self.tell_within(tx, record.id)
        return record

    def open(self, writeup_id: int, actor: Actor, *, channel_id: str | None = None) -> WriteUp:
        """Return the write-up to somebody who may write in it, with all that its incident told until now.

        Raises NotFound or NotAllowed. Whoever comes from the channel it belongs to (`channel_id` is where they stand)
        may from now on.
        """
        self.catalog.people.require_contributor(actor)
        with self.store.begin() as tx:
            record = self._gathered(tx, self._entitled(tx, writeup_id, actor, channel_id))
            return writeup_within(tx, record, self.template)

    def shown(self, writeup_id: int) -> WriteUp | None:
        """Return the write-up for the message that shows how far it is, or None where it is gone."""
        with self.store.begin() as tx:
            record = tx.writeups.get(writeup_id)
            return writeup_within(tx, record, self.template) if record else None

    def all(self) -> list[WriteUp]:
        """Return every write-up, oldest first."""
        with self.store.read() as tx:
            return [writeup_within(tx, record, self.template) for record in tx.writeups.all()]

    def unfinished_of(self, actor: Actor) -> list[WriteUp]:
        """Return the person's open write-ups, the one touched last first; those nobody wrote a word in are left out."""
        with self.store.read() as tx:
            records = tx.writeups.unfinished_of(actor.user_id)
            typed = tx.unsent.written_by(actor.user_id)
            return [
                writeup_within(tx, record, self.template)
                for record in records
                if record.steps or record.incident_id is not None or record.id in typed
            ]

    def save(self, writeup_id: int, step_name: str, given: Answers, actor: Actor, *, version: int) -> Saved:
        """Keep a step's answers, joined with what others answered since `version`, which the form was opened at.

        Sending the same form again changes nothing. Raises InvalidForm with a sentence for every answer that needs
        correcting, AnswerConflict where somebody answered the same question differently (every other answer is kept
        then, and this one in the history), NotFound, NotAllowed.
        """
        self.catalog.people.require_contributor(actor)
        with self.store.begin() as tx:
            record = self._open(tx, writeup_id, actor)
            mine = self._checked(record, step_name, given)
            base = tx.writeups.answers_at(writeup_id, version)
            joined = join(base, mine, self._standing(tx, record, base))
            self._keep(tx, record, joined.changed, actor.user_id, step=step_name)
            self._keep_apart(tx, record, joined.clashes, actor)
            writeup = writeup_within(tx, self._record(tx, writeup_id), self.template)
            if not joined.clashes:
                self._forget_typed(tx, writeup_id, step_name, given, actor)
            others = _others_since(tx, writeup_id, version, set(mine), actor)
            self.tell_within(tx, writeup_id)
        self.bell.ring()
        if joined.clashes:
            raise AnswerConflict(writeup, others or writeup.owner, joined.clashes)
        step = self.template.step_named(step_name)
        return Saved(writeup, writeup.step_after(step) if step else writeup.next_step, others)

    def hand_over(self, writeup_id: int, to: str, actor: Actor) -> WriteUp:
        """Make the write-up somebody else's to finish; whoever may write in it may hand it over."""
        if not to:
            raise InvalidForm({"owner": "Choose who takes it over."})
        with self.store.begin() as tx:
            record = self._open(tx, writeup_id, actor)
            if to != record.owner:
                participants = list(dict.fromkeys([*record.participants, record.owner]))
                remind_at = self.mornings.next_working_day(to, self.clock())
                tx.writeups.change(writeup_id, owner=to, participants=participants, remind_at=remind_at, reminded=0)
                self._note(tx, actor, "writeup.hand_over", writeup_id, {"owner": record.owner}, {"owner": to})
                answer_unfinished_within(tx, writeup_id, self.clock())
                self.tell_within(tx, writeup_id)
            writeup = writeup_within(tx, self._record(tx, writeup_id), self.template)
        self.bell.ring()
        return writeup

    def leave(self, writeup_id: int, actor: Actor, *, reason: str) -> WriteUp:
        """Say that it will not be written, and why; nobody is reminded any more, and nothing of it is lost."""
        said = words(reason)[:LONGEST_REASON]
        if not said:
            raise InvalidForm({"reason": "Say in a sentence why, so that nobody asks again."})
        return self._move(writeup_id, actor, state="not_doing", reason=said)

    def take_up(self, writeup_id: int, actor: Actor) -> WriteUp:
        """Write it after all."""
        return self._move(writeup_id, actor, state="open", reason=None)

    def mark_done(self, writeup_id: int, step_name: str, actor: Actor) -> Saved:
        """Note that a list (the timeline, the follow-up actions) is right as it stands."""
        return self.save(writeup_id, step_name, {}, actor, version=0)

    def tell_within(self, tx: Transaction, writeup_id: int) -> None:
        """Owe the message that shows how far it is, or its edit: in the channel where we listen, else to its owner."""
        tell_progress_within(tx, self._record(tx, writeup_id), self.clock())

    def let_in_within(self, tx: Transaction, record: WriteUpRecord, actor: Actor) -> WriteUpRecord:
        """Let a colleague who came to the write-up through its channel write in it, and return it."""
        if actor.user_id in {record.owner, record.author, *record.participants}:
            return record
        return self._let_in(tx, record, actor)

    def prefill_within(self, tx: Transaction, record: WriteUpRecord, answers: Mapping[str, str]) -> None:
        """Answer what nobody answered yet, in the name of the bot; better than before where it alone answered before.

        What stands in a step that was sent in was accepted by whoever sent it.
        """
        sent = {one.key for name in record.steps if (step := self.template.step_named(name)) for one in step.fields}
        said = {one.field for one in tx.writeups.told(record.id) if one.by != PREFILLED_BY}
        better = {
            key: _with_more_people(record.answers.get(key), text) if key == "people" else text
            for key, text in answers.items()
            if text and key not in said and (key not in sent or not record.answers.get(key))
        }
        new = {key: text for key, text in better.items() if text != record.answers.get(key)}
        if new:
            self._keep(tx, record, new, PREFILLED_BY)

    def open_within(self, tx: Transaction, writeup_id: int, actor: Actor) -> WriteUpRecord:
        """Return the open write-up as part of the caller's transaction; raises NotFound, NotAllowed, UserError."""
        return self._open(tx, writeup_id, actor)

    def entitled_within(self, tx: Transaction, writeup_id: int, actor: Actor) -> WriteUpRecord:
        """Return the write-up as part of the caller's transaction; raises NotFound, NotAllowed."""
        return self._entitled(tx, writeup_id, actor, None)

    def changed_within(self, tx: Transaction, writeup_id: int, said: tuple[str, str], actor: Actor) -> WriteUp:
        """Note that a list of the write-up (by its name) was changed, with what was written into it."""
        record, now = self._record(tx, writeup_id), self.clock()
        field, text = said
        tx.writeups.tell(AnswerRecord(writeup_id, record.version, field, text, actor.user_id, now, accepted=True))
        tx.writeups.change(writeup_id, updated_at=now)
        self.tell_within(tx, writeup_id)
        return writeup_within(tx, self._record(tx, writeup_id), self.template)

    def _gathered(self, tx: Transaction, record: WriteUpRecord) -> WriteUpRecord:
        """Return the write-up with all that its incident told until now."""
        record = self._record(tx, record.id)  # locked: others may be saving at this moment
        incident = tx.incidents.get(record.incident_id) if record.incident_id and record.state == "open" else None
        if incident is None:
            return record
        self.prefill_within(tx, record, gather_within(tx, record.id, incident, self.template))
        return self._record(tx, record.id)

    def _forget_typed(self, tx: Transaction, writeup_id: int, step_name: str, given: Answers, actor: Actor) -> None:
        """Forget what the person typed into the form, now that it is sent; what was not asked for any more stays."""
        left, at = tx.unsent.get(writeup_id, actor.user_id, step_name), self.clock() + OVERTAKEN
        rest = {key: text for key, text in left.answers.items() if text and key not in given} if left else {}
        if left is not None and rest:
            tx.unsent.keep(replace(left, answers=rest, stamp="", at=at))
        else:
            tx.unsent.forget(writeup_id, actor.user_id, step_name, until=at)

    @staticmethod
    def _standing(tx: Transaction, record: WriteUpRecord, base: Answers) -> dict[str, str]:
        """Return the answers as people gave them: what the bot alone bettered since is in nobody's way."""
        last_by = {one.field: one.by for one in tx.writeups.told(record.id) if one.accepted}
        ours = {key for key, by in last_by.items() if by == PREFILLED_BY}
        return {key: base.get(key, "") if key in ours else text for key, text in record.answers.items()}

    def _move(self, writeup_id: int, actor: Actor, *, state: str, reason: str | None) -> WriteUp:
        self.catalog.people.require_contributor(actor)
        now = self.clock()
        with self.store.begin() as tx:
            record = self._entitled(tx, writeup_id, actor, None)
            if record.state == "submitted":
                msg = "This write-up was submitted already; look at what became of it."
                raise UserError(msg)
            if record.state != state:
                remind_at = self.mornings.next_working_day(record.owner, now) if state == "open" else None
                tx.writeups.change(
                    writeup_id, state=state, reason=reason, remind_at=remind_at, reminded=0, updated_at=now
                )
                before = {"state": record.state, "reason": record.reason}
                self._note(tx, actor, "writeup.state", writeup_id, before, {"state": state, "reason": reason})
                answer_unfinished_within(tx, writeup_id, now)
                self.tell_within(tx, writeup_id)
            tx.unsent.forget(writeup_id, actor.user_id, LEAVING, until=now + OVERTAKEN)
            writeup = writeup_within(tx, self._record(tx, writeup_id), self.template)
        self.bell.ring()
        return writeup

    def _checked(self, record: WriteUpRecord, step_name: str, given: Answers) -> dict[str, str]:
        """Return the step's answers; what a form of another template asked is kept under its own key."""
        step = self.template.step_named(step_name)
        severity = given.get("severity") or record.answers.get("severity")
        # A form that was opened while the write-up was longer still asks what a short one does not.
        asked = {question.key: question for question in self.template.fields_of(step, severity)} if step else {}
        asked |= {key: self.template.questions[key] for key in given if key in self.template.questions}
        strays = {key: words(text) for key, text in given.items() if key not in asked}
        known = checked(asked.values(), given, self.vocabulary, known=record.answers, now=self.clock())
        return {**{key: text for key, text in strays.items() if text}, **known}

    def _keep(
        self, tx: Transaction, record: WriteUpRecord, changed: Mapping[str, str], by: str, *, step: str | None = None
    ) -> None:
        """Keep accepted answers, as they stand and in the history, and that the step was sent in."""
        now, version = self.clock(), record.version + bool(changed)
        for field, value in changed.items():
            tx.writeups.tell(AnswerRecord(record.id, version, field[:40], value, by, now, accepted=True))
        steps = list(dict.fromkeys([*record.steps, *([step] if step else [])]))
        answers = {**record.answers, **changed}
        tx.writeups.change(record.id, answers=answers, version=version, steps=steps, updated_at=now)

    def _keep_apart(self, tx: Transaction, record: WriteUpRecord, clashes: Sequence[Clash], actor: Actor) -> None:
        """Keep the texts that clash in the history: whoever closes the form now has not lost them."""
        now, version = self.clock(), self._record(tx, record.id).version
        told = {(one.field, one.value) for one in tx.writeups.told(record.id)} if clashes else set()
        for clash in clashes:
            if (clash.key, clash.mine) not in told:
                lost = AnswerRecord(record.id, version, clash.key, clash.mine, actor.user_id, now, accepted=False)
                tx.writeups.tell(lost)

    def _open(self, tx: Transaction, writeup_id: int, actor: Actor) -> WriteUpRecord:
        self.catalog.people.require_contributor(actor)
        record = self._entitled(tx, writeup_id, actor, None)
        if record.state == "submitted":
            msg = "This write-up was submitted in the meantime; copy your text and add it to what became of it."
            raise UserError(msg)
        if record.state == "not_doing":
            # Whoever writes in it does it after all.
            tx.writeups.change(writeup_id, state="open", reason=None)
        return self._record(tx, writeup_id)

    def _entitled(self, tx: Transaction, writeup_id: int, actor: Actor, channel_id: str | None) -> WriteUpRecord:
        record = self._record(tx, writeup_id)
        if actor.is_external:
            msg = "Write-ups are for members of this workspace."
            raise NotAllowed(msg)
        known = {record.owner, record.author, *record.participants}
        if actor.user_id in known or self.catalog.people.holds(actor, "admin"):
            return record
        if channel_id and channel_id == record.channel_id:
            return self._let_in(tx, record, actor)
        msg = "Only its owner, and whoever comes to it through its channel, can write in this write-up."
        raise NotAllowed(msg, ask=record.owner)

    def _let_in(self, tx: Transaction, record: WriteUpRecord, actor: Actor) -> WriteUpRecord:
        tx.writeups.change(record.id, participants=[*record.participants, actor.user_id])
        return self._record(tx, record.id)

    @staticmethod
    def _record(tx: Transaction, writeup_id: int) -> WriteUpRecord:
        record = tx.writeups.get(writeup_id)
        if record is None:
            msg = "There is no such write-up; start one with `/failure write-up`."
            raise NotFound(msg)
        return record

    def _note(  # noqa: PLR0917 - who did what to which, before and after
        self, tx: Transaction, actor: Actor, deed: str, writeup_id: int, before: dict[str, Any], after: dict[str, Any]
    ) -> None:
        tx.audit.add(AuditRecord(self.clock(), actor.user_id, deed, f"writeup:{writeup_id}", before, after))


def _with_more_people(standing: str | None, found: str) -> str:
    """Return everybody who is named already and whoever is new; messages that were dropped name nobody any more."""
    return ",".join(dict.fromkeys([*(standing or "").split(","), *found.split(",")])).strip(",")


def _others_since(tx: Transaction, writeup_id: int, version: int, keys: set[str], actor: Actor) -> str | None:
    """Return who else answered one of these questions since the version, or None."""
    told = tx.writeups.told(writeup_id)
    strangers = [
        one.by
        for one in told
        if one.accepted and one.version > version and one.field in keys and one.by not in {actor.user_id, PREFILLED_BY}
    ]
    return strangers[-1] if strangers else None
