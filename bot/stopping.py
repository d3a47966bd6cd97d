"""Ctrl-C and SIGTERM, as something that one can wait for."""

import os
import select
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True)
class StopSignal:
    """Whether somebody asked this process to stop; the pipe stays readable once they have."""

    _pipe: int

    def wait(self, seconds: float | None = None) -> bool:
        """Wait until asked to stop, or for so long; return whether we were asked."""
        readable, _, _ = select.select([self._pipe], [], [], seconds)
        return bool(readable)

    @property
    def is_asked(self) -> bool:
        """Whether we were asked already."""
        return self.wait(0)


@contextmanager
def stop_signal() -> Iterator[StopSignal]:
    """Listen for Ctrl-C and SIGTERM during the block, however often they come; meant for the main thread.

    The interpreter itself writes to the pipe, at the moment of the signal. A handler of ours would run with the main
    thread's next instruction only, and a signal that arrives just before that thread waits would never be noticed. Nor
    must a handler set a `threading.Event`: while the main thread holds the event's lock it would wait for that lock for
    ever.
    """
    readable, writable = os.pipe()
    os.set_blocking(writable, False)
    before = {number: signal.signal(number, _noticed) for number in (signal.SIGTERM, signal.SIGINT)}
    wakeup = signal.set_wakeup_fd(writable, warn_on_full_buffer=False)
    try:
        yield StopSignal(readable)
    finally:
        signal.set_wakeup_fd(wakeup)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(readable)
        os.close(writable)


def _noticed(*_: object) -> None:
    """Do nothing more: the pipe tells."""
