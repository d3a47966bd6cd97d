"""The one place that reads the wall clock; everyone else takes a clock as a field."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def system_clock() -> datetime:
    """Return the present instant, aware and in UTC."""
    return datetime.now(UTC)  # noqa: TID251 - this is the clock that the ban points everyone to


def said_at(ts: str) -> datetime:
    """Return when a message was said, from its `ts`, seconds since 1970; raises ValueError for what is no number."""
    return datetime.fromtimestamp(float(ts), UTC)
