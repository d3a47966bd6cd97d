"""What happens elsewhere makes entries due for review, each time with its reason and each time once.

event              which entries                                              noticed
release            of the model family                                        command, webhook
drift              with a detector of that name, beyond its threshold         webhook
recurrence         that happened again within a month of being contained      look
rehearsal expired  whose containment was last practised half a year ago       look
owner inactive     whose last verifier has left the workspace                 look
many “not this”    that responders rejected more often than they confirmed    look
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from store import Store, Transaction
from store.audit import AuditRecord
from store.occurrences import OccurrenceRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.detectors import Detector
from workflows.entries.document import REHEARSED
from workflows.entries.parts import without_unstorable_characters
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotAllowed, UserError
from workflows.people import OPERATOR, Actor
from workflows.ports import DeliveryBell
from workflows.reviews.reviews import Reviews

SOON_AGAIN: Final = timedelta(days=30)  # a failure that comes back within this was not mended
JUST_VERIFIED: Final = timedelta(days=7)  # whoever verified it during an alarm has seen the alarm
REJECTED_LATELY: Final = timedelta(days=90)
OFTEN: Final = 3  # rejections
LONGEST_NAME: Final = 80  # characters of a version or of a detector's name
REMEMBERED: Final = timedelta(days=730)  # how far back an event counts as the same
MOST_REMEMBERED: Final = 1_000  # events of one entry
AT_ONCE: Final = 50  # entries made due in one transaction, which must end within a second; some 6 ms each
WHILE_SOMEBODY_WAITS: Final = 100  # entries made due before a command is answered
RELEASED_LATELY: Final = timedelta(days=2)
MADE_DUE: Final = "review.due"
RELEASE: Final = "model.release"
ANY: Final = "any"


@dataclass(frozen=True)
class Event:
    """Something that makes an entry due; the same `key` does so once."""

    entry_id: str
    key: str
    reason: str


@dataclass(frozen=True)
class Release:
    """A release of a model family; `is_news` unless it was announced before.

    `entries` are those it made due, as far as whoever announced it may see them.
    """

    family: str
    version: str
    entries: Sequence[Entry]
    is_news: bool


@dataclass(frozen=True)
class Alarm:
    """A signal that a monitor sends: the detector by its key or metric, the value where it says one.

    `key` tells one alarm from the next; the same alarm sent again does nothing.
    """

    detector: str
    key: str
    value: float | None = None


@dataclass(frozen=True)
class Triggers:
    """Takes events in, and looks for those that nobody announces."""

    store: Store
    clock: Clock
    catalog: Catalog
    vocabulary: Vocabulary
    reviews: Reviews
    bell: DeliveryBell

    def release(self, family: str, version: str, actor: Actor, *, is_major: bool | None = None) -> Release:
        """Make the entries of the model family due because a version of it was released.

        Where nobody says whether it `is_major`, it is when its first number differs from the last release's. Raises
        NotAllowed for whoever answers for no entries, UserError for an unknown family or no version.
        """
        self._require_answering(actor)
        family, version = self._family(family), _one_line(version)
        if not version:
            msg = f"Say which version was released: `/failure release {family} 4.2`."
            raise UserError(msg)
        now = self.clock()
        with self.store.begin() as tx:
            earlier = tx.audit.find(action=RELEASE, subject=f"model:{family}", limit=1_000)
            known = [str((one.after or {}).get("version")) for one in earlier]
            if version in known or not tx.receipts.is_first(f"release:{family} {version}", now):
                return Release(family, version, (), is_news=False)
            majors = {_first_number(one) for one in known}
            counts = is_major if is_major is not None else _first_number(version) not in majors
            after = {"version": version, "counts": counts}
            tx.audit.add(AuditRecord(now, actor.user_id, RELEASE, f"model:{family}", None, after))
        entries = [one for one in self._published() if _is_of_family(one, family)] if counts else []
        events = _of_release(entries, family, version)
        # Somebody waits for an answer; what a large catalog has more than this follows with the next look.
        self._make_all_due(events[:WHILE_SOMEBODY_WAITS], actor)
        self.bell.ring()
        may_see = self.catalog.people.may_see
        return Release(family, version, [one for one in entries if may_see(actor, one.document)], is_news=True)

    def alarm(self, alarm: Alarm) -> Sequence[Entry]:
        """Make entries due whose detector of that name raises an alarm, and return them.

        A value that is not beyond an entry's threshold says nothing about it, and whoever verified the entry within the
        last week has seen the alarm.
        """
        now, name = self.clock(), _one_line(alarm.detector)
        found = [(one, detector) for one in self._published() if (detector := _detector_of(one, name)) is not None]
        concerned = [
            (one, detector)
            for one, detector in found
            if _is_beyond(detector, alarm.value)
            and (one.last_verified_at is None or now - one.last_verified_at > JUST_VERIFIED)
        ]
        value = "" if alarm.value is None else f" at {alarm.value:g}"
        events = [
            Event(one.id, f"drift:{name}:{alarm.key}"[:500], f"its detector “{detector.metric}” raised an alarm{value}")
            for one, detector in concerned
        ]
        due = self._make_all_due(events, OPERATOR)
        self.bell.ring()
        return [one for one, _ in concerned if one.id in due]

    def look(self) -> int:
        """Look for what nobody announces, make the entries due, and return how many are newly so."""
        now, published = self.clock(), self._published()
        with self.store.read() as tx:
            events = [*self._happened_again(tx, published), *self._out_of_practice(published, now)]
            events += [*self._left_by_their_owner(published), *self._often_rejected(tx, published, now)]
            releases = tx.audit.find(action=RELEASE, since=now - RELEASED_LATELY, limit=1_000)
        due = self._make_all_due(events, OPERATOR)
        for one in releases:
            due |= self._make_all_due(_left_by_a_release(published, one), Actor(one.actor, is_operator=True))
        if due:
            self.bell.ring()
        return len(due)

    def _make_all_due(self, events: Sequence[Event], actor: Actor) -> set[str]:
        """Make due what was not made so by the same event before, and return the entries; some in each transaction."""
        due: set[str] = set()
        for start in range(0, len(events), AT_ONCE):
            with self.store.begin() as tx:
                due |= {one.entry_id for one in events[start : start + AT_ONCE] if self._make_due(tx, one, actor)}
        return due

    def _make_due(self, tx: Transaction, event: Event, actor: Actor) -> bool:
        now, subject = self.clock(), f"entry:{event.entry_id}"
        past = tx.audit.find(action=MADE_DUE, subject=subject, since=now - REMEMBERED, limit=MOST_REMEMBERED)
        if any((one.after or {}).get("event") == event.key for one in past):
            return False
        after = {"event": event.key, "reason": event.reason}
        tx.audit.add(AuditRecord(now, actor.user_id, MADE_DUE, subject, None, after))
        self.reviews.request_within(tx, event.entry_id, event.reason, actor, is_urgent=False)
        return True

    def _happened_again(self, tx: Transaction, published: Sequence[Entry]) -> Iterator[Event]:
        cases = tx.occurrences.by_entry()
        for entry in published:
            mended, again = _recurrence(cases.get(entry.id, ()))
            if mended is None or again is None or _was_verified_after(entry, again.recorded_at):
                continue
            days = max((again.happened_at - mended).days, 1)
            yield Event(entry.id, f"recurrence:{again.id}", f"it happened again {days} day(s) after it was contained")

    def _out_of_practice(self, published: Sequence[Entry], now: datetime) -> Iterator[Event]:
        for entry in published:
            expired = _rehearsal_expired(entry)
            if expired is None or expired > now.date():
                continue
            if entry.last_verified_at is not None and entry.last_verified_at.date() < expired:
                reason = "its containment was not practised for half a year"
                yield Event(entry.id, f"rehearsal:{expired.isoformat()}", reason)

    def _left_by_their_owner(self, published: Sequence[Entry]) -> Iterator[Event]:
        workspace = self.catalog.people.workspace
        for entry in published:
            owner = entry.last_verified_by
            if owner and not workspace.is_active(owner):
                yield Event(entry.id, f"owner:{owner}", "whoever verified it last has left the workspace")

    def _often_rejected(self, tx: Transaction, published: Sequence[Entry], now: datetime) -> Iterator[Event]:
        since = now - REJECTED_LATELY
        rejected, confirmed = tx.incidents.verdicts("rejected", since, now), tx.incidents.confirmations(since, now)
        for entry in published:
            times = rejected.get(entry.id, 0)
            if times >= OFTEN and times > confirmed.get(entry.id, 0):
                quarter = f"{now.year}-{(now.month - 1) // 3 + 1}"
                reason = f"responders said “not this” in {times} incidents within 90 days"
                yield Event(entry.id, f"rejected:{quarter}", reason)

    def _published(self) -> list[Entry]:
        return [*self.catalog.published(), *self.catalog.closed_to_most(OPERATOR).values()]

    def _family(self, typed: str) -> str:
        families = [one for one in self.vocabulary.definitions("model_family") if one != ANY]
        wanted = "-".join(typed.casefold().replace("_", " ").split())
        if not any(_is_part(one, wanted) for one in families):
            msg = f"“{_one_line(typed)}” is no model family here; there are {', '.join(families)}."
            raise UserError(msg)
        return wanted

    def _require_answering(self, actor: Actor) -> None:
        if not self.catalog.people.answers_for_entries(actor):
            msg = (
                "Only a steward, a champion or an admin can announce a release; ask the steward of a domain it touches."
            )
            raise NotAllowed(msg)


def _of_release(entries: Iterable[Entry], family: str, version: str) -> list[Event]:
    subject = f"{family} {version}"
    return [Event(one.id, f"release:{subject}", f"{subject} was released") for one in entries]


def _left_by_a_release(published: Sequence[Entry], release: AuditRecord) -> list[Event]:
    """Return what a release made due, or has still to; whoever verified an entry since has seen the release."""
    told, family = release.after or {}, release.subject.removeprefix("model:")
    concerned = [one for one in published if _is_of_family(one, family) and not _was_verified_after(one, release.at)]
    return _of_release(concerned, family, str(told.get("version"))) if told.get("counts") else []


def _is_part(family: str, named: str) -> bool:
    """Return whether the family is the one that was named, or one of its kind: `llm` is `llm-hosted` as well."""
    return family == named or family.startswith(f"{named}-")


def _is_of_family(entry: Entry, family: str) -> bool:
    """Return whether a release of the family concerns the entry: it names the family, or any and releases."""
    families = entry.document.dimensions.model_family
    return any(_is_part(one, family) for one in families) or (
        ANY in families and "model-release" in entry.document.review_triggers
    )


def _detector_of(entry: Entry, name: str) -> Detector | None:
    wanted = _plain(name)
    return next(
        (one for one in entry.document.detectors if wanted in {_plain(one.key or ""), _plain(one.metric)}), None
    )


def _is_beyond(detector: Detector, value: float | None) -> bool:
    """Return whether the value is beyond the threshold; where only the monitor can tell, its word counts."""
    threshold = detector.threshold
    if value is None or not isinstance(threshold, int | float):
        return True
    compared = {
        "gt": value > threshold,
        "gte": value >= threshold,
        "lt": value < threshold,
        "lte": value <= threshold,
        "abs_gt": abs(value) > threshold,
    }
    return compared.get(detector.comparison, True)


def _recurrence(cases: Sequence[OccurrenceRecord]) -> tuple[datetime, OccurrenceRecord] | tuple[None, None]:
    """Return when the failure was contained and the case in which it soon came back, the newest such pair."""
    for place, again in enumerate(cases):
        for before in cases[place + 1 :]:
            ended = before.document.get("contained") or before.document.get("resolved")
            mended = datetime.fromisoformat(ended) if ended else None
            if mended is not None and timedelta() < again.happened_at - mended <= SOON_AGAIN:
                return mended, again
    return None, None


def _rehearsal_expired(entry: Entry) -> date | None:
    remedy = entry.document.containment
    last = remedy.rehearsal.last if remedy and remedy.rehearsal else None
    return last + REHEARSED + timedelta(days=1) if last is not None else None


def _was_verified_after(entry: Entry, moment: datetime) -> bool:
    return entry.last_verified_at is not None and entry.last_verified_at >= moment


def _first_number(version: str) -> str:
    """Return what stands before the first point of a version: 4 for v4.2 and 4.2.1."""
    return version.removeprefix("v").partition(".")[0]


def _plain(name: str) -> str:
    return " ".join(name.casefold().replace("-", " ").replace("_", " ").split())


def _one_line(typed: str) -> str:
    return " ".join(without_unstorable_characters(typed).split())[:LONGEST_NAME]
