"""Thanks for what was shared: contributors on their entries, a word when an entry helped, and a monthly digest.

Nobody is counted or ranked. What is counted are entries.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from store import Store, Transaction
from store.revisions import RevisionRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.entry import Entry, entry_of
from workflows.errors import NotAllowed, NotFound
from workflows.people import Actor, is_person
from workflows.ports import DeliveryBell

THANKS = "thanks"
DIGEST = "digest"
AFTER = timedelta(hours=1)  # an incident is no time for thanks, and a confirmation may be undone
DIGEST_HOUR = 9  # UTC, on the first day of the month
MOST_USEFUL = 5  # entries named in a digest


@dataclass(frozen=True)
class Thanks:
    """A word to an author: their entry was found to be the right one in an incident."""

    user_id: str
    entry: Entry
    confirmed_by: str


@dataclass(frozen=True)
class Digest:
    """What happened to the catalog in one month, for everybody: only entries that everybody may see.

    `useful` are the entries that incidents confirmed, each with the number of incidents; `contributors` are Slack ids.
    """

    month: str
    new: tuple[Entry, ...]
    changed: tuple[Entry, ...]
    useful: tuple[tuple[Entry, int], ...]
    contributors: tuple[str, ...]


@dataclass(frozen=True)
class Recognition:
    """Says thank you; `digest_channel` is where the monthly digest goes, empty for nowhere."""

    store: Store
    clock: Clock
    catalog: Catalog
    bell: DeliveryBell
    digest_channel: str = ""

    def contributors(self, entry_id: str, actor: Actor) -> list[str]:
        """Return the people who wrote the entry or helped with it, in the order in which they came to it."""
        with self.store.read() as tx:
            return contributors_within(tx, self.catalog.entry_within(tx, entry_id, actor).id)

    def thanks(self, subject: str) -> Thanks | None:
        """Return the word of thanks, or None where the confirmation was undone or the author may not see the entry."""
        incident_id, _, rest = subject.partition("|")
        entry_id, _, author = rest.partition("|")
        if not self.catalog.people.workspace.is_active(author):
            return None
        with self.store.read() as tx:
            said = tx.incidents.suggestion(int(incident_id), entry_id)
            if said is None or said.verdict != "confirmed" or said.verdict_by in {author, None}:
                return None
            try:
                entry = self.catalog.entry_within(tx, entry_id, Actor(author))
            except (NotFound, NotAllowed):
                return None
        return Thanks(author, entry, said.verdict_by or "")

    def sweep(self) -> bool:
        """Owe last month's digest once, in whatever process comes first, and return whether it is new."""
        now = self.clock()
        if not self.digest_channel or (now.day == 1 and now.hour < DIGEST_HOUR):
            return False
        month = _month_before(now)
        with self.store.begin() as tx:
            is_new = tx.outbox.owe_once(
                f"digest:{month}", kind=DIGEST, subject=month, address=self.digest_channel, at=now
            )
        if is_new:
            self.bell.ring()
        return is_new

    def digest(self, month: str) -> Digest | None:
        """Return what happened in the month (`2026-11`), or None where nothing did that everybody may know of."""
        begin, end = _span(month)
        with self.store.read() as tx:
            shown = {
                record.id: entry_of(record, self.catalog.people)
                for record in tx.entries.all(statuses=("published",))
                if record.document.get("visibility", "org") == "org"
            }
            states = [
                one for one in tx.revisions.since(begin, until=end, statuses=("published",)) if one.entry_id in shown
            ]
            touched = list(dict.fromkeys(one.entry_id for one in states))
            first = {entry_id: tx.revisions.first_with_status(entry_id, "published") for entry_id in touched}
            confirmed = tx.incidents.confirmations(begin, end)
            new = {entry_id for entry_id in touched if (at := first[entry_id]) is not None and at >= begin}
            # Who drafted a new entry did so before it was published, perhaps in an earlier month.
            drafted = {person for entry_id in new for person in contributors_within(tx, entry_id)}
        useful = sorted((count, entry_id) for entry_id, count in confirmed.items() if entry_id in shown)
        if not touched and not useful:
            return None
        return Digest(
            month=month,
            new=tuple(shown[entry_id] for entry_id in touched if entry_id in new),
            changed=tuple(shown[entry_id] for entry_id in touched if entry_id not in new),
            useful=tuple((shown[entry_id], count) for count, entry_id in reversed(useful[-MOST_USEFUL:])),
            contributors=tuple(sorted(_people_of(states) | drafted)),
        )


def owe_thanks(tx: Transaction, incident_id: int, entry_id: str, actor: Actor, now: datetime) -> None:
    """Owe the entry's authors a word of thanks an hour from now, as part of the caller's transaction.

    Each gets one for an incident and entry, however often it is confirmed; nobody is thanked for confirming their own.
    """
    for author in contributors_within(tx, entry_id):
        if author != actor.user_id:
            tx.outbox.owe_latest(
                f"thanks:{incident_id}:{entry_id}:{author}",
                kind=THANKS,
                subject=f"{incident_id}|{entry_id}|{author}",
                address=author,
                thread_ts=None,
                at=now,
                not_before=now + AFTER,
            )


def contributors_within(tx: Transaction, entry_id: str) -> list[str]:
    """Return the people who wrote the entry or helped with it; an import by the command line is nobody's."""
    return [person for person in tx.revisions.contributors_to(entry_id) if is_person(person)]


def _people_of(states: Iterable[RevisionRecord]) -> set[str]:
    return {person for state in states for person in (state.author, *state.co_authors) if is_person(person)}


def _month_before(now: datetime) -> str:
    return f"{now.astimezone(UTC).replace(day=1) - timedelta(days=1):%Y-%m}"


def _span(month: str) -> tuple[datetime, datetime]:
    """Return the first moment of the month and of the one after, in UTC."""
    begin = datetime.strptime(f"{month}-01", "%Y-%m-%d").replace(tzinfo=UTC)
    return begin, (begin + timedelta(days=32)).replace(day=1)
