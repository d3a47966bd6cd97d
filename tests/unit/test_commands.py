"""`/failure` understands what was meant, however it was typed."""

from typing import Any

import pytest
from slack_bolt import Ack

from bot.blocks.elements import Rendered, section
from bot.forms.calls import CommandCall
from bot.listeners.commands import CommandListener


@pytest.mark.parametrize(
    ("typed", "searched"),
    [
        ("search cuda oom", "cuda oom"),
        ("searchcuda oom", "cuda oom"),
        ("Searchcuda", "cuda"),
        ("searches cuda oom", "cuda oom"),
        ("serach cuda oom", "cuda oom"),
    ],
)
def test_a_forgotten_space_loses_no_word(typed: str, searched: str) -> None:
    asked: list[str] = []

    def search(call: CommandCall) -> Rendered:
        asked.append(call.rest)
        return Rendered("found", [section("found")])

    body: dict[str, Any] = {"text": typed, "user_id": "U1", "team_id": "T1"}
    CommandListener({"search": search}, "T1").answer(Ack(), body)  # type: ignore[no-untyped-call]  # Bolt leaves it without annotations

    assert [words.strip() for words in asked] == [searched]
