"""Notices when the wall clock is set: the scheduler sleeps until a time of it, and would sleep for days."""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.patience import Uptime
from workflows.clock import Clock

log = structlog.get_logger(__name__)

LOOK = timedelta(seconds=1)
JUMP = timedelta(seconds=5)  # what is less does no harm; time synchronisation moves a clock by milliseconds


@dataclass
class ClockWatch:
    """Compares the wall clock with one that nobody sets, and calls `jumped` when they part."""

    clock: Clock
    uptime: Uptime
    jumped: Callable[[], None]
    _apart: timedelta | None = None
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look until `stop`; meant for a thread of its own."""
        while not self._stopping.wait(LOOK.total_seconds()):
            self.look()

    def stop(self) -> None:
        """Look no more."""
        self._stopping.set()

    def look(self) -> None:
        """Look once."""
        apart = timedelta(seconds=self.clock().timestamp() - self.uptime())
        before, self._apart = self._apart, apart
        if before is not None and abs(apart - before) > JUMP:
            log.warning("the clock was set; everything due is looked for at once", by=str(apart - before))
            self.jumped()
