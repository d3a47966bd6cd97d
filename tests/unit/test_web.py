"""The web server: health for whoever runs it, and a front that lets nothing unsigned through."""

import hashlib
import hmac
import json
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest
from fastapi import FastAPI
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_sdk.signature import Clock

from bot.web.app import web_app
from bot.web.server import serve
from bot.web.slack import MAX_BODY
from workflows.errors import Unavailable, UserError

SECRET = "a signing secret"


def bolt() -> App:
    def authorize() -> AuthorizeResult:
        return AuthorizeResult(enterprise_id=None, team_id="T1", bot_user_id="UBOT", bot_id="BBOT", bot_token="xoxb-1")

    app = App(
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )

    def answer(ack: Any, command: dict[str, Any]) -> None:
        ack(text=f"you said {command['text']}")

    app.command("/failure")(answer)
    return app


@pytest.fixture(scope="module")
def web() -> Iterator[httpx.Client]:
    with served({"database": lambda: True}, bolt()) as client:
        yield client


@contextmanager
def served(readiness: Mapping[str, Callable[[], bool]], slack: App | None) -> Iterator[httpx.Client]:
    with (
        serve(web_app(readiness, slack, SECRET), "127.0.0.1", 0) as address,
        httpx.Client(base_url=address, timeout=10) as client,
    ):
        yield client


def signed(body: bytes, *, at: float | None = None) -> dict[str, str]:
    timestamp = str(int(_now() if at is None else at))
    base = b"v0:" + timestamp.encode() + b":" + body
    return {
        "X-Slack-Request-Timestamp": timestamp,
        "X-Slack-Signature": f"v0={hmac.new(SECRET.encode(), base, hashlib.sha256).hexdigest()}",
        "Content-Type": "application/x-www-form-urlencoded",
    }


def _now() -> float:
    return Clock().now()


def command(text: str) -> bytes:
    return urlencode({"command": "/failure", "text": text, "user_id": "U1", "team_id": "T1"}).encode()


def post(web: httpx.Client, body: bytes, headers: dict[str, str]) -> httpx.Response:
    return web.post("/slack/events", content=body, headers=headers)


def test_a_signed_command_is_answered(web: httpx.Client) -> None:
    body = command("hello")

    answer = post(web, body, signed(body))

    assert (answer.status_code, answer.text) == (200, "you said hello")


def test_slack_can_verify_the_url(web: httpx.Client) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "abc"}).encode()

    answer = post(web, body, {**signed(body), "Content-Type": "application/json"})

    assert (answer.status_code, "abc" in answer.text) == (200, True)


@pytest.mark.parametrize(
    "change",
    [
        {"X-Slack-Signature": "v0=" + "0" * 64},
        {"X-Slack-Signature": ""},
        {"X-Slack-Signature": "v0=\xe4"},
        {"X-Slack-Request-Timestamp": ""},
        {"X-Slack-Request-Timestamp": "soon"},
        {"X-Slack-Request-Timestamp": "9" * 30},
    ],
)
def test_what_is_not_signed_right_is_refused(web: httpx.Client, change: dict[str, str]) -> None:
    body = command("hello")
    headers = {name.encode(): value.encode("latin-1") for name, value in {**signed(body), **change}.items()}

    assert web.post("/slack/events", content=body, headers=headers).status_code == 401


@pytest.mark.parametrize("minutes", [-6, 6])
def test_what_is_older_than_five_minutes_is_refused(web: httpx.Client, minutes: int) -> None:
    body = command("hello")

    assert post(web, body, signed(body, at=_now() + minutes * 60)).status_code == 401


def test_a_body_that_was_changed_is_refused(web: httpx.Client) -> None:
    assert post(web, command("changed"), signed(command("hello"))).status_code == 401


def test_a_huge_body_is_refused_before_it_is_read_whole(web: httpx.Client) -> None:
    body = b"x" * (MAX_BODY + 1)

    assert post(web, body, signed(body)).status_code == 413


NONSENSE = st.one_of(
    st.binary(max_size=200),
    st.sampled_from(
        [
            b"payload=" + b"[" * 50_000,
            b"[" * 50_000,
            b"payload=null",
            b"payload=[]",
            b"payload=%22x%22",
            b"payload={}",
            b"{}",
            b"[]",
            b"\xff\xfe",
        ]
    ),
    st.recursive(
        st.none() | st.booleans() | st.text(max_size=5),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(max_size=5), inner),
    ).map(lambda value: b"payload=" + json.dumps(value).encode()),
)


@settings(max_examples=80, deadline=None)
@given(NONSENSE, st.sampled_from(["application/x-www-form-urlencoded", "application/json", "text/plain"]))
def test_a_signed_request_that_is_no_payload_never_breaks_the_server(web: httpx.Client, body: bytes, kind: str) -> None:
    assert post(web, body, {**signed(body), "Content-Type": kind}).status_code < 500


@pytest.mark.parametrize(
    "payload",
    [
        {"type": "view_submission"},
        {"type": "view_submission", "user": {"id": "U1"}, "view": "x"},
        {"type": "view_submission", "user": {"id": "U1"}, "view": {"blocks": ["x"]}},
        {"type": "view_submission", "user": {"id": "U1"}, "view": {"state": {"values": {"title": 1}}}},
        {"type": "block_actions", "user": {"id": "U1"}, "actions": {"value": "x"}},
        {"type": "block_actions", "user": "U1", "actions": [{"value": "x"}]},
        {"type": "event_callback", "event": [1]},
        {"type": "event_callback", "event": {"type": "message", "message": "x"}},
    ],
)
def test_a_signed_payload_of_the_wrong_shape_is_refused(web: httpx.Client, payload: dict[str, Any]) -> None:
    body = urlencode({"payload": json.dumps(payload)}).encode()

    assert post(web, body, signed(body)).status_code == 400


def test_the_figures_are_told_with_their_meaning_or_not_at_all_without_a_database() -> None:
    def away() -> Mapping[str, float]:
        raise Unavailable

    known = web_app({}, None, "", figures=[lambda: {'faultline_owed_messages{state="failed"}': 2}])
    unknown = web_app({}, None, "", figures=[away])
    with serve(known, "127.0.0.1", 0) as there, serve(unknown, "127.0.0.1", 0) as elsewhere:
        told, refused = httpx.get(f"{there}/metrics"), httpx.get(f"{elsewhere}/metrics")

    assert told.text.splitlines()[1:] == [
        "# TYPE faultline_owed_messages gauge",
        'faultline_owed_messages{state="failed"} 2',
    ]
    assert refused.status_code == 503


def test_health_says_alive_and_readiness_asks_everything(web: httpx.Client) -> None:
    with served({"database": lambda: True, "slack": lambda: False}, None) as unready:
        answer = unready.get("/readyz")

    assert web.get("/healthz").json() == {"status": "alive"}
    assert web.get("/readyz").status_code == 200
    assert (answer.status_code, answer.json()) == (503, {"database": True, "slack": False})


def test_slack_has_no_door_under_socket_mode() -> None:
    with served({}, None) as closed:
        assert closed.post("/slack/events").status_code == 404


def test_a_taken_port_is_named_in_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        taken.listen()

        with pytest.raises(UserError, match=f"{port}.*FAULTLINE_PORT"), serve(FastAPI(), "127.0.0.1", port):
            pass
