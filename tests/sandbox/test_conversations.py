"""Channels: made, found, entered, closed."""

from collections.abc import Iterator

import pytest
from slack_sdk.errors import SlackApiError

import sandbox
from tests.sandbox.apps import client, manifest


@pytest.fixture(scope="module")
def slack() -> Iterator[sandbox.Slack]:
    with sandbox.running(manifest(events=[])) as running:
        yield running


def error(slack: sandbox.Slack, method: str, **args: object) -> str:
    with pytest.raises(SlackApiError) as raised:
        client(slack).api_call(method, json=args)
    return str(raised.value.response["error"])


def test_a_private_channel_is_unknown_to_those_outside(slack: sandbox.Slack) -> None:
    secret = slack.channel("secret", members=["ada"], private=True)

    assert error(slack, "conversations.info", channel=secret.id) == "channel_not_found"
    assert secret.id not in str(client(slack).conversations_list(types="public_channel,private_channel").data)

    slack.channel("secret", bot=True)

    assert client(slack).conversations_info(channel=secret.id)["channel"]["is_private"]


def test_history_is_for_members(slack: sandbox.Slack) -> None:
    channel = slack.channel("members-only")

    assert error(slack, "conversations.history", channel=channel.id) == "not_in_channel"

    client(slack).conversations_join(channel=channel.id)

    assert client(slack).conversations_history(channel=channel.id)["ok"]


def test_the_bot_lists_where_it_is(slack: sandbox.Slack) -> None:
    inside = slack.channel("bot-is-here", bot=True)
    slack.channel("bot-is-not-here")

    names = [one["name"] for one in client(slack).users_conversations()["channels"]]

    assert inside.name in names
    assert "bot-is-not-here" not in names
    assert "bot-is-not-here" in [one["name"] for one in client(slack).conversations_list()["channels"]]
    assert error(slack, "conversations.list", types="secret_channel") == "invalid_types"


def test_a_name_must_be_free_and_in_lower_case(slack: sandbox.Slack) -> None:
    made = client(slack).conversations_create(name="fresh")["channel"]

    assert made["is_member"]
    assert error(slack, "conversations.create", name="fresh") == "name_taken"
    assert error(slack, "conversations.create", name="Not Fresh") == "invalid_name_specials"
    assert client(slack).conversations_rename(channel=made["id"], name="older")["channel"]["name"] == "older"


def test_an_archived_channel_takes_nothing(slack: sandbox.Slack) -> None:
    channel = slack.channel("closing", bot=True).id
    client(slack).conversations_archive(channel=channel)

    assert error(slack, "chat.postMessage", channel=channel, text="anyone?") == "is_archived"
    assert error(slack, "conversations.archive", channel=channel) == "already_archived"
    assert error(slack, "conversations.join", channel=channel) == "is_archived"
    listed = client(slack).conversations_list(exclude_archived=True)["channels"]
    assert "closing" not in [one["name"] for one in listed]

    client(slack).conversations_unarchive(channel=channel)

    assert client(slack).chat_postMessage(channel=channel, text="back")["ok"]


def test_people_are_invited_and_leave(slack: sandbox.Slack) -> None:
    channel, ada = slack.channel("guests", bot=True).id, slack.user("ada")
    web = client(slack)

    web.conversations_invite(channel=channel, users=ada.id)
    assert error(slack, "conversations.invite", channel=channel, users=ada.id) == "already_in_channel"
    assert web.conversations_members(channel=channel)["members"] == [slack.bot_user_id, ada.id]
    web.conversations_kick(channel=channel, user=ada.id)
    web.conversations_leave(channel=channel)

    assert error(slack, "conversations.members", channel=channel, cursor="x") == "invalid_cursor"
    assert web.conversations_members(channel=channel)["members"] == []


def test_a_topic_has_a_length(slack: sandbox.Slack) -> None:
    channel = slack.channel("topics", bot=True).id

    assert client(slack).conversations_setTopic(channel=channel, topic="Now")["channel"]["topic"]["value"] == "Now"
    assert error(slack, "conversations.setTopic", channel=channel, topic="x" * 251) == "too_long"


def test_somebody_of_another_company_makes_a_channel_shared(slack: sandbox.Slack) -> None:
    partner = slack.user("partner", is_stranger=True)
    channel = slack.channel("with-partner", members=["partner"], bot=True).id

    assert client(slack).conversations_info(channel=channel)["channel"]["is_ext_shared"]
    assert client(slack).users_info(user=partner.id)["user"]["team_id"] != slack.team_id


def test_a_read_only_messages_tab_gives_people_nothing_to_type_into() -> None:
    home = {"home_tab_enabled": False, "messages_tab_enabled": True, "messages_tab_read_only_enabled": True}
    with sandbox.running(manifest(events=[], app_home=home)) as slack:
        client(slack).chat_postMessage(channel=slack.user("ada").id, text="for you")

        with pytest.raises(sandbox.Refusal, match="messages_tab_disabled"):
            slack.user("ada").says("thanks", dm=True)
        with pytest.raises(sandbox.NotThere, match="nothing to type into"):
            slack.user("ada").command("/try it", dm=True)
        with pytest.raises(sandbox.NotThere, match="no home tab"):
            slack.user("ada").opens_home()
