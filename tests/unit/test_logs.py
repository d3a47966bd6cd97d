"""No secret reaches a log line, wherever it stands in it."""

import io
import json
import logging

import pytest
import structlog

from bot.logs import configure_logs, redacted

CANARIES = [
    "xoxb-1234-abcd-EFGH",
    "xoxp-99-person",
    "xapp-1-A1-secret",
    "Authorization: Bearer abcdefgh12345678",
    "postgresql://user:hunter2@host/name",
]


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    written = io.StringIO()
    monkeypatch.setattr("sys.stderr", written)
    configure_logs(level="DEBUG", as_json=True)
    return written


@pytest.mark.parametrize("canary", CANARIES)
def test_a_secret_is_taken_out_of_text(canary: str) -> None:
    clean = redacted(f"before {canary} after")

    assert canary not in clean
    assert "hunter2" not in clean
    assert clean.startswith("before")


@pytest.mark.parametrize("canary", CANARIES)
def test_a_secret_is_taken_out_of_every_field_and_of_tracebacks(lines: io.StringIO, canary: str) -> None:
    structlog.get_logger("ours").info(f"said {canary}", field=canary, nested={"deep": [canary]})
    logging.getLogger("another_package").warning("library says %s", canary)
    structlog.get_logger("ours").error("failed", exc_info=RuntimeError(canary))

    written = lines.getvalue()
    assert len(written.splitlines()) == 3
    assert canary not in written
    assert "hunter2" not in written


def test_a_line_for_machines_is_json_with_its_fields(lines: io.StringIO) -> None:
    structlog.get_logger("ours").warning("a thing happened", reference="ABC234")

    line = json.loads(lines.getvalue())
    assert (line["event"], line["reference"], line["level"]) == ("a thing happened", "ABC234", "warning")
