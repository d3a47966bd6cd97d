"""What somebody entered, as Slack sends it, and what its client says before it submits."""

from typing import Any

import pytest

from sandbox.page.answers import NotOffered, answer, faults, find, handle, state

OPTIONS = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("a", "b")]


def field(element: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"type": "input", "block_id": "block", "element": {"action_id": "action", **element}, **more}


@pytest.mark.parametrize(
    ("element", "entered", "given"),
    [
        ({"type": "plain_text_input"}, ["hi"], {"value": "hi"}),
        ({"type": "plain_text_input"}, [""], {"value": None}),
        ({"type": "static_select", "options": OPTIONS}, ["b"], {"selected_option": OPTIONS[1]}),
        ({"type": "static_select", "options": OPTIONS}, [""], {"selected_option": None}),
        (
            {"type": "static_select", "option_groups": [{"label": {}, "options": OPTIONS}]},
            ["a"],
            {"selected_option": OPTIONS[0]},
        ),
        ({"type": "checkboxes", "options": OPTIONS}, ["a", "b"], {"selected_options": OPTIONS}),
        ({"type": "radio_buttons", "options": OPTIONS}, [], {"selected_option": None}),
        ({"type": "multi_users_select"}, ["U1", "U2"], {"selected_users": ["U1", "U2"]}),
        ({"type": "conversations_select"}, ["C1"], {"selected_conversation": "C1"}),
        ({"type": "datepicker"}, ["2026-11-23"], {"selected_date": "2026-11-23"}),
        ({"type": "datetimepicker"}, ["2024-07-11T15:50"], {"selected_date_time": 1720713000}),
        (
            {"type": "external_select"},
            ['{"text": {"type": "plain_text", "text": "a"}, "value": "a"}'],
            {"selected_option": OPTIONS[0]},
        ),
        ({"type": "file_input"}, [], {"files": []}),
    ],
)
def test_an_answer_has_the_shape_slack_sends(element: dict[str, Any], entered: list[str], given: Any) -> None:
    assert answer(element, entered) == {"type": element["type"], **given}


@pytest.mark.parametrize(
    ("element", "entered"),
    [
        ({"type": "static_select", "options": OPTIONS}, "c"),
        ({"type": "external_select"}, "not json"),
        ({"type": "external_select"}, "[]"),
        ({"type": "datetimepicker"}, "soon"),
    ],
)
def test_a_choice_that_was_never_offered_is_refused(element: dict[str, Any], entered: str) -> None:
    with pytest.raises(NotOffered):
        answer(element, [entered])


def test_ids_of_any_characters_find_their_element_again() -> None:
    block = {"type": "actions", "block_id": "a/b|c", "elements": [{"type": "button", "action_id": "ü/%"}]}

    found = find([block], handle(block, block["elements"][0]))  # type: ignore[arg-type]  # a list of dicts, as written

    assert found == (block, {"type": "button", "action_id": "ü/%"})


def test_the_state_holds_every_field_but_no_button() -> None:
    blocks = [
        field({"type": "plain_text_input"}),
        {"type": "actions", "block_id": "more", "elements": [{"type": "button", "action_id": "go"}]},
    ]

    assert state(blocks, {"block/action": ["hi"]}) == {"block": {"action": {"type": "plain_text_input", "value": "hi"}}}


@pytest.mark.parametrize(
    ("block", "entered", "sentence"),
    [
        (field({"type": "plain_text_input"}), "", "Please complete this required field."),
        (field({"type": "plain_text_input", "min_length": 3}), "ab", "Please enter at least 3 characters."),
        (field({"type": "plain_text_input", "max_length": 1}), "ab", "Please enter at most 1 characters."),
        (field({"type": "email_text_input"}), "me", "Please enter a valid email address."),
        (field({"type": "url_text_input"}), "me", "Please enter a valid URL."),
        (field({"type": "number_input", "is_decimal_allowed": False}), "1.5", "Please enter a whole number."),
        (field({"type": "number_input", "is_decimal_allowed": True}), "x", "Please enter a number."),
        (
            field({"type": "number_input", "is_decimal_allowed": False, "min_value": "0"}),
            "-1",
            "Please enter a number of at least 0.",
        ),
        (
            field({"type": "number_input", "is_decimal_allowed": False, "max_value": "9"}),
            "10",
            "Please enter a number of at most 9.",
        ),
    ],
)
def test_a_field_that_slacks_client_would_not_submit_says_why(block: Any, entered: str, sentence: str) -> None:
    assert faults([block], state([block], {"block/action": [entered]})) == {"block": sentence}


def test_an_empty_optional_field_is_no_fault() -> None:
    block = field({"type": "number_input", "is_decimal_allowed": False}, optional=True)

    assert faults([block], state([block], {})) == {}
