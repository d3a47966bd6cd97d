"""The rules for a whole message: what chat.postMessage and its kin refuse before anybody sees it.

Source: docs.slack.dev/reference/methods/chat.postMessage. What depends on one method, such as the 4,000 characters
of chat.update, is the method's own business.
"""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import Field, TypeAdapter, ValidationError

from sandbox.blockkit.blocks import Block
from sandbox.blockkit.layout import characters, problems
from sandbox.blockkit.shape import Shape
from sandbox.blockkit.verdict import Place, error, messages
from sandbox.refusal import Refusal

BLOCKS_PER_MESSAGE = 50
ATTACHMENTS_PER_MESSAGE = 100
CHARTS_PER_MESSAGE = 2
MARKDOWN_CHARACTERS = 12_000
#: Slack publishes no total for the text of all blocks; its maintainers name 12,000 in slackapi/bolt-js#2509.
CHARACTERS_PER_MESSAGE = 12_000

BLOCKS = TypeAdapter[list[Block]](Annotated[list[Block], Field(max_length=BLOCKS_PER_MESSAGE)])


class Metadata(Shape):
    """What an app hides in a message for itself and others."""

    event_type: Annotated[str, Field(min_length=1)]
    event_payload: dict[str, Any]


METADATA = TypeAdapter(Metadata)


def check_message(payload: Mapping[str, Any]) -> None:
    """Refuse a message Slack would refuse; `payload` holds decoded JSON, not the strings of a form."""
    _check_words(payload)
    if payload.get("metadata") is not None:
        _check_metadata(payload["metadata"])
    blocks = _blocks(payload.get("blocks"), ("blocks",), "invalid_blocks")
    attached = _attached_blocks(payload.get("attachments"))
    _check_totals([*blocks, *attached])
    said = ("text", "markdown_text", "blocks", "attachments")
    if not any(payload.get(name) for name in said) and not payload.get("delete_original"):
        raise Refusal("no_text", error("must define one of `text`, `blocks` or `attachments`", ()))


def _check_words(payload: Mapping[str, Any]) -> None:
    for name in ("text", "markdown_text"):
        if not isinstance(payload.get(name, ""), str | None):
            raise Refusal("invalid_arguments", error("must provide a string", (name,)))
    markdown = payload.get("markdown_text")
    if markdown and (payload.get("text") or payload.get("blocks")):
        raise Refusal("markdown_text_conflict", error("cannot be used with `text` or `blocks`", ("markdown_text",)))
    if markdown and len(markdown) > MARKDOWN_CHARACTERS:
        raise Refusal("msg_too_long", error(f"must be less than {MARKDOWN_CHARACTERS + 1} characters", ("text",)))


def _check_metadata(metadata: object) -> None:
    try:
        METADATA.validate_python(metadata)
    except ValidationError as found:
        raise Refusal("invalid_metadata_format", *messages(found, metadata, ("metadata",))) from None


def _blocks(blocks: object, root: Place, refused_as: str) -> list[Block]:
    if blocks is None:
        return []
    if not isinstance(blocks, list):
        raise Refusal("invalid_blocks_format", error("must provide an array", root))
    try:
        layout = BLOCKS.validate_python(blocks)
    except ValidationError as found:
        raise Refusal(refused_as, *messages(found, blocks, root)) from None
    if wrong := problems(layout, "message", root):
        raise Refusal(refused_as, *wrong)
    return layout


def _attached_blocks(attachments: object) -> list[Block]:
    if attachments is None:
        return []
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise Refusal("invalid_attachments", error("must provide an array of objects", ("attachments",)))
    if len(attachments) > ATTACHMENTS_PER_MESSAGE:
        raise Refusal(
            "too_many_attachments", error(f"no more than {ATTACHMENTS_PER_MESSAGE} items allowed", ("attachments",))
        )
    return [
        block
        for index, one in enumerate(attachments)
        for block in _blocks(one.get("blocks"), ("attachments", index, "blocks"), "invalid_attachments")
    ]


def _check_totals(blocks: list[Block]) -> None:
    kinds = [block.type for block in blocks]
    if kinds.count("table") > 1:
        # Slack reports this one as a fault of the attachments wherever the tables stand.
        raise Refusal("invalid_attachments", "[ERROR] only_one_table_allowed")
    if kinds.count("data_visualization") > CHARTS_PER_MESSAGE:
        raise Refusal("invalid_blocks", "[ERROR] too many data_visualization blocks")
    markdown = sum(characters(block) for block in blocks if block.type == "markdown")
    if markdown > MARKDOWN_CHARACTERS or sum(characters(block) for block in blocks) > CHARACTERS_PER_MESSAGE:
        raise Refusal(
            "msg_blocks_too_long", error(f"must be less than {CHARACTERS_PER_MESSAGE + 1} characters", ("blocks",))
        )
