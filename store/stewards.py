"""Those who are asked for reviews: when they are away, where their calendar is, and the domains that have nobody."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import OwnershipGapRow, StewardRow
from store.records import record_of


@dataclass(frozen=True)
class GapRecord:
    """A domain without anybody to look after it; `told_on` is the day on which champions heard of it."""

    domain: str
    sentence: str
    since: datetime
    told_on: str | None
    is_closed: bool


class Stewards:
    """What stewards said, and where there are none, within one transaction."""

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

    def has_calendar(self, user_id: str) -> bool:
        """Return whether somebody has a calendar."""
        row = self._session.get(StewardRow, user_id)
        return row is not None and row.calendar_secret is not None

    def gaps(self, *, told_on: str | None = None) -> Sequence[GapRecord]:
        """Return the gaps that were ever noted, closed ones too, in the order of their domains; or those of a day."""
        row = OwnershipGapRow
        query = select(row).order_by(row.domain)
        rows = self._session.scalars(query.where(row.told_on == told_on) if told_on else query)
        return [record_of(GapRecord, one) for one in rows]

    def note_gap(self, domain: str, sentence: str, now: datetime) -> None:
        """Note that a domain has a gap; one that was closed opens anew and is to be told again."""
        row = OwnershipGapRow
        if insert_once(self._session, row, domain=domain, sentence=sentence, since=now, is_closed=False):
            return
        self._session.execute(
            update(row)
            .where(row.domain == domain, row.is_closed)
            .values(sentence=sentence, since=now, told_on=None, is_closed=False)
        )

    def close_gap(self, domain: str) -> None:
        """Note that somebody looks after the domain again."""
        self._session.execute(update(OwnershipGapRow).where(OwnershipGapRow.domain == domain).values(is_closed=True))

    def tell_gaps(self, *, noted_before: datetime, day: str) -> int:
        """Note that the gaps that stand since before a moment are told on this day; return how many are."""
        row = OwnershipGapRow
        ripe = row.told_on.is_(None), row.is_closed.is_(False), row.since <= noted_before
        told = self._session.execute(update(row).where(*ripe).values(told_on=day).returning(row.domain))
        return len(told.all())

    def _note(self, user_id: str, **noted: object) -> None:
        if not insert_once(self._session, StewardRow, user_id=user_id, **noted):
            self._session.execute(update(StewardRow).where(StewardRow.user_id == user_id).values(**noted))
