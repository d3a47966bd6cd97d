"""What those who are asked for reviews said of themselves: when they are away, and where their calendar is."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import StewardRow


class Stewards:
    """What stewards said, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def set_away(self, user_id: str, since: datetime | None, until: datetime | None) -> None:
        """Note from when until when somebody is away; None ends it."""
        self._note(user_id, away_from=since, away_until=until)

    def away_at(self, now: datetime) -> Mapping[str, datetime]:
        """Return who is away now, and until when."""
        row = StewardRow
        began = or_(row.away_from.is_(None), row.away_from <= now)
        away = select(row.user_id, row.away_until).where(row.away_until > now, began)
        return {user_id: until for user_id, until in self._session.execute(away) if until is not None}

    def absence(self, user_id: str) -> tuple[datetime | None, datetime] | None:
        """Return from when until when somebody is, was last, or will be away, as they said."""
        row = self._session.get(StewardRow, user_id)
        return (row.away_from, row.away_until) if row is not None and row.away_until is not None else None

    def set_calendar(self, user_id: str, secret_hash: str | None) -> None:
        """Note the hash of the secret in the address of somebody's calendar; None closes the calendar."""
        self._note(user_id, calendar_secret=secret_hash)

    def owner_of_calendar(self, secret_hash: str) -> str | None:
        """Return whose calendar has a secret of this hash, or None."""
        return self._session.scalar(select(StewardRow.user_id).where(StewardRow.calendar_secret == secret_hash))

    def _note(self, user_id: str, **noted: object) -> None:
        if not insert_once(self._session, StewardRow, user_id=user_id, **noted):
            self._session.execute(update(StewardRow).where(StewardRow.user_id == user_id).values(**noted))
