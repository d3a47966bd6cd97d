"""Slack's clock as we last heard it, carried on by a clock that nobody sets.

Where a message may stand in Slack is asked with a timestamp of Slack's. Ours could be days off at the try and right at
the look-up; the message would then be missed and posted again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

from bot.patience import Uptime, uptime
from workflows.clock import Clock


@dataclass
class SlackTime:
    """Tells Slack's time, to a few seconds; our own until Slack has told us."""

    clock: Clock
    uptime: Uptime = uptime
    _heard: datetime | None = None
    _heard_at: float = 0.0

    def hear(self, headers: Mapping[str, Any]) -> None:
        """Set the time by the `Date` of an answer; one without a readable date changes nothing."""
        told = {str(name).lower(): value for name, value in headers.items()}.get("date")
        stamp = told[0] if isinstance(told, list) and told else told
        try:
            moment = parsedate_to_datetime(str(stamp))
        except ValueError:
            return
        self._heard_at, self._heard = self.uptime(), moment if moment.tzinfo else moment.replace(tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return Slack's time."""
        if self._heard is None:
            return self.clock()
        return self._heard + timedelta(seconds=self.uptime() - self._heard_at)
