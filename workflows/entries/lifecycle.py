"""The life of an entry, and who may take which step.

    draft ──submit──> in_review ──publish──> published ──deprecate──> deprecated ──archive──> archived
      ^                  │   ^                   ^                        │                      │
      │<────withdraw─────┘   └─ publish from     └────────bring back──────┴──────────bring back──┘
      │                         draft too, once somebody else approved it
      └── reject ──> rejected ──bring back──> draft                 merged: workflows/entries/merging.py

What is published passes every gate; a rejected, deprecated or archived entry says why, and what to use instead.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from store import Store, Transaction
from store.entries import EntryRecord
from workflows.clock import Clock
from workflows.entries.assessing import Assessing
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode, Status
from workflows.entries.entry import Entry, canonical_id
from workflows.entries.ledger import Change, call_off_sign_offs, change_entry, take_entry, with_status
from workflows.errors import InvalidForm, NotAllowed, UserError
from workflows.people import Actor, People
from workflows.ports import DeliveryBell
from workflows.quality.checks.people import GOVERNED
from workflows.reviews.messages import close_within
from workflows.writeups.announcing import announce_entry_within


class Reviewers(Protocol):
    """Asks colleagues for their approval; workflows/signoffs.py does."""

    def ask_within(
        self,
        tx: Transaction,
        record: EntryRecord,
        *,
        purpose: Literal["publication", "amendment", "afterwards", "sampling"],
        disciplines: Collection[str],
        asked_by: Actor | None,
        authors: frozenset[str],
        base_revision: int,
        amendment_id: int | None = None,
    ) -> int:
        """Ask, as part of the caller's transaction, and return how many people; raises UserError where nobody can."""
        ...


@dataclass(frozen=True)
class Step:
    """One step: from which states it may be taken, to which it leads, and whether it must say why."""

    begins_at: frozenset[Status]
    leads_to: Status
    needs_reason: bool = False
    authors_may: bool = False


STEPS: Mapping[str, Step] = {
    "submit": Step(frozenset({"draft"}), "in_review", authors_may=True),
    "withdraw": Step(frozenset({"in_review"}), "draft", authors_may=True),
    "publish": Step(frozenset({"draft", "in_review"}), "published"),
    "reject": Step(frozenset({"draft", "in_review"}), "rejected", needs_reason=True),
    "deprecate": Step(frozenset({"published"}), "deprecated", needs_reason=True),
    "archive": Step(frozenset({"deprecated", "rejected"}), "archived", needs_reason=True),
    "bring back": Step(frozenset({"deprecated", "archived"}), "published"),
    "reopen": Step(frozenset({"rejected"}), "draft", authors_may=True),
}


@dataclass(frozen=True)
class Lifecycle:
    """Takes entries from step to step."""

    store: Store
    clock: Clock
    catalog: Catalog
    assessing: Assessing
    sign_offs: Reviewers
    bell: DeliveryBell

    def steps_for(self, entry: Entry, actor: Actor) -> list[str]:
        """Return the steps that this person may take with the entry as it stands."""
        with self.store.read() as tx:
            authors = tx.revisions.authors_of(entry.id)
        return [
            name
            for name, step in STEPS.items()
            if entry.status in step.begins_at and self._may(actor, entry.document.domain, step, authors)
        ]

    def submit(self, entry_id: str, actor: Actor, *, expected: int, disciplines: Collection[str] = ()) -> Entry:
        """Send a draft to its reviewers: somebody who did not write it, and the disciplines that its effects need.

        Raises UserError naming the role to fill where nobody could review it.
        """
        with self.store.begin() as tx:
            record = self._step(tx, "submit", entry_id, actor, expected=expected, reason="sent to review")
            self.sign_offs.ask_within(
                tx,
                record,
                purpose="publication",
                disciplines=disciplines_for(with_status(record, "in_review"), disciplines, self.catalog.people),
                asked_by=actor,
                authors=tx.revisions.authors_of(record.id),
                base_revision=0,
            )
        return self._after(entry_id, actor)

    def withdraw(self, entry_id: str, actor: Actor, *, expected: int) -> Entry:
        """Take an entry back from its reviewers; what they were asked is called off."""
        with self.store.begin() as tx:
            record = self._step(tx, "withdraw", entry_id, actor, expected=expected, reason="taken back from review")
            call_off_sign_offs(tx, record.id, self.clock())
        return self._after(entry_id, actor)

    def publish(self, entry_id: str, actor: Actor, *, expected: int) -> Entry:
        """Publish an entry that passes every gate; raises NotPublishable naming all that is missing."""
        with self.store.begin() as tx:
            known = self._taken(tx, "publish", entry_id, actor, expected)
            self.assessing.require_publishable(tx, known, with_status(known, "published"))
            record = self._moved(tx, known, "published", actor, "published")
            now = self.clock()
            if tx.reviews.due_date(record.id) is None:
                lasts = self.catalog.cadence.of(FailureMode.model_validate(record.document))
                tx.reviews.schedule(record.id, now + lasts, "its first review after publication", lasts=lasts)
            call_off_sign_offs(tx, record.id, now)
            announce_entry_within(tx, record.id, now)
        return self._after(entry_id, actor)

    def reject(self, entry_id: str, actor: Actor, *, expected: int, reason: str) -> Entry:
        """Decline a draft for good, with a reason that its authors read."""
        with self.store.begin() as tx:
            record = self._step(tx, "reject", entry_id, actor, expected=expected, reason=reason)
            call_off_sign_offs(tx, record.id, self.clock())
        return self._after(entry_id, actor)

    def reopen(self, entry_id: str, actor: Actor, *, expected: int) -> Entry:
        """Make a rejected entry a draft again."""
        with self.store.begin() as tx:
            self._step(tx, "reopen", entry_id, actor, expected=expected, reason="opened again")
        return self._after(entry_id, actor)

    def deprecate(
        self, entry_id: str, actor: Actor, *, expected: int, reason: str, successor: str | None = None
    ) -> Entry:
        """Take an entry out of search and suggestions, with the reason or the entry to use instead."""
        successor_id = self.catalog.entry(successor, actor).id if successor else None
        if successor_id == canonical_id(entry_id):
            raise InvalidForm({"successor": "An entry cannot follow itself; choose another one or leave this empty."})
        with self.store.begin() as tx:
            self._step(tx, "deprecate", entry_id, actor, expected=expected, reason=reason, successor_id=successor_id)
        return self._after(entry_id, actor)

    def archive(self, entry_id: str, actor: Actor, *, expected: int, reason: str) -> Entry:
        """Put an entry away; its id and history stay readable."""
        with self.store.begin() as tx:
            self._step(tx, "archive", entry_id, actor, expected=expected, reason=reason)
        return self._after(entry_id, actor)

    def bring_back(self, entry_id: str, actor: Actor, *, expected: int) -> Entry:
        """Publish a deprecated or archived entry again, if it passes every gate as it was last published."""
        with self.store.begin() as tx:
            known = self._taken(tx, "bring back", entry_id, actor, expected)
            self.assessing.require_publishable(tx, known, with_status(known, "published"))
            record = self._moved(tx, known, "published", actor, "published again")
            # What was asked before it was put away is answered by nobody any more.
            close_within(tx, record.id, self.clock())
            lasts = self.catalog.cadence.of(FailureMode.model_validate(record.document))
            reason = "its first review after it was published again"
            tx.reviews.schedule(record.id, self.clock() + lasts, reason, lasts=lasts)
        return self._after(entry_id, actor)

    def _step(
        self,
        tx: Transaction,
        name: str,
        entry_id: str,
        actor: Actor,
        *,
        expected: int,
        reason: str,
        successor_id: str | None = None,
    ) -> EntryRecord:
        known = self._taken(tx, name, entry_id, actor, expected)
        if STEPS[name].needs_reason and not reason.strip():
            raise InvalidForm({"reason": "Say in a sentence why, so that whoever finds the entry knows."})
        return self._moved(tx, known, STEPS[name].leads_to, actor, reason.strip(), successor_id=successor_id)

    def _taken(self, tx: Transaction, name: str, entry_id: str, actor: Actor, expected: int) -> EntryRecord:
        """Return the entry, locked, for whoever may take the step; raises NotAllowed, NotFound, Outdated."""
        step = STEPS[name]
        entry = self.catalog.entry_within(tx, entry_id, actor, follow=False)
        authors = tx.revisions.authors_of(entry.id)
        if not self._may(actor, entry.document.domain, step, authors):
            who = "its authors, " if step.authors_may else ""
            msg = f"Only {who}a steward of {entry.document.domain}, a champion or an admin can {name} {entry.id}."
            raise NotAllowed(msg, ask=entry.steward)
        known = take_entry(tx, entry.id)
        if known.status not in step.begins_at:
            msg = f"{entry.id} is {known.status.replace('_', ' ')}, so it is too late to {name} it; look at it again."
            raise UserError(msg)
        return take_entry(tx, entry.id, expected=expected)

    def _moved(
        self,
        tx: Transaction,
        known: EntryRecord,
        status: Status,
        actor: Actor,
        reason: str,
        *,
        successor_id: str | None = None,
    ) -> EntryRecord:
        ended = status in {"rejected", "deprecated", "archived"}
        if ended:
            close_within(tx, known.id, self.clock())
        return change_entry(
            tx,
            known,
            with_status(known, status),
            Change("status", actor.user_id, reason),
            self.clock(),
            status_reason=reason if ended else None,
            successor_id=(successor_id or known.successor_id) if ended else None,
        )

    def _may(self, actor: Actor, domain: str, step: Step, authors: Collection[str]) -> bool:
        people = self.catalog.people
        return people.may_steward(actor, domain) or (step.authors_may and actor.user_id in authors)

    def _after(self, entry_id: str, actor: Actor) -> Entry:
        self.catalog.refresh()
        self.bell.ring()
        return self.catalog.entry(entry_id, actor, follow=False)


def disciplines_for(document: FailureMode, wished: Collection[str], people: People) -> tuple[str, ...]:
    """Return the disciplines to ask: those wished for, one for each effect that needs it, or else a peer.

    Of the disciplines that can judge an effect, one that somebody here answers for is taken.
    """
    needed = []
    for effect in document.effects:
        able = GOVERNED.get(effect.category, ())
        if able and not set(able) & set(wished):
            needed.append(next((one for one in able if people.holders(f"reviewer:{one}")), able[0]))
    return tuple(dict.fromkeys((*wished, *needed))) or ("peer",)
