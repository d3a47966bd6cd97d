"""Proposed changes of entries, until somebody entitled decides."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from store.models import AmendmentRow
from store.records import record_of


@dataclass(frozen=True)
class AmendmentRecord:
    """A proposal: the document as it should become, seen from `base_revision`.

    `weight` is minor, major or urgent; `state` is drafting, open, published, declined or withdrawn. `version` counts
    its edits, so that two people who edit it at once notice each other. `origin` names what led to it, where something
    did: a write-up and what was chosen in it.
    """

    id: int
    entry_id: str
    base_revision: int
    document: dict[str, Any]
    weight: str
    reason: str
    state: str
    proposed_by: str
    co_authors: list[str]
    version: int
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    published_revision: int | None
    origin: str | None
    created_at: datetime
    updated_at: datetime


class Amendments:
    """Proposals within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self,
        *,
        entry_id: str,
        base_revision: int,
        document: dict[str, Any],
        weight: str,
        reason: str,
        state: str,
        proposed_by: str,
        at: datetime,
        origin: str | None = None,
    ) -> AmendmentRecord:
        """Keep a new proposal and return it."""
        row = AmendmentRow(
            entry_id=entry_id,
            base_revision=base_revision,
            document=document,
            weight=weight,
            reason=reason,
            state=state,
            proposed_by=proposed_by,
            co_authors=[],
            version=1,
            origin=origin,
            created_at=at,
            updated_at=at,
        )
        self._session.add(row)
        self._session.flush()
        return record_of(AmendmentRecord, row)

    def get(self, amendment_id: int) -> AmendmentRecord | None:
        """Return the proposal, locked until the transaction ends, or None."""
        row = self._session.get(AmendmentRow, amendment_id, with_for_update=True)
        return record_of(AmendmentRecord, row) if row else None

    def look_at(self, amendment_id: int) -> AmendmentRecord | None:
        """Return the proposal without locking it, or None."""
        row = self._session.get(AmendmentRow, amendment_id)
        return record_of(AmendmentRecord, row) if row else None

    def of_origin(self, origin: str) -> AmendmentRecord | None:
        """Return the proposal that this led to, or None."""
        row = self._session.scalar(select(AmendmentRow).where(AmendmentRow.origin == origin))
        return record_of(AmendmentRecord, row) if row else None

    def find(
        self, *, entry_id: str | None = None, states: Collection[str] = (), proposed_by: str | None = None
    ) -> list[AmendmentRecord]:
        """Return the proposals that fit everything given, oldest first."""
        query = select(AmendmentRow).order_by(AmendmentRow.id)
        if entry_id is not None:
            query = query.where(AmendmentRow.entry_id == entry_id)
        if states:
            query = query.where(AmendmentRow.state.in_(states))
        if proposed_by is not None:
            query = query.where(AmendmentRow.proposed_by == proposed_by)
        return [record_of(AmendmentRecord, row) for row in self._session.scalars(query)]

    def change(self, amendment_id: int, **values: Any) -> None:
        """Set some of the proposal's columns."""
        self._session.execute(update(AmendmentRow).where(AmendmentRow.id == amendment_id).values(**values))
        self._session.expire_all()
