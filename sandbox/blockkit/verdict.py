"""The verdict: what pydantic found wrong, in the words and pointers of Slack's `response_metadata.messages`."""

from collections.abc import Callable, Iterable
from typing import Any

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from sandbox.blockkit.shape import SLACK

#: pydantic's error type -> Slack's sentence; the details are pydantic's context, the name is the field's.
SENTENCES: dict[str, Callable[[dict[str, Any], str], str]] = {
    "missing": lambda _, name: f"missing required field: {name}",
    "extra_forbidden": lambda _, name: f"invalid additional property: {name}",
    "string_too_long": lambda ctx, _: f"must be less than {ctx['max_length'] + 1} characters",
    "string_too_short": lambda ctx, _: f"must be more than {ctx['min_length'] - 1} characters",
    "too_long": lambda ctx, _: f"no more than {ctx['max_length']} items allowed",
    "too_short": lambda ctx, _: f"must provide at least {ctx['min_length']} items",
    "greater_than": lambda ctx, _: f"must be greater than {ctx['gt']:g}",
    "greater_than_equal": lambda ctx, _: f"must be greater than or equal to {ctx['ge']}",
    "less_than_equal": lambda ctx, _: f"must be less than or equal to {ctx['le']}",
    "literal_error": lambda _ctx, _: "must be a valid enum value",
    "string_type": lambda _ctx, _: "must provide a string",
    "string_unicode": lambda _ctx, _: "must provide a string",
    "string_pattern_mismatch": lambda _ctx, name: (
        "must be a valid URL" if name.endswith("url") else "does not match the required format"
    ),
    "bool_type": lambda _ctx, _: "must provide a boolean",
    "int_type": lambda _ctx, _: "must provide an integer",
    "float_type": lambda _ctx, _: "must provide a number",
    "finite_number": lambda _ctx, _: "must provide a number",
    "list_type": lambda _ctx, _: "must provide an array",
    "dict_type": lambda _ctx, _: "must provide an object",
    "model_type": lambda _ctx, _: "must provide an object",
    "model_attributes_type": lambda _ctx, _: "must provide an object",
    "union_tag_not_found": lambda _ctx, _: "missing required field: type",
}

#: Errors that Slack reports at the object and not at the field that is absent or too much.
AT_THE_OBJECT = {"missing", "extra_forbidden"}

Place = tuple[str | int, ...]


def error(sentence: str, place: Iterable[str | int]) -> str:
    """Return one line of `response_metadata.messages`, with the JSON pointer (RFC 6901) to `place`."""
    pointer = "".join("/" + str(step).replace("~", "~0").replace("/", "~1") for step in place)
    return f"[ERROR] {sentence} [json-pointer:{pointer}]"


def messages(found: ValidationError, payload: object, root: Place = ()) -> list[str]:
    """Return Slack's lines for everything pydantic found in `payload`, which hangs below `root`."""
    details = found.errors(include_url=False, include_input=True)
    return list(dict.fromkeys(_line(detail, payload, root) for detail in details))


def _line(detail: ErrorDetails, payload: object, root: Place) -> str:
    place, kind, ctx = _without_tags(detail["loc"], payload), detail["type"], detail.get("ctx", {})
    name = str(place[-1]) if place else ""
    if kind == SLACK:
        return error(detail["msg"], (*root, *place, *ctx["place"]))
    if kind == "union_tag_invalid" or (kind == "literal_error" and name == "type"):
        named = detail["input"]
        value = named.get("type") if isinstance(named, dict) else named
        return error(f"unsupported type: {value}", (*root, *place, *(() if name == "type" else ("type",))))
    phrase = SENTENCES.get(kind)
    sentence = phrase(ctx, name) if phrase else "failed to match schema"
    return error(sentence, (*root, *(place[:-1] if kind in AT_THE_OBJECT else place)))


def _without_tags(loc: Place, payload: object) -> Place:
    """Drop the names pydantic puts into a place when it enters one member of a union.

    Entering a member adds its tag, which is the object's own `type`, as the first step inside that object. No object
    of Block Kit that stands outside a union has a field named like its type, so the first such step is always a tag.
    """
    here, place, entered = payload, list[str | int](), True
    for step in loc:
        if entered and isinstance(here, dict) and step == here.get("type"):
            entered = False
            continue
        place.append(step)
        here, entered = _inside(here, step), True
    return tuple(place)


def _inside(container: object, step: str | int) -> object:
    match container:
        case dict():
            return container.get(step)
        case list() if isinstance(step, int) and 0 <= step < len(container):
            return container[step]
        case _:
            return None
