"""After-action write-ups on their way to a draft entry."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.models import WriteUpRow


@dataclass(frozen=True)
class WriteUpRecord:
    """A write-up; `answers` is {step: {question: answer}}, `entry_id` the draft it became."""

    id: int
    author: str
    channel_id: str | None
    incident_id: int | None
    answers: dict[str, Any]
    entry_id: str | None
    created_at: datetime
    updated_at: datetime


class WriteUps:
    """Write-ups within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, *, author: str, channel_id: str | None, incident_id: int | None, at: datetime) -> WriteUpRecord:
        """Return a new, empty write-up."""
        row = WriteUpRow(
            author=author, channel_id=channel_id, incident_id=incident_id, answers={}, created_at=at, updated_at=at
        )
        self._session.add(row)
        self._session.flush()
        return _record(row)

    def get(self, writeup_id: int) -> WriteUpRecord | None:
        """Return the write-up, locked until the transaction ends, or None."""
        row = self._session.get(WriteUpRow, writeup_id, with_for_update=True)
        return _record(row) if row else None

    def save(self, writeup_id: int, answers: Mapping[str, Any], *, at: datetime) -> None:
        """Replace the write-up's answers."""
        change = update(WriteUpRow).where(WriteUpRow.id == writeup_id)
        self._session.execute(change.values(answers=dict(answers), updated_at=at))

    def became(self, writeup_id: int, entry_id: str, *, at: datetime) -> None:
        """Note the draft entry that the write-up became."""
        change = update(WriteUpRow).where(WriteUpRow.id == writeup_id)
        self._session.execute(change.values(entry_id=entry_id, updated_at=at))

    def unfinished_of(self, author: str) -> list[WriteUpRecord]:
        """Return the author's write-ups that are not a draft entry yet, newest first."""
        query = select(WriteUpRow).where(WriteUpRow.author == author, WriteUpRow.entry_id.is_(None))
        return [_record(row) for row in self._session.scalars(query.order_by(WriteUpRow.updated_at.desc()))]


def _record(row: WriteUpRow) -> WriteUpRecord:
    return WriteUpRecord(**{name: getattr(row, name) for name in WriteUpRecord.__dataclass_fields__})
