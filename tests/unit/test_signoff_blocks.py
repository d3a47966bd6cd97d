"""What people see of sign-offs is valid Block Kit, inert, and always leaves them their buttons."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from bot.blocks.elements import Rendered, pieces
from bot.blocks.signoffs import (
    asked,
    changes_form,
    closed,
    progress_message,
    remark_message,
    sign_off_message,
    waiting,
    whole_difference,
)
from sandbox.blockkit import check_message, check_view
from tests.unit.test_blocks import HOSTILE, LIVE, NOW, entry_with
from workflows.entries.differences import Difference, differences
from workflows.matters import Progress, Said, SignOff
from workflows.remarks import Remark


def sign_off(text: str = "x", **given: Any) -> SignOff:
    entry = entry_with(text)
    return replace(
        SignOff(
            id=7,
            matter="publication:FM-0001:3",
            entry=entry,
            purpose="publication",
            discipline="security",
            asked_by="U1",
            asked_people=("U1", "U2"),
            reason=text,
            is_new_entry=True,
            is_outdated=False,
            differences=tuple(differences(None, entry.document)),
            remarks=tuple(Said("U2", text, NOW) for _ in range(8)),
            state="open",
            decided_by=None,
            decided_at=None,
        ),
        **given,
    )


def changed(text: str, times: int = 12) -> tuple[Difference, ...]:
    return tuple(Difference(f"aliases.{n}", text[:300], text, text) for n in range(times))


def ended(text: str) -> Iterator[SignOff]:
    for state in ("approved", "changes_requested", "cancelled"):
        yield sign_off(text, state=state, decided_by="U2", decided_at=NOW)


def progress(text: str, **given: Any) -> Progress:
    matters = (sign_off(text), sign_off(text, discipline="peer", asked_people=("U1",) * 30), *ended(text))
    return replace(
        Progress("publication:FM-0001:3", entry_with(text), "publication", matters, publishes=True, state="FM-0001|3"),
        **given,
    )


def messages(text: str) -> list[Rendered]:
    return [
        sign_off_message(sign_off(text)),
        sign_off_message(sign_off(text, asked_by=None, purpose="sampling", discipline="peer")),
        sign_off_message(sign_off(text, is_new_entry=False, purpose="amendment", differences=changed(text))),
        sign_off_message(sign_off(text, is_outdated=True, differences=())),
        *map(sign_off_message, ended(text)),
        waiting([]),
        waiting([sign_off(text, id=number) for number in range(20)]),
        asked([sign_off(text)]),
        progress_message(progress(text)),
        progress_message(progress(text, purpose="amendment", state="3|1")),
        remark_message(Remark(entry_with(text), "U2", text * 20)),
        closed(),
    ]


def views(text: str) -> list[Mapping[str, Any]]:
    return [
        changes_form(sign_off(text)),
        whole_difference(sign_off(text)),
        whole_difference(sign_off(text, differences=changed(text, times=300))),
        whole_difference(sign_off(text, differences=())),
    ]


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_every_message_and_form_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for rendered in messages(text):
        check_message(rendered.as_payload())
        assert not LIVE.findall(rendered.text)
        assert not list(live_in(rendered.blocks))
    for view in views(text):
        check_view(view)
        assert not list(live_in(view["blocks"]))


@pytest.mark.parametrize("text", ["&" * 3000, "long " * 600, "<!channel> " * 270])
def test_however_much_there_is_to_say_the_buttons_stay(text: str) -> None:
    question = sign_off_message(sign_off(text, is_new_entry=False, differences=changed(text)))

    labels = json.dumps(question.as_payload()["blocks"])

    assert '"Approve"' in labels
    assert '"Request changes"' in labels


def test_a_decided_question_has_no_buttons_and_says_who_decided() -> None:
    for one in ended("x"):
        blocks = sign_off_message(one).blocks

        assert "actions" not in [block["type"] for block in blocks]
    assert "Approved by <@U2>" in json.dumps(sign_off_message(next(ended("x"))).blocks)


def test_a_difference_is_shown_uncut_in_the_window() -> None:
    before, after = "a" * 3000, "b" * 3000

    view = json.dumps(whole_difference(sign_off(differences=(Difference("symptom", "Symptom", before, after),))))

    assert (view.count("a" * 100), view.count("b" * 100)) == (29 + 1, 29 + 1)


def test_only_who_can_publish_gets_the_button() -> None:
    assert '"publish_entry"' in json.dumps(progress_message(progress("x")).blocks)
    assert '"publish_entry"' not in json.dumps(progress_message(progress("x", publishes=False)).blocks)
    assert '"approve_amendment"' in json.dumps(progress_message(progress("x", purpose="amendment")).blocks)


@pytest.mark.parametrize("text", ["", "plain", "<&>" * 50])
def test_pieces_put_together_are_the_whole_text_and_no_escape_is_torn(text: str) -> None:
    found = list(pieces(text, 11))

    assert all(len(piece) <= 11 for piece in found)
    assert "".join(found) == text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    assert not any(piece.endswith(("&", "&a", "&am", "&amp", "&l", "&lt", "&g", "&gt")) for piece in found)


def live_in(value: Any) -> Iterator[str]:
    """Yield whatever Slack would bring to life in mrkdwn anywhere inside."""
    if isinstance(value, list):
        for item in value:
            yield from live_in(item)
    elif isinstance(value, dict) and value.get("type") == "mrkdwn":
        yield from LIVE.findall(value["text"])
    elif isinstance(value, dict):
        yield from live_in(list(value.values()))
