"""When entries are due for review, and what people answered."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import ReviewAnswerRow, ReviewRow


@dataclass(frozen=True)
class ReviewRecord:
    """The next review of one entry; `nudged_for` is the due date a steward was already told of.

    `asked_by` is the person who asked for it, where it fell due by an event and not by its date.
    """

    entry_id: str
    due_at: datetime
    reason: str
    asked_by: str | None
    nudged_for: datetime | None


@dataclass(frozen=True)
class ReviewAnswerRecord:
    """What a person answered to a review: verified, snoozed or needs_change."""

    entry_id: str
    due_at: datetime
    answer: str
    note: str | None
    answered_by: str
    answered_at: datetime


class Reviews:
    """Reviews within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, entry_id: str) -> ReviewRecord | None:
        """Return the entry's next review, locked until the transaction ends, or None."""
        row = self._session.get(ReviewRow, entry_id, with_for_update=True)
        return _review(row) if row else None

    def due_date(self, entry_id: str) -> datetime | None:
        """Return when the entry is next due, or None where nothing is scheduled."""
        return self._session.scalar(select(ReviewRow.due_at).where(ReviewRow.entry_id == entry_id))

    def schedule(self, entry_id: str, due_at: datetime, reason: str, *, asked_by: str | None = None) -> None:
        """Set the entry's next review."""
        given = {"due_at": due_at, "reason": reason, "asked_by": asked_by}
        if not insert_once(self._session, ReviewRow, entry_id=entry_id, **given):
            self._session.execute(update(ReviewRow).where(ReviewRow.entry_id == entry_id).values(**given))

    def due(self, now: datetime) -> list[ReviewRecord]:
        """Return the reviews that are due, oldest first."""
        query = select(ReviewRow).where(ReviewRow.due_at <= now).order_by(ReviewRow.due_at, ReviewRow.entry_id)
        return [_review(row) for row in self._session.scalars(query)]

    def due_and_not_nudged(self, now: datetime) -> list[ReviewRecord]:
        """Return due reviews whose steward was not told yet; another replica's are passed over, not waited for."""
        not_told = or_(ReviewRow.nudged_for.is_(None), ReviewRow.nudged_for != ReviewRow.due_at)
        query = select(ReviewRow).where(ReviewRow.due_at <= now, not_told).order_by(ReviewRow.due_at)
        return [_review(row) for row in self._session.scalars(query.with_for_update(skip_locked=True))]

    def nudged(self, entry_id: str, due_at: datetime) -> None:
        """Note that the steward is being told of this due date; the date itself stays."""
        self._session.execute(update(ReviewRow).where(ReviewRow.entry_id == entry_id).values(nudged_for=due_at))

    def add_answer(self, answer: ReviewAnswerRecord) -> None:
        """Keep what a person answered."""
        self._session.add(ReviewAnswerRow(**vars(answer)))
        self._session.flush()

    def answer_to(self, entry_id: str, due_at: datetime) -> ReviewAnswerRecord | None:
        """Return the latest answer to the review that was due then, or None."""
        query = select(ReviewAnswerRow).where(ReviewAnswerRow.entry_id == entry_id, ReviewAnswerRow.due_at == due_at)
        row = self._session.scalar(query.order_by(ReviewAnswerRow.id.desc()).limit(1))
        if row is None:
            return None
        return ReviewAnswerRecord(**{name: getattr(row, name) for name in ReviewAnswerRecord.__dataclass_fields__})


def _review(row: ReviewRow) -> ReviewRecord:
    return ReviewRecord(row.entry_id, row.due_at, row.reason, row.asked_by, row.nudged_for)
