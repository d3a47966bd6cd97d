"""Inserting a row only once, or in place of one that is over, however many processes try."""

from typing import Any

from sqlalchemy import ColumnElement, inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.models import Base


def insert_once(session: Session, table: type[Base], **values: Any) -> bool:
    """Insert the row unless one with the same unique key stands there; return whether it is new."""
    # What is returned tells whether a row went in; the row count of an ORM insert does not on every driver.
    identity = inspect(table).primary_key
    statement = _insert(session, table).values(**values).on_conflict_do_nothing().returning(*identity)
    return session.execute(statement).first() is not None


def insert_or_replace(session: Session, table: type[Base], over: ColumnElement[bool], **values: Any) -> bool:
    """Insert the row, or put it in place of the one with the same primary key that is `over`; return whether it did.

    One statement: of several that try at the same moment only the first finds the old row over.
    """
    identity = inspect(table).primary_key
    statement = _insert(session, table).values(**values)
    replacing = statement.on_conflict_do_update(index_elements=list(identity), set_=values, where=over)
    return session.execute(replacing.returning(*identity)).first() is not None


def _insert(session: Session, table: type[Base]) -> sqlite.Insert | postgresql.Insert:
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if on_sqlite else postgresql.insert(table)
