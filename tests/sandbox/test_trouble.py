"""Trouble on demand: faults between the app and Slack, and limits on how often it may call."""

import time
from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry import FixedValueRetryIntervalCalculator
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

import sandbox
from sandbox.limits import Limits, RateLimited
from tests.sandbox.apps import client, manifest


@pytest.fixture(scope="module")
def slack() -> Iterator[sandbox.Slack]:
    with sandbox.running(manifest(events=[])) as running:
        yield running


@pytest.fixture(autouse=True)
def _no_faults_left(slack: sandbox.Slack) -> Iterator[None]:
    yield
    slack.faults.clear()


def said(slack: sandbox.Slack, channel: str) -> list[str]:
    return [one.body["text"] for one in slack.messages(channel) if "subtype" not in one.body]


def patient(slack: sandbox.Slack) -> WebClient:
    """A client that tries again once, without a pause unless it is told to make one."""
    web, at_once = client(slack), FixedValueRetryIntervalCalculator(0)
    web.retry_handlers = [
        ConnectionErrorRetryHandler(interval_calculator=at_once),
        RateLimitErrorRetryHandler(),
        ServerErrorRetryHandler(interval_calculator=at_once),
    ]
    return web


def test_an_error_before_storing_leaves_nothing(slack: sandbox.Slack) -> None:
    channel = slack.channel("before", bot=True).id
    slack.faults.fail("chat.postMessage", 503)

    with pytest.raises(SlackApiError) as raised:
        client(slack).chat_postMessage(channel=channel, text="hello")

    assert raised.value.response.status_code == 503
    assert said(slack, "before") == []
    assert client(slack).chat_postMessage(channel=channel, text="again")["ok"]


def test_an_error_after_storing_leaves_the_message(slack: sandbox.Slack) -> None:
    channel = slack.channel("after", bot=True).id
    slack.faults.fail("chat.postMessage", 500, when="after")

    patient(slack).chat_postMessage(channel=channel, text="twice")

    assert said(slack, "after") == ["twice", "twice"]


def test_a_dropped_connection_before_and_after_storing(slack: sandbox.Slack) -> None:
    channel = slack.channel("dropped", bot=True).id

    slack.faults.drop("chat.postMessage")
    patient(slack).chat_postMessage(channel=channel, text="first")
    slack.faults.drop("chat.postMessage", when="after")
    patient(slack).chat_postMessage(channel=channel, text="second")

    assert said(slack, "dropped") == ["first", "second", "second"]


def test_too_many_requests_say_when_to_come_back(slack: sandbox.Slack) -> None:
    channel = slack.channel("limited", bot=True).id
    slack.faults.rate_limit("chat.postMessage", retry_after=1)
    began = time.monotonic()

    patient(slack).chat_postMessage(channel=channel, text="patient")

    assert time.monotonic() - began >= 1
    assert said(slack, "limited") == ["patient"]


def test_a_response_url_can_fail_as_well(slack: sandbox.Slack) -> None:
    channel = slack.channel("urls", members=["ada"], bot=True)
    url = slack.slack.response_url(slack.slack.triggers.open_url(slack.user("ada").id, channel.id))
    slack.faults.fail("response_url", 500, when="after")

    failed, taken = (httpx.post(url, json={"text": f"answer {number}"}) for number in (1, 2))

    assert (failed.status_code, taken.status_code) == (500, 200)
    slack.user("ada").sees("answer 1", channel="urls")


def test_a_delay_is_a_delay(slack: sandbox.Slack) -> None:
    slack.faults.delay("auth.test", timedelta(milliseconds=120))
    slack.faults.delay("auth.test", timedelta(milliseconds=120), when="after")
    began = time.monotonic()

    client(slack).auth_test()

    assert time.monotonic() - began >= 0.24


def test_a_call_that_is_acted_on_late_has_its_effect_though_the_caller_gave_up(slack: sandbox.Slack) -> None:
    channel = slack.channel("late", bot=True).id
    slack.faults.delay("chat.postMessage", timedelta(milliseconds=300))
    address, token = f"{slack.api_url}chat.postMessage", {"Authorization": f"Bearer {slack.bot_token}"}

    with pytest.raises(httpx.ReadTimeout):
        httpx.post(address, headers=token, json={"channel": channel, "text": "late"}, timeout=0.1)

    assert slack.slack.workspace.wait_for(lambda: said(slack, "late") or None, timedelta(seconds=5)) == ["late"]


def test_a_fault_may_stay_until_it_is_cleared(slack: sandbox.Slack) -> None:
    slack.faults.fail("*", 500, times=None)
    for _ in range(3):
        with pytest.raises(SlackApiError):
            client(slack).auth_test()

    slack.faults.clear()

    assert client(slack).auth_test()["ok"]


def test_calls_are_counted_when_asked_for() -> None:
    with sandbox.running(manifest(events=[]), rules=sandbox.Rules(rate_limits=True)) as slack:
        channel = slack.channel("counted", bot=True).id
        for _ in range(5):
            client(slack).chat_postMessage(channel=channel, text="burst")

        with pytest.raises(SlackApiError) as raised:
            client(slack).chat_postMessage(channel=channel, text="one too many")

        assert raised.value.response.status_code == 429
        assert raised.value.response["error"] == "ratelimited"
        assert int(raised.value.response.headers["retry-after"]) >= 1
        other = slack.channel("other", bot=True).id
        assert client(slack).chat_postMessage(channel=other, text="elsewhere")["ok"]


def test_a_tier_is_so_many_calls_in_a_minute() -> None:
    moment = [0.0]
    limits = Limits(enforced=True, seconds=lambda: moment[0])
    for _ in range(20):
        limits.count("users.list", 2, "token")
    moment[0] = 45.0

    with pytest.raises(RateLimited) as raised:
        limits.count("users.list", 2, "token")

    assert raised.value.retry_after == 15
    limits.count("users.list", 2, "another token")
    moment[0] = 60.0
    limits.count("users.list", 2, "token")
