"""How long the machine stood still under the local Slack: a span that no promise about delivery covers.

The bots rest on Slack acting on a request within a certain span after their timeout (bot/patience.py). A trial hurries
them, so a stall of seconds in the local Slack breaks what they rest on, as one of a minute would in the real one.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

STEP_SECONDS = 0.05


@dataclass
class Stalls:
    """The longest time by which a thread of this process woke too late, in seconds."""

    longest: float = 0.0


@contextmanager
def watched() -> Iterator[Stalls]:
    """Watch for the block."""
    stalls, over = Stalls(), threading.Event()

    def watch() -> None:
        before = time.monotonic()
        while not over.wait(STEP_SECONDS):
            now = time.monotonic()
            stalls.longest, before = max(stalls.longest, now - before - STEP_SECONDS), now

    thread = threading.Thread(target=watch, name="stalls")
    thread.start()
    try:
        yield stalls
    finally:
        over.set()
        thread.join()
