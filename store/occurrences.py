"""Dated, local cases of failure modes."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import OccurrenceRow
from store.records import record_of


@dataclass(frozen=True)
class OccurrenceRecord:
    """One case: `document` holds times, severity, what was tried and learned; `incident_id` the incident we know."""

    id: int
    entry_id: str
    incident_id: int | None
    certainty: str
    happened_at: datetime
    document: dict[str, Any]
    recorded_by: str
    recorded_at: datetime


class Occurrences:
    """Cases within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, **values: Any) -> bool:
        """Keep a case; return False where the incident is a case of this entry already."""
        return insert_once(self._session, OccurrenceRow, **values)

    def get(self, occurrence_id: int) -> OccurrenceRecord | None:
        """Return the case, locked until the transaction ends, or None."""
        row = self._session.get(OccurrenceRow, occurrence_id, with_for_update=True)
        return record_of(OccurrenceRecord, row) if row else None

    def in_incident(self, entry_id: str, incident_id: int) -> OccurrenceRecord | None:
        """Return the entry's case in the incident, or None."""
        of_both = (OccurrenceRow.entry_id == entry_id) & (OccurrenceRow.incident_id == incident_id)
        row = self._session.scalar(select(OccurrenceRow).where(of_both))
        return record_of(OccurrenceRecord, row) if row else None

    def change(self, occurrence_id: int, **values: Any) -> None:
        """Set some of the case's columns."""
        self._session.execute(update(OccurrenceRow).where(OccurrenceRow.id == occurrence_id).values(**values))
        self._session.expire_all()

    def of(self, entry_id: str) -> list[OccurrenceRecord]:
        """Return the entry's cases, newest first."""
        query = select(OccurrenceRow).where(OccurrenceRow.entry_id == entry_id)
        newest = query.order_by(OccurrenceRow.happened_at.desc(), OccurrenceRow.id.desc())
        return [record_of(OccurrenceRecord, row) for row in self._session.scalars(newest)]

    def of_incident(self, incident_id: int) -> list[OccurrenceRecord]:
        """Return the cases that the incident is, of whatever entries."""
        query = select(OccurrenceRow).where(OccurrenceRow.incident_id == incident_id).order_by(OccurrenceRow.id)
        return [record_of(OccurrenceRecord, row) for row in self._session.scalars(query)]

    def by_entry(self) -> Mapping[str, list[OccurrenceRecord]]:
        """Return all cases by entry, newest first."""
        found: dict[str, list[OccurrenceRecord]] = {}
        for row in self._session.scalars(select(OccurrenceRow).order_by(OccurrenceRow.happened_at.desc())):
            found.setdefault(row.entry_id, []).append(record_of(OccurrenceRecord, row))
        return found

    def drop(self, entry_id: str, incident_id: int) -> None:
        """Take back that the incident was a case of the entry."""
        of_both = (OccurrenceRow.entry_id == entry_id) & (OccurrenceRow.incident_id == incident_id)
        self._session.execute(delete(OccurrenceRow).where(of_both))

    def hand_over(self, source: str, target: str) -> None:
        """Make the cases of one entry those of another; an incident that is a case of both stays one case."""
        both = select(OccurrenceRow.incident_id).where(
            OccurrenceRow.entry_id == target, OccurrenceRow.incident_id.is_not(None)
        )
        doubled = (OccurrenceRow.entry_id == source) & OccurrenceRow.incident_id.in_(both)
        self._session.execute(delete(OccurrenceRow).where(doubled), execution_options={"synchronize_session": False})
        self._session.execute(
            update(OccurrenceRow).where(OccurrenceRow.entry_id == source).values(entry_id=target),
            execution_options={"synchronize_session": False},
        )
