"""Block elements: everything a person presses, picks or types into, one class each with its bounds.

Source: docs.slack.dev/reference/block-kit/block-elements. Which block takes which element is said in
`sandbox.blockkit.blocks`.
"""

from datetime import date, time
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from sandbox.blockkit.composition import (
    Confirm,
    ConversationFilter,
    DispatchActionConfig,
    Option,
    OptionGroup,
    OverflowOption,
    Placeholder,
    PlainText,
    SlackFile,
    TickOption,
    must_be_offered,
)
from sandbox.blockkit.rich_text import RichText
from sandbox.blockkit.shape import AnyUrl, Id, Shape, WebUrl, broken, longest

# --- what many elements share ---------------------------------------------------------------------------------------


class Interactive(Shape):
    """What every element with an `action_id` has."""

    action_id: Id | None = None


class Focusable(Interactive):
    """An element the cursor can stand in when a view opens, and that can ask before it acts."""

    focus_on_load: bool | None = None
    confirm: Confirm | None = None


class Menu(Focusable):
    """A menu that opens."""

    placeholder: Placeholder | None = None


class MultiMenu(Menu):
    """A menu from which several can be picked."""

    max_selected_items: Annotated[int, Field(ge=1)] | None = None


class TypedField(Interactive):
    """A field one types into."""

    placeholder: Placeholder | None = None
    focus_on_load: bool | None = None
    dispatch_action_config: DispatchActionConfig | None = None


def _day(value: str) -> str:
    try:
        date.fromisoformat(value)
    except ValueError:
        raise broken("must be a date in the format YYYY-MM-DD") from None
    return value


def _hour(value: str) -> str:
    try:
        time.fromisoformat(value)
    except ValueError:
        raise broken("must be a time in the format HH:mm") from None
    return value


Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$"), AfterValidator(_day)]
Hour = Annotated[str, Field(pattern=r"^\d{2}:\d{2}$"), AfterValidator(_hour)]
#: Seconds since 1970 in ten digits.
Moment = Annotated[int, Field(ge=1_000_000_000, le=9_999_999_999)]
Options = Annotated[list[Option], Field(min_length=1, max_length=100)]
Groups = Annotated[list[OptionGroup], Field(min_length=1, max_length=100)]
TickOptions = Annotated[list[TickOption], Field(min_length=1, max_length=10)]

# --- buttons and images ---------------------------------------------------------------------------------------------


class Button(Interactive):
    """A button; with a `url` it also opens a page."""

    type: Literal["button"]
    text: Annotated[PlainText, longest(75)]
    value: Annotated[str, Field(max_length=2000)] | None = None
    url: AnyUrl | None = None
    style: Literal["primary", "danger"] | None = None
    confirm: Confirm | None = None
    accessibility_label: Annotated[str, Field(max_length=75)] | None = None


class Overflow(Interactive):
    """The three dots with one to five entries."""

    type: Literal["overflow"]
    options: Annotated[list[OverflowOption], Field(min_length=1, max_length=5)]
    confirm: Confirm | None = None


class Image(Shape):
    """A small picture in a section or a context."""

    type: Literal["image"]
    alt_text: Annotated[str, Field(min_length=1, max_length=2000)]
    image_url: WebUrl | None = None
    slack_file: SlackFile | None = None

    @model_validator(mode="after")
    def has_one_source(self) -> Self:
        """Exactly one of `image_url` and `slack_file`."""
        if (self.image_url is None) == (self.slack_file is None):
            raise broken("must define either `image_url` or `slack_file`")
        return self


class Feedback(Shape):
    """One half of a pair of feedback buttons."""

    text: Annotated[PlainText, longest(75)]
    value: Annotated[str, Field(max_length=2000)]
    accessibility_label: Annotated[str, Field(max_length=75)] | None = None


class FeedbackButtons(Interactive):
    """Thumb up and thumb down."""

    type: Literal["feedback_buttons"]
    positive_button: Feedback
    negative_button: Feedback


class IconButton(Interactive):
    """A button that is only a picture."""

    type: Literal["icon_button"]
    icon: Literal["trash"]
    text: Annotated[PlainText, longest(75)]
    value: Annotated[str, Field(max_length=2000)] | None = None
    confirm: Confirm | None = None
    accessibility_label: Annotated[str, Field(max_length=75)] | None = None
    visible_to_user_ids: list[Id] | None = None


# --- ticks ----------------------------------------------------------------------------------------------------------


class Checkboxes(Focusable):
    """Up to ten boxes to tick."""

    type: Literal["checkboxes"]
    options: TickOptions
    initial_options: Annotated[list[TickOption], Field(min_length=1)] | None = None

    @model_validator(mode="after")
    def ticks_what_is_offered(self) -> Self:
        """Hold the boxes ticked at the start to the options."""
        must_be_offered(self.initial_options, self.options, "initial_options")
        return self


class RadioButtons(Focusable):
    """Up to ten choices of which one holds."""

    type: Literal["radio_buttons"]
    options: TickOptions
    initial_option: TickOption | None = None

    @model_validator(mode="after")
    def picks_what_is_offered(self) -> Self:
        """Hold the choice made at the start to the options."""
        if self.initial_option:
            must_be_offered([self.initial_option], self.options, "initial_option", one=True)
        return self


# --- menus ----------------------------------------------------------------------------------------------------------


class Listed(Menu):
    """A menu whose choices are in the payload, as a list or in groups."""

    options: Options | None = None
    option_groups: Groups | None = None

    @model_validator(mode="after")
    def has_one_list(self) -> Self:
        """Exactly one of `options` and `option_groups`."""
        if (self.options is None) == (self.option_groups is None):
            raise broken("must define either `options` or `option_groups`")
        return self

    def offered(self) -> list[Option]:
        """All choices, groups opened."""
        return [*(self.options or ()), *(option for group in self.option_groups or () for option in group.options)]


class StaticSelect(Listed):
    """Pick one of the listed choices."""

    type: Literal["static_select"]
    initial_option: Option | None = None

    @model_validator(mode="after")
    def picks_what_is_offered(self) -> Self:
        """Hold the choice made at the start to the options."""
        if self.initial_option:
            must_be_offered([self.initial_option], self.offered(), "initial_option", one=True)
        return self


class MultiStaticSelect(Listed, MultiMenu):
    """Pick several of the listed choices."""

    type: Literal["multi_static_select"]
    initial_options: list[Option] | None = None

    @model_validator(mode="after")
    def picks_what_is_offered(self) -> Self:
        """Hold the choices made at the start to the options."""
        must_be_offered(self.initial_options, self.offered(), "initial_options")
        return self


class ExternalSelect(Menu):
    """Pick one of the choices the app suggests while one types."""

    type: Literal["external_select"]
    initial_option: Option | None = None
    min_query_length: Annotated[int, Field(ge=0)] | None = None


class MultiExternalSelect(MultiMenu):
    """Pick several of the choices the app suggests."""

    type: Literal["multi_external_select"]
    initial_options: list[Option] | None = None
    min_query_length: Annotated[int, Field(ge=0)] | None = None


class UsersSelect(Menu):
    """Pick a person."""

    type: Literal["users_select"]
    initial_user: Id | None = None


class MultiUsersSelect(MultiMenu):
    """Pick several people."""

    type: Literal["multi_users_select"]
    initial_users: list[Id] | None = None


class ConversationsSelect(Menu):
    """Pick a conversation of any kind."""

    type: Literal["conversations_select"]
    initial_conversation: Id | None = None
    default_to_current_conversation: bool | None = None
    response_url_enabled: bool | None = None
    filter: ConversationFilter | None = None


class MultiConversationsSelect(MultiMenu):
    """Pick several conversations."""

    type: Literal["multi_conversations_select"]
    initial_conversations: list[Id] | None = None
    default_to_current_conversation: bool | None = None
    filter: ConversationFilter | None = None


class ChannelsSelect(Menu):
    """Pick a public channel."""

    type: Literal["channels_select"]
    initial_channel: Id | None = None
    response_url_enabled: bool | None = None


class MultiChannelsSelect(MultiMenu):
    """Pick several public channels."""

    type: Literal["multi_channels_select"]
    initial_channels: list[Id] | None = None


# --- days and hours -------------------------------------------------------------------------------------------------


class DatePicker(Menu):
    """Pick a day."""

    type: Literal["datepicker"]
    initial_date: Day | None = None


class TimePicker(Menu):
    """Pick an hour and minute."""

    type: Literal["timepicker"]
    initial_time: Hour | None = None
    timezone: str | None = None


class DateTimePicker(Focusable):
    """Pick a moment."""

    type: Literal["datetimepicker"]
    initial_date_time: Moment | None = None


# --- typed fields ---------------------------------------------------------------------------------------------------


class PlainTextInput(TypedField):
    """A line or a box of text, at most 3000 characters."""

    type: Literal["plain_text_input"]
    initial_value: Annotated[str, Field(max_length=3000)] | None = None
    multiline: bool | None = None
    min_length: Annotated[int, Field(ge=0, le=3000)] | None = None
    max_length: Annotated[int, Field(ge=1, le=3000)] | None = None

    @model_validator(mode="after")
    def bounds_leave_room(self) -> Self:
        """Keep the lower bound below the upper one, and the initial value within."""
        if self.min_length is not None and self.max_length is not None and self.min_length > self.max_length:
            raise broken(f"must be less than or equal to {self.max_length}", "min_length")
        if self.initial_value and self.max_length is not None and len(self.initial_value) > self.max_length:
            raise broken(f"must be less than {self.max_length + 1} characters", "initial_value")
        return self


class EmailInput(TypedField):
    """A field for an e-mail address."""

    type: Literal["email_text_input"]
    initial_value: str | None = None


class UrlInput(TypedField):
    """A field for a web address."""

    type: Literal["url_text_input"]
    initial_value: str | None = None


Numeral = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$")]


class NumberInput(TypedField):
    """A field for a number; bounds and value travel as strings."""

    type: Literal["number_input"]
    is_decimal_allowed: bool
    initial_value: Numeral | None = None
    min_value: Numeral | None = None
    max_value: Numeral | None = None

    @model_validator(mode="after")
    def bounds_leave_room(self) -> Self:
        """Keep the lower bound below the upper one."""
        if self.min_value is not None and self.max_value is not None and float(self.min_value) > float(self.max_value):
            raise broken(f"must be less than or equal to {self.max_value}", "min_value")
        return self


class RichTextInput(TypedField):
    """A box for formatted text."""

    type: Literal["rich_text_input"]
    initial_value: RichText | None = None


class FileInput(Interactive):
    """A place to upload up to ten files."""

    type: Literal["file_input"]
    filetypes: Annotated[list[str], Field(min_length=1)] | None = None
    max_files: Annotated[int, Field(ge=1, le=10)] | None = None
