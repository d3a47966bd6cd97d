"""What can go wrong between us and the database, apart from bugs.

Unavailable    it does not answer in time
Damaged        the SQLite file is damaged, or no database at all
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DatabaseError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

OUTAGES = (OperationalError, InterfaceError, PoolTimeout, TimeoutError)


class Unavailable(Exception):
    """Something outside does not answer in time; the same request may work a moment later."""


class Damaged(Exception):
    """The SQLite file is damaged or no database; only a backup helps."""


@contextmanager
def outage_as_unavailable() -> Iterator[None]:
    """Turn the driver's words for an outage or for damage into ours."""
    try:
        yield
    except DatabaseError as trouble:
        # SQLite's own class for a file that it cannot read; every other trouble is one of its subclasses.
        if type(trouble.orig) is sqlite3.DatabaseError:
            raise Damaged(str(trouble.orig)) from trouble
        if isinstance(trouble, OUTAGES):
            raise _unavailable() from trouble
        raise
    except OUTAGES as outage:
        raise _unavailable() from outage


def _unavailable() -> Unavailable:
    return Unavailable("the database does not answer")
