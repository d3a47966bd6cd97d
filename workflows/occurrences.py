"""Dated, local cases of failure modes: records apart from the portable entry, from which frequency is counted.

Confirming a suggestion in an incident records a case; undoing takes it back; people describe it in a form when they
know more.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, get_args

from store import Store, Transaction
from store.audit import AuditRecord
from store.incidents import IncidentRecord
from store.occurrences import OccurrenceRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.parts import Certainty, SeverityLevel, without_unstorable_characters
from workflows.errors import InvalidForm, NotFound
from workflows.people import Actor
from workflows.quality.surroundings import Occurrence, Tried

MAX_LESSONS = 3_000  # characters
MAX_LINK = 2_000
LINK = re.compile(r"https?://[^\s<>]+")
# The times of a case in the order in which they can only come, with the words for the one before.
TIMES = {"started": "it started", "detected": "it was detected", "contained": "it was contained", "resolved": ""}


@dataclass(frozen=True)
class Description:
    """What a person says of one case; what nobody knows is None. `link` leads to the incident's own record."""

    certainty: Certainty
    severity: SeverityLevel
    started: datetime | None = None
    detected: datetime | None = None
    contained: datetime | None = None
    resolved: datetime | None = None
    tried: tuple[Tried, ...] = ()
    link: str = ""
    lessons: str = ""

    @property
    def times(self) -> Mapping[str, datetime]:
        """The times that are known, by their names, in the order in which they can only come."""
        return {name: moment for name in TIMES if (moment := getattr(self, name)) is not None}


@dataclass(frozen=True)
class Case:
    """A case as it is kept: what was said of it, where it happened, by whom and when it was recorded.

    `version` counts how often it was described, so that two who describe it at once notice each other.
    """

    id: int
    entry_id: str
    incident_id: int | None
    happened_at: datetime
    description: Description
    recorded_by: str
    recorded_at: datetime
    version: int


@dataclass(frozen=True)
class Occurrences:
    """Recording, describing and listing cases."""

    store: Store
    clock: Clock
    catalog: Catalog

    def of(self, entry_id: str, actor: Actor) -> list[Case]:
        """Return the entry's cases, newest first, to somebody who may see the entry."""
        with self.store.read() as tx:
            entry = self.catalog.entry_within(tx, entry_id, actor)
            return [case_of(record) for record in tx.occurrences.of(entry.id)]

    def begin(self, entry_id: str, actor: Actor) -> Entry:
        """Return the entry to somebody who may record a case of it."""
        self.catalog.people.require_contributor(actor)
        return self.catalog.entry(entry_id, actor)

    def open(self, occurrence_id: int, actor: Actor) -> tuple[Entry, Case]:
        """Return a case and its entry to somebody who may describe it."""
        self.catalog.people.require_contributor(actor)
        with self.store.begin() as tx:
            record = _known(tx, occurrence_id)
            return self.catalog.entry_within(tx, record.entry_id, actor), case_of(record)

    def record(self, entry_id: str, said: Description, actor: Actor, *, submission: str) -> Entry:
        """Keep a new case of the entry, once for each `submission`, and return the entry.

        Raises InvalidForm with a sentence for every time that cannot be, NotFound, NotAllowed.
        """
        self.catalog.people.require_contributor(actor)
        self._require_possible(said)
        now = self.clock()
        with self.store.begin() as tx:
            entry = self.catalog.entry_within(tx, entry_id, actor)
            if tx.receipts.is_first_submission(f"occurrence:{submission}", now):
                document = document_of(said)
                tx.occurrences.add(
                    entry_id=entry.id, incident_id=None, certainty=said.certainty, document=document,
                    happened_at=next(iter(said.times.values())), recorded_by=actor.user_id, recorded_at=now,
                )  # fmt: skip
                tx.audit.add(AuditRecord(now, actor.user_id, "occurrence.record", _subject(entry.id), None, document))
        return entry

    def describe(self, occurrence_id: int, said: Description, actor: Actor, *, version: int) -> Entry:
        """Replace what is said of a case and return its entry.

        Raises InvalidForm, also where somebody else described it since `version`: nobody's text is overwritten.
        """
        self.catalog.people.require_contributor(actor)
        self._require_possible(said)
        now = self.clock()
        with self.store.begin() as tx:
            record = _known(tx, occurrence_id)
            entry = self.catalog.entry_within(tx, record.entry_id, actor)
            known = case_of(record)
            document = {**document_of(said), "version": version + 1}
            if record.document == document:
                return entry  # the same form once more
            if known.version != version:
                msg = "Somebody described this case in the meantime; copy your text, open it again and add yours."
                raise InvalidForm({"lessons": msg})
            tx.occurrences.change(
                record.id, certainty=said.certainty, document=document, happened_at=next(iter(said.times.values()))
            )
            tx.audit.add(
                AuditRecord(now, actor.user_id, "occurrence.describe", _subject(entry.id), record.document, document)
            )
        return entry

    def _require_possible(self, said: Description) -> None:
        faults: dict[str, str] = {}
        known = list(said.times.items())
        if not known:
            faults["started"] = "Say when it happened, as far as it is known: any one of the four times will do."
        for (earlier, before), (name, moment) in pairwise(known):
            if moment < before:
                faults[name] = f"This is before {TIMES[earlier]}; correct one of the two."
        faults |= {name: "This lies in the future; say when it was." for name, at in known if at > self.clock()}
        if said.link and not LINK.fullmatch(said.link):
            faults["link"] = "A link begins with https:// and holds no space; leave it empty where there is none."
        if faults:
            raise InvalidForm(faults)


def confirmed_within(tx: Transaction, incident: IncidentRecord, entry_id: str, actor: Actor, now: datetime) -> None:
    """Record, as part of the caller's transaction, that the incident is a case of the entry; once is enough."""
    entry = tx.entries.get(entry_id)
    if entry is None:
        return
    document = {"severity": entry.document["severity"]["typical"], "started": incident.opened_at.isoformat()}
    is_new = tx.occurrences.add(
        entry_id=entry_id, incident_id=incident.id, certainty="likely", document=document,
        happened_at=incident.opened_at, recorded_by=actor.user_id, recorded_at=now,
    )  # fmt: skip
    if is_new:
        tx.audit.add(AuditRecord(now, actor.user_id, "occurrence.confirm", _subject(entry_id), None, document))


def taken_back_within(tx: Transaction, incident: IncidentRecord, entry_id: str, actor: Actor, now: datetime) -> None:
    """Take back that the incident is a case of the entry; what people wrote about it stays in the audit trail."""
    known = tx.occurrences.in_incident(entry_id, incident.id)
    if known is not None:
        tx.occurrences.drop(entry_id, incident.id)
        tx.audit.add(AuditRecord(now, actor.user_id, "occurrence.undo", _subject(entry_id), known.document, None))


def occurrence_of(record: OccurrenceRecord) -> Occurrence:
    """Return the case as quality's rules look at it."""
    said = case_of(record).description
    return Occurrence(
        id=record.id,
        certainty=said.certainty,
        # What nobody described yet happened when it was noticed.
        started=said.started or (None if said.times else record.happened_at),
        detected=said.detected,
        contained=said.contained,
        resolved=said.resolved,
        severity=said.severity,
        tried=said.tried,
    )


def case_of(record: OccurrenceRecord) -> Case:
    """Return the case that a record holds."""
    document = record.document
    description = Description(
        certainty=certainty_of(record),
        severity=document["severity"],
        tried=tuple(Tried(**one) for one in document.get("tried", ())),
        link=document.get("link", ""),
        lessons=document.get("lessons", ""),
        **{name: _moment(document.get(name)) for name in TIMES},
    )
    return Case(
        id=record.id,
        entry_id=record.entry_id,
        incident_id=record.incident_id,
        happened_at=record.happened_at,
        description=description,
        recorded_by=record.recorded_by,
        recorded_at=record.recorded_at,
        version=int(document.get("version", 0)),
    )


def certainty_of(record: OccurrenceRecord) -> Certainty:
    """Return how sure it is that the case is one of its entry."""
    return next((one for one in get_args(Certainty) if one == record.certainty), "likely")


def document_of(said: Description) -> dict[str, Any]:
    """Return what was said in the form in which it is kept."""
    return {
        "severity": said.severity,
        **{name: moment.isoformat() for name, moment in said.times.items()},
        "tried": [asdict(one) for one in said.tried],
        "link": without_unstorable_characters(said.link)[:MAX_LINK],
        "lessons": without_unstorable_characters(said.lessons)[:MAX_LESSONS],
    }


def _known(tx: Transaction, occurrence_id: int) -> OccurrenceRecord:
    record = tx.occurrences.get(occurrence_id)
    if record is None:
        msg = "This case was taken back; record it again where it was one after all."
        raise NotFound(msg)
    return record


def _subject(entry_id: str) -> str:
    return f"entry:{entry_id}"


def _moment(written: Any) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
