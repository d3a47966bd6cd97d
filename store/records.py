"""Turning rows into the frozen records that leave a transaction."""

from dataclasses import fields
from typing import Any, TypeVar

Record = TypeVar("Record")


def record_of(kind: type[Record], row: Any, **known: Any) -> Record:
    """Return the record whose fields are the row's columns of the same names, but for those that are known."""
    return kind(**known, **{one.name: getattr(row, one.name) for one in fields(kind) if one.name not in known})  # type: ignore[arg-type]  # only dataclasses are passed
