"""Dates that were set by a cadence follow it when it changes, for an entry, a domain, a severity or the whole house."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from store import Store, Transaction
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.people import OPERATOR
from workflows.reviews.cadence import Cadence
from workflows.reviews.messages import edit_within

AT_ONCE: Final = 50  # dates moved in one transaction


@dataclass(frozen=True)
class Rescheduling:
    """The sweep over dates whose cadence changed."""

    store: Store
    clock: Clock
    catalog: Catalog
    cadence: Cadence

    def sweep(self) -> int:
        """Move the dates that were set by another cadence than there is now, and return how many.

        A date that has passed stays: people were told of it.
        """
        now = self.clock()
        with self.store.read() as tx:
            cadences = tx.reviews.cadences()
        published = [*self.catalog.published(), *self.catalog.closed_to_most(OPERATOR).values()]
        lasts = {entry.id: self.cadence.of(entry.document) for entry in published}
        changed = [one for one, before in cadences.items() if one in lasts and lasts[one] != before]
        for start in range(0, len(changed), AT_ONCE):
            with self.store.begin() as tx:
                for entry_id in changed[start : start + AT_ONCE]:
                    _keep_to(tx, entry_id, lasts[entry_id], now)
        return len(changed)


def _keep_to(tx: Transaction, entry_id: str, lasts: timedelta, now: datetime) -> None:
    review = tx.reviews.get(entry_id)
    if review is None or review.lasts_days is None:
        return
    due_at = review.due_at - timedelta(days=review.lasts_days) + lasts
    if review.due_at <= now and due_at <= now:
        tx.reviews.last_for(entry_id, lasts)
        return
    tx.reviews.schedule(entry_id, due_at, review.reason, lasts=lasts, assigned_to=review.assigned_to)
    edit_within(tx, entry_id, review.due_at, now)
