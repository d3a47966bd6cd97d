"""Entries grow old: stewards are asked to verify them when due, and only a person's answer moves the date."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from store import Store, Transaction
from store.reviews import ReviewAnswerRecord, ReviewRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.parts import without_unstorable_characters
from workflows.errors import InvalidForm, NotFound
from workflows.people import Actor
from workflows.ports import DeliveryBell

NUDGE = "review_nudge"
SNOOZE = timedelta(days=7)
AT_ONCE = 100  # reviews taken up in one sweep; the next sweep takes the rest
MAX_NOTE = 1_000

Answer = Literal["verified", "snoozed", "needs_change"]


@dataclass(frozen=True)
class DueReview:
    """An entry whose review is due, since when and why, and what was answered to it, if anything."""

    entry: Entry
    due_at: datetime
    reason: str
    asked_by: str | None = None
    answer: ReviewAnswerRecord | None = None


@dataclass(frozen=True)
class Reviews:
    """Review schedules and their answers; `interval` is how long a verification lasts."""

    store: Store
    clock: Clock
    catalog: Catalog
    bell: DeliveryBell
    interval: timedelta

    def sweep(self) -> int:
        """Owe each steward one message per due review, and return how many are new.

        Any number of processes may sweep: the message's key holds the due date, so it is owed once. The date itself
        is not moved by telling anybody. A review without a steward waits until somebody is named.
        """
        now = self.clock()
        with self.store.begin() as tx:
            due = [review for review in tx.reviews.due_and_not_nudged(now) if self._can_be_told(review)]
            owed = sum(self._owe_nudge(tx, review, now) for review in due[:AT_ONCE])
        if owed:
            self.bell.ring()
        return owed

    def request(self, entry_id: str, reason: str, actor: Actor) -> None:
        """Make the entry's review due now because of `reason`; one that is due already keeps its date."""
        entry = self.catalog.entry(entry_id, actor)
        with self.store.begin() as tx:
            self.request_within(tx, entry.id, reason, actor)
        self.sweep()

    def request_within(self, tx: Transaction, entry_id: str, reason: str, actor: Actor) -> None:
        """Do the same as part of the caller's transaction; the next sweep tells the steward."""
        now = self.clock()
        review = tx.reviews.get(entry_id)
        if review is None or review.due_at > now:
            kept = without_unstorable_characters(reason)[:MAX_NOTE]
            tx.reviews.schedule(entry_id, now, kept, asked_by=None if actor.is_operator else actor.user_id)

    def answer(
        self, entry_id: str, due_at: datetime, answer: Answer, actor: Actor, *, note: str | None = None
    ) -> DueReview:
        """Note a steward's answer and move the due date; a second answer to the same review changes nothing.

        Verified: due again after the interval. Snoozed: after a week. Needs change: after a week, with the note kept.
        Raises NotAllowed for anyone but the domain's steward or an admin, InvalidForm for a missing note.
        """
        entry = self.catalog.entry(entry_id, actor)
        self._require_steward(entry, actor)
        if answer == "needs_change" and not (note or "").strip():
            raise InvalidForm({"note": "Say in a sentence what has to change, so that whoever edits it knows."})
        kept = without_unstorable_characters(note)[:MAX_NOTE] if note else None
        given = ReviewAnswerRecord(entry.id, due_at, answer, kept, actor.user_id, self.clock())
        with self.store.begin() as tx:
            review = tx.reviews.get(entry.id)
            if review is None:
                msg = f"{entry.id} has no review; open it with `/failure show {entry.id}`."
                raise NotFound(msg)
            if tx.reviews.answer_to(entry.id, due_at) is None and review.due_at == due_at:
                self._take_answer(tx, review, given)
        self.catalog.refresh()
        self.bell.ring()
        return self.review(entry_id, due_at)

    def open_for(self, entry_id: str, due_at: datetime, actor: Actor) -> DueReview:
        """Return the review to somebody who may answer it; raises NotAllowed for everyone else."""
        self._require_steward(self.catalog.entry(entry_id, actor), actor)
        return self.review(entry_id, due_at)

    def review(self, entry_id: str, due_at: datetime) -> DueReview:
        """Return the review that was due then, with its answer, for its message to be drawn; raises NotFound."""
        with self.store.read() as tx:
            answer = tx.reviews.answer_to(entry_id, due_at)
            review = tx.reviews.get(entry_id)
        entry = self.catalog.published_to_anyone(entry_id)
        if entry is None or review is None:
            msg = f"{entry_id} is not published any more."
            raise NotFound(msg)
        if review.due_at != due_at:
            return DueReview(entry, due_at, "", answer=answer)
        return DueReview(entry, due_at, review.reason, review.asked_by, answer)

    def due_for(self, actor: Actor) -> list[DueReview]:
        """Return the due reviews that this person may answer, oldest first."""
        with self.store.read() as tx:
            due = tx.reviews.due(self.clock())
        found = [(self.catalog.published_to_anyone(review.entry_id), review) for review in due]
        return [
            DueReview(entry, review.due_at, review.reason, review.asked_by)
            for entry, review in found
            if entry
            and self.catalog.people.may_steward(actor, entry.document.domain)
            and self.catalog.people.may_see(actor, entry.document)
        ]

    def _can_be_told(self, review: ReviewRecord) -> bool:
        """Return whether there is somebody to tell; the others wait and must not keep these from being told."""
        entry = self.catalog.published_to_anyone(review.entry_id)
        return entry is not None and entry.steward is not None

    def _owe_nudge(self, tx: Transaction, review: ReviewRecord, now: datetime) -> bool:
        entry = self.catalog.published_to_anyone(review.entry_id)
        if entry is None or entry.steward is None:
            return False
        tx.reviews.nudged(review.entry_id, review.due_at)
        return tx.outbox.owe_once(
            nudge_key(review.entry_id, review.due_at),
            kind=NUDGE,
            subject=nudge_subject(review.entry_id, review.due_at),
            address=entry.steward,
            at=now,
        )

    def _take_answer(self, tx: Transaction, review: ReviewRecord, given: ReviewAnswerRecord) -> None:
        now = given.answered_at
        tx.reviews.add_answer(given)
        if given.answer == "verified":
            tx.entries.verified(review.entry_id, by=given.answered_by, at=now)
            tx.reviews.schedule(review.entry_id, now + self.interval, "the last verification has run out")
        else:
            changed = given.answer == "needs_change"
            reason = f"a change was asked for: {given.note}" if changed else review.reason
            asked_by = given.answered_by if changed else review.asked_by
            tx.reviews.schedule(review.entry_id, now + SNOOZE, reason, asked_by=asked_by)
        tx.outbox.edit(nudge_key(review.entry_id, review.due_at), at=now)

    def _require_steward(self, entry: Entry, actor: Actor) -> None:
        self.catalog.people.require_steward(actor, entry.document.domain, f"answer for {entry.id}")


def nudge_key(entry_id: str, due_at: datetime) -> str:
    """Return the key under which this review's one message is owed."""
    return f"review:{nudge_subject(entry_id, due_at)}"


def nudge_subject(entry_id: str, due_at: datetime) -> str:
    """Return the review in one string, for a message's subject and a button's value."""
    return f"{entry_id}|{due_at.isoformat()}"


def read_nudge_subject(subject: str) -> tuple[str, datetime]:
    """Return the entry and due date that `nudge_subject` wrote; raises NotFound for anything else."""
    entry_id, _, moment = subject.partition("|")
    try:
        due_at = datetime.fromisoformat(moment)
    except ValueError:
        due_at = None
    if due_at is None or due_at.tzinfo is None:
        msg = "This button belongs to no review; open yours with `/failure reviews`."
        raise NotFound(msg)
    return entry_id, due_at
