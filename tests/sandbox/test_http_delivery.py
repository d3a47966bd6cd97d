"""Delivery over HTTP: the challenge, signatures, retries, and the answers of a Bolt app."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs

import pytest
from slack_bolt import App, BoltRequest

import sandbox
from sandbox.events_api import HttpDelivery, NotVerified
from tests.sandbox.apps import bolt, button, buttons, client, manifest

NOW = timedelta(0)
RULES = sandbox.Rules(acknowledge_within=timedelta(milliseconds=500), retry_after=(NOW, NOW, NOW))

Answer = tuple[int, dict[str, str], str]


@dataclass
class Requests:
    """What was posted to an address: its headers and body."""

    seen: list[tuple[dict[str, str], str]] = field(default_factory=list)


@contextmanager
def address(answer: Callable[[dict[str, str], str], Answer]) -> Iterator[tuple[str, Requests]]:
    """Listen at an address for the block, answering every post with what `answer` says."""
    requests = Requests()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            headers = {name.lower(): value for name, value in self.headers.items()}
            requests.seen.append((headers, body))
            status, more, text = answer(headers, body)
            self.send_response(status)
            for name, value in more.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, *args: Any) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/slack/events", requests
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def served_by(app: App) -> Callable[[dict[str, str], str], Answer]:
    def answer(headers: dict[str, str], body: str) -> Answer:
        response = app.dispatch(BoltRequest(body=body, headers=dict(headers)))
        return response.status, {"Content-Type": response.headers["content-type"][0]}, response.body

    return answer


def challenged(then: Answer) -> Callable[[dict[str, str], str], Answer]:
    """Answer the challenge as asked, and everything else with `then`."""

    def answer(_headers: dict[str, str], body: str) -> Answer:
        if "url_verification" in body:
            return 200, {"Content-Type": "text/plain"}, body.split('"challenge": "')[1].split('"', maxsplit=1)[0]
        return then

    return answer


@pytest.fixture
def slack() -> Iterator[sandbox.Slack]:
    with sandbox.running(manifest(events=["message.channels"]), rules=RULES) as running:
        running.channel("here", members=["ada"], bot=True)
        running.settled(quiet=NOW)
        yield running


def test_a_bolt_app_verifies_and_answers_everything(slack: sandbox.Slack) -> None:
    app, heard = bolt(slack), list[str]()
    app.event("message")(lambda event: heard.append(event["text"]))
    app.command("/try")(lambda ack, command: ack(f"tried {command['text']}"))
    app.action("pressed")(lambda ack, respond: (ack(), respond("pressed")))
    with address(served_by(app)) as (url, requests):
        slack.deliver_to(url)
        ada = slack.user("ada")

        ada.says("hello", channel="here")
        ada.command("/try <this> & that", channel="here").sees("tried")
        client(slack).chat_postMessage(channel="here", text="card", blocks=buttons(button("Press")))
        ada.clicks("Press", ada.sees("card")).sees("pressed")
        slack.settled(quiet=NOW)

    assert "hello" in heard
    headers, body = next((head, body) for head, body in requests.seen if "command=" in body)
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["x-slack-signature"].startswith("v0=")
    assert parse_qs(body)["text"] == ["&lt;this&gt; &amp; that"]


def test_an_address_that_fails_the_challenge_is_not_taken(slack: sandbox.Slack) -> None:
    with address(lambda *_: (200, {}, "hello")) as (url, _), pytest.raises(NotVerified, match="with 'hello'"):
        slack.deliver_to(url)
    with pytest.raises(NotVerified, match="connection_failed"):
        slack.deliver_to("http://127.0.0.1:9/slack/events")


def test_a_wrong_secret_is_noticed_by_the_app(slack: sandbox.Slack) -> None:
    app = bolt(slack)
    app.command("/try")(lambda ack: ack("hello"))
    with address(served_by(app)) as (url, _):
        slack.deliver_to(url)
        slack.slack.credentials.signing_secret = "0" * 32

        assert slack.user("ada").command("/try it").wrong == "dispatch_failed"


def test_a_failing_app_is_tried_again_three_times(slack: sandbox.Slack) -> None:
    with address(challenged((500, {}, "no"))) as (url, requests):
        slack.deliver_to(url)

        slack.user("ada").says("listen", channel="here")
        slack.settled(quiet=NOW)

    tries = [headers for headers, body in requests.seen if "listen" in body]
    assert [one.get("x-slack-retry-num") for one in tries] == [None, "1", "2", "3"]
    assert [one.get("x-slack-retry-reason") for one in tries] == [None, *["http_error"] * 3]


def test_an_app_may_ask_not_to_be_tried_again(slack: sandbox.Slack) -> None:
    with address(challenged((500, {"X-Slack-No-Retry": "1"}, "no"))) as (url, requests):
        slack.deliver_to(url)

        slack.user("ada").says("listen", channel="here")
        slack.settled(quiet=NOW)

    assert len([body for _, body in requests.seen if "listen" in body]) == 1


def test_a_certificate_check_is_answered(slack: sandbox.Slack) -> None:
    app = bolt(slack)
    with address(served_by(app)) as (url, requests):
        HttpDelivery(slack.slack.workspace, lambda _: url, timedelta(seconds=3)).ssl_check(url)

    assert parse_qs(requests.seen[0][1])["ssl_check"] == ["1"]
