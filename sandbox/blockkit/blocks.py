"""The blocks themselves, one class each: its fields, its bounds, the elements it takes.

Source: docs.slack.dev/reference/block-kit/blocks. Where each block may stand (message, modal, home tab) is the table
`SURFACES` at the end. Blocks that are newer than the stand-in (alert, card, carousel, container, data_table, plan,
task_card) are refused as unsupported: a stand-in that waves through what it cannot check or show would hide mistakes.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from sandbox.blockkit import elements as e
from sandbox.blockkit.charts import Chart
from sandbox.blockkit.composition import AnyText, Mrkdwn, PlainText, SlackFile
from sandbox.blockkit.rich_text import RichText
from sandbox.blockkit.shape import Id, Shape, WebUrl, broken, longest

# --- which elements stand where -------------------------------------------------------------------------------------

SingleMenu = e.StaticSelect | e.ExternalSelect | e.UsersSelect | e.ConversationsSelect | e.ChannelsSelect
ManyMenu = (
    e.MultiStaticSelect
    | e.MultiExternalSelect
    | e.MultiUsersSelect
    | e.MultiConversationsSelect
    | e.MultiChannelsSelect
)
Ticks = e.Checkboxes | e.RadioButtons
Clocks = e.DatePicker | e.TimePicker

Accessory = Annotated[
    e.Button | e.Overflow | e.Image | Ticks | Clocks | SingleMenu | ManyMenu, Field(discriminator="type")
]
Pressable = Annotated[
    e.Button | e.Overflow | Ticks | Clocks | e.DateTimePicker | SingleMenu | ManyMenu, Field(discriminator="type")
]
Fillable = Annotated[
    e.PlainTextInput
    | e.EmailInput
    | e.UrlInput
    | e.NumberInput
    | e.RichTextInput
    | e.FileInput
    | Ticks
    | Clocks
    | e.DateTimePicker
    | SingleMenu
    | ManyMenu,
    Field(discriminator="type"),
]
Contextual = Annotated[e.Image | PlainText | Mrkdwn, Field(discriminator="type")]
ContextPressable = Annotated[e.FeedbackButtons | e.IconButton, Field(discriminator="type")]

# --- the blocks -----------------------------------------------------------------------------------------------------


class Placed(Shape):
    """What every block has."""

    block_id: Id | None = None


class Section(Placed):
    """A paragraph, or up to ten short fields in two columns, with one element beside it."""

    type: Literal["section"]
    text: Annotated[AnyText, longest(3000)] | None = None
    fields: Annotated[list[Annotated[AnyText, longest(2000)]], Field(min_length=1, max_length=10)] | None = None
    accessory: Accessory | None = None
    expand: bool | None = None

    @model_validator(mode="after")
    def says_something(self) -> Self:
        """At least one of `text` and `fields`."""
        if self.text is None and self.fields is None:
            raise broken("must define either `text` or `fields`")
        return self


class Header(Placed):
    """A line in large bold letters."""

    type: Literal["header"]
    text: Annotated[PlainText, longest(150)]
    level: Annotated[int, Field(ge=1, le=4)] | None = None


class Divider(Placed):
    """A line across."""

    type: Literal["divider"]


class Picture(Placed):
    """A picture of its own, with or without a title."""

    type: Literal["image"]
    alt_text: Annotated[str, Field(min_length=1, max_length=2000)]
    image_url: WebUrl | None = None
    slack_file: SlackFile | None = None
    title: Annotated[PlainText, longest(2000)] | None = None

    @model_validator(mode="after")
    def has_one_source(self) -> Self:
        """Exactly one of `image_url` and `slack_file`."""
        if (self.image_url is None) == (self.slack_file is None):
            raise broken("must define either `image_url` or `slack_file`")
        return self


class Context(Placed):
    """Small print: up to ten texts and pictures."""

    type: Literal["context"]
    elements: Annotated[list[Contextual], Field(min_length=1, max_length=10)]


def _actions_are_distinct(elements: list[Any]) -> None:
    seen: set[str] = set()
    for index, element in enumerate(elements):
        if element.action_id in seen:
            raise broken(f'`action_id` "{element.action_id}" already exists', "elements", index, "action_id")
        if element.action_id is not None:
            seen.add(element.action_id)


class Actions(Placed):
    """Up to twenty-five elements to press, each with its own `action_id`."""

    type: Literal["actions"]
    elements: Annotated[list[Pressable], Field(min_length=1, max_length=25)]

    @model_validator(mode="after")
    def tells_its_actions_apart(self) -> Self:
        """No `action_id` twice in one block."""
        _actions_are_distinct(self.elements)
        return self


class ContextActions(Placed):
    """Up to five feedback and icon buttons in small."""

    type: Literal["context_actions"]
    elements: Annotated[list[ContextPressable], Field(min_length=1, max_length=5)]

    @model_validator(mode="after")
    def tells_its_actions_apart(self) -> Self:
        """No `action_id` twice in one block."""
        _actions_are_distinct(self.elements)
        return self


class Input(Placed):
    """A labelled field of a form."""

    type: Literal["input"]
    label: Annotated[PlainText, longest(2000)]
    element: Fillable
    hint: Annotated[PlainText, longest(2000)] | None = None
    optional: bool | None = None
    dispatch_action: bool | None = None

    @model_validator(mode="after")
    def files_wait_for_submission(self) -> Self:
        """Refuse to dispatch while files are on their way."""
        if self.dispatch_action and isinstance(self.element, e.FileInput):
            raise broken("must be false for a `file_input` element", "dispatch_action")
        return self


class Markdown(Placed):
    """Standard Markdown; its 12,000 characters are counted over all such blocks of a message."""

    type: Literal["markdown"]
    text: Annotated[str, Field(min_length=1)]


class Video(Placed):
    """A player for a video elsewhere."""

    type: Literal["video"]
    alt_text: Annotated[str, Field(min_length=1)]
    title: Annotated[PlainText, longest(199)]
    thumbnail_url: WebUrl
    video_url: Annotated[str, Field(max_length=3000, pattern=r"^https://[^\s/]")]
    author_name: Annotated[str, Field(max_length=49)] | None = None
    description: Annotated[PlainText, longest(200)] | None = None
    provider_icon_url: WebUrl | None = None
    provider_name: str | None = None
    title_url: Annotated[str, Field(max_length=3000, pattern=r"^https://[^\s/]")] | None = None


class RawText(Shape):
    """A cell of bare text; an empty one is refused."""

    type: Literal["raw_text"]
    text: Annotated[str, Field(min_length=1)]


class RawNumber(Shape):
    """A cell of one number, with the text it is shown as."""

    type: Literal["raw_number"]
    value: float
    text: str | None = None


class Column(Shape):
    """How one column looks."""

    align: Literal["left", "center", "right"] | None = None
    is_wrapped: bool | None = None


Cell = Annotated[RawText | RawNumber | RichText, Field(discriminator="type")]


class Table(Placed):
    """Up to 100 rows of 20 cells; one table per message."""

    type: Literal["table"]
    rows: Annotated[
        list[Annotated[list[Cell], Field(min_length=1, max_length=20)]], Field(min_length=1, max_length=100)
    ]
    column_settings: Annotated[list[Column | None], Field(max_length=20)] | None = None


class DataVisualization(Placed):
    """A titled chart; two per message."""

    type: Literal["data_visualization"]
    title: Annotated[str, Field(min_length=1, max_length=50)]
    chart: Chart


Block = Annotated[
    Section
    | Header
    | Divider
    | Picture
    | Context
    | Actions
    | ContextActions
    | Input
    | Markdown
    | RichText
    | Table
    | Video
    | DataVisualization,
    Field(discriminator="type"),
]

Surface = Literal["message", "modal", "home"]
MESSAGES: frozenset[Surface] = frozenset({"message"})

#: Where each block may stand; what is not named stands everywhere.
SURFACES: dict[str, frozenset[Surface]] = {
    "context_actions": MESSAGES,
    "data_visualization": MESSAGES,
    "markdown": MESSAGES,
    "table": MESSAGES,
}

#: Where the element of an input block may stand; what is not named stands everywhere.
FILLABLE_SURFACES: dict[str, frozenset[Surface]] = {
    "file_input": frozenset({"modal"}),
}
