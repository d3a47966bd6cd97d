"""When people are asked again: on working days, in the morning."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Final

MORNING: Final = 9  # o'clock, UTC
SATURDAY: Final = 5
TIMES_A_WEEK: Final = (1, 4)  # Tuesday and Friday


def next_working_day(moment: datetime) -> datetime:
    """Return the morning of the next day from Monday to Friday."""
    return _morning_after(moment, lambda day: day.weekday() < SATURDAY)


def next_of_the_week(moment: datetime) -> datetime:
    """Return the next of two mornings a week."""
    return _morning_after(moment, lambda day: day.weekday() in TIMES_A_WEEK)


def morning_before(day: date) -> datetime:
    """Return the morning of the last working day before this one, on which something due then is brought to mind."""
    before = day - timedelta(days=1)
    while before.weekday() >= SATURDAY:
        before -= timedelta(days=1)
    return datetime(before.year, before.month, before.day, MORNING, tzinfo=UTC)


def _morning_after(moment: datetime, is_meant: Callable[[datetime], bool]) -> datetime:
    day = moment.replace(hour=MORNING, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while not is_meant(day):
        day += timedelta(days=1)
    return day
