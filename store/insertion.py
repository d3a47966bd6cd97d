"""Inserting a row only once, however many processes try."""

from typing import Any

from sqlalchemy import inspect
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from store.models import Base


def insert_once(session: Session, table: type[Base], **values: Any) -> bool:
    """Insert the row unless one with the same unique key stands there; return whether it is new."""
    on_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = sqlite.insert(table) if on_sqlite else postgresql.insert(table)
    # What is returned tells whether a row went in; the row count of an ORM insert does not on every driver.
    identity = inspect(table).primary_key
    inserted = session.execute(statement.values(**values).on_conflict_do_nothing().returning(*identity))
    return inserted.first() is not None
