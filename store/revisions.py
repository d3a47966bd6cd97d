"""Every state an entry ever had; rows are only ever added, and the database refuses anything else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.models import RevisionRow
from store.records import record_of


@dataclass(frozen=True)
class RevisionRecord:
    """One state of an entry: `kind` says how it came about, `author` and `co_authors` are people's Slack ids."""

    entry_id: str
    number: int
    status: str
    kind: str
    document: dict[str, Any]
    author: str
    co_authors: list[str]
    reason: str
    created_at: datetime


class Revisions:
    """The history of entries within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: RevisionRecord) -> None:
        """Keep one more state."""
        row = RevisionRow(**vars(record))
        self._session.add(row)
        self._session.flush()
        self._session.expunge(row)

    def get(self, entry_id: str, number: int) -> RevisionRecord | None:
        """Return one state of the entry, or None."""
        query = select(RevisionRow).where(RevisionRow.entry_id == entry_id, RevisionRow.number == number)
        row = self._session.scalar(query)
        return record_of(RevisionRecord, row) if row else None

    def of(self, entry_id: str) -> list[RevisionRecord]:
        """Return all states of the entry, newest first."""
        query = select(RevisionRow).where(RevisionRow.entry_id == entry_id).order_by(RevisionRow.number.desc())
        return [record_of(RevisionRecord, row) for row in self._session.scalars(query)]

    def authors_of(self, entry_id: str) -> frozenset[str]:
        """Return everyone who wrote a state of the entry or helped with one; who only moved it on wrote nothing."""
        written = (RevisionRow.entry_id == entry_id) & (RevisionRow.kind != "status")
        query = select(RevisionRow.author, RevisionRow.co_authors).where(written)
        return frozenset(
            person for author, co_authors in self._session.execute(query) for person in (author, *co_authors)
        )

    def since(self, moment: datetime, *, statuses: Collection[str]) -> list[RevisionRecord]:
        """Return the states of these statuses that came about after the moment, oldest first."""
        query = select(RevisionRow).where(RevisionRow.created_at > moment, RevisionRow.status.in_(statuses))
        return [record_of(RevisionRecord, row) for row in self._session.scalars(query.order_by(RevisionRow.id))]
