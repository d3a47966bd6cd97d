"""Whose turn it is to post to a channel, among all processes of the bot."""

from datetime import datetime, timedelta

from sqlalchemy import or_
from sqlalchemy.orm import Session

from store.insertion import insert_or_replace
from store.models import PostingTurnRow


class PostingTurns:
    """The last turn of every channel, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, channel_id: str, at: datetime, *, each: timedelta) -> datetime | None:
        """Take the channel's turn, or return when the one began that still lasts; a turn lasts `each`.

        One that began later than that from now is by a clock that has gone back since, and counts for nothing.
        """
        row = PostingTurnRow
        over = or_(row.taken_at <= at - each, row.taken_at > at + each)
        if insert_or_replace(self._session, row, over, channel_id=channel_id, taken_at=at):
            return None
        return self.lasting(channel_id, at, each=each) or at

    def lasting(self, channel_id: str, at: datetime, *, each: timedelta) -> datetime | None:
        """Return when the channel's turn began that still lasts, and take none; None where it is free."""
        standing = self._session.get(PostingTurnRow, channel_id, populate_existing=True)
        if standing is None or not at - each < standing.taken_at <= at + each:
            return None
        return standing.taken_at
