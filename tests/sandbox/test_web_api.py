"""The Web API's door: tokens, scopes, arguments, cursors."""

from collections.abc import Iterator

import httpx
import pytest
from slack_sdk.errors import SlackApiError

import sandbox
from tests.sandbox.apps import SCOPES, client, manifest


@pytest.fixture(scope="module")
def slack() -> Iterator[sandbox.Slack]:
    with sandbox.running(manifest([one for one in SCOPES if one != "pins:read"], [])) as running:
        yield running


def refused(slack: sandbox.Slack, method: str, token: str | None = None, **args: object) -> dict[str, object]:
    with pytest.raises(SlackApiError) as raised:
        client(slack, token).api_call(method, json=args)
    answer = raised.value.response.data
    assert isinstance(answer, dict)
    return answer


def test_the_bot_learns_who_it_is(slack: sandbox.Slack) -> None:
    who = client(slack).auth_test()

    assert (who["user_id"], who["team_id"]) == (slack.bot_user_id, slack.team_id)
    assert who["bot_id"].startswith("B")
    assert "chat:write" in who.headers["x-oauth-scopes"].split(",")


def test_no_token_and_a_wrong_token_are_refused(slack: sandbox.Slack) -> None:
    assert httpx.post(f"{slack.api_url}auth.test").json() == {"ok": False, "error": "not_authed"}
    assert refused(slack, "auth.test", "xoxb-somebody-else")["error"] == "invalid_auth"


def test_a_token_of_the_wrong_kind_is_refused(slack: sandbox.Slack) -> None:
    assert refused(slack, "apps.connections.open")["error"] == "not_allowed_token_type"
    assert refused(slack, "auth.test", slack.app_token)["error"] == "not_allowed_token_type"


def test_an_unknown_method_is_named(slack: sandbox.Slack) -> None:
    assert refused(slack, "chat.shout") == {"ok": False, "error": "unknown_method", "req_method": "chat.shout"}


def test_a_missing_scope_is_named_with_those_there_are(slack: sandbox.Slack) -> None:
    channel = slack.channel("scopes", bot=True)

    answer = refused(slack, "pins.list", channel=channel.id)

    assert (answer["error"], answer["needed"]) == ("missing_scope", "pins:read")
    assert "chat:write" in str(answer["provided"])


def test_the_scope_depends_on_the_kind_of_channel() -> None:
    with sandbox.running(manifest(["channels:history", "chat:write", "commands"], [])) as slack:
        private = slack.channel("secret", private=True, bot=True)

        answer = refused(slack, "conversations.history", channel=private.id)

    assert (answer["error"], answer["needed"]) == ("missing_scope", "groups:history")


def test_an_optional_scope_can_be_withheld_and_granted_later() -> None:
    with sandbox.running(
        manifest(["channels:history", "chat:write", "commands"], [], optional=["channels:history"]),
        withhold={"channels:history"},
    ) as slack:
        channel = slack.channel("optional", bot=True)
        assert refused(slack, "conversations.history", channel=channel.id)["error"] == "missing_scope"

        slack.grant("channels:history")

        assert client(slack).conversations_history(channel=channel.id)["ok"]


def test_a_missing_argument_is_named(slack: sandbox.Slack) -> None:
    answer = refused(slack, "chat.postMessage", text="hello")

    assert answer["error"] == "invalid_arguments"
    assert answer["response_metadata"] == {"messages": ["[ERROR] missing required field: channel"]}


def test_arguments_come_as_form_or_json_or_query(slack: sandbox.Slack) -> None:
    channel = slack.channel("arguments", bot=True).id
    head = {"Authorization": f"Bearer {slack.bot_token}"}
    blocks = '[{"type": "divider"}]'

    form = httpx.post(f"{slack.api_url}chat.postMessage", headers=head, data={"channel": channel, "blocks": blocks})
    token = httpx.post(f"{slack.api_url}auth.test", data={"token": slack.bot_token})
    query = httpx.get(f"{slack.api_url}conversations.info", headers=head, params={"channel": channel})
    broken = httpx.post(f"{slack.api_url}chat.postMessage", headers=head, data={"channel": channel, "blocks": "[{"})

    assert form.json()["message"]["blocks"][0]["type"] == "divider"
    assert token.json()["ok"]
    assert query.json()["channel"]["name"] == "arguments"
    assert broken.json()["error"] == "invalid_blocks_format"


def test_lists_come_in_pages(slack: sandbox.Slack) -> None:
    for number in range(5):
        slack.user(f"page-{number}")

    pages = [page["members"] for page in client(slack).users_list(limit=2)]

    assert all(len(page) <= 2 for page in pages)
    names = [one["name"] for page in pages for one in page]
    assert {f"page-{number}" for number in range(5)} <= set(names)
    assert len(names) == len(set(names))
    assert refused(slack, "users.list", cursor="nonsense")["error"] == "invalid_cursor"


def test_people_have_time_zones_addresses_and_a_status(slack: sandbox.Slack) -> None:
    ada = slack.user("ada", tz="Asia/Kolkata", status_text="On leave", status_emoji=":palm_tree:")

    user = client(slack).users_lookupByEmail(email="ada@sandbox.example")["user"]

    assert (user["id"], user["tz"], user["tz_offset"], user["deleted"]) == (ada.id, "Asia/Kolkata", 19800, False)
    assert user["profile"]["status_text"] == "On leave"
    assert refused(slack, "users.info", user="U0NOBODY")["error"] == "user_not_found"
    assert refused(slack, "users.lookupByEmail", email="nobody@example.com")["error"] == "users_not_found"


def test_bots_and_groups_and_the_team_are_described(slack: sandbox.Slack) -> None:
    slack.group("on-call", ["ada"])
    web = client(slack)

    group = web.usergroups_list(include_users=True)["usergroups"][0]

    assert group["users"] == web.usergroups_users_list(usergroup=group["id"])["users"] == [slack.user("ada").id]
    assert web.bots_info(bot=web.auth_test()["bot_id"])["bot"]["name"] == "Tryout"
    assert web.team_info()["team"]["id"] == slack.team_id


def test_an_outside_program_acts_as_a_person(slack: sandbox.Slack) -> None:
    eve = slack.user("eve")
    web = client(slack, eve.token)

    channel = web.conversations_create(name="made-by-eve")["channel"]["id"]
    web.conversations_invite(channel=channel, users=slack.bot_user_id)
    posted = web.chat_postMessage(channel=channel, text="hello", client_msg_id="1-2-3")

    message = client(slack).conversations_history(channel=channel)["messages"][0]
    assert (message["user"], message["client_msg_id"]) == (eve.id, "1-2-3")
    assert "bot_id" not in posted["message"]


def test_the_log_names_every_call_of_the_app(slack: sandbox.Slack) -> None:
    client(slack).auth_test()
    client(slack, slack.user("ada").token).auth_test()

    log = httpx.get(f"{slack.url}/_control/log").json()["log"]

    directions = {entry["direction"] for entry in log if entry["kind"] == "web_api" and entry["summary"] == "auth.test"}
    assert directions == {"from_bot", "from_person"}
    assert slack.bot_token not in str(log)
