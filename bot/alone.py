"""One process at a time on a SQLite file; a second one says so and stops, or stands by."""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import make_url

from bot.stopping import StopSignal
from workflows.errors import UserError

LOOK_SECONDS = 0.2  # between two looks whether the other process is gone


@contextmanager
def turn(store_url: str, stop: StopSignal, *, stands_by: Callable[[str], None] | None = None) -> Iterator[bool]:
    """Hold the database for this process, and say whether it is ours or we were asked to stop before.

    Where another process holds it, `stands_by` is told so and we wait; without it, that is a UserError. The kernel lets
    go of the file when its holder dies, however it dies. PostgreSQL takes any number of processes.
    """
    url = make_url(store_url)
    if url.get_backend_name() != "sqlite":
        yield True
        return
    database = Path(url.database or "")
    file = _lock_file(database.with_suffix(".lock"))
    try:
        yield _is_taken(file) or _waited(file, database, stop, stands_by)
    finally:
        os.close(file)


def _waited(file: int, database: Path, stop: StopSignal, stands_by: Callable[[str], None] | None) -> bool:
    taken = f"Another Faultline already runs on {database}"
    if stands_by is None:
        msg = (
            f"{taken}; stop it first, start this one with --stand-by to take over when it ends, or give both a "
            "PostgreSQL database with DATABASE_URL."
        )
        raise UserError(msg)
    stands_by(f"{taken}; standing by to take over when it ends.")
    # Not a flock that waits: Python would begin it anew after the signal that asks us to stop.
    while not stop.wait(LOOK_SECONDS):
        if _is_taken(file):
            return True
    return False


def _is_taken(file: int) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _lock_file(path: Path) -> int:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as unwritable:
        msg = f"The data folder cannot be used ({unwritable}); set FAULTLINE_DATA_DIR to one that can be written."
        raise UserError(msg) from None
