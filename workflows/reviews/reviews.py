"""Reviews: what is due, for whom and why, and what people answer; only a person's answer moves a date."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from store import Store, Transaction
from store.reviews import ReviewAnswerRecord, ReviewRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.parts import without_unstorable_characters
from workflows.errors import InvalidForm, NotFound, UserError
from workflows.people import OPERATOR, Actor, is_person
from workflows.ports import DeliveryBell
from workflows.reviews.cadence import Cadence
from workflows.reviews.messages import edit_within, stage_of
from workflows.reviews.steps import SILENT

WEEK: Final = timedelta(days=7)
LONGEST_SNOOZE: Final = timedelta(days=366)
MAX_NOTE: Final = 1_000
RUN_OUT: Final = "the last verification has run out"
# A review that is handed over keeps its date; this tells its messages from those of whoever had it before.
APART: Final = timedelta(microseconds=1)
SEVERITIES: Final = ("sev1", "sev2", "sev3", "sev4")

Answer = Literal["verified", "snoozed", "needs_change", "handed_over"]


@dataclass(frozen=True)
class DueReview:
    """An entry whose review is due, since when and why, and what was answered to it, if anything.

    `next_due` is when the entry is due next, where that is not this date any more.
    """

    entry: Entry
    due_at: datetime
    reason: str
    asked_by: str | None = None
    answer: ReviewAnswerRecord | None = None
    assigned_to: str | None = None
    next_due: datetime | None = None

    @property
    def is_open(self) -> bool:
        """Whether it still waits for an answer."""
        return self.answer is None and self.next_due is None and self.entry.status == "published"


@dataclass(frozen=True)
class ReviewList:
    """What one message tells of: the step, its reviews by priority, and how many more wait for its reader."""

    stage: str
    reviews: Sequence[DueReview]
    others: int


@dataclass(frozen=True)
class Reviews:
    """Review schedules and their answers."""

    store: Store
    clock: Clock
    catalog: Catalog
    bell: DeliveryBell
    cadence: Cadence

    def request(self, entry_id: str, reason: str, actor: Actor) -> None:
        """Make the entry's review due now because of `reason`; its steward hears of it the same working day."""
        entry = self.catalog.entry(entry_id, actor)
        with self.store.begin() as tx:
            self.request_within(tx, entry.id, reason, actor)

    def request_within(
        self, tx: Transaction, entry_id: str, reason: str, actor: Actor, *, is_urgent: bool = True
    ) -> bool:
        """Do the same as part of the caller's transaction; what is not urgent waits for the steward's weekly digest.

        One that is due already says this reason as well. It begins anew where everybody was told in vain, or where
        this presses and it did not. Return whether anything is new about it.
        """
        now = self.clock()
        review = tx.reviews.get(entry_id)
        kept = without_unstorable_characters(reason)[:MAX_NOTE]
        asked_by = None if actor.is_operator else actor.user_id
        if review is None:
            tx.reviews.schedule(entry_id, now, kept, asked_by=asked_by, is_urgent=is_urgent)
            return True
        is_due, begins_anew = review.due_at <= now, review.stage == SILENT or (is_urgent and not review.is_urgent)
        why = _joined(review.reason, kept) if is_due else kept
        if is_due and not begins_anew:
            if why == review.reason:
                return False
            tx.reviews.say_why(entry_id, why, asked_by=asked_by or review.asked_by)
        else:
            tx.reviews.schedule(
                entry_id, now, why, asked_by=asked_by, is_urgent=is_urgent, assigned_to=review.assigned_to
            )  # fmt: skip
        edit_within(tx, review.entry_id, review.due_at, now)
        return True

    def answer(
        self,
        entry_id: str,
        due_at: datetime,
        answer: Answer,
        actor: Actor,
        *,
        note: str | None = None,
        until: datetime | None = None,
        to: str | None = None,
    ) -> DueReview:
        """Take an answer to a review and move its date; return the review as it stands then.

        Verified: due again after the entry's cadence. Snoozed: `until` then, a week where nothing is said. Needs
        change: in a week, with the `note` kept. Handed over: the same date, asked of `to`. What is settled stays so,
        but a verification counts after a snooze as well. Raises NotAllowed, InvalidForm.
        """
        entry = self.catalog.entry(entry_id, actor, follow=False)
        now = self.clock()
        kept = without_unstorable_characters(note)[:MAX_NOTE].strip() if note else None
        _require_answerable(entry)
        until = until or now + WEEK
        if faults := _faults(answer, kept, to, snooze=until - now):
            raise InvalidForm(faults)
        if answer == "handed_over" and to:
            self._require_reachable(entry, to)
        with self.store.begin() as tx:
            review = tx.reviews.get(entry.id)
            if review is None:
                msg = f"{entry.id} has no review; open it with `/failure show {entry.id}`."
                raise NotFound(msg)
            self._require_may_answer(entry, review, actor)
            while answer == "snoozed" and tx.reviews.answer_to(entry.id, until) is not None:
                until += APART  # that day was answered before, and this is another review
            said = {"handed_over": to, "snoozed": until.isoformat()}.get(answer, kept)
            given = ReviewAnswerRecord(entry.id, due_at, answer, said, actor.user_id, now)
            self._take_answer(tx, entry, review, given)
        self.catalog.refresh()
        self.bell.ring()
        return self.review(entry_id, due_at)

    def verify_within(self, tx: Transaction, entry_id: str, actor: Actor) -> bool:
        """Count what somebody said of an entry they used as its verification; return whether their role allows it."""
        entry = self.catalog.published_to_anyone(entry_id)
        review = tx.reviews.get(entry_id)
        if entry is None or review is None or not self._may_answer(entry, review, actor):
            return False
        given = ReviewAnswerRecord(entry.id, review.due_at, "verified", None, actor.user_id, self.clock())
        self._take_answer(tx, entry, review, given)
        return True

    def open_for(self, entry_id: str, due_at: datetime, actor: Actor) -> DueReview:
        """Return the review to somebody who may answer it; raises NotAllowed for everyone else."""
        entry = self.catalog.entry(entry_id, actor, follow=False)
        with self.store.read() as tx:
            review = next(iter(tx.reviews.of([entry.id])), None)
        self._require_may_answer(entry, review, actor)
        return self.review(entry_id, due_at)

    def review(self, entry_id: str, due_at: datetime) -> DueReview:
        """Return the review that was due then, with its answer, for its message to be drawn; raises NotFound."""
        with self.store.read() as tx:
            return self._review(tx, entry_id, due_at)

    def nudge(self, entry_id: str, due_at: datetime, key: str) -> DueReview | None:
        """Return the review for the message under this key; None where it was settled before anybody saw it."""
        with self.store.read() as tx:
            review = self._review(tx, entry_id, due_at)
            concerns = review.is_open and self._concerns(key.rpartition(":")[2], review)
            return review if concerns or _was_posted(tx, key) else None

    def list_under(self, key: str) -> ReviewList | None:
        """Return what a message tells of that tells of several; None where all was settled before anybody saw it."""
        with self.store.read() as tx:
            told = tx.reviews.nudges_in(key)
            ids = {one.entry_id for one in told}
            answers, next_ones = tx.reviews.answers_of(ids), {one.entry_id: one for one in tx.reviews.of(ids)}
            reviews = [
                self._as_due(tx, one.due_at, answers.get((one.entry_id, one.due_at)), next_ones[one.entry_id])
                for one in told
                if one.entry_id in next_ones
            ]
            posted = _was_posted(tx, key)
        address = told[0].address if told else ""
        shown = reviews if posted else [one for one in reviews if one.is_open and self._concerns(address, one)]
        if not shown:
            return None
        listed = {one.entry.id for one in shown}
        mine = self.due_for(Actor(address)) if is_person(address) else []
        others = sum(one.entry.id not in listed for one in mine)
        return ReviewList(stage_of(key), by_priority(shown), others)

    def due_for(self, actor: Actor, scope: str = "mine") -> list[DueReview]:
        """Return the due reviews by priority: one's own as steward or as whom they were handed to, of a domain, or all.

        Only entries that the person may see.
        """
        return self._listed(actor, scope, until=self.clock())

    def scope_named(self, name: str) -> str:
        """Return which reviews somebody asks for: `mine`, `all`, or those of a domain; raises UserError for others."""
        scope = "mine" if name in {"me", "my"} else name
        domains = {entry.document.domain for entry in self.catalog.published()}
        if scope not in {"mine", "all", *domains}:
            msg = f"There is no domain “{scope}”; say `me`, `all` or one of {', '.join(sorted(domains))}."
            raise UserError(msg)
        return scope

    def planned_for(self, actor: Actor, *, until: datetime) -> list[DueReview]:
        """Return one's own reviews up to a day, those that are due already among them."""
        return self._listed(actor, "mine", until=until)

    def may_answer(self, review: DueReview, actor: Actor) -> bool:
        """Return whether the person may answer the review."""
        people = self.catalog.people
        is_theirs = review.assigned_to == actor.user_id and not actor.is_external
        return is_theirs or people.may_steward(actor, review.entry.document.domain)

    def _listed(self, actor: Actor, scope: str, *, until: datetime) -> list[DueReview]:
        with self.store.read() as tx:
            due = tx.reviews.due(until)
        people = self.catalog.people
        found = [(self.catalog.published_to_anyone(review.entry_id), review) for review in due]
        listed = [
            DueReview(entry, review.due_at, review.reason, review.asked_by, None, review.assigned_to)
            for entry, review in found
            if entry and _belongs(scope, entry, review, actor, is_steward=people.is_steward)
        ]
        return by_priority([one for one in listed if self._may_know(actor, one)])

    def _concerns(self, address: str, review: DueReview) -> bool:
        """Return whether somebody who is to be told is still there and may see the entry; a channel always is."""
        if not is_person(address):
            return True
        return self.catalog.people.workspace.is_active(address) and self._may_know(Actor(address), review)

    def _may_know(self, actor: Actor, review: DueReview) -> bool:
        involved = (review.assigned_to,) if review.assigned_to else ()
        return self.catalog.people.may_see(actor, review.entry.document, involved=involved)

    def _review(self, tx: Transaction, entry_id: str, due_at: datetime) -> DueReview:
        review = next(iter(tx.reviews.of([entry_id])), None)
        if review is None:
            msg = f"{entry_id} is not reviewed any more."
            raise NotFound(msg)
        return self._as_due(tx, due_at, tx.reviews.answer_to(entry_id, due_at), review)

    def _as_due(
        self, tx: Transaction, due_at: datetime, answer: ReviewAnswerRecord | None, review: ReviewRecord
    ) -> DueReview:
        """Return what stands of the review of an entry that was due then; `review` is its next one."""
        entry = self.catalog.published_to_anyone(review.entry_id) or self.catalog.entry_within(
            tx, review.entry_id, OPERATOR, follow=False
        )
        if review.due_at != due_at:
            return DueReview(entry, due_at, "", answer=answer, next_due=review.due_at)
        return DueReview(entry, due_at, review.reason, review.asked_by, answer, review.assigned_to)

    def _take_answer(self, tx: Transaction, entry: Entry, review: ReviewRecord, given: ReviewAnswerRecord) -> None:
        """Take the answer unless the review was settled otherwise; a verification settles what was only put off."""
        before = tx.reviews.answer_to(entry.id, given.due_at)
        is_current = review.due_at == given.due_at
        counts_late = given.answer == "verified" and before is not None and before.answer != "verified"
        if not (is_current and before is None) and not counts_late:
            return
        now = given.answered_at
        tx.reviews.add_answer(given)
        if not is_current:
            tx.reviews.add_answer(ReviewAnswerRecord(**{**vars(given), "due_at": review.due_at}))
            edit_within(tx, entry.id, review.due_at, now)
        self._schedule_next(tx, entry, review, given)
        edit_within(tx, entry.id, given.due_at, now)

    def _schedule_next(self, tx: Transaction, entry: Entry, review: ReviewRecord, given: ReviewAnswerRecord) -> None:
        now, schedule = given.answered_at, tx.reviews.schedule
        if given.answer == "verified":
            lasts = self.cadence.of(entry.document)
            tx.entries.verified(entry.id, by=given.answered_by, at=now)
            schedule(entry.id, now + lasts, RUN_OUT, lasts=lasts)
        elif given.answer == "handed_over":
            schedule(
                entry.id, review.due_at - APART, review.reason, asked_by=review.asked_by, is_urgent=review.is_urgent,
                assigned_to=given.note, first_at=now,
            )  # fmt: skip
        elif given.answer == "needs_change":
            reason = f"a change was asked for: {given.note}"
            schedule(entry.id, now + WEEK, reason, asked_by=given.answered_by, assigned_to=review.assigned_to)
        else:
            until = datetime.fromisoformat(given.note or "")
            schedule(
                entry.id, until, review.reason, asked_by=review.asked_by, is_urgent=review.is_urgent,
                assigned_to=review.assigned_to,
            )  # fmt: skip

    def _require_reachable(self, entry: Entry, person: str) -> None:
        """Raise InvalidForm for somebody who has left, or who could not look at the entry."""
        people = self.catalog.people
        if not people.workspace.is_active(person):
            raise InvalidForm({"to": "They have left this workspace; choose somebody else."})
        if not people.may_see(Actor(person), entry.document):
            raise InvalidForm({"to": f"They may not see {entry.id}; choose somebody who answers for it."})

    def _may_answer(self, entry: Entry, review: ReviewRecord | None, actor: Actor) -> bool:
        is_theirs = review is not None and review.assigned_to == actor.user_id and not actor.is_external
        return is_theirs or self.catalog.people.may_steward(actor, entry.document.domain)

    def _require_may_answer(self, entry: Entry, review: ReviewRecord | None, actor: Actor) -> None:
        if not self._may_answer(entry, review, actor):
            self.catalog.people.require_steward(actor, entry.document.domain, f"answer for {entry.id}")


def _require_answerable(entry: Entry) -> None:
    if entry.status != "published":
        msg = f"{entry.id} is {entry.status.replace('_', ' ')}, so it is not reviewed any more."
        raise UserError(msg)


def _faults(answer: Answer, note: str | None, to: str | None, *, snooze: timedelta) -> dict[str, str]:
    """Return what is missing in the form of an answer, by its field."""
    if answer == "needs_change" and not note:
        return {"note": "Say in a sentence what has to change, so that whoever edits it knows."}
    if answer == "snoozed" and not timedelta() < snooze <= LONGEST_SNOOZE:
        return {"until": "Choose a day after today and within a year."}
    if answer == "handed_over" and not to:
        return {"to": "Choose who is to look at it instead of you."}
    return {}


def _joined(reason: str, another: str) -> str:
    """Return two reasons as one; what is said already is not said twice."""
    return reason if another in reason else f"{reason}; {another}"[:MAX_NOTE]


def by_priority(reviews: Sequence[DueReview]) -> list[DueReview]:
    """Return the reviews with the severest first, and among equals the one that is due for longest."""

    def place(review: DueReview) -> tuple[int, datetime, str]:
        severity = review.entry.document.severity.typical
        rank = SEVERITIES.index(severity) if severity in SEVERITIES else len(SEVERITIES)
        return rank, review.due_at, review.entry.id

    return sorted(reviews, key=place)


def _belongs(
    scope: str, entry: Entry, review: ReviewRecord, actor: Actor, *, is_steward: Callable[[Actor, str], bool]
) -> bool:
    if scope == "mine":
        return review.assigned_to == actor.user_id or is_steward(actor, entry.document.domain)
    return scope in {"all", entry.document.domain}


def _was_posted(tx: Transaction, key: str) -> bool:
    message = tx.outbox.get(key)
    return message is not None and message.message_ts is not None
