"""Composition objects: texts, options, confirmations and the other small parts blocks are made of.

Source: docs.slack.dev/reference/block-kit/composition-objects.
"""

from collections.abc import Sequence
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from sandbox.blockkit.shape import AnyUrl, Id, Shape, broken, longest

Text = Annotated[str, Field(min_length=1, max_length=3000)]


class PlainText(Shape):
    """Text shown as it is, emoji codes aside."""

    type: Literal["plain_text"]
    text: Text
    emoji: bool | None = None


class Mrkdwn(Shape):
    """Text in Slack's own markup."""

    type: Literal["mrkdwn"]
    text: Text
    verbatim: bool | None = None


AnyText = Annotated[PlainText | Mrkdwn, Field(discriminator="type")]

Placeholder = Annotated[PlainText, longest(150)]


class Option(Shape):
    """One choice of a select or an overflow menu: plain text only; `url` in overflow menus only."""

    text: Annotated[PlainText, longest(75)]
    value: Annotated[str, Field(max_length=150)]
    description: Annotated[PlainText, longest(75)] | None = None


class OverflowOption(Option):
    """One entry of an overflow menu, which may lead somewhere."""

    url: AnyUrl | None = None


class TickOption(Shape):
    """One radio button or checkbox: these may use markup."""

    text: Annotated[AnyText, longest(75)]
    value: Annotated[str, Field(max_length=150)]
    description: Annotated[AnyText, longest(75)] | None = None


class OptionGroup(Shape):
    """Options under a heading."""

    label: Annotated[PlainText, longest(75)]
    options: Annotated[list[Option], Field(min_length=1, max_length=100)]


class Confirm(Shape):
    """The question asked before an action is sent."""

    title: Annotated[PlainText, longest(100)]
    text: Annotated[AnyText, longest(300)]
    confirm: Annotated[PlainText, longest(30)] | None = None
    deny: Annotated[PlainText, longest(30)] | None = None
    style: Literal["primary", "danger"] | None = None


class DispatchActionConfig(Shape):
    """When a text field sends an action while someone types."""

    trigger_actions_on: Annotated[
        list[Literal["on_enter_pressed", "on_character_entered"]], Field(min_length=1, max_length=2)
    ]


class ConversationFilter(Shape):
    """Which conversations a menu lists."""

    include: Annotated[list[Literal["im", "mpim", "private", "public"]], Field(min_length=1)] | None = None
    exclude_external_shared_channels: bool | None = None
    exclude_bot_users: bool | None = None


class SlackFile(Shape):
    """A file already in Slack, named by its id or its address."""

    id: Id | None = None
    url: AnyUrl | None = None

    @model_validator(mode="after")
    def names_one_file(self) -> Self:
        """Exactly one of the two names."""
        if (self.id is None) == (self.url is None):
            raise broken("must define either `id` or `url`")
        return self


AnyOption = Option | TickOption


def same_choice(one: AnyOption, other: AnyOption) -> bool:
    """Whether two options are the same to Slack; `emoji` left out and `emoji: true` mean the same."""
    return (one.value, one.text.type, one.text.text) == (other.value, other.text.type, other.text.text)


def must_be_offered(
    chosen: Sequence[AnyOption] | None, offered: Sequence[AnyOption], *place: str, one: bool = False
) -> None:
    """Refuse an initial choice that is not among the options; `one` when the field holds a single option."""
    for index, option in enumerate(chosen or ()):
        if not any(same_choice(option, other) for other in offered):
            raise broken("must be one of the provided options", *place, *(() if one else (index,)))
