"""Sampling: each month a few published entries are looked at by a peer who neither wrote them nor answers for them.

Which ones is drawn from the month and the entry's id alone, so that several processes draw the same. Those never
sampled come first, and the more people were shown an entry lately, the likelier it is drawn.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from store import Store, Transaction
from workflows.clock import Clock
from workflows.disciplines import PEER
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.ledger import sign_off_key
from workflows.errors import UserError
from workflows.matters import is_outdated
from workflows.people import OPERATOR
from workflows.ports import DeliveryBell
from workflows.signoffs import SignOffs

RESTED = timedelta(days=30)  # what was changed more recently was looked at then
LATELY = timedelta(days=90)
TRIED = 50  # entries tried in one sweep where there is no peer for most


@dataclass(frozen=True)
class Sampling:
    """Picks `per_month` published entries a month for peer review; 0 switches it off."""

    store: Store
    clock: Clock
    catalog: Catalog
    sign_offs: SignOffs
    bell: DeliveryBell
    per_month: int

    def sweep(self) -> int:
        """Have what is still missing of this month's sample looked at, and return how many entries that were.

        An entry without anybody but its authors and its steward to look at it is not picked.
        """
        if self.per_month == 0:
            return 0
        with self.store.begin() as tx:
            self._call_off_outdated(tx)
        with self.store.begin() as tx:
            tx.sign_offs.take_turns()
            month = f"{self.clock():%Y-%m}"
            picked = {one.entry_id for one in tx.sign_offs.of_matter(f"sampling:{month}")}
            missing = self.per_month - len(picked)
            drawn = self._drawn(tx, month) if missing > 0 else []
            candidates = [entry for entry in drawn if entry.id not in picked][:TRIED]
            asked = 0
            for entry in candidates:
                if asked == missing:
                    break
                asked += self._ask(tx, entry)
        self.bell.ring()
        return asked

    def _drawn(self, tx: Transaction, month: str) -> Sequence[Entry]:
        """Return the entries that may be picked, in the order of the draw."""
        closed = self.catalog.closed_to_most(OPERATOR)
        rested = [
            entry
            for entry in (*self.catalog.published(), *closed.values())
            if entry.updated_at <= self.clock() - RESTED
        ]
        sampled = tx.sign_offs.times_sampled()
        shown = tx.followers.shown_often(self.clock() - LATELY)
        return sorted(rested, key=lambda entry: (sampled.get(entry.id, 0), *_lot(month, entry.id, shown)))

    def _ask(self, tx: Transaction, entry: Entry) -> bool:
        record = tx.entries.take(entry.id)
        if record is None or record.status != "published":
            return False
        stewards = self.catalog.people.stewards_of(record.domain)
        authors = tx.revisions.authors_of(record.id)
        try:
            told = self.sign_offs.ask_within(
                tx, record, purpose="sampling", disciplines=(PEER,), asked_by=None,
                authors=authors.union(stewards), base_revision=0,
            )  # fmt: skip
        except UserError:  # nobody else is there to look at it
            return False
        return told > 0

    def _call_off_outdated(self, tx: Transaction) -> None:
        """Ask nobody any more about an entry that was changed since it was picked."""
        for asked in tx.sign_offs.find(states=("open",)):
            if asked.purpose == "sampling" and is_outdated(tx, asked):
                tx.sign_offs.decide(asked.id, "cancelled", by=None, at=self.clock())
                for person in asked.asked_people:
                    tx.outbox.edit(sign_off_key(asked.id, person), at=self.clock())


def _lot(month: str, entry_id: str, shown: Mapping[str, int]) -> tuple[float, str]:
    """Return the entry's place in the draw: an exponential draw whose rate is its weight (Efraimidis and Spirakis)."""
    drawn = int.from_bytes(sha256(f"{month}:{entry_id}".encode()).digest()[:8], "big")
    uniform = (drawn + 1) / 2**64
    return -math.log(uniform) / (1 + shown.get(entry_id, 0)), entry_id
