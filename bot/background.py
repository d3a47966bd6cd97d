"""Work that may wait on Slack, kept away from the threads that acknowledge."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import structlog

from bot.reference import new_reference

log = structlog.get_logger(__name__)


class Background:
    """A small pool of threads; what is handed in runs at once or as soon as one is free."""

    def __init__(self, threads: int = 8) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="background")

    def run(self, work: Callable[[], None]) -> None:
        """Do the work soon; a failure is logged under a reference, since nobody waits for the outcome."""
        self._pool.submit(self._guarded, work)

    def close(self) -> None:
        """Finish what was handed in and take nothing more."""
        self._pool.shutdown(wait=True)

    @staticmethod
    def _guarded(work: Callable[[], None]) -> None:
        try:
            work()
        except Exception:  # outermost edge of this thread: nobody else would ever see the error
            log.exception("work in the background failed", reference=new_reference())
