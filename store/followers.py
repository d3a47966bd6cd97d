"""Who follows what, who was shown which entry, and the changes people are still to be told of."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, or_, select, tuple_, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import ExposureRow, NoticeRow, SubscriptionRow
from store.records import record_of

# Any number will do as long as nothing else in the same PostgreSQL takes it as an advisory lock.
SWEEP_LOCK = 7_305_114
MUTED = "muted"


@dataclass(frozen=True)
class SubscriptionRecord:
    """A person follows an `entry`, a `domain` or a `tag`, or wants to hear no more of an entry (`muted`)."""

    user_id: str
    kind: str
    target: str
    since: datetime


@dataclass(frozen=True)
class NoticeRecord:
    """A change a person is to be told of; `batch` names the one message that tells it, once there is one."""

    id: int
    user_id: str
    entry_id: str
    revision: int
    why: str
    created_at: datetime
    batch: str | None


class Followers:
    """Subscriptions, exposures and notices within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def subscribe(self, user_id: str, kind: str, target: str, at: datetime) -> bool:
        """Follow something; return False where the person follows it already."""
        return insert_once(self._session, SubscriptionRow, user_id=user_id, kind=kind, target=target, since=at)

    def unsubscribe(self, user_id: str, kind: str, target: str) -> bool:
        """Follow it no more; return False where the person did not follow it."""
        followed = (
            (SubscriptionRow.user_id == user_id) & (SubscriptionRow.kind == kind) & (SubscriptionRow.target == target)
        )
        gone = self._session.scalars(delete(SubscriptionRow).where(followed).returning(SubscriptionRow.target))
        return gone.first() is not None

    def subscriptions_of(self, user_id: str) -> list[SubscriptionRecord]:
        """Return what the person follows."""
        query = select(SubscriptionRow).where(SubscriptionRow.user_id == user_id)
        ordered = query.order_by(SubscriptionRow.kind, SubscriptionRow.target)
        return [record_of(SubscriptionRecord, row) for row in self._session.scalars(ordered)]

    def followers_of(self, targets: Collection[tuple[str, str]]) -> set[str]:
        """Return who follows any of the targets, each a kind and a name."""
        if not targets:
            return set()
        wanted = tuple_(SubscriptionRow.kind, SubscriptionRow.target).in_(targets)
        return set(self._session.scalars(select(SubscriptionRow.user_id).where(wanted)))

    def muted(self, entry_id: str) -> set[str]:
        """Return who wants to hear no more of the entry, whatever else they follow."""
        muting = (SubscriptionRow.kind == MUTED) & (SubscriptionRow.target == entry_id)
        return set(self._session.scalars(select(SubscriptionRow.user_id).where(muting)))

    def shown(self, entry_ids: Iterable[str], user_id: str, at: datetime, *, opened: bool = False) -> None:
        """Note that the person was shown the entries, or opened them whole."""
        moments = {"last_shown_at": at, **({"opened_at": at} if opened else {})}
        for entry_id in entry_ids:
            if not insert_once(self._session, ExposureRow, entry_id=entry_id, user_id=user_id, **moments):
                both = (ExposureRow.entry_id == entry_id) & (ExposureRow.user_id == user_id)
                self._session.execute(update(ExposureRow).where(both).values(**moments))

    def shown_since(self, entry_id: str, moment: datetime) -> set[str]:
        """Return who was shown the entry after the moment."""
        lately = (ExposureRow.entry_id == entry_id) & (ExposureRow.last_shown_at > moment)
        return set(self._session.scalars(select(ExposureRow.user_id).where(lately)))

    def shown_often(self, moment: datetime) -> dict[str, int]:
        """Return to how many people each entry was shown after the moment."""
        lately = select(ExposureRow.entry_id, func.count()).where(ExposureRow.last_shown_at > moment)
        return {entry_id: count for entry_id, count in self._session.execute(lately.group_by(ExposureRow.entry_id))}

    def shown_to(self, user_id: str, moment: datetime) -> set[str]:
        """Return the entries that the person was shown after the moment."""
        lately = (ExposureRow.user_id == user_id) & (ExposureRow.last_shown_at > moment)
        return set(self._session.scalars(select(ExposureRow.entry_id).where(lately)))

    def exposure(self, entry_id: str) -> tuple[int, datetime | None]:
        """Return to how many people the entry was shown, and when it was last shown or opened."""
        counted = select(func.count(), func.max(ExposureRow.last_shown_at)).where(ExposureRow.entry_id == entry_id)
        people, last = self._session.execute(counted).one()
        return int(people), last

    def notify(self, user_id: str, entry_id: str, revision: int, why: str, at: datetime) -> bool:
        """Note that the person is to be told of the revision; return False where that is noted already."""
        return insert_once(
            self._session, NoticeRow, user_id=user_id, entry_id=entry_id, revision=revision, why=why, created_at=at
        )

    def is_turn_to_gather(self) -> bool:
        """Return whether no other process gathers notices now; if so, none does until the transaction ends."""
        if self._session.get_bind().dialect.name != "postgresql":
            return True  # SQLite has one writer anyway
        return bool(self._session.scalar(select(func.pg_try_advisory_xact_lock(SWEEP_LOCK))))

    def people_to_tell(self, *, before: datetime, at_latest: datetime, limit: int) -> list[str]:
        """Return up to `limit` people with notices that no message tells yet, whose newest one is older than `before`.

        A person whose entry is still being changed is left in peace until it rests, but not for ever: notices are due
        as well once the oldest is older than `at_latest`.
        """
        newest, oldest = func.max(NoticeRow.created_at), func.min(NoticeRow.created_at)
        waiting = select(NoticeRow.user_id).where(NoticeRow.batch.is_(None)).group_by(NoticeRow.user_id)
        due = waiting.having(or_(newest <= before, oldest <= at_latest)).order_by(oldest).limit(limit)
        return list(self._session.scalars(due))

    def gather(self, user_id: str, batch: str) -> int:
        """Let one message tell all that the person is still to be told of, and return how many notices that are."""
        free = (NoticeRow.user_id == user_id) & NoticeRow.batch.is_(None)
        gathered = update(NoticeRow).where(free).values(batch=batch).returning(NoticeRow.id)
        return len(self._session.scalars(gathered, execution_options={"synchronize_session": False}).all())

    def batch(self, batch: str) -> list[NoticeRecord]:
        """Return what one message tells, oldest first."""
        query = select(NoticeRow).where(NoticeRow.batch == batch).order_by(NoticeRow.id)
        return [record_of(NoticeRecord, row) for row in self._session.scalars(query)]

    def hand_over(self, source: str, target: str, at: datetime) -> None:
        """Let those who follow one entry follow another."""
        of_source = (SubscriptionRow.kind == "entry") & (SubscriptionRow.target == source)
        query = select(SubscriptionRow.user_id).where(of_source)
        for user_id in list(self._session.scalars(query)):
            self.subscribe(user_id, "entry", target, at)
