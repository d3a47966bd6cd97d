"""Failure modes as the database keeps them: a document, and the columns that queries need."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, defer

from store.changes import tell
from store.models import CounterRow, EntryRow, ReviewAnswerRow
from store.records import record_of

COUNTER = "entry"
AT_ONCE = 500  # ids in one query; databases bound how many values a statement may have
# Any number will do as long as nothing else in the same PostgreSQL takes it as an advisory lock.
IMPORT_LOCK = 7_305_113


@dataclass(frozen=True)
class EntryRecord:
    """One entry: `document` is the JSON of a failure mode.

    `fingerprint` is the hash of the file it was imported from last, `imported` what that file said: what an edit here
    and the next version of the file are compared with.
    `status_reason` says why it was rejected, deprecated or archived; `successor_id` is the entry to use instead.
    """

    id: str
    slug: str
    title: str
    status: str
    status_reason: str | None
    successor_id: str | None
    domain: str
    document: dict[str, Any]
    fingerprint: str
    imported: dict[str, Any] | None
    revision: int
    created_by: str | None
    created_at: datetime
    updated_at: datetime
    last_verified_at: datetime | None
    last_verified_by: str | None


class Entries:
    """The catalog's entries within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, entry_id: str) -> EntryRecord | None:
        """Return the entry with this id, or None."""
        return self._found(self._session.get(EntryRow, entry_id))

    def take(self, entry_id: str) -> EntryRecord | None:
        """Return the entry with this id, locked until the transaction ends, or None."""
        return self._found(self._session.get(EntryRow, entry_id, with_for_update=True))

    @staticmethod
    def _found(row: EntryRow | None) -> EntryRecord | None:
        return record_of(EntryRecord, row) if row else None

    def all(self, *, statuses: Collection[str] = (), created_by: str | None = None) -> list[EntryRecord]:
        """Return the entries ordered by id, of some statuses or one author where given."""
        query = select(EntryRow).order_by(EntryRow.id)
        if statuses:
            query = query.where(EntryRow.status.in_(statuses))
        if created_by is not None:
            query = query.where(EntryRow.created_by == created_by)
        return [record_of(EntryRecord, row) for row in self._session.scalars(query)]

    def some(self, entry_ids: Collection[str]) -> list[EntryRecord]:
        """Return the entries with these ids, ordered by id, without what was imported, which is as long as they are."""
        wanted = sorted(entry_ids)
        query = select(EntryRow).options(defer(EntryRow.imported, raiseload=True)).order_by(EntryRow.id)
        rows = [
            row
            for start in range(0, len(wanted), AT_ONCE)
            for row in self._session.scalars(query.where(EntryRow.id.in_(wanted[start : start + AT_ONCE])))
        ]
        return [record_of(EntryRecord, row, imported=None) for row in rows]

    def versions(self) -> dict[str, tuple[int, datetime | None]]:
        """Return for each entry what differs whenever it was changed or verified, without reading its document."""
        query = select(EntryRow.id, EntryRow.revision, EntryRow.last_verified_at).order_by(EntryRow.id)
        return {entry_id: (revision, verified) for entry_id, revision, verified in self._session.execute(query)}

    def state(self) -> tuple[int, datetime | None]:
        """Return a value that differs whenever any entry was added, changed or verified."""
        verified = func.max(EntryRow.last_verified_at)
        changed, latest, last_verified = self._session.execute(
            select(func.sum(EntryRow.revision), func.max(EntryRow.updated_at), verified)
        ).one()
        # Answers are counted: the clock of whoever verified may be behind that of whoever changed another entry.
        answers = self._session.scalar(select(func.count()).select_from(ReviewAnswerRow)) or 0
        moments = [moment for moment in (latest, last_verified) if moment is not None]
        return int(changed or 0) + answers, max(moments, default=None)

    def put(self, record: EntryRecord) -> None:
        """Insert the entry, or replace the one with its id."""
        row = self._session.merge(EntryRow(**vars(record)))
        self._session.flush()
        tell(self._session)
        # Written rows are let go, or an import of thousands would hold every document until it ends.
        self._session.expunge(row)

    def verifiers(self) -> frozenset[str]:
        """Return who verified the published entries last."""
        row = EntryRow
        by = select(row.last_verified_by).where(row.status == "published", row.last_verified_by.is_not(None)).distinct()
        return frozenset(person for person in self._session.scalars(by) if person)

    def verified(self, entry_id: str, *, by: str, at: datetime) -> None:
        """Note that a person found the entry right."""
        change = update(EntryRow).where(EntryRow.id == entry_id)
        self._session.execute(change.values(last_verified_by=by, last_verified_at=at))
        tell(self._session)

    def take_turns(self) -> None:
        """Wait until no other process imports; two that start at once on an empty database then do it once."""
        if self._session.get_bind().dialect.name == "postgresql":
            self._session.execute(select(func.pg_advisory_xact_lock(IMPORT_LOCK)))

    def next_number(self) -> int:
        """Return a number that no entry has had; two transactions never get the same one."""
        counter = self._session.get(CounterRow, COUNTER, with_for_update=True)
        if counter is None:
            counter = CounterRow(name=COUNTER, value=0)
            self._session.add(counter)
        counter.value += 1
        self._session.flush()
        return counter.value

    def reserve_numbers(self, highest: int) -> None:
        """Make sure that numbers up to `highest`, given by hand in files, are not given out again."""
        counter = self._session.get(CounterRow, COUNTER, with_for_update=True)
        if counter is None:
            self._session.add(CounterRow(name=COUNTER, value=highest))
        else:
            counter.value = max(counter.value, highest)
        self._session.flush()
