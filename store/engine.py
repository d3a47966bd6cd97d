"""Opening a database so that a transaction means the same on SQLite and PostgreSQL.

Slack wants an answer within 3 seconds. So a transaction that answers a person begins no statement after `WAIT`, and no
statement, lock or connection takes longer than that either: two such transactions in a row still answer in time.
"""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

WAIT = timedelta(seconds=1)
WRITE = {"faultline_write": True}


def open_engine(url: str, *, wait: timedelta = WAIT) -> Engine:
    """Return an engine for a SQLite or PostgreSQL URL; the folder of a SQLite file is created when missing."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        return _sqlite(url, wait)
    return _postgresql(url, wait)


def _sqlite(url: str, wait: timedelta) -> Engine:
    engine = create_engine(url, connect_args={"timeout": wait.total_seconds()})

    @event.listens_for(engine, "connect")
    def prepare(connection: sqlite3.Connection, _: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver must not begin by itself; `begin` below does
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A write that starts as a reader fails with "database is locked" when another writer was faster;
        # IMMEDIATE takes the write lock at once. Readers keep the plain BEGIN and never wait.
        writing = connection.get_execution_options().get("faultline_write", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")

    return engine


def _postgresql(url: str, wait: timedelta) -> Engine:
    milliseconds = int(wait / timedelta(milliseconds=1))
    return create_engine(
        url,
        pool_pre_ping=True,
        pool_size=10,
        max_overflow=5,
        pool_timeout=wait.total_seconds(),
        connect_args={
            "connect_timeout": 2,  # seconds; libpq takes no less than 2
            "tcp_user_timeout": milliseconds,  # a network that swallows packets keeps the server's timeouts away
            "options": f"-c statement_timeout={milliseconds} -c lock_timeout={milliseconds} -c timezone=UTC",
        },
    )


class WriteTurn:
    """Lets the threads of this process write to SQLite one after the other, in order of arrival.

    SQLite's own waiters poll and the unlucky ones starve for over a second; a lock in front of it is fair enough.
    It costs nothing on PostgreSQL, where it is not used.
    """

    def __init__(self, engine: Engine) -> None:
        self._lock = threading.Lock() if engine.dialect.name == "sqlite" else None

    @contextmanager
    def taken(self, wait: timedelta) -> Iterator[None]:
        """Hold the turn for the block; raises TimeoutError when it does not come within `wait`."""
        if self._lock is None:
            yield
            return
        if not self._lock.acquire(timeout=wait.total_seconds()):
            msg = "another write held the database for too long"
            raise TimeoutError(msg)
        try:
            yield
        finally:
            self._lock.release()
