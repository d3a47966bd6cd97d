"""When people are away, as they say themselves; meanwhile reviews go to somebody else and reminders wait."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from store import Store
from workflows.clock import Clock
from workflows.errors import UserError
from workflows.people import Actor
from workflows.reviews.stewardship import Stewardship

LONGEST: Final = timedelta(days=366)
DAY: Final = timedelta(days=1)
HOW: Final = "Say `/failure away 2026-12-21 2027-01-03`, with the first and the last day, or `/failure away off`."


@dataclass(frozen=True)
class Absence:
    """Somebody is away from the first to the last day, both counted in their zone; without a first one, from now."""

    first: date | None
    last: date


@dataclass(frozen=True)
class Absences:
    """Noting and ending absences; everybody their own."""

    store: Store
    clock: Clock
    stewardship: Stewardship

    def of(self, actor: Actor) -> Absence | None:
        """Return the person's present or coming absence."""
        with self.store.read() as tx:
            noted = tx.stewards.absence(actor.user_id)
        if noted is None or noted[1] <= self.clock():
            return None
        since, until = noted
        place = self.stewardship.workplace(actor.user_id)
        return Absence(place.local_date(since) if since else None, place.local_date(until - DAY / 2))

    def begin(self, absence: Absence, actor: Actor) -> Absence:
        """Note when the person is away, in place of what they said before; raises UserError for days that cannot be."""
        self.stewardship.people.require_reader(actor)
        place = self.stewardship.workplace(actor.user_id)
        today = place.local_date(self.clock())
        first = absence.first or today
        if absence.last < max(first, today):
            msg = f"The last day, {absence.last}, is over before it begins. {HOW}"
            raise UserError(msg)
        if absence.last - today > LONGEST:
            msg = f"{absence.last} is more than a year away; whoever leaves for so long is replaced as steward instead."
            raise UserError(msg)
        since = place.at(first, 0) if first > today else None
        self._note(actor, since, place.at(absence.last + DAY, 0))
        return Absence(first if since else None, absence.last)

    def end(self, actor: Actor) -> None:
        """Note that the person is there (again)."""
        self.stewardship.people.require_reader(actor)
        self._note(actor, None, None)

    def _note(self, actor: Actor, since: datetime | None, until: datetime | None) -> None:
        with self.store.begin() as tx:
            tx.stewards.set_away(actor.user_id, since, until)


def typed_absence(text: str) -> Absence:
    """Return what was typed: two days, or one, until which somebody is away; raises UserError for anything else."""
    words = [word for word in text.lower().split() if word not in {"from", "until", "till", "to", "-"}]
    try:
        days = [date.fromisoformat(word) for word in words]
    except ValueError:
        days = []
    if len(days) not in {1, 2}:
        msg = f"“{text[:80]}” is no day or two. {HOW}"
        raise UserError(msg)
    return Absence(days[0] if len(days) == 2 else None, days[-1])  # noqa: PLR2004 - the first and the last
