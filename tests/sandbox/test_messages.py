"""Messages through the Web API: posting, changing, deleting, reacting, keeping."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from slack_sdk.errors import SlackApiError

import sandbox
from sandbox.schedule import post_due
from tests.sandbox.apps import buttons, client, manifest


@pytest.fixture(scope="module")
def slack() -> Iterator[sandbox.Slack]:
    with sandbox.running(manifest(events=[])) as running:
        yield running


def error(slack: sandbox.Slack, method: str, **args: object) -> str:
    with pytest.raises(SlackApiError) as raised:
        client(slack).api_call(method, json=args)
    return str(raised.value.response["error"])


def test_a_message_is_stored_as_slack_hands_it_out(slack: sandbox.Slack) -> None:
    channel = slack.channel("stored", bot=True).id
    block = {"type": "section", "text": {"type": "mrkdwn", "text": "*hello*"}}

    posted = client(slack).chat_postMessage(
        channel="#stored", text="hello", blocks=[block], metadata={"event_type": "card", "event_payload": {"id": 7}}
    )

    plain = client(slack).conversations_history(channel=channel)["messages"][0]
    whole = client(slack).conversations_history(channel=channel, include_all_metadata=True)["messages"][0]
    assert (plain["ts"], plain["user"], plain["text"]) == (posted["ts"], slack.bot_user_id, "hello")
    assert plain["blocks"][0]["block_id"]
    assert "metadata" not in plain
    assert whole["metadata"]["event_payload"] == {"id": 7}


def test_a_message_needs_words_and_a_place_one_is_in(slack: sandbox.Slack) -> None:
    inside, outside = slack.channel("inside", bot=True).id, slack.channel("outside").id
    secret = slack.channel("not-ours", private=True).id

    assert error(slack, "chat.postMessage", channel=inside) == "no_text"
    assert error(slack, "chat.postMessage", channel=outside, text="hi") == "not_in_channel"
    assert error(slack, "chat.postMessage", channel=secret, text="hi") == "channel_not_found"
    assert error(slack, "chat.postMessage", channel="C0NOWHERE", text="hi") == "channel_not_found"
    assert error(slack, "chat.postMessage", channel=inside, text="hi", thread_ts="1.000001") == "thread_not_found"
    assert error(slack, "chat.postMessage", channel=inside, text="hi", username="Eve") == "missing_scope"


def test_a_refusal_points_to_the_place(slack: sandbox.Slack) -> None:
    channel = slack.channel("places", bot=True).id
    long = buttons({"type": "button", "text": {"type": "plain_text", "text": "x" * 76}, "action_id": "a"})

    with pytest.raises(SlackApiError) as raised:
        client(slack).chat_postMessage(channel=channel, text="hi", blocks=long)

    answer = raised.value.response
    assert answer["error"] == "invalid_blocks"
    assert "[json-pointer:/blocks/0/elements/0/text/text]" in answer["response_metadata"]["messages"][0]
    assert not answer["errors"][0].startswith("[ERROR]")


def test_long_text_is_cut_when_posted_and_refused_when_updated(slack: sandbox.Slack) -> None:
    channel = slack.channel("long", bot=True).id

    posted = client(slack).chat_postMessage(channel=channel, text="x" * 40_001)

    assert len(posted["message"]["text"]) == 40_000
    assert error(slack, "chat.update", channel=channel, ts=posted["ts"], text="x" * 4001) == "msg_too_long"


def test_a_persons_id_stands_for_the_direct_message_with_them(slack: sandbox.Slack) -> None:
    ada = slack.user("ada")

    posted = client(slack).chat_postMessage(channel=ada.id, text="psst")

    assert posted["channel"] == client(slack).conversations_open(users=ada.id)["channel"]["id"]
    ada.sees("psst", dm=True)
    slack.user("eve").does_not_see("psst")


def test_only_the_author_changes_or_deletes(slack: sandbox.Slack) -> None:
    channel = slack.channel("authors", members=["ada"], bot=True).id
    hers = slack.user("ada").says("mine", channel="authors")

    assert error(slack, "chat.update", channel=channel, ts=hers.ts, text="yours") == "cant_update_message"
    assert error(slack, "chat.delete", channel=channel, ts=hers.ts) == "cant_delete_message"
    assert error(slack, "chat.update", channel=channel, ts="1.000001", text="x") == "message_not_found"


def test_an_update_keeps_what_it_leaves_out_and_an_empty_list_removes(slack: sandbox.Slack) -> None:
    channel = slack.channel("updates", bot=True).id
    ts = client(slack).chat_postMessage(channel=channel, text="one", blocks=[{"type": "divider"}])["ts"]

    kept = client(slack).chat_update(channel=channel, ts=ts, text="two")["message"]
    removed = client(slack).chat_update(channel=channel, ts=ts, text="three", blocks=[])["message"]

    assert kept["blocks"]
    assert kept["edited"]["user"] == slack.bot_user_id
    assert "blocks" not in removed


def test_a_thread_has_its_own_history(slack: sandbox.Slack) -> None:
    channel = slack.channel("threads", bot=True).id
    web = client(slack)
    first = web.chat_postMessage(channel=channel, text="first")["ts"]
    web.chat_postMessage(channel=channel, text="quiet", thread_ts=first)
    web.chat_postMessage(channel=channel, text="loud", thread_ts=first, reply_broadcast=True)

    history = [one["text"] for one in web.conversations_history(channel=channel)["messages"]]
    thread = web.conversations_replies(channel=channel, ts=first)["messages"]

    assert history[:2] == ["loud", "first"]
    assert [one["text"] for one in thread] == ["first", "quiet", "loud"]
    assert thread[0]["reply_count"] == 2
    assert error(slack, "conversations.replies", channel=channel, ts="1.000001") == "thread_not_found"


def test_deleting_the_head_of_a_thread_leaves_a_stone(slack: sandbox.Slack) -> None:
    channel = slack.channel("stones", bot=True).id
    web = client(slack)
    first, other = (web.chat_postMessage(channel=channel, text=text)["ts"] for text in ("first", "other"))
    web.chat_postMessage(channel=channel, text="reply", thread_ts=first)

    web.chat_delete(channel=channel, ts=first)
    web.chat_delete(channel=channel, ts=other)

    left = [one for one in web.conversations_history(channel=channel)["messages"] if one["type"] == "message"]
    assert [one.get("subtype") for one in left if one["ts"] in (first, other)] == ["tombstone"]


def test_history_can_be_cut_to_a_stretch_of_time(slack: sandbox.Slack) -> None:
    channel = slack.channel("stretches", bot=True).id
    web = client(slack)
    stamps = [web.chat_postMessage(channel=channel, text=str(number))["ts"] for number in range(4)]

    between = web.conversations_history(channel=channel, oldest=stamps[0], latest=stamps[3])["messages"]
    inclusive = web.conversations_history(channel=channel, oldest=stamps[0], latest=stamps[3], inclusive=True)
    page = web.conversations_history(channel=channel, limit=2)

    assert [one["text"] for one in between] == ["2", "1"]
    assert len(inclusive["messages"]) == 4
    assert page["has_more"]
    assert page["response_metadata"]["next_cursor"]


def test_an_ephemeral_message_is_for_one_member(slack: sandbox.Slack) -> None:
    channel = slack.channel("whispers", members=["ada", "eve"], bot=True).id
    ada, eve = slack.user("ada"), slack.user("eve")

    client(slack).chat_postEphemeral(channel=channel, user=ada.id, text="between us")

    ada.sees("between us", channel="whispers")
    eve.does_not_see("between us", channel="whispers")
    assert "between us" not in str(client(slack).conversations_history(channel=channel)["messages"])
    stranger = slack.user("not-inside")
    assert error(slack, "chat.postEphemeral", channel=channel, user=stranger.id, text="x") == "user_not_in_channel"


def test_reactions_are_counted_once_each(slack: sandbox.Slack) -> None:
    channel = slack.channel("reactions", members=["ada"], bot=True).id
    note = slack.user("ada").says("react!", channel="reactions")
    web = client(slack)

    slack.user("ada").reacts("eyes", note)
    web.reactions_add(channel=channel, timestamp=note.ts, name="eyes")

    reaction = web.reactions_get(channel=channel, timestamp=note.ts)["message"]["reactions"][0]
    assert (reaction["name"], reaction["count"]) == ("eyes", 2)
    assert error(slack, "reactions.add", channel=channel, timestamp=note.ts, name="eyes") == "already_reacted"
    assert note.ts in [one["message"]["ts"] for one in web.reactions_list()["items"]]
    web.reactions_remove(channel=channel, timestamp=note.ts, name="eyes")
    assert error(slack, "reactions.remove", channel=channel, timestamp=note.ts, name="eyes") == "no_reaction"


def test_pins_and_bookmarks_stay_with_the_channel(slack: sandbox.Slack) -> None:
    channel = slack.channel("pins", members=["ada"], bot=True).id
    note = slack.user("ada").says("keep this", channel="pins")
    web = client(slack)

    slack.user("ada").pins(note)
    web.bookmarks_add(channel_id=channel, title="Runbook", type="link", link="https://example.com/runbook")

    assert web.pins_list(channel=channel)["items"][0]["message"]["ts"] == note.ts
    assert error(slack, "pins.add", channel=channel, timestamp=note.ts) == "already_pinned"
    web.pins_remove(channel=channel, timestamp=note.ts)
    assert web.pins_list(channel=channel)["items"] == []
    assert web.bookmarks_list(channel_id=channel)["bookmarks"][0]["title"] == "Runbook"


def test_a_permalink_names_the_message(slack: sandbox.Slack) -> None:
    channel = slack.channel("links", bot=True).id
    ts = client(slack).chat_postMessage(channel=channel, text="hello")["ts"]

    link = client(slack).chat_getPermalink(channel=channel, message_ts=ts)["permalink"]

    assert link.endswith(f"/archives/{channel}/p{ts.replace('.', '')}")


def test_a_scheduled_message_comes_when_its_time_has_come() -> None:
    moment = [datetime(2026, 11, 2, 9, tzinfo=UTC)]
    with sandbox.running(manifest(events=[]), rules=sandbox.Rules(clock=lambda: moment[0])) as slack:
        channel = slack.channel("later", bot=True).id
        soon = int((moment[0] + timedelta(hours=1)).timestamp())
        client(slack).chat_scheduleMessage(channel=channel, text="good morning", post_at=soon)
        far = soon + 200 * 86400
        assert error(slack, "chat.scheduleMessage", channel=channel, text="x", post_at=far) == "time_too_far"
        assert error(slack, "chat.scheduleMessage", channel=channel, text="x", post_at=1) == "time_in_past"
        post_due(slack.slack)
        assert "good morning" not in [one.body["text"] for one in slack.messages("later")]

        moment[0] += timedelta(hours=2)
        post_due(slack.slack)

        assert "good morning" in [one.body["text"] for one in slack.messages("later")]


def test_a_file_is_uploaded_shared_and_served_back(slack: sandbox.Slack) -> None:
    channel = slack.channel("files", members=["ada"], bot=True).id

    answer = client(slack).files_upload_v2(
        channel=channel, content="line one", filename="log.txt", title="Log", initial_comment="the log"
    )

    file = answer["files"][0]
    head = {"Authorization": f"Bearer {slack.bot_token}"}
    assert httpx.get(file["url_private"], headers=head).text == "line one"
    assert httpx.get(file["url_private"]).status_code == 401
    slack.user("ada").sees("the log", channel="files")


def test_an_app_may_speak_under_another_name_if_it_was_granted() -> None:
    with sandbox.running(manifest(["chat:write", "chat:write.customize", "commands"], [])) as slack:
        channel = slack.channel("names", bot=True).id

        message = client(slack).chat_postMessage(channel=channel, text="hi", username="Weather")["message"]

        assert (message["subtype"], message["username"]) == ("bot_message", "Weather")
        assert "user" not in message
        assert client(slack).chat_update(channel=channel, ts=message["ts"], text="hello")["ok"]


def test_links_get_previews(slack: sandbox.Slack) -> None:
    channel = slack.channel("previews", members=["ada"], bot=True).id
    note = slack.user("ada").says("see https://example.com/a", channel="previews")

    client(slack).chat_unfurl(channel=channel, ts=note.ts, unfurls={"https://example.com/a": {"text": "A page"}})

    assert note.message.body["attachments"][0]["from_url"] == "https://example.com/a"
    slack.user("ada").sees("A page", channel="previews")


def test_guests_see_only_where_they_are(slack: sandbox.Slack) -> None:
    slack.channel("for-all", members=["ada"])
    guest = slack.user("guest", is_restricted=True)
    slack.user("ada").says("come in", channel="for-all")

    guest.does_not_see("come in", channel="for-all")
    slack.channel("for-all", members=["guest"])

    guest.sees("come in", channel="for-all")


def test_messages_are_named_in_the_order_they_come(slack: sandbox.Slack) -> None:
    channel = slack.channel("order", bot=True).id
    began = time.monotonic()

    stamps = [client(slack).chat_postMessage(channel=channel, text=str(one))["ts"] for one in range(20)]

    assert stamps == sorted(set(stamps))
    assert time.monotonic() - began < 5
