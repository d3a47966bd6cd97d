"""Word that entries or examples changed, for every process that keeps them in memory.

PostgreSQL   NOTIFY inside the transaction that changed them: told when it commits, and only then, to every process
SQLite       told within this process once the transaction has committed; another process has to look by itself

Word can be lost (a connection breaks, a pooler swallows LISTEN), so whoever waits also looks now and then.
"""

import socket
import threading
from collections.abc import Callable
from datetime import timedelta
from multiprocessing.connection import wait as first_ready
from typing import Final, Protocol

import psycopg
from sqlalchemy import Engine, func, select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

CHANNEL: Final = "faultline_catalog"
RETRY: Final = timedelta(seconds=1)  # between two attempts to reach a database that went away
AT_ONCE: Final = 4096  # bytes of being woken; one each time
CHANGED: Final = "entries or examples changed"


class Changes(Protocol):
    """Waits for word of a change."""

    def wait(self, at_most: timedelta) -> bool:
        """Return whether there was a change since the last call, or may have been one, as soon as that is known."""
        ...

    def wake(self) -> None:
        """Make the wait of now, or the next one, end at once; for other threads."""
        ...

    def close(self) -> None:
        """Wait no more; for the thread that waits."""
        ...


def tell(session: Session) -> None:
    """Have the change told when the session's transaction commits, once, and never when it does not."""
    if session.info.get(CHANGED):
        return
    session.info[CHANGED] = True
    if session.get_bind().dialect.name == "postgresql":
        session.execute(select(func.pg_notify(CHANNEL, "")))


class Nearby:
    """What this process changed, told to its own threads."""

    def __init__(self) -> None:
        self._waiting: set[threading.Event] = set()
        self._guard = threading.Lock()

    def committed(self, session: Session) -> None:
        """Tell of the session's transaction, which has just been committed."""
        if session.info.pop(CHANGED, False):
            with self._guard:
                for word in self._waiting:
                    word.set()

    def listen(self) -> "NearbyChanges":
        """Return what waits for changes from now on."""
        word = threading.Event()
        with self._guard:
            self._waiting.add(word)
        return NearbyChanges(word, self._leave)

    def _leave(self, word: threading.Event) -> None:
        with self._guard:
            self._waiting.discard(word)


class NearbyChanges:
    """Waits for changes of this process."""

    def __init__(self, word: threading.Event, leave: Callable[[threading.Event], None]) -> None:
        self._word, self._leave = word, leave

    def wait(self, at_most: timedelta) -> bool:
        """Return whether this process changed anything since the last call, or somebody woke us."""
        told = self._word.wait(at_most.total_seconds())
        self._word.clear()
        return told

    def wake(self) -> None:
        """End the wait."""
        self._word.set()

    def close(self) -> None:
        """Wait no more."""
        self._leave(self._word)


class PostgresChanges:
    """Waits for changes of every process, on a connection of its own that is made anew when it breaks."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: psycopg.Connection | None = None
        self._alarm, self._bed = socket.socketpair()

    def wait(self, at_most: timedelta) -> bool:
        """Return whether anybody changed anything, or may have while there was no connection."""
        try:
            if self._connection is None:
                self._connection = self._listening()
                return True  # of what happened before there is no word
            if self._bed in first_ready([self._connection.fileno(), self._bed], at_most.total_seconds()):
                self._bed.recv(AT_ONCE)
                return False
            # Asked also when all was quiet, or a connection that broke without a word would never be missed.
            self._connection.execute("SELECT 1")
            return len(list(self._connection.notifies(timeout=0))) > 0
        except (psycopg.OperationalError, OperationalError, InterfaceError):
            self._part()
            first_ready([self._bed], min(at_most, RETRY).total_seconds())
            return False

    def wake(self) -> None:
        """End the wait."""
        self._alarm.send(b"!")

    def close(self) -> None:
        """Give the connection up."""
        self._part()
        self._alarm.close()
        self._bed.close()

    def _listening(self) -> psycopg.Connection:
        borrowed = self._engine.raw_connection()
        connection = borrowed.driver_connection
        borrowed.detach()  # from the pool, which so keeps its size for those who answer people
        assert isinstance(connection, psycopg.Connection)  # noqa: S101 - the one driver that we use
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        return connection

    def _part(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
