"""A table with a row an entry: which column holds which field is told, or guessed from the names of the columns."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

from workflows.entries.importing import Fault, InvalidCatalog
from workflows.entries.vocabulary import Vocabulary
from workflows.entries.yamlfile import Unreadable, text_of
from workflows.errors import UserError
from workflows.exchange.sources.records import (
    LINE,
    SUMMARY,
    TEXT,
    TO_BE_ASSIGNED,
    Collection,
    Fitting,
    ForeignRecord,
    address,
    content_or_fault,
    one_line,
    slug_of,
)

# The fields that a column can fill, and the names under which columns are known to hold them.
FIELDS: Final[Mapping[str, tuple[str, ...]]] = {
    "id": ("id", "key", "ref", "number"),
    "title": ("title", "name", "failure mode", "failure_mode", "failure"),
    "summary": ("summary", "short description"),
    "symptom": ("symptom", "symptoms", "description", "what we see", "effect description"),
    "aliases": ("aliases", "also known as", "keywords"),
    "log_signatures": ("log_signatures", "log signatures", "errors"),
    "domain": ("domain", "area", "team"),
    "cause_category": ("cause_category", "cause category", "cause", "category"),
    "lifecycle_stage": ("lifecycle_stage", "stage", "phase"),
    "severity": ("severity", "typical_severity", "typical severity", "sev", "priority"),
    "worst_credible": ("worst_credible_severity", "worst severity", "max severity"),
    "failure_mechanism": ("failure_mechanism", "mechanism", "root cause"),
    "steps": ("steps", "mitigation", "mitigations", "checklist", "runbook", "first_containment_step"),
    "owner": ("owner", "mitigation owner", "rota"),
    "evidence": ("evidence", "link", "url", "source"),
}
LISTS: Final = frozenset({"aliases", "log_signatures", "steps"})
SEVERITIES: Final = {
    **dict.fromkeys(("sev1", "sev-1", "1", "p0", "critical", "blocker"), "sev1"),
    **dict.fromkeys(("sev2", "sev-2", "2", "p1", "high", "major"), "sev2"),
    **dict.fromkeys(("sev3", "sev-3", "3", "p2", "medium", "moderate"), "sev3"),
    **dict.fromkeys(("sev4", "sev-4", "4", "p3", "low", "minor"), "sev4"),
}
MAX_ROWS: Final = 20_000
MAX_ITEMS: Final = 30
SNIFFED: Final = 4_096  # characters from which the separator is guessed; the library takes long over more
FORMULA: Final = ("'=", "'+", "'-", "'@")


def read_csv(paths: Sequence[Path], vocabulary: Vocabulary, columns: Mapping[str, str]) -> Collection:
    """Return the rows as records; `columns` says for fields which column holds them.

    Raises UserError for a mapping that does not fit and InvalidCatalog for faults in the file.
    """
    if unknown := sorted(set(columns) - set(FIELDS)):
        msg = f"There is no field {', '.join(unknown)} to map a column to; there are {', '.join(FIELDS)}."
        raise UserError(msg)
    fitting = Fitting(vocabulary)
    records: list[ForeignRecord] = []
    faults: list[Fault] = []
    for path in paths:
        try:
            records += _records(path, columns, fitting, faults)
        except Unreadable as unreadable:
            faults.append(Fault(path, unreadable.sentence, unreadable.line))
    if faults:
        raise InvalidCatalog(faults)
    source = f"csv:{paths[0].name}"
    return Collection(source, records, notes=tuple(fitting.notes))


def _records(path: Path, columns: Mapping[str, str], fitting: Fitting, faults: list[Fault]) -> Iterator[ForeignRecord]:
    rows = _rows(path)
    _, head = next(rows, (1, []))
    places = _places(head, columns)
    for line, row in rows:
        cells = {field: _cell(row, place) for field, place in places.items()}
        if not any(cells.values()):
            continue
        if not cells.get("title"):
            faults.append(Fault(path, "this row has no title.", line))
            continue
        yield _record(path, line, cells, fitting)


def _rows(path: Path) -> Iterator[tuple[int, list[str]]]:
    content = content_or_fault(path)
    if isinstance(content, Fault):
        raise Unreadable(content.sentence, content.line)
    text = text_of(content)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    try:
        for number, row in enumerate(reader):
            if number > MAX_ROWS:
                raise Unreadable(f"the table has more than {MAX_ROWS} rows; give it in parts.", reader.line_num)
            yield reader.line_num, row
    except csv.Error as broken:
        raise Unreadable(f"this is not readable as CSV: {broken}.", reader.line_num) from None


def _delimiter(text: str) -> str:
    """Return what parts the cells, guessed from the beginning; a comma where that tells nothing."""
    try:
        return csv.Sniffer().sniff(text[:SNIFFED], delimiters=",;\t|").delimiter
    except csv.Error:
        return ","


def _places(head: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    """Return the place of each field's column; raises UserError for a column that is not there."""
    names = [name.strip().casefold() for name in head]
    for column in columns.values():
        if column.strip().casefold() not in names:
            msg = f"There is no column {column!r}; there are {', '.join(head) or 'none'}."
            raise UserError(msg)
    places = {field: names.index(column.strip().casefold()) for field, column in columns.items()}
    for field, known in FIELDS.items():
        found = next((names.index(name) for name in known if name in names), None)
        if field not in places and found is not None and found not in places.values():
            places[field] = found
    if "title" not in places:
        msg = f"No column holds the title; name it with --map title=COLUMN. There are {', '.join(head) or 'none'}."
        raise UserError(msg)
    return places


def _cell(row: Sequence[str], place: int) -> str:
    cell = row[place].strip() if place < len(row) else ""
    return cell[1:] if cell.startswith(FORMULA) else cell


def _record(path: Path, line: int, cells: Mapping[str, str], fit: Fitting) -> ForeignRecord:
    title = one_line(cells["title"])
    what = f"line {line}"
    symptom = cells.get("symptom") or cells.get("summary") or title
    typical = _severity(cells.get("severity"), "sev3", what, fit)
    worst = min(_severity(cells.get("worst_credible"), typical, what, fit), typical)
    steps = _items(cells, "steps", fit, what)
    owner = fit.clipped(one_line(cells.get("owner")), LINE, f"{what}: owner") or TO_BE_ASSIGNED
    uri = address(cells.get("evidence"))
    fields = {
        "summary": fit.clipped(one_line(cells.get("summary")), SUMMARY, f"{what}: summary"),
        "symptom": fit.clipped(symptom, TEXT, f"{what}: symptom"),
        "aliases": _items(cells, "aliases", fit, what),
        "log_signatures": _items(cells, "log_signatures", fit, what),
        "cause_category": fit.term("cause_category", _term(cells, "cause_category"), "observability-gap", what),
        "domain": fit.term("domain", _term(cells, "domain"), "platform", what),
        "lifecycle_stage": fit.known("lifecycle_stage", _term(cells, "lifecycle_stage")),
        "failure_mechanism": fit.clipped(cells.get("failure_mechanism", ""), TEXT, f"{what}: mechanism") or None,
        "severity": {"typical": typical, "worst_credible": worst, "certainty": "guess"},
        "mitigations": [{"title": "Contain it", "kind": "contain", "checklist": steps, "owner": owner}]
        if steps
        else [],
        "evidence": [{"kind": "documentation", "title": title[:LINE], "uri": uri, "supports": "The row"}]
        if uri
        else [],
    }
    return ForeignRecord(one_line(cells.get("id"))[:LINE] or slug_of(title), title, fields, path, line, uri)


def _items(cells: Mapping[str, str], field: str, fit: Fitting, what: str) -> list[str]:
    items = [one_line(item) for item in cells.get(field, "").split(";")]
    return [fit.clipped(item, LINE, f"{what}: {field}") for item in items if item][:MAX_ITEMS]


def _term(cells: Mapping[str, str], field: str) -> str | None:
    return slug_of(cells[field]) if cells.get(field) else None


def _severity(cell: str | None, default: str, what: str, fit: Fitting) -> str:
    if not cell:
        return default
    level = SEVERITIES.get(cell.strip().casefold())
    if level is None:
        fit.notes.append(f"{what}: severity {cell!r} is not known, so {default} was taken")
    return level or default
