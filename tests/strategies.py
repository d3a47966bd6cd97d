"""Valid documents of every shape, made from the fields of the document itself, with text that breaks writers."""

import types
from datetime import date
from functools import cache
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from annotated_types import Ge, Le, MaxLen, MinLen
from hypothesis import strategies as st
from pydantic import StringConstraints
from pydantic.fields import FieldInfo

from workflows.entries.document import FailureMode
from workflows.entries.parts import Part

Any_ = st.SearchStrategy[Any]

NASTY = (
    "yes", "No", "null", "~", "1e3", "0o17", "0x1F", "012", "1_000", ".5", "12:30:45", "2026-01-02", "=", "<<", "y",
    "- dash", "-", "? key", ": colon", "a: b", "a #b", "#b", "'quoted'", '"double"', "it's", "{a: 1}", "[x]", "&a",
    "*a", "!tag", "%20", "@at", "`tick`", "|", ">-", "a\nb", "a\n\nb", "a\n  b", "---", "...", "a\n---\nb",
    "# not a comment",     "line\n# not a comment", "tab\there", "a  b", "nel\x85x", "ls\u2028x", "ps\u2029x",
    "bom\ufeffx", "bell\x07",
    "del\x7f", "ünïcödé", "日本語", "🤖 robot", "👩‍🚀", "a\\b", "\\n", "ends with:", "<b>&amp;</b>", "=HYPERLINK(1)",
    "x" * 150,     "word " * 40, "long\u00a0" * 30, "a \nb", "a\r\nb", "\u200bzero", "$(rm)", "../../etc",
)  # fmt: skip
SOME_TEXT = st.one_of(
    st.sampled_from(NASTY),
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), min_size=1, max_size=40),
    st.lists(st.sampled_from(NASTY), min_size=2, max_size=6).map(" ".join),
    st.text("ab ,.\n'", min_size=1, max_size=200),
).filter(lambda text: bool(text.strip()))


@st.composite
def failure_modes(draw: st.DrawFn, number: int | None = None) -> FailureMode:
    """Draw a valid entry in the newest schema."""
    document = draw(_parts(FailureMode))
    if number is not None:
        document = {**document, "id": f"FM-{number:04d}"}
    return FailureMode.model_validate({**document, "schema_version": 2})


def field_values(name: str) -> Any_:
    """Return values for one field of an entry."""
    return _of_field(FailureMode.model_fields[name])


@cache
def _parts(part: type[Part]) -> Any_:
    fields = {name: field for name, field in part.model_fields.items() if name != "schema_version"}
    required = {name: _of_field(field) for name, field in fields.items() if field.is_required()}
    optional = {name: _of_field(field) for name, field in fields.items() if not field.is_required()}
    return st.fixed_dictionaries(required, optional=optional)


def _of_field(field: FieldInfo) -> Any_:
    return _values(field.annotation, field.metadata)


def _values(annotation: Any, metadata: list[Any]) -> Any_:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _values(arguments[0], [*arguments[1:], *metadata])
    if origin in {Union, types.UnionType}:
        return st.one_of(*(_values(inner, metadata) for inner in arguments))
    if origin is Literal:
        return st.sampled_from(arguments)
    if origin is list:
        smallest = max((one.min_length for one in metadata if isinstance(one, MinLen)), default=0)
        return st.lists(_values(arguments[0], []), min_size=smallest, max_size=3)
    return _plain(annotation, metadata)


def _plain(annotation: Any, metadata: list[Any]) -> Any_:
    if annotation is str:
        return _texts(metadata)
    lowest: Any = next((one.ge for one in _bounds(metadata) if isinstance(one, Ge)), None)
    highest: Any = next((one.le for one in _bounds(metadata) if isinstance(one, Le)), None)
    if annotation is float:
        return st.floats(min_value=lowest, max_value=highest, allow_nan=False, allow_infinity=False)
    if annotation is int:
        return st.integers(min_value=lowest, max_value=10**9)
    simple = {bool: st.booleans(), date: st.dates(), type(None): st.none()}
    return simple[annotation] if annotation in simple else st.deferred(lambda: _parts(annotation))


def _bounds(metadata: list[Any]) -> list[Any]:
    return [inner for one in metadata for inner in (*getattr(one, "metadata", ()), one)]


def _texts(metadata: list[Any]) -> Any_:
    constraints = [one for one in metadata if isinstance(one, StringConstraints)]
    pattern = next((one.pattern for one in constraints if one.pattern), None)
    longest = min(
        [one.max_length for one in constraints if one.max_length is not None]
        + [one.max_length for one in metadata if isinstance(one, MaxLen)],
        default=3000,
    )
    if pattern:
        ascii_only = st.characters(codec="ascii")
        return st.from_regex(pattern, fullmatch=True, alphabet=ascii_only).filter(lambda text: len(text) <= longest)
    return SOME_TEXT.map(lambda text: text[:longest]).filter(lambda text: bool(text.strip()))
