"""The pieces of Block Kit we use, each clipped to Slack's limits, and the only place that escapes text.

Everything that came from a person goes through `escape` (or into `plain_text`, which Slack does not interpret), so
nobody can mention a channel or disguise a link through us. Limits: docs.slack.dev/reference/block-kit.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Block = dict[str, Any]

MAX_BLOCKS_IN_MESSAGE = 50
MAX_BLOCKS_IN_VIEW = 100
MAX_SECTION = 3000
MAX_CONTEXT = 2000
MAX_HEADER = 150
MAX_BUTTON = 75
MAX_OPTION = 75
MAX_OPTIONS = 100
MAX_TITLE = 24
MAX_PLACEHOLDER = 150
MAX_INPUT = 3000
MAX_HINT = 2000
MAX_MESSAGE = 11_500  # of all blocks together; Slack refuses more than about 12,000, github.com/slackapi/bolt-js#2509
MAX_ALT_TEXT = 4000  # of the top-level `text`: chat.update refuses more

MORE = "There is more than one message can hold."

_USER_ID = re.compile(r"[UW][A-Z0-9]+")
_GROUP_ID = re.compile(r"S[A-Z0-9]+")


@dataclass(frozen=True)
class Rendered:
    """A message as Slack takes it: `text` is what notifications and screen readers get, so it says everything."""

    text: str
    blocks: list[Block]

    def as_payload(self) -> dict[str, Any]:
        """Return the message's fields for any of Slack's ways to post."""
        return {"text": clip(self.text, MAX_ALT_TEXT), "blocks": fitting(self.blocks)}


def fitting(blocks: Sequence[Block], *, ending: Sequence[Block] = ()) -> list[Block]:
    """Return the blocks that one message can hold, and where some had to go, a line that says so.

    The `ending`, such as the buttons, always has its place.
    """
    kept: list[Block] = []
    room = MAX_MESSAGE - sum(map(_characters, ending)) - (len(MORE) if ending else 0)
    places = MAX_BLOCKS_IN_MESSAGE - len(ending)
    for block in blocks:
        room -= _characters(block)
        if room < 0 or len(kept) == places - 1 < len(blocks) - 1:
            return [*kept, context(MORE), *ending]
        kept.append(block)
    return [*kept, *ending]


def pieces(text: str, limit: int) -> Iterator[str]:
    """Return the whole text, escaped, in pieces within the limit; no escaped character is torn apart."""
    piece = ""
    for character in map(escape, text):
        if len(piece) + len(character) > limit:
            yield piece
            piece = ""
        piece += character
    if piece:
        yield piece


def escape(text: str) -> str:
    """Return the text so that Slack shows it as typed: no mentions, no links, no channel alarms."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def clip(text: str, limit: int) -> str:
    """Return the text within the limit (in characters), with an ellipsis where something was cut."""
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def person(user_id: str) -> str:
    """Return a mention of one person by their Slack id, or the escaped text where it is no such id (`operator`)."""
    return f"<@{user_id}>" if _USER_ID.fullmatch(user_id) else escape(user_id)


def mention(holder: str) -> str:
    """Return a mention of a person or a user group by their Slack id; both are told of it where it is posted."""
    return f"<!subteam^{holder}>" if _GROUP_ID.fullmatch(holder) else person(holder)


def clock_time(moment: datetime) -> str:
    """Return the time of day, shown by Slack in the reader's own time zone."""
    return f"<!date^{int(moment.timestamp())}^{{time}}|{moment:%H:%M} UTC>"


def link(title: str, uri: str | None) -> str:
    """Return a link with its escaped title, or the title alone where there is no address."""
    shown = escape(title).replace("|", "¦")
    return f"<{escape(uri).replace('|', '%7C')}|{shown}>" if uri else shown


def bullets(items: Iterable[str], mark: str = "•") -> str:
    """Return the items as escaped lines, each behind its mark; `1.` numbers them."""
    return "\n".join(
        f"{place}. {escape(item)}" if mark == "1." else f"{mark} {escape(item)}"
        for place, item in enumerate(items, start=1)
    )


def plain(text: str, limit: int) -> dict[str, Any]:
    """Return a plain_text object, in which Slack interprets nothing."""
    return {"type": "plain_text", "text": clip(text or "–", limit), "emoji": True}


def markdown(text: str, limit: int) -> dict[str, Any]:
    """Return a mrkdwn object of text that is escaped already; `verbatim` keeps Slack from linking names in it."""
    return {"type": "mrkdwn", "text": clip(text or "–", limit), "verbatim": True}


def section(text: str, *, accessory: Block | None = None) -> Block:
    """Return a paragraph of escaped mrkdwn."""
    block: Block = {"type": "section", "text": markdown(text, MAX_SECTION)}
    return {**block, "accessory": accessory} if accessory else block


def sections(lines: Iterable[str]) -> list[Block]:
    """Return paragraphs of escaped mrkdwn that hold all the lines, as many as Slack's limit of one makes necessary."""
    held: list[str] = [""]
    for line in (piece for text in lines for piece in text.split("\n")):
        if held[-1] and len(held[-1]) + len(line) + 1 > MAX_SECTION:
            held.append("")
        held[-1] = f"{held[-1]}\n{line}" if held[-1] else line
    return [section(text) for text in held if text]


def header(text: str) -> Block:
    """Return a large plain heading."""
    return {"type": "header", "text": plain(text, MAX_HEADER)}


def context(*texts: str) -> Block:
    """Return a line of small print of escaped mrkdwn."""
    return {"type": "context", "elements": [markdown(text, MAX_CONTEXT) for text in texts[:10]]}


def divider() -> Block:
    """Return a thin line."""
    return {"type": "divider"}


def button(label: str, action_id: str, value: str, *, style: Literal["primary", "danger"] | None = None) -> Block:
    """Return a button that carries `value` back to us."""
    block: Block = {"type": "button", "text": plain(label, MAX_BUTTON), "action_id": action_id, "value": value}
    return {**block, "style": style} if style else block


def actions(block_id: str, elements: Sequence[Block]) -> Block:
    """Return a row of buttons; `block_id` is unique within its message."""
    return {"type": "actions", "block_id": clip(block_id, 255), "elements": list(elements)}


def text_field(
    block_id: str, label: str, *, multiline: bool, required: bool, max_length: int, hint: str | None, value: str | None
) -> Block:
    """Return a field for text; `block_id` is the key under which its answer and its error come back."""
    element: Block = {
        "type": "plain_text_input",
        "action_id": "answer",
        "multiline": multiline,
        "max_length": min(max_length, MAX_INPUT),
    }
    if value:
        element["initial_value"] = value[: min(max_length, MAX_INPUT)]
    return _field(block_id, label, element, required=required, hint=hint)


def choice_field(
    block_id: str, label: str, options: Mapping[str, str], *, required: bool, hint: str | None, value: str | None
) -> Block:
    """Return a field for one of the options, given as {value: what people read}."""
    offered = {key: _option(key, text) for key, text in options.items()}
    return _field(block_id, label, _select(offered, value), required=required, hint=hint)


def term_field(
    block_id: str,
    label: str,
    groups: Mapping[str, Mapping[str, str]],
    *,
    required: bool,
    hint: str | None,
    value: str | None,
) -> Block:
    """Return a field for one term of a vocabulary, each shown above what it means, under the name of its group."""
    offered = {group: {key: _option(key, key, text) for key, text in terms.items()} for group, terms in groups.items()}
    options = {key: option for terms in offered.values() for key, option in terms.items()}
    element = _select(options, value)
    if len(offered) > 1:
        del element["options"]
        element["option_groups"] = [
            {"label": plain(group, MAX_OPTION), "options": list(terms.values())} for group, terms in offered.items()
        ]
    return _field(block_id, label, element, required=required, hint=hint)


def choices_field(
    block_id: str, label: str, options: Mapping[str, str], *, required: bool, hint: str | None, values: Sequence[str]
) -> Block:
    """Return a field for any number of terms, given as {value: what it means}."""
    offered = {key: _option(key, key, text) for key, text in list(options.items())[:MAX_OPTIONS]}
    element: Block = {
        "type": "multi_static_select",
        "action_id": "answer",
        "placeholder": plain("Choose any", MAX_PLACEHOLDER),
        "options": list(offered.values()),
    }
    if chosen := [offered[value] for value in values if value in offered]:
        element["initial_options"] = chosen
    return _field(block_id, label, element, required=required, hint=hint)


def several_field(
    block_id: str, label: str, options: Mapping[str, str], *, required: bool, hint: str | None, values: Sequence[str]
) -> Block:
    """Return a field for any number of options, given as {value: what people read}."""
    offered = {key: _option(key, text) for key, text in list(options.items())[:MAX_OPTIONS]}
    element: Block = {
        "type": "multi_static_select",
        "action_id": "answer",
        "placeholder": plain("Choose any", MAX_PLACEHOLDER),
        "options": list(offered.values()),
    }
    if chosen := [offered[value] for value in values if value in offered]:
        element["initial_options"] = chosen
    return _field(block_id, label, element, required=required, hint=hint)


def date_field(block_id: str, label: str, *, required: bool, hint: str | None, value: str | None) -> Block:
    """Return a field for a day."""
    element: Block = {"type": "datepicker", "action_id": "answer"}
    if value:
        element["initial_date"] = value
    return _field(block_id, label, element, required=required, hint=hint)


def menu(action_id: str, placeholder: str, options: Mapping[str, str]) -> Block:
    """Return a menu beside a paragraph or in a row; choosing one of {value: what people read} comes back at once."""
    return {
        "type": "static_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, MAX_PLACEHOLDER),
        "options": [_option(value, text) for value, text in list(options.items())[:MAX_OPTIONS]],
    }


def moment_field(block_id: str, label: str, *, hint: str | None, value: datetime | None) -> Block:
    """Return an optional field for a day and a time, which Slack takes and shows in the person's own time zone.

    It shows no seconds, so none are given to it: what nobody touched comes back as it was.
    """
    element: Block = {"type": "datetimepicker", "action_id": "answer"}
    if value is not None:
        element["initial_date_time"] = int(value.timestamp()) // 60 * 60
    return _field(block_id, label, element, required=False, hint=hint)


def person_field(block_id: str, label: str, *, hint: str | None, value: str | None) -> Block:
    """Return an optional field for one person of the workspace."""
    element: Block = {"type": "users_select", "action_id": "answer"}
    if value is not None and _USER_ID.fullmatch(value):
        element["initial_user"] = value
    return _field(block_id, label, element, required=False, hint=hint)


def people_field(block_id: str, label: str, *, required: bool, hint: str | None, values: Sequence[str]) -> Block:
    """Return a field for any number of people of the workspace."""
    element: Block = {"type": "multi_users_select", "action_id": "answer"}
    if chosen := [one for one in values if _USER_ID.fullmatch(one)]:
        element["initial_users"] = chosen
    return _field(block_id, label, element, required=required, hint=hint)


def typed_choice(action_id: str, placeholder: str) -> Block:
    """Return a menu whose options we are asked for while the person types; for lists of any length."""
    return {
        "type": "external_select",
        "action_id": action_id,
        "placeholder": plain(placeholder, MAX_PLACEHOLDER),
        "min_query_length": 0,
    }


def picked_field(
    block_id: str, label: str, action_id: str, *, required: bool, hint: str | None, value: tuple[str, str] | None = None
) -> Block:
    """Return a field for one of a list of any length, picked by typing; `value` is what stands there: id and title."""
    element = typed_choice(action_id, "Type an id or a title")
    if value is not None:
        element["initial_option"] = _option(*value)
    return _field(block_id, label, element, required=required, hint=hint)


def options(offered: Mapping[str, str]) -> list[Block]:
    """Return {value: what people read} as the options of a menu that asks for them."""
    return [_option(value, text) for value, text in list(offered.items())[:MAX_OPTIONS]]


def home_view(blocks: Sequence[Block]) -> Block:
    """Return the view of a person's home tab."""
    return {"type": "home", "blocks": list(blocks)[:MAX_BLOCKS_IN_VIEW]}


def telling(fields: Sequence[Block]) -> list[Block]:
    """Return the blocks of a form with fields that tell us of every change while it is open, as `ids.ANSWER`.

    Slack does not tell what stands in a form that is closed, so whatever is to survive that is told before.
    """
    return [_telling(block) if block["type"] == "input" else block for block in fields]


def modal(
    title: str,
    blocks: Sequence[Block],
    *,
    callback_id: str = "",
    submit: str | None = None,
    close: str = "Close",
    private_metadata: str = "",
    tells_when_closed: bool = False,
) -> Block:
    """Return a modal view; one that `tells_when_closed` does so with or without what stood in it, as Slack likes."""
    view: Block = {
        "type": "modal",
        "title": plain(title, MAX_TITLE),
        "close": plain(close, MAX_TITLE),
        "blocks": list(blocks)[:MAX_BLOCKS_IN_VIEW],
        "private_metadata": private_metadata,
        "callback_id": callback_id,
        **({"notify_on_close": True} if tells_when_closed else {}),
    }
    return {**view, "submit": plain(submit, MAX_TITLE)} if submit else view


def _field(block_id: str, label: str, element: Block, *, required: bool, hint: str | None) -> Block:
    block: Block = {
        "type": "input",
        "block_id": block_id,
        "label": plain(label, MAX_HINT),
        "element": element,
        "optional": not required,
    }
    return {**block, "hint": plain(hint, MAX_HINT)} if hint else block


def _telling(field: Block) -> Block:
    element: Block = field["element"]
    if element["type"] == "plain_text_input":
        element = {**element, "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]}}
    return {**field, "dispatch_action": True, "element": element}


def _characters(part: Any) -> int:
    """Return how many characters people read in a part of a block."""
    if isinstance(part, list):
        return sum(_characters(item) for item in part)
    if not isinstance(part, dict):
        return 0
    return sum(
        len(value) if name == "text" and isinstance(value, str) else _characters(value) for name, value in part.items()
    )


def _select(offered: Mapping[str, Block], value: str | None) -> Block:
    """Return the menu of a field for one option; Slack takes a hundred."""
    first = dict(list(offered.items())[:MAX_OPTIONS])
    element: Block = {
        "type": "static_select",
        "action_id": "answer",
        "placeholder": plain("Choose one", MAX_PLACEHOLDER),
        "options": list(first.values()),
    }
    return {**element, "initial_option": first[value]} if value in first else element


def _option(value: str, text: str, meaning: str = "") -> Block:
    option: Block = {"text": plain(text, MAX_OPTION), "value": value}
    return {**option, "description": plain(meaning, MAX_OPTION)} if meaning else option
