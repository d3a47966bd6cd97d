"""What somebody entered, in the shape Slack sends it: the entries of `state.values` and of `actions`.

Source: docs.slack.dev/reference/interaction-payloads/block_actions-payload and /view-interactions-payload.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlsplit

Json = Mapping[str, Any]
Entered = Mapping[str, Sequence[str]]

#: Element type -> the key under which Slack sends what was chosen; one value each.
ONE = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "plain_text_input": "value",
    "email_text_input": "value",
    "url_text_input": "value",
    "number_input": "value",
}
#: The same for several values.
MANY = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
#: Elements whose choices are options; those the app suggests travel as JSON because no list holds them.
OPTION = {"static_select", "radio_buttons", "overflow", "external_select"}
OPTIONS = {"multi_static_select", "checkboxes", "multi_external_select"}

MAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
NUMBER = re.compile(r"-?\d+(\.\d+)?")


class NotOffered(Exception):
    """Somebody sent a choice that the element does not offer."""


def handle(block: Json, element: Json) -> str:
    """Return the name of an element's form field, which says block and action."""
    return f"{quote(block.get('block_id') or '', safe='')}/{quote(element.get('action_id') or '', safe='')}"


def elements(blocks: Iterable[Json]) -> Iterator[tuple[Json, Json]]:
    """Yield every element one can act on, with its block."""
    for block in blocks:
        for one in (block.get("element"), block.get("accessory"), *block.get("elements", ())):
            if isinstance(one, Mapping) and "action_id" in one:
                yield block, one


def find(blocks: Iterable[Json], wanted: str) -> tuple[Json, Json] | None:
    """Return the block and element that `handle` named, or None when they are gone."""
    return next(((block, one) for block, one in elements(blocks) if handle(block, one) == wanted), None)


def offered(element: Json) -> list[Json]:
    """Return all options of an element, groups opened."""
    groups = element.get("option_groups") or ()
    return [*(element.get("options") or ()), *(option for group in groups for option in group["options"])]


def answer(element: Json, entered: Sequence[str]) -> dict[str, Any]:
    """Return what was entered into `element` as Slack sends it, with `type` and the chosen or typed value."""
    kind, filled = element["type"], [text for text in entered if text != ""]
    return {"type": kind, **_value(kind, element, filled)}


def _value(kind: str, element: Json, filled: Sequence[str]) -> dict[str, Any]:
    first = filled[0] if filled else None
    value: dict[str, Any] = {}
    if kind in ONE:
        value[ONE[kind]] = first
    elif kind in MANY:
        value[MANY[kind]] = list(filled)
    elif kind in OPTION:
        value["selected_option"] = None if first is None else _option(element, first)
    elif kind in OPTIONS:
        value["selected_options"] = [_option(element, text) for text in filled]
    elif kind == "datetimepicker":
        value["selected_date_time"] = first and _moment(first)
    elif kind == "rich_text_input":
        value["rich_text_value"] = first and _rich_text(first)
    elif kind == "file_input":
        value["files"] = []
    return value


def _option(element: Json, text: str) -> Json:
    if element["type"].endswith("external_select"):
        try:
            option = json.loads(text)
        except ValueError:
            raise NotOffered(text) from None
        if isinstance(option, dict) and {"text", "value"} <= option.keys():
            return option
        raise NotOffered(text)
    for option in offered(element):
        if option["value"] == text:
            return option
    raise NotOffered(text)


def _moment(text: str) -> int:
    """Read the field of a datetimepicker; the page shows and takes UTC."""
    try:
        return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())
    except ValueError:
        raise NotOffered(text) from None


def _rich_text(text: str) -> Json:
    words = {"type": "text", "text": text}
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [words]}]}


def state(blocks: Iterable[Json], entered: Entered) -> dict[str, dict[str, Any]]:
    """Return `state.values`: block_id -> action_id -> answer, for every element that holds a value."""
    values: dict[str, dict[str, Any]] = {}
    for block, element in elements(blocks):
        if element["type"] in {"button", "overflow", "icon_button", "feedback_buttons", "workflow_button"}:
            continue
        given = answer(element, entered.get(handle(block, element), ()))
        values.setdefault(block["block_id"], {})[element["action_id"]] = given
    return values


def faults(blocks: Iterable[Json], values: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """Return what Slack's own client complains about before it submits: block_id -> sentence."""
    found: dict[str, str] = {}
    for block in blocks:
        if block["type"] != "input":
            continue
        element = block["element"]
        given = values.get(block["block_id"], {}).get(element["action_id"], {})
        if sentence := _fault(block, element, _content(given)):
            found[block["block_id"]] = sentence
    return found


def _content(given: Json) -> Any:
    return next((value for key, value in given.items() if key != "type"), None)


def _fault(block: Json, element: Json, content: Any) -> str | None:
    if content in (None, "", []):
        return None if block.get("optional") else "Please complete this required field."
    match element["type"]:
        case "plain_text_input":
            return _wrong_length(element, len(content))
        case "email_text_input" if not MAIL.fullmatch(content):
            return "Please enter a valid email address."
        case "url_text_input" if not (urlsplit(content).scheme in {"http", "https"} and urlsplit(content).netloc):
            return "Please enter a valid URL."
        case "number_input":
            return _wrong_number(element, content)
        case _:
            return None


def _wrong_length(element: Json, length: int) -> str | None:
    if length < (element.get("min_length") or 0):
        return f"Please enter at least {element['min_length']} characters."
    if length > (limit := element.get("max_length") or 3000):
        return f"Please enter at most {limit} characters."
    return None


def _wrong_number(element: Json, content: str) -> str | None:
    if not NUMBER.fullmatch(content) or ("." in content and not element["is_decimal_allowed"]):
        return "Please enter a number." if element["is_decimal_allowed"] else "Please enter a whole number."
    low, high = element.get("min_value"), element.get("max_value")
    if low is not None and float(content) < float(low):
        return f"Please enter a number of at least {low}."
    if high is not None and float(content) > float(high):
        return f"Please enter a number of at most {high}."
    return None
