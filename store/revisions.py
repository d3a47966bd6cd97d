"""Every state an entry ever had; rows are only ever added, and the database refuses anything else."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
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

    def contributors_to(self, entry_id: str) -> list[str]:
        """Return everyone who wrote a state of the entry or helped with one, in the order in which they first did."""
        query = select(RevisionRow.author, RevisionRow.co_authors).where(RevisionRow.entry_id == entry_id)
        states = self._session.execute(query.order_by(RevisionRow.number))
        return list(dict.fromkeys(person for author, co_authors in states for person in (author, *co_authors)))

    def first_with_status(self, entry_id: str, status: str) -> datetime | None:
        """Return when the entry first had the status, or None where it never had."""
        with_status = (RevisionRow.entry_id == entry_id) & (RevisionRow.status == status)
        return self._session.scalar(select(func.min(RevisionRow.created_at)).where(with_status))

    def since(
        self, moment: datetime, *, statuses: Collection[str], until: datetime | None = None
    ) -> list[RevisionRecord]:
        """Return the states of these statuses that came about from the moment on (and before `until`), oldest first."""
        query = select(RevisionRow).where(RevisionRow.created_at >= moment, RevisionRow.status.in_(statuses))
        if until is not None:
            query = query.where(RevisionRow.created_at < until)
        return [record_of(RevisionRecord, row) for row in self._session.scalars(query.order_by(RevisionRow.id))]
