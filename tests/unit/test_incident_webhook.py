"""The incident webhook: who knows the secret is heard, and everybody else gets a reason."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from bot.web.app import web_app
from bot.web.incidents import MAX_REPORT, IncidentWebhook
from bot.web.server import serve
from store import Store
from tests.factories import House, house

SECRET = "sixteen characters or more"
KNOWN = {"Authorization": f"Bearer {SECRET}"}
REPORT = {"channel": "CINC", "severity": "sev2", "status": "mitigating"}


@dataclass
class Joined:
    """Notes which channels were joined."""

    channels: list[str] = field(default_factory=list)

    def __call__(self, channel_id: str) -> None:
        self.channels.append(channel_id)


@contextmanager
def served(lived: House) -> Iterator[tuple[httpx.Client, Joined]]:
    joined = Joined()
    webhook = IncidentWebhook(lived.reports, SECRET, joined)
    with (
        serve(web_app({}, None, "", webhook), "127.0.0.1", 0) as address,
        httpx.Client(base_url=address, timeout=10) as client,
    ):
        yield client, joined


def test_a_report_is_taken_and_answered_with_how_the_incident_stands(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with served(lived) as (web, _):
        answer = web.post("/incidents", json=REPORT, headers=KNOWN)

    incident = lived.incidents.incident_in("CINC")
    assert (answer.status_code, incident is not None) == (200, True)
    assert answer.json() == {
        "incident": incident.id if incident else 0,
        "channel": "CINC",
        "status": "mitigating",
        "is_new": True,
    }


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer wrong", f"Basic {SECRET}", f"Bearer {SECRET}x", "Bearer ä"])
def test_without_the_secret_nothing_is_read(header: str, store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with served(lived) as (web, _):
        answer = web.post("/incidents", json=REPORT, headers={b"Authorization": header.encode()})

    assert answer.status_code == 401
    assert lived.incidents.incident_in("CINC") is None


@pytest.mark.parametrize(
    ("report", "status"),
    [
        ({**REPORT, "severity": "awful"}, 422),
        ({**REPORT, "channel": "nowhere"}, 404),
        ({**REPORT, "channel": "CSILENT"}, 503),
    ],
)
def test_a_refusal_has_its_reason(report: dict[str, str], status: int, store: Store, tmp_path: Path) -> None:
    with served(house(store, tmp_path)) as (web, _):
        answer = web.post("/incidents", json=report, headers=KNOWN)

    assert (answer.status_code, bool(answer.json()["error"])) == (status, True)


def test_where_people_asked_for_silence_a_report_is_a_conflict(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.listening.unwatch("CINC", "inc-42", decided_by="U1")

    with served(lived) as (web, _):
        answer = web.post("/incidents", json=REPORT, headers=KNOWN)

    assert answer.status_code == 409


def test_a_huge_report_is_not_read_whole(store: Store, tmp_path: Path) -> None:
    with served(house(store, tmp_path)) as (web, _):
        body = json.dumps({**REPORT, "source": "x" * MAX_REPORT})
        answer = web.post("/incidents", content=body, headers=KNOWN)

    assert answer.status_code == 413


def test_without_a_secret_there_is_no_such_page() -> None:
    with serve(web_app({}, None, ""), "127.0.0.1", 0) as address:
        assert httpx.post(f"{address}/incidents", json=REPORT).status_code == 404
