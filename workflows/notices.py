"""What became of entries, told to those who follow them or were shown them lately: one quiet message a person.

ledger.py notes a notice for each revision and person. Here they rest until nobody changes the entry any more, are
gathered into one message a person, and become words only when that message is sent.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import uuid4

from store import Store, Transaction
from store.followers import NoticeRecord
from store.revisions import RevisionRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.differences import Difference, differences
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.errors import NotAllowed, NotFound
from workflows.people import Actor
from workflows.ports import DeliveryBell

CHANGE_NOTICE = "change_notice"
AT_ONCE = 100  # people told in one sweep; the next sweep tells the rest
MOST = 60  # entries of one message, so that drawing it stays within the messenger's patience; a large import has more
PATIENCE = 6  # times the delay: after so long a notice is told even while its entry is still being changed
# What the life of an entry says of itself; it stands in words of its own above the fields that changed.
TOLD_APART = frozenset({"status"})


@dataclass(frozen=True)
class ChangedEntry:
    """One entry of a notice: its states between `before` (None: it was published now) and now, folded into one.

    `reasons` are those of each state, oldest first; `is_followed` is False for people who were only shown the entry.
    """

    entry: Entry
    differences: tuple[Difference, ...]
    is_new: bool
    is_urgent: bool
    is_followed: bool
    by: tuple[str, ...]
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Notice:
    """One message to one person: what changed, urgent corrections first; `has_more` where it was too much for one."""

    user_id: str
    changed: tuple[ChangedEntry, ...]
    has_more: bool = False


@dataclass(frozen=True)
class Notices:
    """Gathers and tells changes; `delay` is how long they rest before they are told."""

    store: Store
    clock: Clock
    catalog: Catalog
    bell: DeliveryBell
    delay: timedelta

    def sweep(self) -> int:
        """Owe each person with rested notices one message, and return how many.

        Any number of processes may sweep: one at a time gathers, and what was gathered once is told by that message.
        """
        now = self.clock()
        with self.store.read() as tx:
            due = tx.followers.people_to_tell(
                before=now - self.delay, at_latest=now - PATIENCE * self.delay, limit=AT_ONCE
            )
        owed = sum(self._owe(person) for person in due)
        if owed:
            self.bell.ring()
        return owed

    def notice(self, batch: str) -> Notice | None:
        """Return what the message has to say to its reader now, or None where nothing is left for their eyes."""
        with self.store.read() as tx:
            gathered = tx.followers.batch(batch)
        if not gathered or not self.catalog.people.workspace.is_active(gathered[0].user_id):
            return None
        reader = Actor(gathered[0].user_id)
        by_entry: dict[str, list[NoticeRecord]] = {}
        for one in gathered:
            by_entry.setdefault(one.entry_id, []).append(one)
        looked_at = list(by_entry.values())[:MOST]
        changed = [self._told(notices, reader) for notices in looked_at]
        told = sorted((one for one in changed if one is not None), key=lambda one: not one.is_urgent)
        return Notice(reader.user_id, tuple(told), has_more=len(by_entry) > MOST) if told else None

    def _owe(self, user_id: str) -> bool:
        batch = str(uuid4())
        with self.store.begin() as tx:
            # Where another process gathers at this moment, it takes this person too, or the next sweep does.
            if not tx.followers.is_turn_to_gather() or not tx.followers.gather(user_id, batch):
                return False
            return tx.outbox.owe_once(
                f"notice:{user_id}:{batch}", kind=CHANGE_NOTICE, subject=batch, address=user_id, at=self.clock()
            )

    def _told(self, notices: Sequence[NoticeRecord], reader: Actor) -> ChangedEntry | None:
        with self.store.read() as tx:
            return self._changed(tx, notices, reader)

    def _changed(self, tx: Transaction, notices: Sequence[NoticeRecord], reader: Actor) -> ChangedEntry | None:
        """Return what the notices of one entry say, or None where the reader may not see it or wants to hear no more.

        An earlier state that the reader was not to see is not compared with: what it said would show in the difference.
        """
        entry_id, numbers = notices[0].entry_id, [one.revision for one in notices]
        if reader.user_id in tx.followers.muted(entry_id):
            return None
        try:
            entry = self.catalog.entry_within(tx, entry_id, reader, follow=False)
        except (NotFound, NotAllowed):
            return None
        told = [state for number in numbers if (state := tx.revisions.get(entry_id, number))]
        before = tx.revisions.get(entry_id, min(numbers) - 1)
        if not told or not self._may_read(tx, told[-1], reader):
            return None
        visible_before = before if before and self._may_read(tx, before, reader) else None
        is_new = visible_before is None or (visible_before.status != "published" and told[-1].status == "published")
        return ChangedEntry(
            entry=entry,
            differences=() if is_new else _told_differences(visible_before, told[-1]),
            is_new=is_new,
            is_urgent=self._is_urgent(tx, entry_id, numbers),
            is_followed=any(one.why == "follows" for one in notices),
            by=tuple(dict.fromkeys(person for state in told for person in (state.author, *state.co_authors))),
            reasons=tuple(dict.fromkeys(state.reason for state in told)),
        )

    def _may_read(self, tx: Transaction, state: RevisionRecord, reader: Actor) -> bool:
        involved = tx.revisions.authors_of(state.entry_id)
        return self.catalog.people.may_see(reader, FailureMode.model_validate(state.document), involved=involved)

    @staticmethod
    def _is_urgent(tx: Transaction, entry_id: str, numbers: Sequence[int]) -> bool:
        published = tx.amendments.find(entry_id=entry_id, states=("published",))
        return any(one.weight == "urgent" and one.published_revision in numbers for one in published)


def _told_differences(before: RevisionRecord | None, after: RevisionRecord) -> tuple[Difference, ...]:
    if before is None:
        return ()
    found = differences(FailureMode.model_validate(before.document), FailureMode.model_validate(after.document))
    return tuple(one for one in found if one.path not in TOLD_APART)
