"""When people are asked again: on working days, in the morning."""

from collections.abc import Callable
from datetime import datetime, timedelta
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


def _morning_after(moment: datetime, is_meant: Callable[[datetime], bool]) -> datetime:
    day = moment.replace(hour=MORNING, minute=0, second=0, microsecond=0) + timedelta(days=1)
    while not is_meant(day):
        day += timedelta(days=1)
    return day
