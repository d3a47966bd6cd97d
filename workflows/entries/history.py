"""The history of an entry: every state it had, what differs between any two, and going back to one."""

from dataclasses import dataclass
from datetime import datetime

from store import Store
from store.revisions import RevisionRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.differences import Difference, differences
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.ledger import Change, change_entry, take_entry
from workflows.errors import NotFound
from workflows.people import Actor


@dataclass(frozen=True)
class Revision:
    """One state of an entry: when, by whom (Slack ids), how and why it came about."""

    number: int
    status: str
    kind: str
    author: str
    co_authors: tuple[str, ...]
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class Comparison:
    """What differs between two states of an entry, the older first; `before` is None for the very first."""

    entry: Entry
    before: Revision | None
    after: Revision
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class History:
    """The states of entries; whoever may see an entry may see what it was, unless it was more restricted then."""

    store: Store
    clock: Clock
    catalog: Catalog

    def of(self, reference: str, actor: Actor) -> tuple[Entry, list[Revision]]:
        """Return the entry (a merged one itself, not what it became) and its states, newest first."""
        entry = self.catalog.entry(reference, actor, follow=False)
        with self.store.read() as tx:
            found = [_revision(record) for record in tx.revisions.of(entry.id)]
        return entry, found

    def compare(self, reference: str, before: int, after: int, actor: Actor) -> Comparison:
        """Return what differs between two states in either order; 0 stands for nothing before the first."""
        entry = self.catalog.entry(reference, actor, follow=False)
        older, newer = sorted((before, after))
        with self.store.read() as tx:
            first = self._state(tx.revisions.get(entry.id, older), entry, older, actor) if older else None
            second = self._state(tx.revisions.get(entry.id, newer), entry, newer, actor)
        changed = differences(_document(first) if first else None, _document(second))
        return Comparison(entry, _revision(first) if first else None, _revision(second), tuple(changed))

    def restore(self, reference: str, number: int, actor: Actor, *, expected: int, reason: str) -> Entry:
        """Give the entry a new state that says what an earlier one said; its place in the lifecycle stays.

        Raises Outdated when the entry is not at the revision the person looked at.
        """
        entry = self.catalog.entry(reference, actor, follow=False)
        self.catalog.people.require_steward(actor, entry.document.domain, f"restore an earlier state of {entry.id}")
        with self.store.begin() as tx:
            known = take_entry(tx, entry.id, expected=expected)
            earlier = _document(self._state(tx.revisions.get(entry.id, number), entry, number, actor))
            document = earlier.model_copy(update={"status": known.status, "slug": known.slug})
            change = Change("restore", actor.user_id, f"back to revision {number}: {reason}")
            change_entry(
                tx, known, document, change, self.clock(),
                status_reason=known.status_reason, successor_id=known.successor_id,
            )  # fmt: skip
        self.catalog.refresh()
        return self.catalog.entry(entry.id, actor, follow=False)

    def _state(self, record: RevisionRecord | None, entry: Entry, number: int, actor: Actor) -> RevisionRecord:
        involved = {record.author, *record.co_authors} if record else set()
        if record is None or not self.catalog.people.may_see(actor, _document(record), involved=involved):
            msg = f"{entry.id} has no revision {number}; `/failure history {entry.id}` lists those there are."
            raise NotFound(msg)
        return record


def _document(record: RevisionRecord) -> FailureMode:
    return FailureMode.model_validate(record.document)


def _revision(record: RevisionRecord) -> Revision:
    return Revision(
        number=record.number,
        status=record.status,
        kind=record.kind,
        author=record.author,
        co_authors=tuple(record.co_authors),
        reason=record.reason,
        created_at=record.created_at,
    )
