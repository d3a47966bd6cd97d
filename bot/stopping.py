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

    The handler writes to a pipe. It must not set a `threading.Event`: a signal that arrives while the main thread holds
    the event's lock, inside `wait`, would wait for that lock for ever.
    """
    readable, writable = os.pipe()
    os.set_blocking(writable, False)

    def ask(*_: object) -> None:
        try:
            os.write(writable, b"!")
        except BlockingIOError:  # asked some thousand times already
            return

    before = {number: signal.signal(number, ask) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield StopSignal(readable)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(readable)
        os.close(writable)
