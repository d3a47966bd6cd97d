"""Domains that nobody looks after, found by a daily look and taken to the champions, each gap once."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store import Store, Transaction
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.ports import DeliveryBell
from workflows.reviews.messages import GAPS, gaps_key
from workflows.reviews.stewardship import Stewardship

# A gap is told once it stood for a day: user groups are edited, and Slack does not always answer.
STANDS: Final = timedelta(days=1)


@dataclass(frozen=True)
class OwnershipGap:
    """What a domain lacks, in a sentence; closed once somebody looks after it again."""

    domain: str
    sentence: str
    is_closed: bool = False


@dataclass(frozen=True)
class Ownership:
    """The look at who answers for the domains that have published entries."""

    store: Store
    clock: Clock
    catalog: Catalog
    stewardship: Stewardship
    bell: DeliveryBell

    def look(self) -> int:
        """Note gaps that opened or closed, owe champions word of those that stand, and return the new messages.

        A gap that closed and opens again is told again. Before Slack told who is there, nothing is decided.
        """
        people = self.catalog.people
        if not people.workspace.is_informed():
            return 0
        champions = [one for one in people.holders("champion") if people.workspace.is_active(one)]
        with self.store.begin() as tx:
            owed = self._note(tx, dict(self.gaps()), champions)
        if owed:
            self.bell.ring()
        return owed

    def gaps(self) -> Iterator[tuple[str, str]]:
        """Yield the domains that have published entries and nobody to look after them, with what they lack."""
        for domain in sorted({entry.document.domain for entry in self.catalog.published()}):
            if (sentence := self._lack(domain)) is not None:
                yield domain, sentence

    def told_under(self, key: str) -> Sequence[OwnershipGap]:
        """Return the gaps of the message under this key as they stand now; none where all closed before it was sent."""
        with self.store.read() as tx:
            told = tx.stewards.gaps(told_on=key.rpartition(":")[2])
            gaps = [OwnershipGap(one.domain, one.sentence, one.is_closed) for one in told]
            message = tx.outbox.get(key)
        was_posted = message is not None and message.message_ts is not None
        return gaps if was_posted or not all(gap.is_closed for gap in gaps) else ()

    def _note(self, tx: Transaction, found: Mapping[str, str], champions: Sequence[str]) -> int:
        now = self.clock()
        for gap in tx.stewards.gaps():
            if gap.domain not in found and not gap.is_closed:
                tx.stewards.close_gap(gap.domain)
                self._edit(tx, gap.told_on, champions)
        for domain, sentence in found.items():
            tx.stewards.note_gap(domain, sentence, now)
        day = now.date().isoformat()
        if not champions or not tx.stewards.tell_gaps(noted_before=now - STANDS, day=day):
            return 0
        owed = 0
        for champion in champions:
            at = self.stewardship.workplace(champion).next_working(now)
            key = gaps_key(champion, day)
            is_new = tx.outbox.owe_once(key, kind=GAPS, subject=key, address=champion, at=now, not_before=at)
            owed += is_new
            if not is_new:
                tx.outbox.edit(key, at=now)
        return owed

    def _edit(self, tx: Transaction, day: str | None, champions: Sequence[str]) -> None:
        for champion in champions if day else ():
            tx.outbox.edit(gaps_key(champion, day or ""), at=self.clock())

    def _lack(self, domain: str) -> str | None:
        people = self.catalog.people
        stewards = people.stewards_of(domain)
        if set(stewards) - people.inactive(stewards):
            return self._lost(domain)
        backups = [one for one in people.backups_of(domain) if people.workspace.is_active(one)]
        lack = "everybody named as its steward has left" if stewards else "nobody is its steward, or its group is empty"
        return f"{lack}; {'its backups get everything' if backups else 'nobody hears of its reviews'}."

    def _lost(self, domain: str) -> str | None:
        """Return that nobody is left of those named for the domain itself, where others get what is theirs."""
        people, role = self.catalog.people, f"steward:{domain}"
        own = people.holders(role)
        if role not in people.named or set(own) - people.inactive(own):
            return None
        lost = "everybody named as its steward has left" if own else "the group named as its steward is empty"
        return f"{lost}; the stewards of all other domains get everything."
