"""The rich_text block: text as Slack's own editor writes it, a tree three levels deep.

Source: docs.slack.dev/reference/block-kit/blocks/rich-text-block.
"""

from typing import Annotated, Literal

from pydantic import Field

from sandbox.blockkit.shape import AnyUrl, Id, Shape

# --- leaves ---------------------------------------------------------------------------------------------------------


class Style(Shape):
    """How a run of text looks."""

    bold: bool | None = None
    italic: bool | None = None
    strike: bool | None = None
    underline: bool | None = None
    code: bool | None = None


class MentionStyle(Style):
    """How a mention looks; `unlink` and the highlights exist for mentions only."""

    highlight: bool | None = None
    client_highlight: bool | None = None
    unlink: bool | None = None


class Words(Shape):
    """A run of text."""

    type: Literal["text"]
    text: Annotated[str, Field(min_length=1)]
    style: Style | None = None


class Link(Shape):
    """A link, with or without words of its own."""

    type: Literal["link"]
    url: AnyUrl
    text: str | None = None
    unsafe: bool | None = None
    style: Style | None = None


class Emoji(Shape):
    """An emoji by its short name."""

    type: Literal["emoji"]
    name: Annotated[str, Field(min_length=1)]
    unicode: str | None = None
    skin_tone: Annotated[int, Field(ge=1, le=6)] | None = None
    style: Style | None = None


class UserMention(Shape):
    """A mention of a person."""

    type: Literal["user"]
    user_id: Id
    style: MentionStyle | None = None


class ChannelMention(Shape):
    """A mention of a channel."""

    type: Literal["channel"]
    channel_id: Id
    style: MentionStyle | None = None


class GroupMention(Shape):
    """A mention of a group of people."""

    type: Literal["usergroup"]
    usergroup_id: Id
    style: MentionStyle | None = None


class Broadcast(Shape):
    """A mention of everybody here."""

    type: Literal["broadcast"]
    range: Literal["here", "channel", "everyone"]
    style: MentionStyle | None = None


class Date(Shape):
    """A moment, shown in the reader's own time zone."""

    type: Literal["date"]
    timestamp: int
    format: Annotated[str, Field(min_length=1)]
    url: AnyUrl | None = None
    fallback: str | None = None
    style: Style | None = None


class Color(Shape):
    """A colour with a swatch."""

    type: Literal["color"]
    value: Annotated[str, Field(pattern=r"^#[0-9A-Fa-f]{6}$")]
    style: Style | None = None


Leaf = Annotated[
    Words | Link | Emoji | UserMention | ChannelMention | GroupMention | Broadcast | Date | Color,
    Field(discriminator="type"),
]
CodeLeaf = Annotated[Words | Link, Field(discriminator="type")]

# --- branches -------------------------------------------------------------------------------------------------------


class Section(Shape):
    """A paragraph; Slack allows one without anything in it."""

    type: Literal["rich_text_section"]
    elements: list[Leaf]


class List(Shape):
    """A list of paragraphs."""

    type: Literal["rich_text_list"]
    style: Literal["bullet", "ordered"]
    elements: list[Section]
    indent: Annotated[int, Field(ge=0, le=8)] | None = None
    offset: Annotated[int, Field(ge=0)] | None = None
    border: Annotated[int, Field(ge=0, le=1)] | None = None


class Preformatted(Shape):
    """A block of code."""

    type: Literal["rich_text_preformatted"]
    elements: list[CodeLeaf]
    border: Annotated[int, Field(ge=0, le=1)] | None = None
    language: str | None = None


class Quote(Shape):
    """A quotation."""

    type: Literal["rich_text_quote"]
    elements: list[Leaf]
    border: Annotated[int, Field(ge=0, le=1)] | None = None


Branch = Annotated[Section | List | Preformatted | Quote, Field(discriminator="type")]

# --- the block ------------------------------------------------------------------------------------------------------


class RichText(Shape):
    """The tree itself, which is a block, a table cell and the value of a rich_text_input."""

    type: Literal["rich_text"]
    elements: list[Branch]
    block_id: Id | None = None
