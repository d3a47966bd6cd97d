"""Each steward's reviews as a calendar under a secret address, of which only a hash is kept."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from hashlib import sha256
from typing import Final

from store import Store
from workflows.people import Actor
from workflows.reviews.reviews import DueReview, Reviews
from workflows.reviews.stewardship import Stewardship

AHEAD: Final = timedelta(days=366)
SECRET_BYTES: Final = 32  # 256 bits: nobody finds an address by trying


@dataclass(frozen=True)
class Calendar:
    """Somebody's reviews of the next year and those that are due, each with its day in their zone."""

    days: Sequence[tuple[date, DueReview]]


@dataclass(frozen=True)
class Calendars:
    """Opening, closing and reading calendars."""

    store: Store
    reviews: Reviews
    stewardship: Stewardship

    def is_open(self, actor: Actor) -> bool:
        """Return whether the person has a calendar."""
        with self.store.read() as tx:
            return tx.stewards.has_calendar(actor.user_id)

    def open(self, actor: Actor) -> str:
        """Return the secret of a new calendar for the person, which takes the place of one they had."""
        self.stewardship.people.require_reader(actor)
        secret = secrets.token_urlsafe(SECRET_BYTES)
        with self.store.begin() as tx:
            tx.stewards.set_calendar(actor.user_id, _hashed(secret))
        return secret

    def close(self, actor: Actor) -> None:
        """Let the address of the person's calendar lead nowhere."""
        with self.store.begin() as tx:
            tx.stewards.set_calendar(actor.user_id, None)

    def under(self, secret: str) -> Calendar | None:
        """Return the calendar with this secret; None where there is none, or its owner has left."""
        with self.store.read() as tx:
            owner = tx.stewards.owner_of_calendar(_hashed(secret))
        if owner is None or not self.stewardship.people.workspace.is_active(owner):
            return None
        place = self.stewardship.workplace(owner)
        planned = self.reviews.planned_for(Actor(owner), until=self.reviews.clock() + AHEAD)
        return Calendar([(place.local_date(review.due_at), review) for review in planned])


def _hashed(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
