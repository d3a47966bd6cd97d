"""Slack's rules for payloads: what is refused, with which error, and which place is named."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.blockkit import check_message, check_options, check_view
from sandbox.refusal import Refusal

Json = dict[str, Any]


def plain(text: str = "words") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "words") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", **more: Any) -> Json:
    return {"text": plain(value), "value": value, **more}


def button(**more: Any) -> Json:
    return {"type": "button", "text": plain("Press"), **more}


def actions(*elements: Json) -> Json:
    return {"type": "actions", "elements": list(elements)}


def section(**more: Any) -> Json:
    return {"type": "section", "text": mrkdwn(), **more}


def field(element: Json, **more: Any) -> Json:
    return {"type": "input", "label": plain("Label"), "element": element, **more}


def select(**more: Any) -> Json:
    return {"type": "static_select", "options": [option("a"), option("b")], **more}


def chart(chart_: Json, title: str = "Losses") -> Json:
    return {"type": "data_visualization", "title": title, "chart": chart_}


def plot(**more: Any) -> Json:
    series = [{"name": "loss", "data": [{"label": "one", "value": 1}, {"label": "two", "value": 2.5}]}]
    return {"type": "line", "series": series, "axis_config": {"categories": ["one", "two"]}, **more}


def table(*rows: list[Json]) -> Json:
    return {"type": "table", "rows": list(rows) or [[{"type": "raw_text", "text": "cell"}]]}


def rich(*branches: Json) -> Json:
    return {"type": "rich_text", "elements": list(branches)}


def paragraph(*leaves: Json) -> Json:
    return {"type": "rich_text_section", "elements": list(leaves)}


def modal(*blocks: Json, **more: Any) -> Json:
    return {"type": "modal", "title": plain("Title"), "submit": plain("Save"), "blocks": list(blocks), **more}


def home(*blocks: Json, **more: Any) -> Json:
    return {"type": "home", "blocks": list(blocks), **more}


def text_input(**more: Any) -> Json:
    return {"type": "plain_text_input", "action_id": "a", **more}


PICTURE = {"type": "image", "image_url": "https://example.com/a.png", "alt_text": "a chart"}
VIDEO = {
    "type": "video",
    "alt_text": "talk",
    "title": plain("Talk"),
    "thumbnail_url": "https://example.com/a.png",
    "video_url": "https://example.com/a",
}
EVERY_LEAF = paragraph(
    {"type": "text", "text": "bold", "style": {"bold": True}},
    {"type": "link", "url": "https://example.com", "text": "a link"},
    {"type": "emoji", "name": "tada"},
    {"type": "user", "user_id": "U1"},
    {"type": "channel", "channel_id": "C1"},
    {"type": "usergroup", "usergroup_id": "S1"},
    {"type": "broadcast", "range": "here"},
    {"type": "date", "timestamp": 1720710212, "format": "{date_short}"},
    {"type": "color", "value": "#F405B3"},
)

VALID_BLOCKS = {
    "section": section(),
    "section with fields": {"type": "section", "fields": [mrkdwn()] * 10},
    "section of full length": section(text=mrkdwn("x" * 3000), accessory=button(url="https://example.com")),
    "header": {"type": "header", "text": plain("x" * 150)},
    "divider": {"type": "divider", "block_id": "x" * 255},
    "image": {**PICTURE, "title": plain()},
    "image in Slack": {"type": "image", "slack_file": {"id": "F1"}, "alt_text": "a chart"},
    "context": {"type": "context", "elements": [PICTURE, plain(), *[mrkdwn()] * 8]},
    "actions": actions(*[button(action_id=str(n)) for n in range(25)]),
    "every pressable element": actions(
        button(style="primary", value="x" * 2000, confirm={"title": plain(), "text": mrkdwn()}),
        {"type": "overflow", "options": [option(url="https://example.com")]},
        {"type": "checkboxes", "options": [option()], "initial_options": [option()]},
        {"type": "radio_buttons", "options": [{"text": mrkdwn(), "value": "a"}]},
        {"type": "datepicker", "initial_date": "2026-02-28"},
        {"type": "timepicker", "initial_time": "23:59"},
        {"type": "datetimepicker", "initial_date_time": 1720710212},
        select(initial_option=option("b"), placeholder=plain("x" * 150)),
        {"type": "external_select", "min_query_length": 0},
        {"type": "users_select", "initial_user": "U1"},
        {"type": "conversations_select", "filter": {"include": ["public"]}},
        {"type": "channels_select"},
    ),
    "every menu for several": actions(
        {**select(initial_options=[option("a")]), "type": "multi_static_select", "max_selected_items": 1},
        {"type": "multi_external_select"},
        {"type": "multi_users_select"},
        {"type": "multi_conversations_select"},
        {"type": "multi_channels_select"},
    ),
    "context actions": {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "positive_button": {"text": plain("Good"), "value": "1"},
                "negative_button": {"text": plain("Bad"), "value": "0"},
            },
            {"type": "icon_button", "icon": "trash", "text": plain("Remove")},
        ],
    },
    "input": field(text_input(min_length=0, max_length=3000), hint=plain(), optional=True, dispatch_action=True),
    "markdown": {"type": "markdown", "text": "x" * 12_000},
    "rich_text": rich(
        EVERY_LEAF,
        {"type": "rich_text_list", "style": "bullet", "elements": [EVERY_LEAF], "indent": 1},
        {"type": "rich_text_preformatted", "elements": [{"type": "text", "text": "code"}]},
        {"type": "rich_text_quote", "elements": [{"type": "text", "text": "said"}]},
    ),
    "table": {
        **table([{"type": "raw_text", "text": "cell"}, rich(paragraph({"type": "text", "text": "x"}))]),
        "column_settings": [{"align": "right"}, None],
    },
    "video": VIDEO,
    "pie": chart({"type": "pie", "segments": [{"label": "a", "value": 1}]}),
    "line": chart(plot()),
}


@pytest.mark.parametrize("block", VALID_BLOCKS.values(), ids=VALID_BLOCKS.keys())
def test_a_message_takes_every_block_slack_documents_for_it(block: Json) -> None:
    check_message({"text": "for screen readers", "blocks": [block]})


INPUTS = {
    "plain_text_input": text_input(initial_value="x", multiline=True, dispatch_action_config={
        "trigger_actions_on": ["on_enter_pressed"]
    }),
    "email_text_input": {"type": "email_text_input"},
    "url_text_input": {"type": "url_text_input", "focus_on_load": True},
    "number_input": {"type": "number_input", "is_decimal_allowed": False, "min_value": "-1", "max_value": "9.5"},
    "rich_text_input": {"type": "rich_text_input", "initial_value": rich(EVERY_LEAF)},
    "file_input": {"type": "file_input", "filetypes": ["png"], "max_files": 10},
    "checkboxes": {"type": "checkboxes", "options": [option(str(n)) for n in range(10)]},
    "radio_buttons": {"type": "radio_buttons", "options": [option()], "initial_option": option()},
    "datepicker": {"type": "datepicker"},
    "timepicker": {"type": "timepicker"},
    "datetimepicker": {"type": "datetimepicker"},
    "static_select": {"type": "static_select", "option_groups": [{"label": plain(), "options": [option()]}]},
    "external_select": {"type": "external_select"},
    "users_select": {"type": "users_select"},
    "conversations_select": {"type": "conversations_select", "response_url_enabled": True},
    "channels_select": {"type": "channels_select"},
    "multi_static_select": {**select(), "type": "multi_static_select"},
    "multi_users_select": {"type": "multi_users_select", "max_selected_items": 3},
}  # fmt: skip


@pytest.mark.parametrize("element", INPUTS.values(), ids=INPUTS.keys())
def test_a_modal_takes_every_field_slack_documents(element: Json) -> None:
    check_view(modal(field(element, block_id="b"), private_metadata="x" * 3000, callback_id="x" * 255))


def test_a_home_tab_takes_a_hundred_blocks() -> None:
    check_view(home(*[section() for _ in range(100)]))


#: name -> blocks of a message, error, Slack's line without "[ERROR] "
REFUSED_BLOCKS: dict[str, tuple[list[Any], str]] = {
    "51 blocks": ([{"type": "divider"}] * 51, "no more than 50 items allowed [json-pointer:/blocks]"),
    "no block type": ([{"text": plain()}], "missing required field: type [json-pointer:/blocks/0]"),
    "unknown block type": ([{"type": "sektion"}], "unsupported type: sektion [json-pointer:/blocks/0/type]"),
    "block type is a list": ([{"type": []}], "unsupported type: [] [json-pointer:/blocks/0/type]"),
    "a block that is text": (["hello"], "must provide an object [json-pointer:/blocks/0]"),
    "unknown field": (
        [{"type": "divider", "color": "red"}],
        "invalid additional property: color [json-pointer:/blocks/0]",
    ),
    "block_id twice": (
        [{"type": "divider", "block_id": "b"}] * 2,
        '`block_id` "b" already exists [json-pointer:/blocks/1/block_id]',
    ),
    "block_id too long": (
        [{"type": "divider", "block_id": "b" * 256}],
        "must be less than 256 characters [json-pointer:/blocks/0/block_id]",
    ),
    "section too long": (
        [section(text=mrkdwn("x" * 3001))],
        "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ),
    "section empty": (
        [section(text=mrkdwn(""))],
        "must be more than 0 characters [json-pointer:/blocks/0/text/text]",
    ),
    "section without words": (
        [{"type": "section"}],
        "must define either `text` or `fields` [json-pointer:/blocks/0]",
    ),
    "section text is a string": ([section(text="hi")], "must provide an object [json-pointer:/blocks/0/text]"),
    "section text of unknown type": (
        [section(text={"type": "html", "text": "x"})],
        "unsupported type: html [json-pointer:/blocks/0/text/type]",
    ),
    "section text without text": (
        [section(text={"type": "mrkdwn"})],
        "missing required field: text [json-pointer:/blocks/0/text]",
    ),
    "section text is a number": (
        [section(text={"type": "mrkdwn", "text": 5})],
        "must provide a string [json-pointer:/blocks/0/text/text]",
    ),
    "emoji on mrkdwn": (
        [section(text={**mrkdwn(), "emoji": True})],
        "invalid additional property: emoji [json-pointer:/blocks/0/text]",
    ),
    "eleven fields": (
        [{"type": "section", "fields": [mrkdwn()] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ),
    "field too long": (
        [{"type": "section", "fields": [mrkdwn(), mrkdwn("x" * 2001)]}],
        "must be less than 2001 characters [json-pointer:/blocks/0/fields/1/text]",
    ),
    "text field as accessory": (
        [section(accessory=text_input())],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/accessory/type]",
    ),
    "datetimepicker as accessory": (
        [section(accessory={"type": "datetimepicker"})],
        "unsupported type: datetimepicker [json-pointer:/blocks/0/accessory/type]",
    ),
    "header too long": (
        [{"type": "header", "text": plain("x" * 151)}],
        "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ),
    "header in mrkdwn": (
        [{"type": "header", "text": mrkdwn()}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]",
    ),
    "context with eleven": (
        [{"type": "context", "elements": [mrkdwn()] * 11}],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "context with a button": (
        [{"type": "context", "elements": [button()]}],
        "unsupported type: button [json-pointer:/blocks/0/elements/0/type]",
    ),
    "26 actions": (
        [actions(*[button() for _ in range(26)])],
        "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ),
    "no actions": ([actions()], "must provide at least 1 items [json-pointer:/blocks/0/elements]"),
    "action_id twice": (
        [actions(button(action_id="a"), button(action_id="a"))],
        '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ),
    "text field among actions": (
        [actions(text_input())],
        "unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]",
    ),
    "button text too long": (
        [actions(button(text=plain("x" * 76)))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]",
    ),
    "button text in mrkdwn": (
        [actions(button(text=mrkdwn()))],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/text/type]",
    ),
    "button value too long": (
        [actions(button(value="x" * 2001))],
        "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ),
    "button value a number": (
        [actions(button(value=7))],
        "must provide a string [json-pointer:/blocks/0/elements/0/value]",
    ),
    "button address too long": (
        [actions(button(url="https://e.com/" + "x" * 3000))],
        "must be less than 3001 characters [json-pointer:/blocks/0/elements/0/url]",
    ),
    "button address no address": (
        [actions(button(url="over there"))],
        "must be a valid URL [json-pointer:/blocks/0/elements/0/url]",
    ),
    "button style": (
        [actions(button(style="default"))],
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ),
    "action_id too long": (
        [actions(button(action_id="x" * 256))],
        "must be less than 256 characters [json-pointer:/blocks/0/elements/0/action_id]",
    ),
    "select without choices": (
        [actions({"type": "static_select"})],
        "must define either `options` or `option_groups` [json-pointer:/blocks/0/elements/0]",
    ),
    "101 choices": (
        [actions(select(options=[option(str(n)) for n in range(101)]))],
        "no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "choice too long": (
        [actions(select(options=[option("x" * 76)]))],
        "must be less than 76 characters [json-pointer:/blocks/0/elements/0/options/0/text/text]",
    ),
    "choice value too long": (
        [actions(select(options=[{"text": plain(), "value": "x" * 151}]))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]",
    ),
    "choice in mrkdwn": (
        [actions(select(options=[{"text": mrkdwn(), "value": "a"}]))],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/elements/0/options/0/text/type]",
    ),
    "choice with an address": (
        [actions(select(options=[option(url="https://example.com")]))],
        "invalid additional property: url [json-pointer:/blocks/0/elements/0/options/0]",
    ),
    "initial choice not offered": (
        [actions(select(initial_option=option("c")))],
        "must be one of the provided options [json-pointer:/blocks/0/elements/0/initial_option]",
    ),
    "second initial tick not offered": (
        [actions({"type": "checkboxes", "options": [option()], "initial_options": [option(), option("c")]})],
        "must be one of the provided options [json-pointer:/blocks/0/elements/0/initial_options/1]",
    ),
    "placeholder too long": (
        [actions(select(placeholder=plain("x" * 151)))],
        "must be less than 151 characters [json-pointer:/blocks/0/elements/0/placeholder/text]",
    ),
    "overflow with six": (
        [actions({"type": "overflow", "options": [option(str(n)) for n in range(6)]})],
        "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "overflow with none": (
        [section(accessory={"type": "overflow", "options": []})],
        "must provide at least 1 items [json-pointer:/blocks/0/accessory/options]",
    ),
    "eleven checkboxes": (
        [actions({"type": "checkboxes", "options": [option(str(n)) for n in range(11)]})],
        "no more than 10 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ),
    "confirmation without a text": (
        [actions(button(confirm={"title": plain()}))],
        "missing required field: text [json-pointer:/blocks/0/elements/0/confirm]",
    ),
    "confirmation title too long": (
        [actions(button(confirm={"title": plain("x" * 101), "text": plain()}))],
        "must be less than 101 characters [json-pointer:/blocks/0/elements/0/confirm/title/text]",
    ),
    "confirmation button too long": (
        [actions(button(confirm={"title": plain(), "text": plain(), "confirm": plain("x" * 31)}))],
        "must be less than 31 characters [json-pointer:/blocks/0/elements/0/confirm/confirm/text]",
    ),
    "day that is none": (
        [actions({"type": "datepicker", "initial_date": "2026-02-30"})],
        "must be a date in the format YYYY-MM-DD [json-pointer:/blocks/0/elements/0/initial_date]",
    ),
    "hour that is none": (
        [actions({"type": "timepicker", "initial_time": "25:00"})],
        "must be a time in the format HH:mm [json-pointer:/blocks/0/elements/0/initial_time]",
    ),
    "moment in milliseconds": (
        [actions({"type": "datetimepicker", "initial_date_time": 1720710212000})],
        "must be less than or equal to 9999999999 [json-pointer:/blocks/0/elements/0/initial_date_time]",
    ),
    "at least zero picks": (
        [actions({"type": "multi_users_select", "max_selected_items": 0})],
        "must be greater than or equal to 1 [json-pointer:/blocks/0/elements/0/max_selected_items]",
    ),
    "image without words": (
        [{"type": "image", "image_url": "https://example.com/a.png"}],
        "missing required field: alt_text [json-pointer:/blocks/0]",
    ),
    "image without a source": (
        [{"type": "image", "alt_text": "a"}],
        "must define either `image_url` or `slack_file` [json-pointer:/blocks/0]",
    ),
    "image with two sources": (
        [{**PICTURE, "slack_file": {"id": "F1"}}],
        "must define either `image_url` or `slack_file` [json-pointer:/blocks/0]",
    ),
    "image from a file": (
        [{**PICTURE, "image_url": "file:///etc/passwd"}],
        "must be a valid URL [json-pointer:/blocks/0/image_url]",
    ),
    "image title in mrkdwn": (
        [{**PICTURE, "title": mrkdwn()}],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/title/type]",
    ),
    "video without a thumbnail": (
        [{key: value for key, value in VIDEO.items() if key != "thumbnail_url"}],
        "missing required field: thumbnail_url [json-pointer:/blocks/0]",
    ),
    "video over plain http": (
        [{**VIDEO, "video_url": "http://example.com/a"}],
        "must be a valid URL [json-pointer:/blocks/0/video_url]",
    ),
    "file field in a message": (
        [field({"type": "file_input"})],
        "unsupported type: file_input [json-pointer:/blocks/0/element/type]",
    ),
    "input without an element": (
        [{"type": "input", "label": plain()}],
        "missing required field: element [json-pointer:/blocks/0]",
    ),
    "input with a button": ([field(button())], "unsupported type: button [json-pointer:/blocks/0/element/type]"),
    "label in mrkdwn": (
        [field(text_input(), label=mrkdwn())],
        "unsupported type: mrkdwn [json-pointer:/blocks/0/label/type]",
    ),
    "rich text without elements": (
        [{"type": "rich_text"}],
        "missing required field: elements [json-pointer:/blocks/0]",
    ),
    "rich text with a bare leaf": (
        [rich({"type": "text", "text": "x"})],
        "unsupported type: text [json-pointer:/blocks/0/elements/0/type]",
    ),
    "rich text with an empty run": (
        [rich(paragraph({"type": "text", "text": ""}))],
        "must be more than 0 characters [json-pointer:/blocks/0/elements/0/elements/0/text]",
    ),
    "rich text with a run without text": (
        [rich(paragraph({"type": "text"}))],
        "missing required field: text [json-pointer:/blocks/0/elements/0/elements/0]",
    ),
    "rich text with an odd style": (
        [rich(paragraph({"type": "text", "text": "x", "style": {"blink": True}}))],
        "invalid additional property: blink [json-pointer:/blocks/0/elements/0/elements/0/style]",
    ),
    "rich text with an odd list": (
        [rich({"type": "rich_text_list", "style": "roman", "elements": []})],
        "must be a valid enum value [json-pointer:/blocks/0/elements/0/style]",
    ),
    "101 rows": (
        [table(*[[{"type": "raw_text", "text": "x"}]] * 101)],
        "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
    ),
    "21 cells": (
        [table([{"type": "raw_text", "text": "x"}] * 21)],
        "no more than 20 items allowed [json-pointer:/blocks/0/rows/0]",
    ),
    "empty cell": (
        [table([{"type": "raw_text", "text": ""}])],
        "must be more than 0 characters [json-pointer:/blocks/0/rows/0/0/text]",
    ),
    "chart title too long": (
        [chart(plot(), title="x" * 51)],
        "must be less than 51 characters [json-pointer:/blocks/0/title]",
    ),
    "pie of seven": (
        [chart({"type": "pie", "segments": [{"label": str(n), "value": 1} for n in range(7)]})],
        "no more than 6 items allowed [json-pointer:/blocks/0/chart/segments]",
    ),
    "pie with nothing": (
        [chart({"type": "pie", "segments": [{"label": "a", "value": 0}]})],
        "must be greater than 0 [json-pointer:/blocks/0/chart/segments/0/value]",
    ),
    "chart label too long": (
        [chart({"type": "pie", "segments": [{"label": "x" * 21, "value": 1}]})],
        "must be less than 21 characters [json-pointer:/blocks/0/chart/segments/0/label]",
    ),
    "chart of unknown kind": (
        [chart({"type": "radar"})],
        "unsupported type: radar [json-pointer:/blocks/0/chart/type]",
    ),
    "line that misses a category": (
        [chart(plot(axis_config={"categories": ["one", "two", "three"]}))],
        "must provide one data point for each category [json-pointer:/blocks/0/chart/series/0/data]",
    ),
}


@pytest.mark.parametrize(("blocks", "line"), REFUSED_BLOCKS.values(), ids=REFUSED_BLOCKS.keys())
def test_a_message_with_a_wrong_block_names_the_place(blocks: list[Any], line: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_message({"text": "for screen readers", "blocks": blocks})

    assert refused.value.error == "invalid_blocks"
    assert f"[ERROR] {line}" in refused.value.messages


#: name -> whole message, error, Slack's line
REFUSED_MESSAGES: dict[str, tuple[Json, str, str]] = {
    "nothing said": ({}, "no_text", "must define one of `text`, `blocks` or `attachments`"),
    "blocks as text": ({"blocks": "[]"}, "invalid_blocks_format", "[json-pointer:/blocks]"),
    "text is a list": ({"text": []}, "invalid_arguments", "must provide a string [json-pointer:/text]"),
    "two tables": ({"blocks": [table(), table()]}, "invalid_attachments", "only_one_table_allowed"),
    "two tables in two attachments": (
        {"attachments": [{"blocks": [table()]}, {"blocks": [table()]}]},
        "invalid_attachments",
        "only_one_table_allowed",
    ),
    "three charts": ({"blocks": [chart(plot())] * 3}, "invalid_blocks", "too many data_visualization blocks"),
    "too much markdown in sum": (
        {"blocks": [{"type": "markdown", "text": "x" * 6001}] * 2},
        "msg_blocks_too_long",
        "must be less than 12001 characters",
    ),
    "too many words in sum": (
        {"blocks": [section(text=mrkdwn("x" * 3000))] * 4 + [section()]},
        "msg_blocks_too_long",
        "must be less than 12001 characters",
    ),
    "markdown_text beside text": (
        {"text": "a", "markdown_text": "b"},
        "markdown_text_conflict",
        "cannot be used with `text` or `blocks`",
    ),
    "markdown_text too long": ({"markdown_text": "x" * 12_001}, "msg_too_long", "must be less than 12001 characters"),
    "metadata without a payload": (
        {"text": "a", "metadata": {"event_type": "x"}},
        "invalid_metadata_format",
        "missing required field: event_payload [json-pointer:/metadata]",
    ),
    "metadata as text": (
        {"text": "a", "metadata": "x"},
        "invalid_metadata_format",
        "must provide an object [json-pointer:/metadata]",
    ),
    "101 attachments": ({"attachments": [{}] * 101}, "too_many_attachments", "[json-pointer:/attachments]"),
    "attachments as an object": ({"attachments": {}}, "invalid_attachments", "[json-pointer:/attachments]"),
    "wrong block in an attachment": (
        {"attachments": [{}, {"blocks": [{"type": "header", "text": plain("")}]}]},
        "invalid_attachments",
        "must be more than 0 characters [json-pointer:/attachments/1/blocks/0/text/text]",
    ),
}


@pytest.mark.parametrize(("payload", "code", "line"), REFUSED_MESSAGES.values(), ids=REFUSED_MESSAGES.keys())
def test_a_message_that_is_wrong_as_a_whole_is_refused(payload: Json, code: str, line: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_message(payload)

    assert refused.value.error == code
    assert line in "".join(refused.value.messages)


#: name -> view, Slack's line
REFUSED_VIEWS: dict[str, tuple[Any, str]] = {
    "no view": ([], "must provide an object [json-pointer:/view]"),
    "no type": ({"blocks": []}, "missing required field: type [json-pointer:/view]"),
    "unknown type": ({"type": "sheet"}, "unsupported type: sheet [json-pointer:/view/type]"),
    "no title": ({"type": "modal", "blocks": []}, "missing required field: title [json-pointer:/view]"),
    "title too long": (
        modal(title=plain("x" * 25)),
        "must be less than 25 characters [json-pointer:/view/title/text]",
    ),
    "submit too long": (
        modal(submit=plain("x" * 25)),
        "must be less than 25 characters [json-pointer:/view/submit/text]",
    ),
    "title in mrkdwn": (modal(title=mrkdwn()), "unsupported type: mrkdwn [json-pointer:/view/title/type]"),
    "101 blocks": (modal(*[section()] * 101), "no more than 100 items allowed [json-pointer:/view/blocks]"),
    "private_metadata too long": (
        modal(private_metadata="x" * 3001),
        "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ),
    "private_metadata an object": (
        modal(private_metadata={}),
        "must provide a string [json-pointer:/view/private_metadata]",
    ),
    "callback_id too long": (
        modal(callback_id="x" * 256),
        "must be less than 256 characters [json-pointer:/view/callback_id]",
    ),
    "a view read from Slack": (modal(id="V1"), "invalid additional property: id [json-pointer:/view]"),
    "inputs without submit": (
        {"type": "modal", "title": plain(), "blocks": [section(), field(text_input())]},
        "must define `submit` to use an `input` block in modals [json-pointer:/view/blocks/1/input]",
    ),
    "markdown in a modal": (
        modal({"type": "markdown", "text": "x"}),
        "unsupported type: markdown [json-pointer:/view/blocks/0/type]",
    ),
    "chart on a home tab": (
        home(section(), chart(plot())),
        "unsupported type: data_visualization [json-pointer:/view/blocks/1/type]",
    ),
    "table on a home tab": (home(table()), "unsupported type: table [json-pointer:/view/blocks/0/type]"),
    "files on a home tab": (
        home(field({"type": "file_input"})),
        "unsupported type: file_input [json-pointer:/view/blocks/0/element/type]",
    ),
    "home with a submit": (
        home(submit=plain()),
        "invalid additional property: submit [json-pointer:/view]",
    ),
    "two elements in focus": (
        modal(*[field(text_input(focus_on_load=True))] * 2),
        "only one element can have `focus_on_load` [json-pointer:/view/blocks/1/element/focus_on_load]",
    ),
    "bounds that cross": (
        modal(field(text_input(min_length=5, max_length=4))),
        "must be less than or equal to 4 [json-pointer:/view/blocks/0/element/min_length]",
    ),
    "text bound too high": (
        modal(field(text_input(max_length=3001))),
        "must be less than or equal to 3000 [json-pointer:/view/blocks/0/element/max_length]",
    ),
    "initial value too long": (
        modal(field(text_input(max_length=2, initial_value="abc"))),
        "must be less than 3 characters [json-pointer:/view/blocks/0/element/initial_value]",
    ),
    "number without its kind": (
        modal(field({"type": "number_input"})),
        "missing required field: is_decimal_allowed [json-pointer:/view/blocks/0/element]",
    ),
    "number bounds that cross": (
        modal(field({"type": "number_input", "is_decimal_allowed": True, "min_value": "10", "max_value": "9"})),
        "must be less than or equal to 9 [json-pointer:/view/blocks/0/element/min_value]",
    ),
    "number bound as a number": (
        modal(field({"type": "number_input", "is_decimal_allowed": True, "min_value": 1})),
        "must provide a string [json-pointer:/view/blocks/0/element/min_value]",
    ),
    "odd dispatch": (
        modal(field(text_input(dispatch_action_config={"trigger_actions_on": ["on_blur"]}))),
        "must be a valid enum value [json-pointer:/view/blocks/0/element/dispatch_action_config/trigger_actions_on/0]",
    ),
    "eleven files": (
        modal(field({"type": "file_input", "max_files": 11})),
        "must be less than or equal to 10 [json-pointer:/view/blocks/0/element/max_files]",
    ),
    "hint too long": (
        modal(field(text_input(), hint=plain("x" * 2001))),
        "must be less than 2001 characters [json-pointer:/view/blocks/0/hint/text]",
    ),
    "optional as text": (
        modal(field(text_input(), optional="yes")),
        "must provide a boolean [json-pointer:/view/blocks/0/optional]",
    ),
    "block_id twice": (
        modal(field(text_input(), block_id="b"), field(text_input(), block_id="b")),
        '`block_id` "b" already exists [json-pointer:/view/blocks/1/block_id]',
    ),
}


@pytest.mark.parametrize(("view", "line"), REFUSED_VIEWS.values(), ids=REFUSED_VIEWS.keys())
def test_a_wrong_view_names_the_place(view: Any, line: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_view(view)

    assert refused.value.error == "invalid_arguments"
    assert f"[ERROR] {line}" in refused.value.messages


def test_a_view_over_250_kilobytes_is_refused() -> None:
    with pytest.raises(Refusal) as refused:
        check_view(modal(*[section(text=mrkdwn("ü" * 3000)) for _ in range(50)]))

    assert refused.value.error == "view_too_large"


def test_suggestions_may_be_options_groups_or_nothing() -> None:
    check_options({"options": [option()]})
    check_options({"option_groups": [{"label": plain(), "options": [option()]}]})
    check_options({"options": []})


@pytest.mark.parametrize(
    ("payload", "line"),
    [
        ({}, "must define either `options` or `option_groups` [json-pointer:]"),
        ({"options": [option()] * 101}, "no more than 100 items allowed [json-pointer:/options]"),
        ({"options": [option("")]}, "must be more than 0 characters [json-pointer:/options/0/text/text]"),
        ({"option_groups": [{"options": []}]}, "missing required field: label [json-pointer:/option_groups/0]"),
    ],
)
def test_wrong_suggestions_name_the_place(payload: Json, line: str) -> None:
    with pytest.raises(Refusal) as refused:
        check_options(payload)

    assert f"[ERROR] {line}" in refused.value.messages


def test_every_fault_is_named_at_once() -> None:
    with pytest.raises(Refusal) as refused:
        check_message({"blocks": [{"type": "divider", "color": "red"}, {"type": "header", "text": plain("")}]})

    assert refused.value.messages == (
        "[ERROR] invalid additional property: color [json-pointer:/blocks/0]",
        "[ERROR] must be more than 0 characters [json-pointer:/blocks/1/text/text]",
    )


def test_a_place_with_a_slash_in_its_name_is_escaped_as_json_pointers_are() -> None:
    with pytest.raises(Refusal) as refused:
        check_message({"text": "a", "metadata": {"event_type": "x", "event_payload": {}, "a/b": 1}})

    assert refused.value.messages == ("[ERROR] invalid additional property: a/b [json-pointer:/metadata]",)


#: Words that occur as field names and types, so that arbitrary JSON gets past the first gate.
# fmt: off
WORDS = st.sampled_from([
    "type", "text", "blocks", "elements", "element", "accessory", "options", "option_groups", "value", "label",
    "title", "rows", "fields", "url", "block_id", "action_id", "initial_option", "min_value", "max_value",
    "section", "actions", "input", "table", "image", "context", "rich_text", "rich_text_section", "user", "link",
    "plain_text", "mrkdwn", "static_select", "number_input", "data_visualization", "chart", "pie", "segments",
    "modal", "home", "metadata", "attachments",
])
# fmt: on
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | WORDS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(WORDS | st.text(max_size=3), inner, max_size=5),
    max_leaves=25,
)


@pytest.mark.parametrize("check", [check_message, check_view, check_options])
@given(payload=st.dictionaries(WORDS, JSON, max_size=6), blocks=st.lists(JSON, max_size=3))
def test_any_json_is_either_taken_or_refused(
    check: Callable[[Mapping[str, Any]], None], payload: Json, blocks: list[Any]
) -> None:
    try:
        check({**payload, "blocks": blocks})
    except Refusal as refused:
        assert refused.error  # noqa: PT017  Not raising is as good as this one error; any other fails the test.
