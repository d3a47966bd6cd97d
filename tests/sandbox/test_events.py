"""Events: what an app hears of, in which envelope, and what it does not hear."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest

import sandbox
from tests.sandbox.apps import EVENTS, SCOPES, bolt, client, connected, manifest


@dataclass
class Ear:
    """Everything the app was told, as envelopes."""

    slack: sandbox.Slack
    heard: list[dict[str, Any]] = field(default_factory=list)

    def events(self, kind: str, channel: str | None = None) -> list[dict[str, Any]]:
        """The events of a kind, in the order they came, once all is quiet."""
        self.slack.settled(quiet=timedelta(milliseconds=50))
        events = (one["event"] for one in self.heard if one["event"]["type"] == kind)
        return [one for one in events if channel is None or channel in str(one)]


@pytest.fixture(scope="module")
def ear() -> Iterator[Ear]:
    with sandbox.running(manifest()) as slack:
        app, ear = bolt(slack), Ear(slack)

        @app.middleware
        def listen(body: dict[str, Any], next: Any) -> None:  # noqa: A002 - the name by which Bolt hands it over
            ear.heard.append(body)
            next()

        for kind in ("app_home_opened", "app_mention", "message", "link_shared", "reaction_added", "reaction_removed"):
            app.event(kind)(lambda ack: ack())
        for kind in ("member_joined_channel", "channel_created", "channel_rename", "channel_archive", "group_rename"):
            app.event(kind)(lambda ack: ack())
        for kind in ("team_join", "user_change", "pin_added"):
            app.event(kind)(lambda ack: ack())
        with connected(slack, app):
            yield ear


def test_a_message_comes_in_slacks_envelope(ear: Ear) -> None:
    channel = ear.slack.channel("envelopes", members=["ada"], bot=True)
    ada = ear.slack.user("ada")

    note = ada.says("5xx & climbing, see https://example.org/x.", channel="envelopes")

    event = ear.events("message", note.ts)[0]
    envelope = next(one for one in ear.heard if one["event"] == event)
    assert (event["user"], event["channel"], event["channel_type"]) == (ada.id, channel.id, "channel")
    assert event["text"] == "5xx &amp; climbing, see <https://example.org/x>."
    assert event["event_ts"] == event["ts"]
    assert event["client_msg_id"]
    assert envelope["type"] == "event_callback"
    assert envelope["event_id"].startswith("Ev")
    assert envelope["authorizations"][0]["user_id"] == ear.slack.bot_user_id
    assert {"token", "team_id", "api_app_id", "event_time", "event_context", "is_ext_shared_channel"} <= set(envelope)


def test_edits_deletions_and_replies_are_told_apart(ear: Ear) -> None:
    channel = ear.slack.channel("kinds", members=["ada"], bot=True).id
    ada = ear.slack.user("ada")

    note = ada.says("first", channel="kinds")
    ada.says("reply", thread=note)
    ada.says("loud", thread=note, broadcast=True)
    note.edit("second")
    note.delete()

    events = [one for one in ear.events("message", channel) if one.get("subtype") != "channel_join"]
    assert [one.get("subtype") for one in events] == [
        None,
        None,
        "thread_broadcast",
        "message_changed",
        "message_deleted",
    ]
    assert events[1]["thread_ts"] == note.ts
    assert events[3]["previous_message"]["text"] == "first"
    assert events[3]["message"]["text"] == "second"
    assert events[4]["deleted_ts"] == note.ts


def test_bots_are_heard_with_their_bot_id_and_the_app_hears_itself(ear: Ear) -> None:
    channel = ear.slack.channel("robots", bot=True)
    alerts = ear.slack.bot("alerts")
    ear.slack.channel("robots", members=["alerts"])

    alerts.says("disk full", channel="robots")
    client(ear.slack).chat_postMessage(channel=channel.id, text="noted")

    heard = [one for one in ear.events("message", channel.id) if one.get("bot_id")]
    assert [one["text"] for one in heard] == ["disk full", "noted"]
    assert heard[1]["user"] == ear.slack.bot_user_id


def test_nothing_is_heard_where_the_bot_is_not(ear: Ear) -> None:
    ear.slack.channel("elsewhere", members=["ada"])

    ear.slack.user("ada").says("among ourselves", channel="elsewhere")

    assert not [one for one in ear.events("message") if "among ourselves" in str(one)]


def test_a_mention_comes_as_message_and_as_mention(ear: Ear) -> None:
    ear.slack.channel("mentions", members=["ada"], bot=True)

    note = ear.slack.user("ada").says(f"<@{ear.slack.bot_user_id}> what is this?", channel="mentions")

    assert [one["ts"] for one in ear.events("app_mention", note.ts)] == [note.ts]
    assert len(ear.events("message", note.ts)) == 1


def test_joining_is_told_for_the_bot_and_for_people(ear: Ear) -> None:
    channel = ear.slack.channel("arrivals", bot=True).id
    ada = ear.slack.user("ada")

    ada.person.join(channel)

    assert [one["user"] for one in ear.events("member_joined_channel", channel)] == [ear.slack.bot_user_id, ada.id]


def test_channels_are_told_of_as_they_are_made_renamed_and_archived(ear: Ear) -> None:
    eve = ear.slack.user("eve")
    channel = eve.person.create("inc-new")
    eve.person.call("conversations.rename", channel=channel.id, name="inc-newer")
    eve.person.call("conversations.archive", channel=channel.id)
    secret = eve.person.create("inc-secret", private=True)

    assert ear.events("channel_created", channel.id)[0]["channel"]["creator"] == eve.id
    assert ear.events("channel_rename", channel.id)[0]["channel"]["name"] == "inc-newer"
    assert ear.events("channel_archive", channel.id)[0]["user"] == eve.id
    assert ear.events("channel_created", secret.id) == []


def test_reactions_pins_and_links_are_told(ear: Ear) -> None:
    channel = ear.slack.channel("signs", members=["ada"], bot=True).id
    ada = ear.slack.user("ada")

    note = ada.says("see https://docs.example.com/a and https://elsewhere.org", channel="signs")
    ada.reacts("mute", note)
    ada.pins(note)
    ada.person.unreact("mute", note.message)

    reaction = ear.events("reaction_added", note.ts)[0]
    assert (reaction["reaction"], reaction["item"]["ts"], reaction["item_user"]) == ("mute", note.ts, ada.id)
    assert ear.events("reaction_removed", note.ts)
    assert ear.events("pin_added", channel)[0]["item"]["message"]["ts"] == note.ts
    assert ear.events("link_shared", note.ts)[0]["links"] == [
        {"url": "https://docs.example.com/a", "domain": "example.com"}
    ]


def test_people_come_and_change(ear: Ear) -> None:
    person = ear.slack.user("newcomer")
    ear.slack.user("newcomer", status_text="On leave")

    assert ear.events("team_join", person.id)[0]["user"]["name"] == "newcomer"
    assert ear.events("user_change", person.id)[-1]["user"]["profile"]["status_text"] == "On leave"


def test_direct_messages_are_heard_as_such(ear: Ear) -> None:
    note = ear.slack.user("ada").says("hello you", dm=True)

    assert ear.events("message", note.ts)[0]["channel_type"] == "im"


def test_an_event_whose_scope_was_withheld_does_not_come() -> None:
    with sandbox.running(manifest(optional=["channels:history"]), withhold={"channels:history"}) as slack:
        app, heard = bolt(slack), list[str]()
        app.event("message")(lambda body: heard.append(body["event"]["text"]))
        app.event("app_mention")(lambda ack: ack())
        app.event("member_joined_channel")(lambda ack: ack())
        app.event("channel_created")(lambda ack: ack())
        app.event("team_join")(lambda ack: ack())
        with connected(slack, app):
            slack.channel("quiet", members=["ada"], bot=True)
            slack.user("ada").says("can you hear me?", channel="quiet")
            slack.settled()
            assert heard == []

            slack.grant("channels:history")
            slack.user("ada").says("and now?", channel="quiet")
            slack.settled()

            assert heard == ["and now?"]


def test_an_event_nobody_subscribed_to_does_not_come() -> None:
    with sandbox.running(manifest(SCOPES, [one for one in EVENTS if one != "reaction_added"])) as slack:
        slack.channel("unheard", members=["ada"], bot=True)
        note = slack.user("ada").says("hm", channel="unheard")

        slack.user("ada").reacts("eyes", note)

        assert slack.deliveries("reaction_added") == []
        assert not slack.slack.announcer.hears("reaction_added", slack.channel("unheard"))
