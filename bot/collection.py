"""Python's garbage collector, kept off what lives as long as the process."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Do not look for garbage during the block, and never among what it left behind.

    A catalog of ten thousand entries is millions of objects that stay. Looking through them again and again more than
    doubles the time of laying it out, and each look holds up every thread. What nothing refers to any more is freed
    all the same; only cycles among what was left behind are not.
    """
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if was_on:
            gc.enable()
