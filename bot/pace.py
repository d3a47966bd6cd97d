"""The pace of posting: one message a second to a channel, and none while Slack asks us to wait."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from bot.patience import Uptime

PACE = timedelta(seconds=1)  # between two posts to one channel, docs.slack.dev/apis/web-api/rate-limits


@dataclass(frozen=True)
class Pace:
    """When each channel is free again, as this process knows it."""

    uptime: Uptime
    _free_at: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, channel: str) -> timedelta | None:
        """Take the channel's turn and return None, or return how long it is until the next one."""
        with self._lock:
            now = self.uptime()
            free = self._free_at.get(channel, now)
            if free > now:
                return timedelta(seconds=free - now)
            self._free_at[channel] = now + PACE.total_seconds()
            return None

    def pause(self, channel: str, wait: timedelta) -> None:
        """Post nothing there for so long."""
        with self._lock:
            self._free_at[channel] = max(self._free_at.get(channel, 0.0), self.uptime() + wait.total_seconds())
