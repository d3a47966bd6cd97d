"""Rate limits: how often an app may call a method, and what it hears when it calls more often.

Source: docs.slack.dev/apis/web-api/rate-limits. Slack promises the tiers as lower bounds; here they are exact.
"""

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass, field

MINUTE = 60.0
#: Calls a minute for each tier; 5 stands for Slack's "special" methods.
PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100, 5: 300}
#: chat.postMessage: one message a second and channel, in short bursts a few more.
BURST = 5
BURST_SECONDS = 5.0


class RateLimited(Exception):
    """Too many calls; worth trying again after `retry_after` seconds."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"ratelimited, retry after {retry_after} s")
        self.retry_after = retry_after


@dataclass
class Limits:
    """Counts calls when switched on; a test may give its own `seconds` to move time."""

    enforced: bool = False
    seconds: Callable[[], float] = time.monotonic
    _calls: dict[tuple[str, ...], deque[float]] = field(default_factory=lambda: defaultdict(deque))

    def count(self, method: str, tier: int, token: str, channel: str | None = None) -> None:
        """Count a call; raises `RateLimited` when it is one too many."""
        if not self.enforced:
            return
        self._take((token, method), PER_MINUTE[tier], MINUTE)
        if method == "chat.postMessage" and channel:
            self._take((token, method, channel), BURST, BURST_SECONDS)

    def _take(self, key: tuple[str, ...], allowed: int, window: float) -> None:
        calls, now = self._calls[key], self.seconds()
        while calls and now - calls[0] >= window:
            calls.popleft()
        if len(calls) >= allowed:
            raise RateLimited(max(1, math.ceil(window - (now - calls[0]))))
        calls.append(now)
