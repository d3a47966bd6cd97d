"""Socket Mode: envelopes, retries, refreshes, and what happens when an app is slow or gone."""

import json
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from websockets.sync.client import ClientConnection, connect

import sandbox
from tests.sandbox.apps import SCOPES, bolt, button, buttons, client, connected, manifest, modal

NOW = timedelta(0)
#: An app that does not answer is given up at once.
HASTY = sandbox.Rules(acknowledge_within=timedelta(milliseconds=150), retry_after=(NOW, NOW, NOW))


@dataclass
class Line:
    """A WebSocket without a library between: what comes, and what one sends back."""

    socket: ClientConnection

    def next(self) -> dict[str, Any]:
        envelope: dict[str, Any] = json.loads(self.socket.recv(timeout=5))
        return envelope

    def acknowledge(self, envelope: dict[str, Any], payload: object = None) -> None:
        answer = {"envelope_id": envelope["envelope_id"]}
        self.socket.send(json.dumps(answer if payload is None else {**answer, "payload": payload}))


@contextmanager
def line(slack: sandbox.Slack) -> Iterator[Line]:
    url = client(slack).apps_connections_open(app_token=slack.app_token)["url"]
    with connect(url) as socket:
        yield Line(socket)


@pytest.fixture
def slack() -> Iterator[sandbox.Slack]:
    with sandbox.running(manifest(SCOPES, ["message.channels"]), rules=HASTY) as running:
        running.channel("here", members=["ada"], bot=True)
        running.settled(quiet=NOW)
        yield running


def test_hello_comes_first_and_a_ticket_serves_once(slack: sandbox.Slack) -> None:
    url = client(slack).apps_connections_open(app_token=slack.app_token)["url"]

    with connect(url) as socket:
        hello = Line(socket).next()

    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"]["app_id"].startswith("A")
    assert hello["debug_info"]["approximate_connection_time"] > 0
    with pytest.raises(Exception, match="403"), connect(url):
        pass


def test_an_unacknowledged_event_comes_again_with_number_and_reason(slack: sandbox.Slack) -> None:
    with line(slack) as app:
        app.next()
        slack.user("ada").says("listen", channel="here")

        tries = [app.next() for _ in range(4)]

        assert [one["retry_attempt"] for one in tries] == [0, 1, 2, 3]
        assert [one["retry_reason"] for one in tries] == ["", "timeout", "timeout", "timeout"]
        assert len({one["payload"]["event_id"] for one in tries}) == 1
        assert len({one["envelope_id"] for one in tries}) == 4
        assert {one["accepts_response_payload"] for one in tries} == {False}


def test_an_acknowledged_event_comes_once(slack: sandbox.Slack) -> None:
    with line(slack) as app:
        app.next()
        slack.user("ada").says("listen", channel="here")
        app.acknowledge(app.next())

        slack.settled(quiet=NOW)

        assert [one["outcome"] for one in slack.deliveries("message.channels")][-1:] == ["acknowledged"]
        assert slack.deliveries("message.channels")[-1]["attempt"] == 0


def test_a_slow_command_is_a_timeout_and_a_missing_app_a_failed_dispatch(slack: sandbox.Slack) -> None:
    with line(slack) as app:
        app.next()
        slow = slack.user("ada").command("/try it")
        assert slow.wrong == "operation_timeout"
        slow.sees("/try failed with the error “operation_timeout”")

    slack.slack.workspace.wait_for(lambda: not slack.slack.socket_mode.lines or None, timedelta(seconds=5))
    assert slack.user("ada").command("/try it").wrong == "dispatch_failed"


def test_a_slow_button_and_a_slow_form_show_their_trouble(slack: sandbox.Slack) -> None:
    channel, ada = slack.channel("here"), slack.user("ada")
    client(slack).chat_postMessage(channel=channel.id, text="card", blocks=buttons(button("Press")))
    client(slack).views_open(trigger_id=slack.slack.triggers.issue(ada.id), view=modal("Slow"))

    pressed = ada.clicks("Press", ada.sees("card"))
    form = ada.modal("Slow").fill("What?", "this").submit()

    pressed.sees("dispatch_failed")
    assert form.is_open
    assert form.wrong == "We had some trouble connecting. Try again?"
    assert form.values["what"]["answer"]["value"] == "this"


def test_only_interactive_envelopes_take_an_answer(slack: sandbox.Slack) -> None:
    with line(slack) as app:
        app.next()
        typing = threading.Thread(target=slack.user("ada").command, args=("/try it",))
        typing.start()

        envelope = app.next()
        app.acknowledge(envelope, {"text": "done"})
        typing.join()

        assert (envelope["type"], envelope["accepts_response_payload"]) == ("slash_commands", True)
        assert "retry_attempt" not in envelope
        slack.user("ada").sees("done")


def test_a_lost_acknowledgement_and_a_doubled_delivery_reach_a_bolt_app_twice(slack: sandbox.Slack) -> None:
    app, heard = bolt(slack), list[str]()
    app.event("message")(lambda body: heard.append(body["event_id"]))
    with connected(slack, app):
        slack.faults.lose_acknowledgement()
        slack.user("ada").says("once", channel="here")
        slack.settled(quiet=NOW)
        slack.faults.deliver_twice()
        slack.user("ada").says("twice", channel="here")
        slack.settled(quiet=NOW)

    assert len(heard) == 4
    assert len(set(heard)) == 2


def test_a_dropped_line_hands_what_was_on_it_to_another(slack: sandbox.Slack) -> None:
    with line(slack) as first, line(slack) as second:
        assert [first.next()["num_connections"], second.next()["num_connections"]] == [1, 2]
        slack.user("ada").says("to any one", channel="here")
        slack.user("ada").says("to any other", channel="here")
        one, other = first.next(), second.next()
        assert {one["payload"]["event"]["text"], other["payload"]["event"]["text"]} == {"to any one", "to any other"}
        second.acknowledge(other)

        first.socket.close()

        again = second.next()
        assert again["retry_reason"] == "connection_lost"
        assert again["payload"] == one["payload"]
        second.acknowledge(again)


def test_a_refresh_makes_a_bolt_app_come_back(slack: sandbox.Slack) -> None:
    app, heard = bolt(slack), list[str]()
    app.event("message")(lambda event: heard.append(event["text"]))
    with connected(slack, app):
        slack.refresh_connections()
        slack.connected()
        slack.user("ada").says("still there?", channel="here")
        slack.settled(quiet=NOW)

    assert heard == ["still there?"]
    assert len(slack.calls("apps.connections.open")) == 2


def test_a_warning_leaves_the_line_open(slack: sandbox.Slack) -> None:
    with line(slack) as app:
        app.next()

        slack.refresh_connections("warning")

        assert app.next()["reason"] == "warning"
        slack.connected()


def test_an_eleventh_connection_is_one_too_many(slack: sandbox.Slack) -> None:
    with ExitStack() as stack:
        lines = [stack.enter_context(line(slack)) for _ in range(11)]

        assert [one.next()["type"] for one in lines[:10]] == ["hello"] * 10
        assert lines[10].next()["reason"] == "too_many_websockets"


def test_what_is_not_acknowledged_is_named(slack: sandbox.Slack) -> None:
    with line(slack) as app:
        app.next()
        slack.user("ada").says("anybody?", channel="here")

        with pytest.raises(AssertionError, match=r"not settled after 0\.1 s: message\.channels"):
            slack.settled(within=timedelta(milliseconds=100))


def test_what_an_absent_app_misses_is_nothing_to_wait_for() -> None:
    later = sandbox.Rules(retry_after=(timedelta(minutes=1),))
    with sandbox.running(manifest(SCOPES, ["message.channels"]), rules=later) as slack:
        slack.channel("unheard", members=["ada"], bot=True)

        slack.user("ada").says("anybody?", channel="unheard")
        slack.settled(quiet=NOW)

        assert slack.deliveries("message.channels")[-1]["outcome"] == "dispatch_failed"
