"""Reading what stands in front of somebody: the words of messages and views, and what one can act on."""

import json
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from sandbox.page.answers import elements, handle, offered
from sandbox.state import Message, View

Json = Mapping[str, Any]

#: Fields of blocks whose texts are for the app and not for people.
HIDDEN = {
    "block_id", "action_id", "value", "type", "private_metadata", "callback_id", "external_id", "style",
    "dispatch_action_config",
}  # fmt: skip


def words(thing: Message | View) -> str:
    """Return all that can be read, one text a line: the message's text, then its blocks and attachments."""
    body = thing.body
    parts = (body.get(name) for name in ("title", "text", "blocks", "attachments", "submit", "close"))
    lines = [line for part in parts for line in texts(part)]
    if isinstance(thing, View):
        lines += [*thing.errors.values(), *([thing.wrong] if thing.wrong else [])]
    return "\n".join(lines)


def texts(part: object) -> Iterator[str]:
    """Yield every text below `part`; the pieces of one line of formatted text come as one."""
    match part:
        case str():
            yield part
        case list():
            yield from (text for item in part for text in texts(item))
        case {"type": "rich_text_section" | "rich_text_preformatted" | "rich_text_quote", "elements": list(leaves)}:
            yield "".join(_leaf(leaf) for leaf in leaves)
        case Mapping():
            for name, value in part.items():
                if name not in HIDDEN and (not isinstance(value, str) or name in _READ):
                    yield from texts(value)


_READ = {"text", "alt_text", "title", "fallback", "pretext", "footer", "markdown", "initial_value", "label", "name"}


def _leaf(leaf: Json) -> str:
    match leaf:
        case {"type": "user", "user_id": str(user)}:
            return f"<@{user}>"
        case {"type": "channel", "channel_id": str(channel)}:
            return f"<#{channel}>"
        case {"type": "link", "url": str(url)}:
            return str(leaf.get("text") or url)
        case {"type": "emoji", "name": str(name)}:
            return f":{name}:"
        case _:
            return str(leaf.get("text", ""))


def parts(thing: Message | View) -> list[Json]:
    """Return the blocks, those of attachments too."""
    attached = (block for one in thing.body.get("attachments", ()) for block in one.get("blocks", ()))
    return [*thing.body.get("blocks", ()), *attached]


def label(block: Json, element: Json) -> str:
    """Return what a person would call an element: its words, its field's label or what stands inside it."""
    if element["type"] == "button":
        return str(element["text"]["text"])
    if block["type"] == "input":
        return str(block["label"]["text"])
    for name in ("placeholder", "text"):
        if isinstance(element.get(name), Mapping):
            return str(element[name]["text"])
    return str((block.get("text") or {}).get("text") or element["action_id"])


def named_elements(blocks: Iterable[Json], wanted: str) -> list[tuple[Json, Json]]:
    """Return the elements somebody means by a label, an action id or, for a field, a block id."""
    found = list(elements(blocks))
    exact = [(block, one) for block, one in found if label(block, one) == wanted]
    return exact or [
        (block, one)
        for block, one in found
        if wanted in (one["action_id"], block.get("block_id")) or wanted in label(block, one)
    ]


def below(blocks: Iterable[Json], words_: str) -> list[Json]:
    """Return the blocks from the first one with these words on; all of them where no words are given."""
    blocks = list(blocks)
    start = next((place for place, block in enumerate(blocks) if words_ in "\n".join(texts(block))), len(blocks))
    return blocks[start:]


def option_value(element: Json, wanted: str) -> str | None:
    """Return the value of the option somebody means by its text or its value."""
    options = offered(element)
    for option in options:
        if wanted in (option["text"]["text"], option["value"]):
            return str(option["value"])
    return next((str(option["value"]) for option in options if wanted in option["text"]["text"]), None)


def choices(blocks: Iterable[Json]) -> str:
    """Return what one can act on, for an error's sentence."""
    return ", ".join(repr(label(block, one)) for block, one in elements(blocks)) or "nothing"


def starting(blocks: Iterable[Json]) -> dict[str, list[str]]:
    """Return what stands in the fields before anybody touches them, as a page would send it."""
    return {handle(block, one): values for block, one in elements(blocks) if (values := _initial(one))}


def tells_of_typing(element: Json) -> bool:
    """Return whether a field that reports at once does so at each letter."""
    when = (element.get("dispatch_action_config") or {}).get("trigger_actions_on") or ()
    return "on_character_entered" in when


def _initial(element: Json) -> list[str]:
    if (moment := element.get("initial_date_time")) is not None:
        return [f"{datetime.fromtimestamp(moment, UTC):%Y-%m-%dT%H:%M}"]
    options = [element.get("initial_option"), *(element.get("initial_options") or ())]
    if chosen := [one for one in options if one]:
        suggested = element["type"].endswith("external_select")
        return [json.dumps(one) if suggested else one["value"] for one in chosen]
    for name in ("value", "date", "time", "user", "conversation", "channel"):
        if (value := element.get(f"initial_{name}")) is not None:
            return ["".join(texts(value))] if isinstance(value, Mapping) else [str(value)]
    many = (element.get(f"initial_{name}") for name in ("users", "conversations", "channels"))
    return next((list(ids) for ids in many if ids), [])
