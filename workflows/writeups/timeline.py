"""The points of a timeline in the order of their times, as far as those are known."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from store import Transaction
from store.writeups import MomentRecord


def insert_within(tx: Transaction, writeup_id: int, *, at: datetime | None, **values: Any) -> bool:
    """Put a point where its time belongs, once for each source; return whether it is new.

    One without a time stands at the end, and no other moves.
    """
    before = tx.writeups.moments(writeup_id)
    if not tx.writeups.add_moment(writeup_id, at=at, removed_by=None, **values):
        return False
    points = tx.writeups.moments(writeup_id)
    later = next((place for place, one in enumerate(before) if at and one.at and one.at > at), None)
    if later is not None:
        number_within(tx, [*points[:later], points[-1], *points[later:-1]])
    return True


def number_within(tx: Transaction, points: Sequence[MomentRecord]) -> None:
    """Give every point its place in this order."""
    for place, one in enumerate(points, 1):
        if one.place != place:
            tx.writeups.change_moment(one.id, place=place)
