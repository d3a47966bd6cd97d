"""Fields of a form, derived from the document's own models, so that a new field of an entry needs no form of its own.

A path such as `rollback.text` is the field's block id: its answer and its error come back under it. Parts inside parts
are laid out flat; lists of small parts are written one a line, their columns parted by |.
"""

import types
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from pydantic.fields import FieldInfo
from rapidfuzz import fuzz, process

from workflows.entries.differences import words
from workflows.entries.parts import Line, Moment, Part, Slug, Term, Uri, Window
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm

Kind = Literal["line", "text", "lines", "choice", "choices", "date", "number", "yes_no", "rows"]
SHORT, LINE, TEXT = 100, 300, 3000  # characters
NEAR_ENOUGH = 70  # of 100: a term that was mistyped, not another word
# Which vocabulary a field of terms takes from; by the field's name, which is the same wherever it stands.
VOCABULARY_OF: Mapping[str, str] = {
    "cause_category": "cause_category",
    "contributing_causes": "cause_category",
    "category": "effect_category",
    "kind": "trigger",
    "dimension": "trade_off",
    "domain": "domain",
    "lifecycle_stage": "lifecycle_stage",
    "discipline": "discipline",
    "visible_to": "discipline",
    "review_triggers": "review_trigger",
    "pattern": "pattern",
    "privacy_class": "privacy_class",
    **{name: name for name in ("data_domain", "model_family", "deployment_environment", "customer_segment")},
}
SEVERITIES = frozenset({"typical", "worst_credible"})
HINTS: Mapping[str, str] = {
    "FailureMode.title": "A condition one can see; no team, product or person. At most 80 characters.",
    "summary": "What is seen, how bad it is, and the first move; at most 280 characters.",
    "symptom": "As people put it in chat, before anybody knows the cause.",
    "aliases": "What you would type to find it; one a line.",
    "log_signatures": "RE2 expressions that match what software prints; one a line.",
    "checklist": "Orders that can be checked, one a line, at most 12.",
    "owner": "A role or a rota, never a person.",
    "threshold": "A number, several parted by commas, or the name of a baseline. Where people are told.",
    "intervention_threshold": "Where automation acts by itself; never milder than the threshold.",
    "window": "Such as 30s, 5m, 1h, 1d, 2w.",
    "persistence": "How long it must hold before anybody is told, such as 10m.",
    "review_every": "Such as 30d or 12w.",
    "report_within": "From when a causal link is likely, such as 15d, 10d or 2d (EU AI Act, article 73).",
    "segment_by": "By what to look at it apart, because averages hide who is hurt; one a line.",
}


@dataclass(frozen=True)
class Field:
    """One field of a form; `options` are a choice's values and what people read, `columns` those of a row.

    `groups` are the same options under the names of their groups, where a menu shows them so.
    `optional_part` is the path of the innermost part around it that the document may lack, empty where there is none;
    `needed` says that the part cannot be without this field once anything is said of it.
    """

    path: str
    label: str
    kind: Kind
    required: bool
    hint: str | None = None
    max_length: int = TEXT
    options: Mapping[str, str] | None = None
    groups: Mapping[str, Mapping[str, str]] | None = None
    columns: tuple["Field", ...] = ()
    default: Any = None
    optional_part: str = ""
    needed: bool = False


def fields_of(model: type[Part], names: Sequence[str], vocabulary: Vocabulary) -> list[Field]:
    """Return the fields of some of the model's parts, inner ones laid out flat; a dotted name is one inner field."""
    return [field for name in names for field in _fields(model, name, _Around("", required=True), vocabulary)]


def shown(part: Part | None, fields: Sequence[Field]) -> dict[str, str]:
    """Return what stands in the fields for this part, as text, by path."""
    values = {field.path: _written(field, _at(part, field.path)) for field in fields}
    return {path: text for path, text in values.items() if text}


def read(fields: Sequence[Field], answers: Mapping[str, str], kept: Part | None) -> dict[str, Any]:
    """Return the document's fields that the answers give; raises InvalidForm with a sentence by path.

    An inner part nothing is said of becomes None. `kept` is the part as it was, whose inner fields that the form does
    not ask for stay.
    """
    problems: dict[str, str] = {}
    given: dict[str, Any] = {}
    for field in fields:
        try:
            if not _is_left_out(field, fields, answers):
                given[field.path] = _understood(field, answers.get(field.path, "").strip())
            else:
                given[field.optional_part] = None
        except ValueError as unclear:
            problems[field.path] = str(unclear)
    if problems:
        raise InvalidForm(problems)
    return _nested(given, kept.model_dump(mode="json") if kept is not None else {})


@dataclass(frozen=True)
class _Around:
    """The parts around a field: their path, whether all are needed, and the innermost one that may be lacking."""

    path: str
    required: bool
    optional_part: str = ""


def _is_left_out(field: Field, fields: Sequence[Field], answers: Mapping[str, str]) -> bool:
    """Return whether nothing at all was answered for the optional part that the field belongs to."""
    inside = f"{field.optional_part}."
    return bool(field.optional_part) and not any(
        answers.get(other.path, "").strip() for other in fields if other.path.startswith(inside)
    )


def _fields(model: type[Part], name: str, around: _Around, vocabulary: Vocabulary) -> Iterator[Field]:
    head, _, rest = name.partition(".")
    info = model.model_fields[head]
    hint = get_type_hints(model, include_extras=True)[head]
    annotation = _without_none(hint)
    needed = around.required and info.is_required()
    inner = _inner_part(annotation)
    path = f"{around.path}{head}"
    if inner is None:
        field = _field(model, path, annotation, info, vocabulary)
        yield replace(field, required=needed, optional_part=around.optional_part, needed=info.is_required())
        return
    optional_part = path if annotation is not hint else around.optional_part
    for one in [rest] if rest else list(inner.model_fields):
        yield from _fields(inner, one, _Around(f"{path}.", needed, optional_part), vocabulary)


def _field(model: type[Part], path: str, annotation: Any, info: FieldInfo, vocabulary: Vocabulary) -> Field:
    name = path.rpartition(".")[2]
    kind, options, max_length, row = _kind(annotation, name, vocabulary)
    columns = tuple(_columns(row, vocabulary)) if row else ()
    limit = _limit(info) or max_length
    hint = HINTS.get(f"{model.__name__}.{name}") or HINTS.get(name)
    if columns:
        hint = "One a line: " + " | ".join(words(column.path).lower() for column in columns)
    elif kind == "lines" and hint is None:
        hint = "One a line."
    return Field(
        path=path,
        label=_label(path),
        kind="line" if kind == "text" and limit <= SHORT else kind,
        required=info.is_required(),
        hint=hint,
        max_length=limit,
        options=options,
        groups=vocabulary.groups(VOCABULARY_OF[name]) if annotation == Term else None,
        columns=columns,
        default=None if info.is_required() else info.get_default(call_default_factory=True),
    )


def _columns(row: type[Part], vocabulary: Vocabulary) -> Iterator[Field]:
    hints = get_type_hints(row, include_extras=True)
    for name, info in row.model_fields.items():
        yield _field(row, name, _without_none(hints[name]), info, vocabulary)


def _kind(
    annotation: Any, name: str, vocabulary: Vocabulary
) -> tuple[Kind, Mapping[str, str] | None, int, type[Part] | None]:
    """Return how a value of this type is asked for: the kind of field, its options, its length, the part of a row."""
    if _is_list(annotation):
        return _kind_of_list(annotation, name, vocabulary)
    if annotation == Term:
        return "choice", vocabulary.definitions(VOCABULARY_OF[name]), LINE, None
    if get_origin(annotation) is Literal:
        values = [str(value) for value in get_args(annotation)]
        meanings = vocabulary.definitions("severity") if name in SEVERITIES else {}
        return "choice", {value: meanings.get(value, "") for value in values}, LINE, None
    kinds: dict[Any, Kind] = {bool: "yes_no", date: "date", int: "number", float: "number"}
    if _bare(annotation) in kinds:
        return kinds[_bare(annotation)], None, LINE, None
    short = annotation in (Line, Slug, Uri, Window, Moment) or get_origin(annotation) in (Union, types.UnionType)
    return ("line" if short else "text"), None, (LINE if short and annotation != Uri else TEXT), None


def _kind_of_list(
    annotation: Any, name: str, vocabulary: Vocabulary
) -> tuple[Kind, Mapping[str, str] | None, int, type[Part] | None]:
    (item,) = get_args(_bare(annotation))
    if isinstance(item, type) and issubclass(item, Part):
        return "rows", None, TEXT, item
    if item == Term:
        return "choices", vocabulary.definitions(VOCABULARY_OF[name]), LINE, None
    return "lines", None, TEXT, None


def _is_list(annotation: Any) -> bool:
    return get_origin(_bare(annotation)) is list


def _bare(annotation: Any) -> Any:
    return get_args(annotation)[0] if get_origin(annotation) is Annotated else annotation


def _without_none(annotation: Any) -> Any:
    if get_origin(annotation) in (Union, types.UnionType):
        left = [one for one in get_args(annotation) if one is not type(None)]
        return left[0] if len(left) == 1 else annotation
    return annotation


def _inner_part(annotation: Any) -> type[Part] | None:
    return annotation if isinstance(annotation, type) and issubclass(annotation, Part) else None


def _limit(info: FieldInfo) -> int | None:
    """Return the longest text that the model takes here, where it says so itself."""
    lengths = [length for one in info.metadata if isinstance(length := getattr(one, "max_length", None), int)]
    return lengths[0] if lengths and _bare(info.annotation) is str else None


def _label(path: str) -> str:
    parts = [part for part in path.split(".") if part != "text"] or [path]
    return ": ".join([words(parts[0]), *(words(part).lower() for part in parts[1:])])


def _at(part: Part | None, path: str) -> Any:
    value: Any = part
    for name in path.split("."):
        value = getattr(value, name, None)
    return value


def _written(field: Field, value: Any) -> str:
    if value is None or value == []:
        return ""
    if field.kind == "rows":
        return "\n".join(_written_row(field, row) for row in value)
    if field.kind == "lines":
        return "\n".join(value)
    if isinstance(value, list):
        return ",".join(f"{one:g}" if isinstance(one, float) else str(one) for one in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _written_row(field: Field, row: Part) -> str:
    return " | ".join(_written(column, getattr(row, column.path)) for column in field.columns).rstrip(" |")


def _understood(field: Field, text: str) -> Any:
    """Return the value that a person wrote; raises ValueError with a sentence."""
    if not text:
        if field.required or field.needed:
            msg = "This one is needed; a short answer is enough."
            raise ValueError(msg)
        return field.default
    if len(text) > field.max_length:
        msg = f"Please keep this within {field.max_length} characters; it has {len(text)}."
        raise ValueError(msg)
    return _READERS[field.kind](field, text)


def _chosen(field: Field, text: str) -> str:
    options = field.options or {}
    if text in options:
        return text
    nearest = process.extractOne(text.lower(), list(options), scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
    meant = f" Did you mean {nearest[0]}?" if nearest else f" There are: {', '.join(options)}."
    msg = f"“{text[:40]}” is none of the terms.{meant}"
    raise ValueError(msg)


def _number(_: Field, text: str) -> float:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        msg = "Write a number, such as 0.2 or 15."
        raise ValueError(msg) from None


def _value(field: Field, text: str) -> Any:
    """Return a line; of a threshold, the number or numbers it may be."""
    if not field.path.endswith("threshold"):
        return text
    try:
        numbers = [float(one) for one in text.split(",")]
    except ValueError:
        return text
    return numbers[0] if len(numbers) == 1 else numbers


def _lines(_: Field, text: str) -> list[str]:
    stripped = (line.strip().lstrip("-*•").strip() for line in text.splitlines())
    return [line for line in stripped if line]


def _rows(field: Field, text: str) -> list[dict[str, Any]]:
    return [_row(field, line) for line in _lines(field, text)]


def _row(field: Field, line: str) -> dict[str, Any]:
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) > len(field.columns):
        msg = f"“{line[:40]}” has more parts than {field.hint or 'expected'}."
        raise ValueError(msg)
    cells += [""] * (len(field.columns) - len(cells))
    row: dict[str, Any] = {}
    for column, cell in zip(field.columns, cells, strict=True):
        try:
            value = _understood(column, cell)
        except ValueError as unclear:
            msg = f"“{line[:40]}”, {column.label.lower()}: {unclear}"
            raise ValueError(msg) from None
        row[column.path] = value
    return row


_READERS: Mapping[Kind, Callable[[Field, str], Any]] = {
    "line": _value,
    "text": lambda _, text: text,
    "lines": _lines,
    "choice": _chosen,
    "choices": lambda field, text: [_chosen(field, one.strip()) for one in text.split(",") if one.strip()],
    "date": lambda _, text: text,
    "number": _number,
    "yes_no": lambda _, text: text == "yes",
    "rows": _rows,
}


def _nested(given: Mapping[str, Any], kept: Mapping[str, Any]) -> dict[str, Any]:
    """Return flat answers as the document nests them, on top of what the part said before."""
    document: dict[str, Any] = {}
    for path, value in sorted(given.items(), key=lambda one: one[0].count(".")):
        *outer, name = path.split(".")
        part, before = document, kept
        for step in outer:
            before = before.get(step) or {}
            part = part.setdefault(step, dict(before))
        part[name] = value
    return document
