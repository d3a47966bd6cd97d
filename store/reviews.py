"""When entries are due for review, who was told of it in which step, and what people answered."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import NudgeRow, ReviewAnswerRow, ReviewRow

AHEAD = timedelta(days=7)  # how long before the date the first word may come


@dataclass(frozen=True)
class ReviewRecord:
    """The next review of one entry: nobody is told of it before `first_at`.

    `stage` is the last step that was told, at `told_at`; the next is looked at by `next_at`. `asked_by` is the person
    who asked for it, where it fell due by an event and not by its date; `is_urgent` says that its steward hears of it
    the same working day. `lasts_days` is the cadence by which its date was set, None for an event's. `assigned_to` is
    whom a steward handed it over to.
    """

    entry_id: str
    due_at: datetime
    reason: str
    asked_by: str | None
    stage: str
    told_at: datetime | None
    first_at: datetime
    next_at: datetime | None
    is_urgent: bool
    assigned_to: str | None
    lasts_days: float | None


@dataclass(frozen=True)
class ReviewAnswerRecord:
    """What a person answered to a review: verified, snoozed, needs_change or handed_over."""

    entry_id: str
    due_at: datetime
    answer: str
    note: str | None
    answered_by: str
    answered_at: datetime


@dataclass(frozen=True)
class NudgeRecord:
    """Somebody was told of a due date in a step, by the message under `key`; `address` is a person or a channel."""

    key: str
    entry_id: str
    due_at: datetime
    stage: str
    address: str
    at: datetime


class Reviews:
    """Reviews within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, entry_id: str) -> ReviewRecord | None:
        """Return the entry's next review, locked until the transaction ends, or None."""
        row = self._session.get(ReviewRow, entry_id, with_for_update=True, populate_existing=True)
        return _review(row) if row else None

    def due_date(self, entry_id: str) -> datetime | None:
        """Return when the entry is next due, or None where nothing is scheduled."""
        return self._session.scalar(select(ReviewRow.due_at).where(ReviewRow.entry_id == entry_id))

    def schedule(
        self,
        entry_id: str,
        due_at: datetime,
        reason: str,
        *,
        asked_by: str | None = None,
        is_urgent: bool = False,
        lasts: timedelta | None = None,
        assigned_to: str | None = None,
        first_at: datetime | None = None,
    ) -> None:
        """Set the entry's next review, of which nobody was told yet.

        `lasts` is the cadence that gave the date; such a review is told of some days ahead, any other from its date on,
        where `first_at` says nothing else.
        """
        first_at = first_at or (due_at - AHEAD if lasts is not None else due_at)
        given = {
            "due_at": due_at, "reason": reason, "asked_by": asked_by, "stage": "", "told_at": None,
            "first_at": first_at, "next_at": first_at, "is_urgent": is_urgent, "assigned_to": assigned_to,
            "lasts_days": lasts / timedelta(days=1) if lasts is not None else None,
        }  # fmt: skip
        if not insert_once(self._session, ReviewRow, entry_id=entry_id, **given):
            self._session.execute(update(ReviewRow).where(ReviewRow.entry_id == entry_id).values(**given))

    def say_why(self, entry_id: str, reason: str, *, asked_by: str | None) -> None:
        """Say anew why the entry's next review is due, and by whom it was asked for; its date and steps stay."""
        row = ReviewRow
        self._session.execute(update(row).where(row.entry_id == entry_id).values(reason=reason, asked_by=asked_by))

    def last_for(self, entry_id: str, lasts: timedelta) -> None:
        """Note the cadence that gives the date of the entry's next review, which stays."""
        row = ReviewRow
        days = lasts / timedelta(days=1)
        self._session.execute(update(row).where(row.entry_id == entry_id).values(lasts_days=days))

    def cadences(self) -> dict[str, timedelta]:
        """Return the cadence by which the date of each review was set; those of events are left out."""
        row = ReviewRow
        rows = self._session.execute(select(row.entry_id, row.lasts_days).where(row.lasts_days.is_not(None)))
        return {entry_id: timedelta(days=days) for entry_id, days in rows if days is not None}

    def due(self, now: datetime) -> list[ReviewRecord]:
        """Return the reviews that are due or that somebody was told of, oldest first."""
        is_open = or_(ReviewRow.due_at <= now, ReviewRow.stage != "")
        query = select(ReviewRow).where(is_open).order_by(ReviewRow.due_at, ReviewRow.entry_id)
        return [_review(row) for row in self._session.scalars(query)]

    def assigned(self) -> frozenset[str]:
        """Return the people to whom a review was handed over."""
        query = select(ReviewRow.assigned_to).where(ReviewRow.assigned_to.is_not(None)).distinct()
        return frozenset(person for person in self._session.scalars(query) if person)

    def of(self, entry_ids: Collection[str]) -> list[ReviewRecord]:
        """Return the next reviews of these entries, without locking them."""
        query = select(ReviewRow).where(ReviewRow.entry_id.in_(entry_ids)).order_by(ReviewRow.due_at)
        return [_review(row) for row in self._session.scalars(query.execution_options(populate_existing=True))]

    def to_be_moved_on(self, now: datetime, *, limit: int) -> list[ReviewRecord]:
        """Return reviews whose next step has come; another replica's are passed over, not waited for."""
        query = select(ReviewRow).where(ReviewRow.next_at <= now).order_by(ReviewRow.next_at, ReviewRow.entry_id)
        return [_review(row) for row in self._session.scalars(query.limit(limit).with_for_update(skip_locked=True))]

    def move_on(
        self,
        review: ReviewRecord,
        *,
        next_at: datetime | None,
        stage: str | None = None,
        told_at: datetime | None = None,
    ) -> None:
        """Note which step was told, if any, and when the next is to be looked at; the due date itself stays."""
        told = {} if stage is None else {"stage": stage, "told_at": told_at}
        row = ReviewRow
        self._session.execute(update(row).where(row.entry_id == review.entry_id).values(next_at=next_at, **told))

    def nudge_once(self, nudge: NudgeRecord) -> bool:
        """Note that somebody is told; return whether they were not told of this date in this step before."""
        return insert_once(self._session, NudgeRow, **vars(nudge))

    def nudges_in(self, key: str) -> list[NudgeRecord]:
        """Return what the message under this key tells of, in the order in which it was noted."""
        return [_nudge(row) for row in self._session.scalars(_nudges().where(NudgeRow.key == key))]

    def nudges_of(self, entry_id: str, due_at: datetime) -> list[NudgeRecord]:
        """Return who was told of this due date, in order."""
        of_date = _nudges().where(NudgeRow.entry_id == entry_id, NudgeRow.due_at == due_at)
        return [_nudge(row) for row in self._session.scalars(of_date)]

    def add_answer(self, answer: ReviewAnswerRecord) -> None:
        """Keep what a person answered."""
        self._session.add(ReviewAnswerRow(**vars(answer)))
        self._session.flush()

    def answers_of(self, entry_ids: Collection[str]) -> dict[tuple[str, datetime], ReviewAnswerRecord]:
        """Return the latest answer to each review of these entries, by entry and due date."""
        rows = self._session.scalars(
            select(ReviewAnswerRow).where(ReviewAnswerRow.entry_id.in_(entry_ids)).order_by(ReviewAnswerRow.id)
        )
        return {(row.entry_id, row.due_at): _answer(row) for row in rows}

    def answer_to(self, entry_id: str, due_at: datetime) -> ReviewAnswerRecord | None:
        """Return the latest answer to the review that was due then, or None."""
        query = select(ReviewAnswerRow).where(ReviewAnswerRow.entry_id == entry_id, ReviewAnswerRow.due_at == due_at)
        row = self._session.scalar(query.order_by(ReviewAnswerRow.id.desc()).limit(1))
        return _answer(row) if row is not None else None


def _answer(row: ReviewAnswerRow) -> ReviewAnswerRecord:
    return ReviewAnswerRecord(**{name: getattr(row, name) for name in ReviewAnswerRecord.__dataclass_fields__})


def _nudges() -> Select[NudgeRow]:
    return select(NudgeRow).order_by(NudgeRow.id)


def _nudge(row: NudgeRow) -> NudgeRecord:
    return NudgeRecord(**{name: getattr(row, name) for name in NudgeRecord.__dataclass_fields__})


def _review(row: ReviewRow) -> ReviewRecord:
    return ReviewRecord(**{name: getattr(row, name) for name in ReviewRecord.__dataclass_fields__})
