"""Errors become answers where the person looks; bugs become references."""

import json
from dataclasses import dataclass, field
from typing import Any, cast

import pytest

from bot.blocks.elements import Rendered
from bot.errors import ErrorAnswers
from bot.replies import Replies
from workflows.errors import InvalidForm, NotAllowed, NotFound, Unavailable, UserError

FORM = {
    "type": "view_submission",
    "view": {
        "blocks": [{"type": "section"}, {"type": "input", "block_id": "title"}, {"type": "input", "block_id": "note"}]
    },
}
COMMAND = {"command": "/failure"}
BUTTON = {"type": "block_actions", "response_url": "https://slack.example/r", "user": {"id": "U1"}}
EVENT = {"type": "event_callback", "event": {"type": "message"}}


@dataclass
class HeardReplies:
    """Keeps what people were told."""

    told: list[tuple[str, str]] = field(default_factory=list)

    def tell(self, response_url: str, rendered: Rendered) -> None:
        self.told.append((response_url, rendered.text))

    def tell_in_private(self, user_id: str, rendered: Rendered) -> None:
        self.told.append((user_id, rendered.text))


def answer(error: Exception, body: dict[str, Any]) -> tuple[int, Any, list[tuple[str, str]]]:
    replies = HeardReplies()
    response = ErrorAnswers(cast("Replies", replies)).answer(error, body)
    return response.status, json.loads(response.body) if response.body else None, replies.told


def test_a_wrong_field_is_said_under_that_field() -> None:
    status, body, _ = answer(InvalidForm({"note": "Say why."}), FORM)

    assert (status, body) == (200, {"response_action": "errors", "errors": {"note": "Say why."}})


@pytest.mark.parametrize("error", [UserError("No."), Unavailable("away"), RuntimeError("a bug")])
def test_a_form_stays_open_whatever_goes_wrong(error: Exception) -> None:
    _, body, _ = answer(error, FORM)

    assert body["response_action"] == "errors"
    assert list(body["errors"]) == ["title"]


def test_a_command_is_answered_with_the_sentence() -> None:
    status, body, _ = answer(NotFound("There is no such entry <!channel>."), COMMAND)

    assert status == 200
    assert body == {"response_type": "ephemeral", "text": "There is no such entry &lt;!channel&gt;."}


def test_whom_to_ask_is_mentioned() -> None:
    _, body, _ = answer(NotAllowed("Only the steward can.", ask="U9"), COMMAND)

    assert body["text"] == "Only the steward can. Ask <@U9>."


def test_a_button_answers_only_to_whoever_pressed_it() -> None:
    status, _, told = answer(UserError("No."), BUTTON)

    assert (status, told) == (200, [("https://slack.example/r", "No.")])


def test_a_button_in_a_form_answers_in_private() -> None:
    _, _, told = answer(UserError("No."), {"type": "block_actions", "user": {"id": "U1"}})

    assert told == [("U1", "No.")]


@pytest.mark.parametrize(
    ("error", "status"), [(Unavailable("away"), 503), (RuntimeError("bug"), 503), (UserError("No."), 200)]
)
def test_an_event_is_refused_only_when_another_delivery_can_help(error: Exception, status: int) -> None:
    assert answer(error, EVENT)[0] == status


def test_a_bug_shows_a_reference_and_nothing_else() -> None:
    _, body, _ = answer(RuntimeError("password=hunter2"), COMMAND)

    assert "reference" in body["text"]
    assert "hunter2" not in body["text"]
