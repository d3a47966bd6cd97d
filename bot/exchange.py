"""What an import or export did, as lines for the terminal."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from pathlib import Path

from workflows.entries.differences import Difference
from workflows.entries.yamlfile import Unreadable, content_of, safe_yaml
from workflows.errors import UserError
from workflows.exchange.exports import Exported
from workflows.exchange.imports import Report


class Source(StrEnum):
    """Where an import comes from."""

    CATALOG = "catalog"
    CSV = "csv"
    POSTMORTEMS = "postmortems"
    ATLAS = "atlas"
    AVID = "avid"


class ExportFormat(StrEnum):
    """The forms in which the catalog leaves."""

    YAML = "yaml"
    JSON = "json"
    CSV = "csv"
    MARKDOWN = "markdown"


def columns_of(mapping: Path | None, named: Sequence[str]) -> dict[str, str]:
    """Return which column holds which field, from a file of `field: column` and from `field=column`."""
    columns = {} if mapping is None else _mapping(mapping)
    for one in named:
        field, equals, column = one.partition("=")
        if not (field.strip() and equals and column.strip()):
            msg = f"--map takes FIELD=COLUMN, such as title=Name, and {one!r} is not like that."
            raise UserError(msg)
        columns[field.strip()] = column.strip()
    return columns


def _mapping(path: Path) -> dict[str, str]:
    try:
        found = safe_yaml(content_of(path))
    except Unreadable as unreadable:
        msg = f"{path}:{unreadable.line}: {unreadable.sentence}"
        raise UserError(msg) from None
    if not isinstance(found, dict):
        msg = f"{path} must hold lines like `title: Name`, a field and its column."
        raise UserError(msg)
    return {str(field): str(column) for field, column in found.items()}


def told_changes(report: Report, *, dry_run: bool) -> Iterator[str]:
    """Yield a line for every entry that was added and for every field that changed, then the sum."""
    for change in report.changes:
        if change.kind == "added":
            yield f"+ {change.entry_id} {change.title}"
        else:
            yield f"~ {change.entry_id} {change.title}"
            yield from (f"    {_told(one)}" for one in change.differences)
    yield from (f"note: {note}" for note in report.notes)
    done = "would be " if dry_run else ""
    added, changed = report.number("added"), report.number("changed")
    yield f"{added} {done}added, {changed} {done}changed, {report.unchanged} unchanged."


def _told(one: Difference) -> str:
    if one.before is None:
        return f"{one.path}: + {_inline(one.after)}"
    if one.after is None:
        return f"{one.path}: - {_inline(one.before)}"
    return f"{one.path}: {_inline(one.before)} → {_inline(one.after)}"


def _inline(text: str | None) -> str:
    """Return the text in one line without anything that moves a terminal's cursor."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text or "").split())


def told_export(exported: Exported, folder: Path) -> Iterator[str]:
    """Yield what became of each entry's file, and the sum."""
    held_back = f"; {exported.held_back} held back (drafts or restricted)" if exported.held_back else ""
    if (written := exported.written) is not None:
        yield from (f"+ {entry_id}" for entry_id in written.added)
        yield from (f"~ {entry_id}" for entry_id in written.changed)
        for entry_id in written.gone:
            done = "removed" if entry_id in written.pruned else "its file is left; --prune removes it"
            yield f"? {entry_id} is gone from the catalog: {done}"
        sums = f"{len(written.added)} added, {len(written.changed)} changed, {len(written.unchanged)} unchanged"
        yield f"{exported.entries} entries in {folder}: {sums}{held_back}."
    else:
        yield f"{exported.entries} entries in {folder}: {len(exported.files)} file(s) written{held_back}."
