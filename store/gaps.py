"""Searches that found nothing: what the catalog lacks."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, exists, func, select
from sqlalchemy.orm import Session

from store.models import GapRow


@dataclass(frozen=True)
class GapRecord:
    """Searches for the same `words` under the same filters: how often, by how many known people, and when last.

    `text` is one of them as it was typed, masked.
    """

    words: str
    narrowing: str
    text: str
    times: int
    people: int
    last_at: datetime


class Gaps:
    """Searches that found nothing, within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, words: str, narrowing: str, text: str, *, asked_by: str | None, at: datetime) -> None:
        """Keep one search."""
        self._session.add(GapRow(words=words, narrowing=narrowing, text=text, asked_by=asked_by, asked_at=at))

    def is_known_since(self, moment: datetime, words: str, narrowing: str) -> bool:
        """Return whether the same was searched for since then."""
        same = (GapRow.words == words) & (GapRow.narrowing == narrowing) & (GapRow.asked_at >= moment)
        return bool(self._session.scalar(select(exists().where(same))))

    def counted(self) -> list[GapRecord]:
        """Return what was searched for in vain, the most often first, then the latest."""
        times, last_at = func.count(), func.max(GapRow.asked_at)
        people, text = func.count(GapRow.asked_by.distinct()), func.max(GapRow.text)
        query = select(GapRow.words, GapRow.narrowing, text, times, people, last_at)
        grouped = query.group_by(GapRow.words, GapRow.narrowing).order_by(times.desc(), last_at.desc(), GapRow.words)
        return [GapRecord(*row) for row in self._session.execute(grouped)]

    def forget(self, words: str) -> int:
        """Drop every search for the words; return how many there were."""
        dropped = delete(GapRow).where(GapRow.words == words).returning(GapRow.id)
        return len(self._session.execute(dropped).all())

    def forget_before(self, moment: datetime) -> None:
        """Drop the searches older than `moment`."""
        self._session.execute(delete(GapRow).where(GapRow.asked_at < moment))
