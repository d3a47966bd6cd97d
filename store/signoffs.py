"""Approvals that were asked of colleagues, and what was said about them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import RemarkRow, SignOffRow
from store.records import record_of

# Any number will do as long as nothing else in the same PostgreSQL takes it as an advisory lock.
SAMPLING_LOCK = 7_305_115


@dataclass(frozen=True)
class SignOffRecord:
    """One approval asked for: of an entry's revision, or of an amendment of it.

    `purpose` is publication, amendment, afterwards (of an urgent correction) or sampling; `state` is open, approved,
    changes_requested or cancelled; `base_revision` is what the change is compared with, 0 for a whole new entry.
    """

    id: int
    key: str
    entry_id: str
    amendment_id: int | None
    revision: int
    base_revision: int
    purpose: str
    discipline: str
    asked_by: str | None
    asked_people: list[str]
    asked_at: datetime
    state: str
    decided_by: str | None
    decided_at: datetime | None

    @property
    def matter(self) -> str:
        """What was asked about: the same for every discipline that was asked about the same state."""
        return self.key.rpartition(":")[0]


@dataclass(frozen=True)
class RemarkRecord:
    """Something said about a sign-off; `origin` names the message or form it came from, so that it is kept once."""

    sign_off_id: int
    origin: str
    author: str
    text: str
    said_at: datetime


class SignOffs:
    """Approvals within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def ask_once(self, **values: Any) -> bool:
        """Ask for an approval unless one with the same key was asked for; return whether it is new."""
        return insert_once(self._session, SignOffRow, state="open", **values)

    def get(self, sign_off_id: int) -> SignOffRecord | None:
        """Return the approval, locked until the transaction ends, or None."""
        row = self._session.get(SignOffRow, sign_off_id, with_for_update=True)
        return record_of(SignOffRecord, row) if row else None

    def look_at(self, sign_off_id: int) -> SignOffRecord | None:
        """Return the approval without locking it, or None."""
        row = self._session.get(SignOffRow, sign_off_id)
        return record_of(SignOffRecord, row) if row else None

    def of_matter(self, matter: str) -> list[SignOffRecord]:
        """Return what each discipline was asked about one matter, oldest first; part of one's name finds several."""
        of_it = SignOffRow.key.startswith(f"{matter}:", autoescape=True)
        query = select(SignOffRow).where(of_it).order_by(SignOffRow.id)
        return [record_of(SignOffRecord, row) for row in self._session.scalars(query)]

    def take_turns(self) -> None:
        """Wait until no other process draws a sample."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(select(func.pg_advisory_xact_lock(SAMPLING_LOCK)))

    def times_sampled(self) -> dict[str, int]:
        """Return how often each entry was picked for peer review."""
        query = select(SignOffRow.entry_id, func.count()).where(SignOffRow.purpose == "sampling")
        return {entry_id: count for entry_id, count in self._session.execute(query.group_by(SignOffRow.entry_id))}

    def with_key(self, key: str) -> SignOffRecord | None:
        """Return the approval that was asked for under this key, or None."""
        row = self._session.scalar(select(SignOffRow).where(SignOffRow.key == key))
        return record_of(SignOffRecord, row) if row else None

    def find(
        self, *, entry_id: str | None = None, amendment_id: int | None = None, states: Collection[str] = ()
    ) -> list[SignOffRecord]:
        """Return the approvals that fit everything given, oldest first."""
        query = select(SignOffRow).order_by(SignOffRow.id)
        if entry_id is not None:
            query = query.where(SignOffRow.entry_id == entry_id)
        if amendment_id is not None:
            query = query.where(SignOffRow.amendment_id == amendment_id)
        if states:
            query = query.where(SignOffRow.state.in_(states))
        return [record_of(SignOffRecord, row) for row in self._session.scalars(query)]

    def decide(self, sign_off_id: int, state: str, *, by: str | None, at: datetime) -> None:
        """Note how it ended."""
        change = update(SignOffRow).where(SignOffRow.id == sign_off_id)
        self._session.execute(change.values(state=state, decided_by=by, decided_at=at))
        self._session.expire_all()

    def remark(self, record: RemarkRecord) -> bool:
        """Keep what was said; return False for what is kept already."""
        return insert_once(self._session, RemarkRow, **vars(record))

    def remark_from(self, sign_off_id: int, origin: str) -> RemarkRecord | None:
        """Return the remark that came from there, or None."""
        here = (RemarkRow.sign_off_id == sign_off_id) & (RemarkRow.origin == origin)
        row = self._session.scalar(select(RemarkRow).where(here))
        return record_of(RemarkRecord, row) if row else None

    def remarks(self, sign_off_id: int) -> list[RemarkRecord]:
        """Return what was said, oldest first."""
        query = select(RemarkRow).where(RemarkRow.sign_off_id == sign_off_id).order_by(RemarkRow.id)
        return [record_of(RemarkRecord, row) for row in self._session.scalars(query)]
