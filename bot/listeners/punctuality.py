"""An answer within Slack's 3 seconds even when the database hangs and cannot be asked to give up."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from dataclasses import dataclass, field
from datetime import timedelta
from functools import wraps
from typing import Any

from workflows.errors import Unavailable

# The database's own timeouts (store/engine.py) end far sooner; this is for a server that answers nothing at all.
LATEST = timedelta(seconds=2.4)
AT_ONCE = 32  # listeners; more than Slack sends at a time, and a bound on threads that hang


@dataclass(frozen=True)
class Punctuality:
    """Runs listeners on threads of its own, and stops waiting for one that would answer too late."""

    latest: timedelta = LATEST
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(AT_ONCE, "listener"))

    def kept_by(self, listener: Callable[..., None]) -> Callable[..., None]:
        """Return the listener with a deadline: past it, Unavailable is raised, which becomes an honest sentence.

        What was begun may still be committed afterwards; doing it again is harmless, as with every repeated delivery.
        """

        @wraps(listener)
        def punctual(*arguments: Any, **named: Any) -> None:
            running = self._pool.submit(listener, *arguments, **named)
            try:
                running.result(timeout=self.latest.total_seconds())
            except StillRunning:
                if running.done():
                    raise  # the listener itself ran into a timeout
                running.cancel()
                msg = "a listener did not finish in time"
                raise Unavailable(msg) from None

        return punctual
