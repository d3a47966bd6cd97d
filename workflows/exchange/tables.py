"""Entries as one JSON array, and as a flat table for spreadsheets with the columns by which people sort."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from workflows.entries.entry import Entry
from workflows.exchange.portrait import entry_as_json

Cell = str | int | None
COLUMNS: Final[Mapping[str, Callable[[Entry], Cell]]] = {
    "id": lambda entry: entry.id,
    "slug": lambda entry: entry.document.slug,
    "title": lambda entry: entry.document.title,
    "status": lambda entry: entry.status,
    "domain": lambda entry: entry.document.domain,
    "typical_severity": lambda entry: entry.document.severity.typical,
    "worst_credible_severity": lambda entry: entry.document.severity.worst_credible,
    "cause_category": lambda entry: entry.document.cause_category,
    "lifecycle_stage": lambda entry: entry.document.lifecycle_stage,
    "tags": lambda entry: "; ".join(sorted(entry.document.tags)),
    "summary": lambda entry: entry.document.summary,
    "symptom": lambda entry: entry.document.symptom,
    "aliases": lambda entry: "; ".join(entry.document.aliases),
    "first_containment_step": lambda entry: entry.document.first_containment_step,
    "detectors": lambda entry: len(entry.document.detectors),
    "mitigations": lambda entry: len(entry.document.mitigations),
    "evidence": lambda entry: len(entry.document.evidence),
    "case_studies": lambda entry: len(entry.document.case_studies),
    "confidence": lambda entry: entry.document.confidence,
    "visibility": lambda entry: entry.document.visibility,
    "steward": lambda entry: entry.steward,
    "revision": lambda entry: entry.revision,
    "updated": lambda entry: entry.updated_at.date().isoformat(),
    "last_verified": lambda entry: entry.document.last_verified.isoformat() if entry.document.last_verified else None,
}
# A cell that begins with one of these is a formula to a spreadsheet: owasp.org/www-community/attacks/CSV_Injection
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def entries_as_json(entries: Iterable[Entry]) -> str:
    """Return the entries as one JSON array."""
    return json.dumps([entry_as_json(entry) for entry in entries], ensure_ascii=False, indent=2) + "\n"


def entries_as_csv(entries: Iterable[Entry]) -> str:
    """Return the entries as a table with a header; an apostrophe in front keeps a cell from being a formula."""
    table = io.StringIO()
    writer = csv.writer(table, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows([_harmless(value(entry)) for value in COLUMNS.values()] for entry in entries)
    return table.getvalue()


def _harmless(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(FORMULA) else cell
