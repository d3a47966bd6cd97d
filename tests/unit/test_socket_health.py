"""Whether Socket Mode does its work is told, and ghosts among the connections are noticed."""

import json

from structlog.testing import capture_logs

from bot.socket_health import SocketHealth
from tests.fake_slack import StillUptime


def hello(connections: int) -> str:
    return json.dumps({"type": "hello", "num_connections": connections})


def test_more_connections_than_replicas_are_a_warning_but_one_more_is_a_change_over() -> None:
    health = SocketHealth(replicas=2)

    with capture_logs() as logs:
        for connections in (2, 3, 4):
            health.hear(hello(connections))

    assert [(line["log_level"], line["connections"]) for line in logs] == [("warning", 4)]


def test_the_silence_is_counted_from_the_last_message_of_any_kind() -> None:
    uptime = StillUptime()
    health = SocketHealth(1, uptime)
    health.hear(hello(1))
    uptime.seconds += 30
    health.hear('{"type": "events_api", "payload": {"text": "\\"hello\\""}}')
    uptime.seconds += 12

    assert health.figures() == {"faultline_slack_connections": 1, "faultline_slack_silence_seconds": 12}


def test_what_is_no_json_harms_nobody() -> None:
    health = SocketHealth(1)

    health.hear('"hello" {')
    health.hear('["hello"]')

    assert health.figures()["faultline_slack_connections"] == 0
