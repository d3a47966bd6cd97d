"""Other tools ask for a write-up over HTTP, with a secret; twice is once, and what cannot be is refused by field."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.web.app import web_app
from bot.web.server import serve
from bot.web.writeups import write_up_route
from store import Store
from tests.factories import House, house
from workflows.writeups.elsewhere import Elsewhere

SECRET = "a secret that both know"
ASKED: dict[str, Any] = {
    "id": "PD-123",
    "owner": "UOWNER",
    "source": "our pager",
    "title": "Ranking answered late",
    "severity": "SEV2",
    "times": {"detected": "2023-01-02T09:00:00Z", "resolved": "2023-01-02T09:30:00+01:00"},
    "timeline": [{"at": "2023-01-02T09:05:00Z", "text": "Rolled back", "author": "U0456EFGH"}],
}


@contextmanager
def posting(lived: House, secret: str = SECRET) -> Iterator[httpx.Client]:
    events = {"/write-ups": write_up_route(Elsewhere(lived.writeups), SECRET)}
    web = web_app({}, None, "unused", events=events)
    with (
        serve(web, "127.0.0.1", 0) as address,
        httpx.Client(base_url=address, headers={"Authorization": f"Bearer {secret}"}, timeout=10) as client,
    ):
        yield client


def test_a_tool_asks_twice_and_one_write_up_begins(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with posting(lived) as client:
        told = [client.post("/write-ups", json={**ASKED, "times": {"detected": "2023-01-02T09:00:00Z"}}) for _ in "ab"]

    (writeup,) = lived.writeups.all()
    assert [answer.json() for answer in told] == [
        {"write_up": writeup.id, "owner": "UOWNER", "is_new": is_new} for is_new in (True, False)
    ]
    assert (writeup.title, writeup.severity) == ("Ranking answered late", "sev2")
    assert [one.text for one in writeup.moments] == ["Rolled back"]


def test_a_wrong_secret_begins_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with posting(lived, "another secret") as client:
        answer = client.post("/write-ups", json=ASKED)

    assert (answer.status_code, lived.writeups.all()) == (401, [])


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"owner": "somebody"}, "owner"),
        ({"id": ""}, "id"),
        ({"times": {"detected": "yesterday"}}, "times"),
        ({"times": {"noticed": "2023-01-02T09:00:00Z"}}, "times"),
        ({}, "resolved"),  # 9:30 an hour to the east is before 09:00 in UTC
        ({"timeline": [{"at": "2023-01-02T09:00:00", "text": "no zone"}]}, "timeline"),
        ({"unknown": 1}, "unknown"),
    ],
)
def test_what_cannot_be_is_refused_with_its_field(
    store: Store, tmp_path: Path, changed: dict[str, Any], field: str
) -> None:
    lived = house(store, tmp_path)

    with posting(lived) as client:
        answer = client.post("/write-ups", json={**ASKED, **changed})

    assert answer.status_code == 422
    assert [name.split(".")[0] for name in answer.json()["fields"]] == [field]
    assert lived.writeups.all() == []
