"""How long the messenger waits for what, and the one inequality that keeps a message from being posted twice.

    claim ─── fence ───┤ the last moment at which a post may begin
                       ├── timeout ───┤ the last moment at which its request may leave
                                      ├── slowest ───┤ the last moment at which Slack may act on it
    claim ──────────────────────────── lease ────────────┤ the first moment at which somebody else may try

Somebody else then sees in Slack whatever the first one did. Each of these spans is measured by a clock that nobody sets
and that goes on while the machine sleeps, so that a jump of the wall clock changes none of them.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import timedelta

Uptime = Callable[[], float]

# Linux has a clock that counts suspended time; elsewhere (macOS) the monotonic one does.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def uptime() -> float:
    """Return seconds since some moment in the past; no jump of the wall clock and no suspension disturbs it."""
    return time.clock_gettime(_CLOCK)


@dataclass(frozen=True)
class Patience:
    """The spans of a delivery; raises ValueError for spans under which a message could be posted twice.

    `slowest` is how long after our timeout Slack may still act on a request, `quarantine` how long nobody touches a
    message whose post ended without an answer.
    """

    fence: timedelta = timedelta(seconds=5)
    timeout: timedelta = timedelta(seconds=10)
    slowest: timedelta = timedelta(seconds=60)
    quarantine: timedelta = timedelta(seconds=60)
    lease: timedelta = timedelta(seconds=90)
    give_up: timedelta = timedelta(days=1)

    def hurried(self, haste: float) -> "Patience":
        """Return the same spans, each so many times shorter; what holds between them holds still."""
        return Patience(**{span.name: getattr(self, span.name) / haste for span in fields(self)})

    def __post_init__(self) -> None:
        if self.fence + self.timeout + self.slowest >= self.lease:
            msg = f"fence + timeout + slowest must stay below the lease, or messages are posted twice: {self}"
            raise ValueError(msg)
        if self.slowest > self.quarantine:
            msg = f"the quarantine must last as long as Slack's slowest processing: {self}"
            raise ValueError(msg)
