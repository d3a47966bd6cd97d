"""Registries and monitors tell of releases and alarms over HTTP, with a secret, and what they send twice acts once."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.web.app import web_app
from bot.web.events import event_routes
from bot.web.server import serve
from store import Store
from tests.factories import STEWARD, House, failure_mode, house

SECRET = "a secret that both know"
ENTRY = failure_mode(
    1,
    dimensions={"model_family": ["llm"]},
    detectors=[{"key": "queue-wait", "metric": "seconds in queue", "comparison": "gt", "threshold": 2, "window": "5m"}],
)
FIRING = {"status": "firing", "labels": {"alertname": "QueueWait"}, "fingerprint": "f1", "startsAt": "2026-03-02"}


@contextmanager
def posting(lived: House, secret: str = SECRET) -> Iterator[httpx.Client]:
    web = web_app({}, None, "unused", events=event_routes(lived.triggers, SECRET))
    with (
        serve(web, "127.0.0.1", 0) as address,
        httpx.Client(base_url=address, headers={"Authorization": f"Bearer {secret}"}, timeout=10) as client,
    ):
        yield client


def due(lived: House) -> list[str]:
    return [one.reason for one in lived.reviews.due_for(STEWARD)]


def test_a_registry_tells_of_a_release_and_repeats_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, ENTRY)

    with posting(lived) as client:
        told = [client.post("/releases", json={"family": "llm", "version": "5.0"}).json() for _ in range(2)]

    assert told == [{"due": 1}, {"due": 0}]
    assert due(lived) == ["llm 5.0 was released"]


def test_a_monitor_sends_an_alarm_in_our_words(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, ENTRY)

    with posting(lived) as client:
        told = client.post("/alarms", json={"detector": "queue-wait", "value": 3, "id": "a1"}).json()

    assert told == {"due": 1}
    assert due(lived) == ["its detector “seconds in queue” raised an alarm at 3"]


def test_alertmanager_sends_alerts_of_which_only_firing_ones_count(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, ENTRY)
    alerts = [{**FIRING, "labels": {"alertname": "queue_wait"}}, {**FIRING, "status": "resolved", "fingerprint": "f2"}]

    with posting(lived) as client:
        told = [client.post("/alarms", json={"version": "4", "alerts": alerts}).json() for _ in range(2)]

    assert told == [{"due": 1}, {"due": 0}]


def test_a_wrong_secret_changes_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, ENTRY)

    with posting(lived, "another secret") as client:
        answer = client.post("/releases", json={"family": "llm", "version": "5.0"})

    assert (answer.status_code, due(lived)) == (401, [])


@pytest.mark.parametrize("path", ["/releases", "/alarms"])
@pytest.mark.parametrize("body", [b"", b"{", b"[" * 100_000, b"null", b"[]", b'{"family": 1}', b"\xff", b'"x"'])
def test_what_is_not_understood_is_refused_with_a_sentence(
    store: Store, tmp_path: Path, path: str, body: bytes
) -> None:
    lived = house(store, tmp_path, ENTRY)

    with posting(lived) as client:
        answer = client.post(path, content=body)

    said: dict[str, Any] = answer.json()
    assert answer.status_code == 422
    assert said["error"].endswith((".", "dictionary", "required", "string", "object", "AlarmTold", "ReleaseTold"))


def test_an_unknown_family_is_answered_with_those_there_are(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, ENTRY)

    with posting(lived) as client:
        answer = client.post("/releases", json={"family": "gpt", "version": "5.0"})

    assert (answer.status_code, answer.json()["error"]) == (
        422,
        "“gpt” is no model family here; there are llm, llm-hosted.",
    )
