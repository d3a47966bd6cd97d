"""The one place that reads the wall clock; everything else takes a clock, so that tests may move time."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present instant, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that the ban points everyone to
