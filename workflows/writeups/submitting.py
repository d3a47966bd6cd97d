"""What comes out of a write-up: a case of an entry, a change of it, a case study, a new entry, or several of these.

Each choice is carried out and noted by itself; what was done already is not done again when a form is sent twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic import ValidationError

from store import Store, Transaction
from store.audit import AuditRecord
from store.writeups import WriteUpRecord
from workflows.amendments.amendments import Amendments
from workflows.clock import Clock
from workflows.entries.assessing import Assessing, Assessment
from workflows.entries.catalog import Catalog
from workflows.entries.editing import checked_document
from workflows.entries.entry import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm, NotFound, UserError
from workflows.occurrences import Occurrences, certainty_of, document_of
from workflows.people import OPERATOR, Actor
from workflows.ports import DeliveryBell
from workflows.runs.run import run_within
from workflows.writeups.announcing import origin_of
from workflows.writeups.answered import answer_unfinished_within
from workflows.writeups.composing import case_study_of, changes_of, description_of, entry_of
from workflows.writeups.template import NEEDED, Step
from workflows.writeups.writeup import (
    AMENDMENT,
    BECOMING,
    CASE_STUDY,
    NEW,
    OCCURRENCE,
    OVERTAKEN,
    WriteUp,
    writeup_within,
)
from workflows.writeups.writeups import WriteUps

HANDED_IN: Final = "writeup_handed_in"  # the message that tells a steward of a new draft
LIKELY: Final = 3
BECOMES: Final = "becomes"  # the field of the last form, in which people choose


class StillMissing(UserError):
    """A new entry needs answers that were not given yet; `step` asks for the first of them."""

    def __init__(self, writeup: WriteUp, step: Step) -> None:
        super().__init__(f"A new entry needs “{step.title}” as well; your choice is kept.")
        self.writeup = writeup
        self.step = step


@dataclass(frozen=True)
class Likely:
    """An entry that the incident may be a case of; `is_confirmed` where people said so during the incident.

    `adds` are its fields that the write-up would change; `lacks` is what its steward then could not approve without.
    """

    entry: Entry
    is_confirmed: bool
    adds: tuple[str, ...]
    lacks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Published:
    """What a write-up led to, now that everybody can use it."""

    writeup: WriteUp
    choice: str
    entry: Entry


@dataclass(frozen=True)
class Submitting:
    """The last step of a write-up."""

    store: Store
    clock: Clock
    catalog: Catalog
    writeups: WriteUps
    amendments: Amendments
    assessing: Assessing
    occurrences: Occurrences
    vocabulary: Vocabulary
    bell: DeliveryBell

    def likely(self, writeup: WriteUp, actor: Actor) -> tuple[Likely, ...]:
        """Return the entries that this may be a case of, those that people confirmed first."""
        with self.store.read() as tx:
            cases = tx.occurrences.of_incident(writeup.record.incident_id) if writeup.record.incident_id else []
        confirmed = list(dict.fromkeys(case.entry_id for case in cases))
        said = " ".join(writeup.answers.get(key, "") for key in ("title", "symptom"))
        found = [one.entry_id for one in self.catalog.index_for(actor).rank(said, limit=LIKELY)]
        entries = [self._visible(entry_id, actor) for entry_id in dict.fromkeys([*confirmed, *found])]
        shown = [entry for entry in entries if entry is not None][: max(LIKELY, len(confirmed))]
        return tuple(self._likely(writeup, entry, is_confirmed=entry.id in confirmed) for entry in shown)

    def submit(self, writeup_id: int, choices: Sequence[str], actor: Actor) -> WriteUp:
        """Carry out every choice, note what came of each, and close the write-up; sending it twice does it once.

        Raises InvalidForm for a choice that cannot be, StillMissing where a new entry lacks answers.
        """
        self.catalog.people.require_contributor(actor)
        with self.store.begin() as tx:
            record = tx.writeups.get(writeup_id)
            if record is not None and record.state == "submitted" and set(choices) <= set(record.results):
                return writeup_within(tx, record, self.writeups.template)
            writeup = writeup_within(tx, self.writeups.open_within(tx, writeup_id, actor), self.writeups.template)
            tx.writeups.change(writeup_id, answers={**writeup.answers, BECOMES: ",".join(choices)})
            tx.unsent.forget(writeup_id, actor.user_id, BECOMING, until=self.clock() + OVERTAKEN)
        self._require_possible(writeup, choices)
        for choice in choices:
            if choice not in writeup.results:
                self._carry_out(writeup, choice, actor)
        return self._close(writeup_id, actor)

    def assessment(self, entry_id: str, actor: Actor) -> tuple[Entry, Assessment] | None:
        """Return how far a new draft is from being published, or None for somebody who may not see it."""
        entry = self._visible(entry_id, actor)
        return (entry, self.assessing.of(entry, actor)) if entry else None

    def published(self, writeup_id: int, choice: str) -> Published | None:
        """Return what was published of a write-up, or None where it is not published any more."""
        with self.store.begin() as tx:
            record = tx.writeups.get(writeup_id)
            writeup = writeup_within(tx, record, self.writeups.template) if record else None
        entry_id = writeup.results.get(choice, {}).get("entry") if writeup else None
        entry = self._visible(str(entry_id), OPERATOR) if entry_id else None
        return Published(writeup, choice, entry) if writeup and entry and entry.is_published else None

    def _likely(self, writeup: WriteUp, entry: Entry, *, is_confirmed: bool) -> Likely:
        changes = changes_of(writeup, entry.document)
        lacks: tuple[str, ...] = ()
        if changes and entry.is_published:
            with self.store.read() as tx:
                record = tx.entries.get(entry.id)
                try:
                    changed = checked_document({**entry.document.model_dump(mode="json"), **changes}, self.vocabulary)
                    gaps = self.assessing.new_gaps(tx, record, changed) if record else []
                    lacks = tuple(finding.sentence for finding in gaps)
                except InvalidForm as invalid:
                    lacks = tuple(invalid.fields.values())
        return Likely(entry, is_confirmed, tuple(changes), lacks)

    def _visible(self, entry_id: str, actor: Actor) -> Entry | None:
        try:
            return self.catalog.entry(entry_id, actor)
        except NotFound:
            return None

    def _require_possible(self, writeup: WriteUp, choices: Sequence[str]) -> None:
        if not choices:
            raise InvalidForm({BECOMES: "Choose at least one; a new entry where nothing in the catalog fits."})
        known = {NEW, OCCURRENCE, AMENDMENT, CASE_STUDY}
        if any(choice.partition(":")[0] not in known for choice in choices):
            raise InvalidForm(
                {BECOMES: "This choice is of an older version; open the form again and choose once more."}
            )
        needed = NEEDED if NEW in choices else ("title", "symptom", "severity")
        missing = next((key for key in needed if not writeup.answers.get(key)), None)
        step = writeup.template.step_of(missing) if missing else None
        if step is not None:
            raise StillMissing(writeup, step)

    def _carry_out(self, writeup: WriteUp, choice: str, actor: Actor) -> None:
        kind, _, entry_id = choice.partition(":")
        try:
            if kind == NEW:
                self._create(writeup, actor)
            elif kind == OCCURRENCE:
                self._record_case(writeup, choice, entry_id, actor)
            else:
                self._suggest(writeup, choice, entry_id, actor)
        except ValidationError as invalid:
            place = ".".join(map(str, invalid.errors()[0]["loc"])).replace("_", " ")
            msg = (
                f"The {place} cannot be kept like this ({invalid.errors()[0]['msg']}); correct its step and send again."
            )
            raise InvalidForm({BECOMES: msg}) from None
        except UserError as refused:
            # An entry that was archived meanwhile, or a field that it cannot hold: the form stays with what is chosen.
            raise InvalidForm({BECOMES: f"{_named(choice)}: {refused.sentence}"[:1000]}) from None

    def _create(self, writeup: WriteUp, actor: Actor) -> None:
        reason = f"written up after an incident (write-up {writeup.id})"
        with self.store.begin() as tx:
            record = self._taken(tx, writeup)
            if NEW in record.results:
                return
            draft = checked_document(entry_of(writeup, tx.entries.next_number()), self.vocabulary)
            self.catalog.add_draft(tx, draft, by=actor.user_id, reason=reason)
            self._note(tx, record, NEW, {"entry": draft.id})
            tx.writeups.change(writeup.id, entry_id=draft.id)
            steward = self.catalog.people.steward_of(draft.domain, draft.id)
            if steward is not None and steward != actor.user_id:
                tx.outbox.owe_once(
                    f"writeup:{writeup.id}:handed_in", kind=HANDED_IN, subject=f"{writeup.id}|{draft.id}|{steward}",
                    address=steward, at=self.clock(),
                )  # fmt: skip

    def _record_case(self, writeup: WriteUp, choice: str, entry_id: str, actor: Actor) -> None:
        now = self.clock()
        with self.store.begin() as tx:
            record = self._taken(tx, writeup)
            if choice in record.results:
                return
            entry = self.catalog.entry_within(tx, entry_id, actor)
            incident = tx.incidents.get(record.incident_id) if record.incident_id else None
            known = tx.occurrences.in_incident(entry.id, incident.id) if incident else None
            runs = [run_within(tx, run) for run in tx.runs.of_incident(incident.id)] if incident else []
            said = description_of(
                writeup, [run for run in runs if run.entry_id == entry.id],
                certainty=certainty_of(known) if known else "likely",
                fallback=incident.opened_at if incident else record.created_at,
            )  # fmt: skip
            self._put_case(tx, record, entry, document_of(said), next(iter(said.times.values())), actor)
            tx.audit.add(
                AuditRecord(now, actor.user_id, "occurrence.write_up", f"entry:{entry.id}", None, document_of(said))
            )
            self._note(tx, record, choice, {"entry": entry.id})

    def _put_case(  # noqa: PLR0917 - a case is all of these
        self, tx: Transaction, record: WriteUpRecord, entry: Entry, document: Mapping[str, Any], at: Any, actor: Actor
    ) -> None:
        known = tx.occurrences.in_incident(entry.id, record.incident_id) if record.incident_id else None
        if known is not None:
            version = int(known.document.get("version", 0)) + 1
            tx.occurrences.change(known.id, document={**known.document, **document, "version": version}, happened_at=at)
        else:
            tx.occurrences.add(
                entry_id=entry.id, incident_id=record.incident_id, certainty="likely", document=dict(document),
                happened_at=at, recorded_by=actor.user_id, recorded_at=self.clock(),
            )  # fmt: skip

    def _suggest(self, writeup: WriteUp, choice: str, entry_id: str, actor: Actor) -> None:
        reason = f"Write-up {writeup.id}, “{writeup.title}”"
        entry = self.catalog.entry(entry_id, actor)
        if choice.startswith(CASE_STUDY):
            story = case_study_of(writeup, entry.document)
            told = [one.model_dump(mode="json") for one in entry.document.case_studies if one.key != story.key]
            changes: dict[str, Any] = {"case_studies": [*told, story.model_dump(mode="json")]}
        else:
            changes = changes_of(writeup, entry.document)
            if not changes:
                raise InvalidForm({BECOMES: f"{entry.id} says all of this already; record a case of it instead."})
        why = f"{reason}: {writeup.answers.get('lesson') or writeup.answers['symptom']}"
        # What was sent before, and stopped before it was noted, is not suggested again.
        origin = origin_of(writeup.id, choice)
        amendment = self.amendments.suggest(entry.id, changes, actor, reason=why[:1000], origin=origin)
        self._noted(writeup, choice, {"entry": entry.id, "amendment": amendment.id})

    def _noted(self, writeup: WriteUp, choice: str, result: Mapping[str, Any]) -> None:
        with self.store.begin() as tx:
            self._note(tx, self._taken(tx, writeup), choice, result)

    @staticmethod
    def _note(tx: Transaction, record: WriteUpRecord, choice: str, result: Mapping[str, Any]) -> None:
        told = record.results.get(choice, {})  # where it was published at once, that stands there already
        tx.writeups.change(record.id, results={**record.results, choice: {**told, **result}})

    @staticmethod
    def _taken(tx: Transaction, writeup: WriteUp) -> WriteUpRecord:
        return tx.writeups.get(writeup.id) or writeup.record

    def _close(self, writeup_id: int, actor: Actor) -> WriteUp:
        now = self.clock()
        with self.store.begin() as tx:
            tx.writeups.change(writeup_id, state="submitted", remind_at=None, updated_at=now)
            tx.audit.add(AuditRecord(now, actor.user_id, "writeup.submit", f"writeup:{writeup_id}", None, None))
            self.writeups.tell_within(tx, writeup_id)
            answer_unfinished_within(tx, writeup_id, now)
            record = tx.writeups.get(writeup_id)
            if record is None:
                msg = "There is no such write-up; start one with `/failure write-up`."
                raise NotFound(msg)
            writeup = writeup_within(tx, record, self.writeups.template)
        self.bell.ring()
        return writeup


def _named(choice: str) -> str:
    kind, _, entry_id = choice.partition(":")
    return " of ".join([kind.replace("_", " ").capitalize(), *([entry_id] if entry_id else [])])
