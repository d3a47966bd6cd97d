"""What Slack sends, read as values."""

from typing import Any

import pytest

from bot.forms.calls import command_call, message, press, submission
from workflows.errors import NotFound


def event(**given: Any) -> dict[str, Any]:
    return {"event_id": "Ev1", "event": {"type": "message", "channel": "C1", "ts": "1.0", "user": "U1", **given}}


def read(**given: Any) -> Any:
    return message(event(**given), bot_user_id="UBOT", bot_id="BBOT")


def test_a_plain_message_is_evidence() -> None:
    said = read(text="5xx everywhere", thread_ts="0.5")

    assert (said.ts, said.thread_ts, said.author, said.text) == ("1.0", "0.5", "U1", "5xx everywhere")


def test_an_alert_that_speaks_only_in_attachments_or_blocks_is_evidence() -> None:
    attached = read(
        subtype="bot_message",
        text="",
        attachments=[{"title": "p99 high", "fields": [{"title": "svc", "value": "rank"}]}],
    )
    drawn = read(text="", blocks=[{"type": "section", "text": {"type": "mrkdwn", "text": "GPU OOM on node 3"}}])

    assert attached.text == "p99 high\nsvc rank"
    assert drawn.text == "GPU OOM on node 3"


OOM = "CUDA out of memory on node 3"


@pytest.mark.parametrize(
    "given",
    [
        {"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": f"*{OOM}*"}}]},
        {
            "attachments": [
                {
                    "fallback": "[no preview available]",
                    "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": OOM}}],
                }
            ]
        },
    ],
)
def test_an_alert_that_says_little_in_its_text_is_heard_in_its_blocks(given: dict[str, Any]) -> None:
    said = read(subtype="bot_message", bot_id="BALERT", text="[FIRING:1] alert", **given)

    assert said.text.replace("*", "") == f"[FIRING:1] alert\n{OOM}"


def test_what_an_alert_says_in_text_and_blocks_is_heard_once() -> None:
    block = {"type": "section", "text": {"type": "mrkdwn", "text": f"*node 3:*  {OOM}"}}

    said = read(bot_id="BALERT", text=f"node 3: {OOM}\nplease look", blocks=[block], attachments=[{"title": OOM}])

    assert said.text == f"node 3: {OOM}\nplease look"


def test_an_edit_comes_under_the_ts_it_was_said_with() -> None:
    said = read(subtype="message_changed", ts="9.0", message={"ts": "1.0", "user": "U1", "text": "better"})

    assert (said.ts, said.text, said.deleted) == ("1.0", "better", False)


def test_a_deletion_names_what_was_deleted() -> None:
    said = read(subtype="message_deleted", ts="9.0", deleted_ts="1.0", previous_message={"thread_ts": "0.5"})

    assert (said.ts, said.thread_ts, said.deleted) == ("1.0", "0.5", True)


@pytest.mark.parametrize(
    "given",
    [
        {"user": "UBOT", "text": "our own"},
        {"bot_id": "BBOT", "subtype": "bot_message", "text": "our own"},
        {"subtype": "message_changed", "message": {"ts": "1.0", "bot_id": "BBOT", "text": "our own card, edited"}},
        {"subtype": "channel_join", "text": "joined"},
        {"subtype": "channel_topic", "text": "topic"},
    ],
)
def test_our_own_messages_and_the_channels_own_remarks_are_no_evidence(given: dict[str, Any]) -> None:
    assert read(**given) is None


def test_a_command_is_split_into_its_subcommand_and_the_rest() -> None:
    call = command_call({"user_id": "U1", "team_id": "T1", "text": "  Search  oom on\tgpu "}, "T1")

    assert (call.word, call.rest, call.actor.is_external) == ("search", "oom on\tgpu", False)


def test_somebody_of_another_workspace_is_external() -> None:
    body = {"user": {"id": "U1", "team_id": "T2"}, "team": {"id": "T1"}, "actions": [{"value": "1|FM-0001"}]}

    assert command_call({"user_id": "U1", "team_id": "T2"}, "T1").actor.is_external
    assert press(body, "T1").actor.is_external


@pytest.mark.parametrize("value", ["", "x", "1", "|FM-0001", "-1|FM-0001", "9" * 40 + "|FM-0001"])
def test_a_card_button_of_another_kind_gets_a_sentence(value: str) -> None:
    with pytest.raises(NotFound, match="older version"):
        press({"actions": [{"value": value}]}, "T1").suggestion()


def test_a_form_is_read_by_its_block_ids_and_without_characters_that_cannot_be_stored() -> None:
    values = {
        "title": {"answer": {"type": "plain_text_input", "value": "a\x00b\ud800"}},
        "severity": {"answer": {"type": "static_select", "selected_option": {"value": "sev2"}}},
        "empty": {"answer": {"type": "plain_text_input", "value": None}},
    }

    form = submission({"user": {"id": "U1"}, "view": {"state": {"values": values}, "private_metadata": "{}"}}, "T1")

    assert form.answers == {"title": "ab?", "severity": "sev2", "empty": ""}


def test_a_form_has_the_same_key_when_it_is_sent_twice_and_another_when_it_says_something_else() -> None:
    def sent(text: str, view: str = "V1") -> str:
        values = {"reason": {"value": {"type": "plain_text_input", "value": text}}}
        blocks = [{"type": "input", "block_id": block_id} for block_id in values]
        return submission({"view": {"id": view, "blocks": blocks, "state": {"values": values}}}, "T1").key

    assert sent("too long") == sent("too long")
    assert len({sent("too long"), sent("too long by half"), sent("too long", "V2")}) == 3


def test_a_form_that_was_drawn_again_before_it_is_sent_again_has_the_same_key() -> None:
    def sent(menu: str, drawn: str = "") -> str:
        blocks = [{"type": "section", "block_id": drawn or menu}, {"type": "input", "block_id": "reason"}]
        values = {
            menu: {"choose": {"type": "static_select", "selected_option": {"value": "summary"}}},
            "reason": {"value": {"type": "plain_text_input", "value": "too long"}},
        }
        return submission({"view": {"id": "V1", "blocks": blocks, "state": {"values": values}}}, "T1").key

    assert sent("made-up-1") == sent("made-up-2") == sent("made-up-1", drawn="made-up-2")


@pytest.mark.parametrize("noted", ["", "[]", "nonsense", "{"])
def test_a_form_that_notes_nothing_readable_notes_nothing(noted: str) -> None:
    form = submission({"view": {"private_metadata": noted}}, "T1")

    assert form.noted("writeup") is None


@pytest.mark.parametrize(
    ("sent", "typed"),
    [
        ("a &lt;b&gt; &amp;&amp; c", "a <b> && c"),
        ("&amp;lt;", "&lt;"),
        ("see <https://grafana.example/d/1>", "see https://grafana.example/d/1"),
        ("see <https://grafana.example/d/1|the board>", "see the board https://grafana.example/d/1"),
        ("<http://example.com|example.com> down", "http://example.com down"),
        ("<@U1|ana> in <#C1|general>, <!here>", "@ana in #general, @here"),
        ("<@U1>", "@U1"),
    ],
)
def test_markup_reads_as_it_was_typed(sent: str, typed: str) -> None:
    assert read(text=sent).text == typed
    assert command_call({"text": sent}, "").text == typed
