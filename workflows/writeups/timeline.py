"""The points of a timeline in the order of their times, as far as those are known."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from store import Transaction
from store.writeups import MomentRecord


def insert_within(tx: Transaction, writeup_id: int, *, at: datetime | None, **values: Any) -> bool:
    """Put a point where its time belongs, once for each source; return whether it is new.

    One without a time stands at the end, and no other moves.
    """
    return insert_all_within(tx, writeup_id, [{"at": at, **values}]) > 0


def insert_all_within(tx: Transaction, writeup_id: int, found: Sequence[Mapping[str, Any]]) -> int:
    """Do the same for many points, and return how many are new; what was taken out of the timeline stays out."""
    known = {one.source for one in tx.writeups.moments(writeup_id, removed=True)}
    new = [one for one in found if one["source"] not in known]
    if not new:
        return 0
    order = tx.writeups.moments(writeup_id)
    added = sum(tx.writeups.add_moment(writeup_id, place=0, removed_by=None, **one) for one in new)
    before = {one.id for one in order}
    for point in (one for one in tx.writeups.moments(writeup_id) if one.id not in before):
        order.insert(_place_of(point, order), point)
    number_within(tx, order)
    return added


def number_within(tx: Transaction, points: Sequence[MomentRecord]) -> None:
    """Give every point its place in this order."""
    tx.writeups.place_moments({one.id: place for place, one in enumerate(points, 1) if one.place != place})


def _place_of(point: MomentRecord, order: Sequence[MomentRecord]) -> int:
    """Return before which of the others a new point belongs."""
    at = point.at
    later = (place for place, one in enumerate(order) if at and one.at and one.at > at)
    return next(later, len(order))
