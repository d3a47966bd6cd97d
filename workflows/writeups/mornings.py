"""When people are asked about write-ups: in the morning of a working day where they live."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from store import Transaction
from workflows.reviews.stewardship import Stewardship
from workflows.workdays import FAR, Workplace

MORNING: Final = 9  # o'clock where they live, or the nearest of their working hours
TIMES_A_WEEK: Final = (1, 4)  # Tuesday and Friday
REST: Final = timedelta(hours=36)  # between two reminders, at least
DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class Mornings:
    """Mornings of people; who has moved is asked by the clock on their new wall."""

    stewardship: Stewardship

    def next_working_day(self, person: str, now: datetime) -> datetime:
        """Return the morning of the person's next working day, never today's."""
        place = self.stewardship.workplace(person)
        return place.next_at_hour(_tomorrow(place, now), MORNING)

    def next_of_the_week(self, person: str, now: datetime) -> datetime:
        """Return the next of two mornings a week, not on the heels of today's; after a holiday where it is one."""
        place = self.stewardship.workplace(person)
        return min(place.day_of_week(now + REST, weekday, MORNING) for weekday in TIMES_A_WEEK)

    def before(self, person: str, day: date) -> datetime:
        """Return the morning of the person's last working day before this one, to bring to mind what is due then."""
        place = self.stewardship.workplace(person)
        days = (day - DAY * back for back in range(1, FAR))
        return place.next_at_hour(place.at(next(filter(place.is_working_day, days), day - DAY), 0), MORNING)

    def not_before(self, tx: Transaction, person: str, now: datetime) -> datetime:
        """Return now where the person works at this moment and is not away, else when they work next."""
        place = self.stewardship.workplace(person)
        return max(place.next_working(now), self.stewardship.at(tx, now).back_at(person, place))


def _tomorrow(place: Workplace, now: datetime) -> datetime:
    return place.at(place.local_date(now) + DAY, 0)
