"""The pace of posting: one message a second to a channel, and none while Slack asks us to wait."""

import threading
from dataclasses import dataclass, field
from datetime import timedelta

from bot.patience import Uptime
from store import Store
from workflows.clock import Clock

PACE = timedelta(seconds=1)  # between two posts to one channel, docs.slack.dev/apis/web-api/rate-limits


@dataclass(frozen=True)
class Pace:
    """When each channel is free again: as this process knows it, and then as all of them do.

    What this process did is measured by its uptime, which nobody sets. What others did needs the wall clock: machines
    whose clocks differ by more than the pace keep it each for itself, and then Slack's 429 keeps it for them.
    """

    uptime: Uptime
    store: Store
    clock: Clock
    _free_at: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def take(self, channel: str) -> timedelta | None:
        """Take the channel's turn and return None, or return how long it is until the next one."""
        return self._take_here(channel) or self._take_among_all(channel)

    def busy(self) -> frozenset[str]:
        """Return the channels whose next turn is still to come, as far as this process knows."""
        with self._lock:
            now = self.uptime()
            return frozenset(channel for channel, free in self._free_at.items() if free > now)

    def free_in(self, channel: str) -> timedelta | None:
        """Return how long it is until the channel's next turn, without taking it; None where it is free now."""
        with self._lock:
            here = self._free_at.get(channel, 0.0) - self.uptime()
        if here > 0:
            return timedelta(seconds=here)
        if wait := self._free_among_all_in(channel):
            self.pause(channel, wait)
        return wait

    def pause(self, channel: str, wait: timedelta) -> None:
        """Post nothing there for so long."""
        with self._lock:
            self._free_at[channel] = max(self._free_at.get(channel, 0.0), self.uptime() + wait.total_seconds())

    def _take_here(self, channel: str) -> timedelta | None:
        with self._lock:
            now = self.uptime()
            free = self._free_at.get(channel, now)
            if free > now:
                return timedelta(seconds=free - now)
            self._free_at[channel] = now + PACE.total_seconds()
            return None

    def _free_among_all_in(self, channel: str) -> timedelta | None:
        now = self.clock()
        with self.store.read() as tx:
            began = tx.posting_turns.lasting(channel, now, each=PACE)
        return None if began is None else began + PACE - now

    def _take_among_all(self, channel: str) -> timedelta | None:
        now = self.clock()
        with self.store.begin() as tx:
            began = tx.posting_turns.take(channel, now, each=PACE)
        return None if began is None else began + PACE - now
