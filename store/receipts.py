"""What was already taken in, so that a redelivered event or a repeated form acts once."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import ReceivedEventRow, SubmissionRow


class Receipts:
    """Event and submission ids within one transaction: the receipt commits with the effect or not at all."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def is_first(self, event_id: str, at: datetime) -> bool:
        """Note the event and return whether this is its first delivery."""
        return insert_once(self._session, ReceivedEventRow, event_id=event_id, received_at=at)

    def is_first_submission(self, submission_id: str, at: datetime) -> bool:
        """Note the submission and return whether this is the first time it arrives."""
        return insert_once(self._session, SubmissionRow, id=submission_id, received_at=at)

    def latest(self) -> datetime | None:
        """Return when the last event was taken in, or None."""
        return self._session.scalar(select(func.max(ReceivedEventRow.received_at)))

    def forget_before(self, moment: datetime) -> None:
        """Drop receipts older than `moment`; Slack redelivers events for minutes, or a day with delayed events on."""
        self._session.execute(delete(ReceivedEventRow).where(ReceivedEventRow.received_at < moment))
        self._session.execute(delete(SubmissionRow).where(SubmissionRow.received_at < moment))
