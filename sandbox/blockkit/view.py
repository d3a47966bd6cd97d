"""The rules for a whole view: a modal or the app's home tab.

Source: docs.slack.dev/reference/views and /surfaces/modals.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, TypeAdapter, ValidationError

from sandbox.blockkit.blocks import Block, Input
from sandbox.blockkit.composition import PlainText
from sandbox.blockkit.layout import problems
from sandbox.blockkit.shape import Shape, longest
from sandbox.blockkit.verdict import error, messages
from sandbox.refusal import Refusal

VIEW_BYTES = 250_000

ShortText = Annotated[PlainText, longest(24)]


class Surfaced(Shape):
    """What modals and home tabs share."""

    blocks: Annotated[list[Block], Field(max_length=100)]
    private_metadata: Annotated[str, Field(max_length=3000)] | None = None
    callback_id: Annotated[str, Field(max_length=255)] | None = None
    external_id: Annotated[str, Field(max_length=255)] | None = None


class Modal(Surfaced):
    """A window over the conversation."""

    type: Literal["modal"]
    title: ShortText
    close: ShortText | None = None
    submit: ShortText | None = None
    submit_disabled: bool | None = None
    clear_on_close: bool | None = None
    notify_on_close: bool | None = None


class Home(Surfaced):
    """The app's own page."""

    type: Literal["home"]


VIEW = TypeAdapter[Modal | Home](Annotated[Modal | Home, Field(discriminator="type")])


def check_view(view: Mapping[str, Any]) -> None:
    """Refuse a view Slack would refuse, with places that start at `/view`."""
    if not isinstance(view, Mapping):
        raise Refusal("invalid_arguments", error("must provide an object", ("view",)))
    if _bytes(view) > VIEW_BYTES:
        raise Refusal("view_too_large", error(f"must be at most {VIEW_BYTES} bytes", ("view",)))
    try:
        shaped = VIEW.validate_python(dict(view))
    except ValidationError as found:
        raise Refusal("invalid_arguments", *messages(found, view, ("view",))) from None
    wrong = problems(shaped.blocks, shaped.type, ("view", "blocks"))
    if isinstance(shaped, Modal) and shaped.submit is None:
        wrong += _unsubmittable(shaped.blocks)
    if wrong:
        raise Refusal("invalid_arguments", *wrong)


def _bytes(view: Mapping[str, Any]) -> int:
    return len(json.dumps(dict(view), ensure_ascii=False, separators=(",", ":")).encode(errors="surrogatepass"))


def _unsubmittable(blocks: Sequence[Block]) -> list[str]:
    return [
        error("must define `submit` to use an `input` block in modals", ("view", "blocks", index, "input"))
        for index, block in enumerate(blocks)
        if isinstance(block, Input)
    ]
