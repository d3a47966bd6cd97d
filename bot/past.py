"""The history of an entry in a terminal."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.markup import escape
from rich.table import Table

from workflows.entries.history import Revision


def revision_as_json(revision: Revision) -> dict[str, Any]:
    """Return one state of an entry for machines."""
    return {
        **vars(revision),
        "co_authors": list(revision.co_authors),
        "created_at": revision.created_at.isoformat(timespec="seconds"),
    }


def revision_table(revisions: Iterable[Mapping[str, Any]]) -> Table:
    """Return the states of an entry, newest first."""
    table = Table(box=None, pad_edge=False)
    for column in ("revision", "when", "how", "status", "by", "why"):
        table.add_column(column)
    for one in revisions:
        by = ", ".join((one["author"], *one["co_authors"]))
        table.add_row(
            str(one["number"]), one["created_at"][:16], one["kind"], one["status"], escape(by), escape(one["reason"])
        )
    return table


def difference_table(differences: Iterable[Mapping[str, Any]]) -> Table:
    """Return what differs, field by field, with the text before and after."""
    table = Table(box=None, pad_edge=False, show_lines=False)
    table.add_column("field", style="bold")
    table.add_column("before", style="red")
    table.add_column("after", style="green")
    for one in differences:
        table.add_row(escape(one["label"]), escape(one["before"] or "–"), escape(one["after"] or "–"))
    return table
