"""Comparing moments that are only as precise as what is known."""

from datetime import UTC, datetime
from typing import Final

WHOLE_DAY: Final = len("2025-11-18")


def is_before(first: str, second: str) -> bool:
    """Return whether the first moment certainly lies before the second; `2025-11` is not before `2025-11-18`."""
    if len(first) > WHOLE_DAY and len(second) > WHOLE_DAY:
        return _instant(first) < _instant(second)
    known = min(len(first), len(second), WHOLE_DAY)
    return first[:known] < second[:known]


def _instant(moment: str) -> datetime:
    parsed = datetime.fromisoformat(moment)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
