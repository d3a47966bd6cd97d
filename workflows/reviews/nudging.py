"""Tells people of reviews, step by step: what falls together comes in one message, and nothing comes twice."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Final

from store import Store, Transaction
from store.reviews import NudgeRecord, ReviewRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog, Entry
from workflows.people import is_person
from workflows.ports import DeliveryBell
from workflows.reviews.messages import LIST, NUDGE, list_key, nudge_key, nudge_subject
from workflows.reviews.steps import REST, REST_WHEN_PRESSING, SEVERE, SILENT, Step, steps_after
from workflows.reviews.stewardship import Present, Stewardship
from workflows.workdays import Workplace

# Reviews moved on in one transaction, which must end within a second and lets forms wait on SQLite; some 2 ms each.
AT_ONCE: Final = 50
LOOK_AGAIN: Final = timedelta(hours=12)  # at what nobody can be told of now
LATE: Final = timedelta(hours=1)  # a digest that is later than this missed its hour
TOO_SOON: Final = timedelta(days=2)  # a missed digest waits for the next one when that is nearer than this
TUESDAY: Final = 1
WITHOUT_A_KEEPER: Final = frozenset({"team", "champions"})  # steps that come where nobody answers for the entry


@dataclass(frozen=True)
class DigestHour:
    """When digests come: the weekday (Monday is 0) and the hour, in the zone of whoever reads them."""

    weekday: int = TUESDAY
    hour: int = 10


@dataclass(frozen=True)
class _Word:
    """Whom a step tells, and when; `by` is whose working hours count."""

    step: Step
    addresses: tuple[str, ...]
    at: datetime
    place: Workplace


@dataclass(frozen=True)
class Nudging:
    """The sweep over reviews; any number of processes may run it."""

    store: Store
    clock: Clock
    catalog: Catalog
    stewardship: Stewardship
    bell: DeliveryBell
    digest: DigestHour = DigestHour()

    def sweep(self) -> int:
        """Owe what people are to hear now, and return how many messages are new.

        Each review waits by itself for its next step, so what is idle costs nothing. Before Slack told where people
        live, nothing is decided.
        """
        if not self.catalog.people.workspace.is_informed():
            return 0
        owed = 0
        while True:
            # Everything is decided as of one moment; a later reading of the clock would put off for ever what is due.
            now = self.clock()
            with self.store.begin() as tx:
                taken = tx.reviews.to_be_moved_on(now, limit=AT_ONCE)
                present = self.stewardship.at(tx, now) if taken else None
                owed += sum(self._move_on(tx, review, present) for review in taken if present is not None)
            if len(taken) < AT_ONCE:
                break
        if owed:
            self.bell.ring()
        return owed

    def _move_on(self, tx: Transaction, review: ReviewRecord, present: Present) -> int:
        """Tell of the review's next step if its time has come, else note when it comes; return the new messages."""
        now = present.moment
        entry = self.catalog.published_to_anyone(review.entry_id)
        word = self._next_word(review, entry, present) if entry is not None else None
        if entry is None or (word is None and steps_after(review.stage) and not present.keeper(entry, None)):
            tx.reviews.move_on(review, next_at=now + LOOK_AGAIN)
            return 0
        if word is None:
            tx.reviews.move_on(review, next_at=None, stage=SILENT, told_at=review.told_at)
            return 0
        if word.at > now:
            tx.reviews.move_on(review, next_at=word.at)
            return 0
        presses = is_pressing(review, entry)
        alone = word.step.name == "handed" or (word.step.name in {"overdue", "backup", "team"} and presses)
        day = word.place.local_date(now)
        tell = self._tell_alone if alone else self._tell_with_others
        told = (_told(review, word.step, address, self._reachable_at(address, now)) for address in word.addresses)
        new = sum(tell(tx, nudge, day) for nudge in told)
        next_at = now + REST_WHEN_PRESSING
        if presses and review.due_at > now:
            next_at = min(next_at, review.due_at)  # on that day it comes alone
        tx.reviews.move_on(review, next_at=next_at, stage=word.step.name, told_at=now)
        return new

    def _reachable_at(self, address: str, now: datetime) -> datetime:
        """Return when whoever hears of it works: backups and champions live elsewhere than the steward does."""
        return self.stewardship.workplace(address).next_working(now) if is_person(address) else now

    def _next_word(self, review: ReviewRecord, entry: Entry, present: Present) -> _Word | None:
        """Return the next step that applies to the review; None where every step is over."""
        words = (self._word(step, review, entry, present) for step in steps_after(review.stage))
        return next((word for word in words if word is not None), None)

    def _word(self, step: Step, review: ReviewRecord, entry: Entry, present: Present) -> _Word | None:
        """Return whom the step tells and when; None where it does not apply to the review."""
        now = present.moment
        keeper = present.keeper(entry, review.assigned_to)
        if step.name == "handed" and review.assigned_to != keeper:
            return None
        if keeper is None and step.name not in WITHOUT_A_KEEPER:
            return None
        place = self.stewardship.workplace(keeper or "")
        presses = is_pressing(review, entry)
        if step.name == "soon" and keeper is not None:
            at = self._digest_at(place, review.first_at, now)
            # What presses does not wait for a digest that comes after its date, nor needs one on the day itself.
            if presses and (at > review.due_at or place.local_date(at) == place.local_date(review.due_at)):
                return None
            return _Word(step, (keeper,), max(at, present.back_at(keeper, place)), place)
        addresses = self._addresses(step, entry, present, keeper)
        if not addresses:
            return None
        at = self._working(step, place, _earliest(step, review, presses=presses), now, presses=presses)
        if step.name == "overdue" and not presses and keeper is not None:
            at = max(at, present.back_at(keeper, place))
        return _Word(step, addresses, at, place)

    def _addresses(self, step: Step, entry: Entry, present: Present, keeper: str | None) -> tuple[str, ...]:
        if step.name == "backup":
            return tuple(present.backups(entry, besides=keeper))
        if step.name == "team":
            channel = self.stewardship.team_channel(entry)
            return (channel,) if channel else ()
        if step.name == "champions":
            return tuple(one for one in present.champions(entry) if one != keeper)
        return (keeper,) if keeper is not None else ()

    def _working(self, step: Step, place: Workplace, earliest: datetime, now: datetime, *, presses: bool) -> datetime:
        """Return when the step may come: at once where it presses, with others of the day or the month otherwise."""
        if step.name == "champions":
            first = place.local_date(earliest - timedelta(seconds=1))
            month = (first.replace(day=1) + timedelta(days=32)).replace(day=1)
            earliest = place.at(month, 0)
        elif presses or step.name == "handed":
            return place.next_working(max(earliest, now))
        at = place.next_at_hour(earliest, self.digest.hour)
        return at if at > now else place.next_working(now)

    def _digest_at(self, place: Workplace, earliest: datetime, now: datetime) -> datetime:
        """Return when the digest comes that tells of a review; after a missed one, once and not on its heels."""
        at = place.day_of_week(earliest, self.digest.weekday, self.digest.hour)
        if at > now:
            return at
        following = place.day_of_week(now, self.digest.weekday, self.digest.hour)
        if now - at > LATE and now < following < now + TOO_SOON:
            return following
        return place.next_working(now)

    def _tell_alone(self, tx: Transaction, nudge: NudgeRecord, _day: date) -> int:
        """Owe a message about this one review; return 1 where it is new."""
        key = nudge_key(nudge.entry_id, nudge.due_at, nudge.stage, nudge.address)
        if not tx.reviews.nudge_once(replace(nudge, key=key)):
            return 0
        subject = f"{nudge_subject(nudge.entry_id, nudge.due_at)} {key}"
        return int(self._owe(tx, key, NUDGE, subject, nudge))

    def _tell_with_others(self, tx: Transaction, nudge: NudgeRecord, day: date) -> int:
        """Put the review into the day's message to this address; return 1 where the message is new."""
        key = list_key(nudge.stage, nudge.address, day)
        if not tx.reviews.nudge_once(replace(nudge, key=key)):
            return 0
        if self._owe(tx, key, LIST, key, nudge):
            return 1
        tx.outbox.edit(key, at=self.clock())
        return 0

    def _owe(self, tx: Transaction, key: str, kind: str, subject: str, nudge: NudgeRecord) -> bool:
        return tx.outbox.owe_once(
            key, kind=kind, subject=subject, address=nudge.address, at=self.clock(), not_before=nudge.at
        )


def _earliest(step: Step, review: ReviewRecord, *, presses: bool) -> datetime:
    """Return when the step may come by its days after the date, with time to answer since the one before.

    Whoever gets a review from a colleague hears of it now, also before its date.
    """
    if step.name == "handed":
        return review.first_at
    earliest = max(review.due_at + step.delay(presses=presses), review.first_at)
    if review.told_at is None or (presses and step.name == "overdue"):
        return earliest
    return max(earliest, review.told_at + (REST_WHEN_PRESSING if presses else REST))


def _told(review: ReviewRecord, step: Step, address: str, now: datetime) -> NudgeRecord:
    return NudgeRecord("", review.entry_id, review.due_at, step.name, address, now)


def is_pressing(review: ReviewRecord, entry: Entry) -> bool:
    """Return whether the review is told of on the day it falls due: a severe entry, or somebody asked for it."""
    return review.is_urgent or entry.document.severity.typical == SEVERE
