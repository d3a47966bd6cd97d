"""Practice incidents: what is played into which channel, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.models import DrillRow
from store.records import record_of


@dataclass(frozen=True)
class DrillRecord:
    """One practice: `signals` are played in order, `next_place` is the one whose turn comes at `next_at`.

    `state` is running or over; `result` holds what was measured, None while it runs or when it was called off.
    """

    id: int
    entry_id: str
    incident_id: int
    channel_id: str
    started_by: str
    started_at: datetime
    signals: list[str]
    next_place: int
    next_at: datetime | None
    state: str
    ended_at: datetime | None
    result: dict[str, Any] | None


class Drills:
    """Drills within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, **values: Any) -> DrillRecord:
        """Return a new drill."""
        row = DrillRow(next_place=0, state="running", **values)
        self._session.add(row)
        self._session.flush()
        return record_of(DrillRecord, row)

    def get(self, drill_id: int) -> DrillRecord | None:
        """Return the drill, or None."""
        row = self._session.get(DrillRow, drill_id)
        return record_of(DrillRecord, row) if row else None

    def running_in(self, channel_id: str) -> DrillRecord | None:
        """Return the drill that runs in the channel, or None."""
        here = (DrillRow.channel_id == channel_id) & (DrillRow.state == "running")
        row = self._session.scalar(select(DrillRow).where(here).order_by(DrillRow.id.desc()).limit(1))
        return record_of(DrillRecord, row) if row else None

    def due(self, now: datetime, *, limit: int) -> list[DrillRecord]:
        """Return drills of which a signal or the end is due, locked; those another process holds are left to it."""
        query = select(DrillRow).where(DrillRow.state == "running", DrillRow.next_at <= now).limit(limit)
        return [record_of(DrillRecord, row) for row in self._session.scalars(query.with_for_update(skip_locked=True))]

    def change(self, drill_id: int, **values: Any) -> None:
        """Set some of the drill's columns."""
        self._session.execute(update(DrillRow).where(DrillRow.id == drill_id).values(**values))
        self._session.expire_all()
