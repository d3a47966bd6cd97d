"""`python -m sandbox`: what it prints, what it keeps, how it stops."""

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from slack_sdk import WebClient

from sandbox.keeping import NotAState, read
from tests.sandbox.apps import manifest


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "manifest.json"
    path.write_text(json.dumps(manifest(events=[])))
    return path


@contextmanager
def started(file: Path, *more: str) -> Iterator[dict[str, Any]]:
    command = [sys.executable, "-m", "sandbox", "--port", "0", "--json", "--manifest", str(file), *more]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield json.loads(process.stdout.readline())
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0


def test_a_workspace_is_kept_from_one_start_to_the_next(file: Path, tmp_path: Path) -> None:
    state = tmp_path / "kept" / "slack.json"
    with started(file, "--people", "ada,eve", "--state", str(state)) as first:
        web = WebClient(token=first["people"]["ada"]["token"], base_url=first["api_url"])
        web.conversations_create(name="kept")
        web.chat_postMessage(channel="#kept", text="still here")

    with started(file, "--state", str(state)) as second:
        web = WebClient(token=first["people"]["ada"]["token"], base_url=second["api_url"])
        messages = web.conversations_history(channel=second["channels"]["kept"])["messages"]

    assert messages[0]["text"] == "still here"
    same = ("bot_token", "app_token", "signing_secret", "bot_user_id", "team_id", "people")
    assert [first[name] for name in same] == [second[name] for name in same]
    assert state.stat().st_mode & 0o077 == 0


def test_a_taken_port_and_a_bad_manifest_end_with_a_sentence(file: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.yml"
    bad.write_text("display_information: {name: ''}")
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        taken = _run("--manifest", str(file), "--port", str(port))
    refused = _run("--manifest", str(bad), "--port", "0")

    assert (taken.returncode, taken.stderr) == (1, f"Port {port} is taken; name another one with --port.\n")
    assert refused.returncode == 1
    assert "display_information/name" in refused.stderr


def test_a_file_that_holds_no_workspace_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "state.json"
    path.write_text("{")

    with pytest.raises(NotAState, match="move it away"):
        read(path)

    assert path.read_text() == "{"


def _run(*arguments: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "sandbox", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=20, check=False)
