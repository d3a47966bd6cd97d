"""Links are asked politely and only where they may lead; real answers come from a real server."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from bot.links import AskedWeb, asked_web


class Answers(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        path = self.path.strip("/")
        if path.startswith("to-"):
            self.send_response(308 if path == "to-ok" else 302)
            self.send_header("location", {"to-ok": "/200", "to-loop": "/to-loop"}.get(path, "http://169.254.169.254/"))
        else:
            self.send_response(int(path))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Answers) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def web() -> Iterator[AskedWeb]:
    asked = asked_web(own_network=True)
    yield asked
    asked.client.close()


@pytest.mark.parametrize(
    ("path", "state"),
    [
        ("200", "ok"),
        ("404", "gone"),
        ("410", "gone"),
        ("403", "forbidden"),
        ("to-ok", "moved"),
        ("500", None),
        ("429", None),
    ],
)
def test_what_a_server_answers_is_told_in_one_word(web: AskedWeb, server: str, path: str, state: str | None) -> None:
    assert web.state_of(f"{server}/{path}") == state


def test_a_circle_of_redirections_ends(web: AskedWeb, server: str) -> None:
    assert web.state_of(f"{server}/to-loop") is None


def test_a_redirection_does_not_lead_to_the_metadata_of_a_cloud_machine(web: AskedWeb, server: str) -> None:
    assert web.state_of(f"{server}/to-metadata") is None


@pytest.mark.parametrize(
    "uri",
    ["http://127.0.0.1:1/", "http://localhost:1/", "http://10.0.0.1/", "http://169.254.169.254/", "http://[::1]:1/"],
)
def test_private_addresses_are_not_asked_unless_the_installer_says_so(server: str, uri: str) -> None:
    asked = asked_web(own_network=False)

    assert asked.state_of(uri) is None
    assert asked.state_of(f"{server}/200") is None
    asked.client.close()


@pytest.mark.parametrize("uri", ["ftp://example.org/x", "http://", "http://a b/", "http://[::", "http://x:99999/"])
def test_what_is_no_address_is_left_alone(web: AskedWeb, uri: str) -> None:
    assert web.state_of(uri) is None
