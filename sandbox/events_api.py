"""Delivery over HTTP: signed requests to the app's own address, when it does not use Socket Mode.

Source: docs.slack.dev/apis/events-api and /authentication/verifying-requests-from-slack.
"""

import hmac
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from typing import Any, ClassVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from anyio import to_thread

from sandbox.delivery import Parcel, Unanswered
from sandbox.manifest import Manifest
from sandbox.state import Json
from sandbox.workspace import Workspace

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"


class NotVerified(Exception):
    """The app's address did not answer Slack's challenge."""


class _NoRedirects(HTTPRedirectHandler):
    """Slack follows two redirects for events; an app that needs them is set up wrongly, so here none is followed."""

    def redirect_request(self, *_args: object, **_more: object) -> None:
        return None


#: The machine's proxy settings do not concern an address on this machine.
OPENER = build_opener(ProxyHandler({}), _NoRedirects())


@dataclass(frozen=True)
class HttpDelivery:
    """Posts to the app's addresses, signed with its secret."""

    late: ClassVar[str] = "http_timeout"

    workspace: Workspace
    address: Callable[[Parcel], str]
    within: timedelta

    async def hand_over(self, parcel: Parcel) -> Any:
        """Post a parcel and return what the answer carries."""
        body, kind = _body(parcel)
        headers = self._signed(body, kind)
        if parcel.attempt:
            headers |= {"X-Slack-Retry-Num": str(parcel.attempt), "X-Slack-Retry-Reason": parcel.reason}
        # Not asyncio's own few threads: whoever waits for one of those would look late to us.
        return await to_thread.run_sync(self._post, self.address(parcel), body, headers, abandon_on_cancel=True)

    def verify(self, url: str) -> None:
        """Ask an address to repeat a challenge, as Slack does when a request URL is entered."""
        challenge = secrets.token_urlsafe(32)
        token = self.workspace.state.credentials.verification_token
        body = json.dumps({"type": "url_verification", "token": token, "challenge": challenge}).encode()
        try:
            answer = self._post(url, body, self._signed(body, JSON))
        except Unanswered as failure:
            raise NotVerified(f"{url} did not answer the challenge: {failure.reason}") from None
        said = answer.get("challenge") if isinstance(answer, dict) else answer
        if said != challenge:
            raise NotVerified(f"{url} answered the challenge with {said!r}")

    def ssl_check(self, url: str) -> None:
        """Send the request by which Slack checks a command's certificate; raises `Unanswered`."""
        token = self.workspace.state.credentials.verification_token
        body = urlencode({"ssl_check": "1", "token": token}).encode()
        self._post(url, body, self._signed(body, FORM))

    def _signed(self, body: bytes, kind: str) -> dict[str, str]:
        moment = str(self.workspace.now())
        secret = self.workspace.state.credentials.signing_secret
        digest = hmac.new(secret.encode(), b"v0:" + moment.encode() + b":" + body, sha256).hexdigest()
        return {
            "Content-Type": kind,
            "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
            "X-Slack-Request-Timestamp": moment,
            "X-Slack-Signature": f"v0={digest}",
        }

    def _post(self, url: str, body: bytes, headers: dict[str, str]) -> Any:
        request = Request(url, body, headers)  # noqa: S310 - the address is the one the app was registered with
        try:
            with OPENER.open(request, timeout=self.within.total_seconds()) as answer:
                return _read(answer.read(), answer.headers.get_content_type())
        except HTTPError as failure:
            with failure:
                again = failure.headers.get("X-Slack-No-Retry") != "1"
            raise Unanswered("http_error", again=again) from None
        except TimeoutError:
            raise Unanswered("http_timeout") from None
        except (URLError, OSError) as failure:
            slow = isinstance(getattr(failure, "reason", None), TimeoutError)
            raise Unanswered("http_timeout" if slow else "connection_failed") from None


def addresses(manifest: Manifest) -> Callable[[Parcel], str]:
    """Return where the manifest of an app without Socket Mode wants each parcel to go."""
    settings = manifest.settings
    commands = {one.command: one.url for one in manifest.commands}

    def address(parcel: Parcel) -> str:
        url = settings.event_subscriptions.request_url
        if parcel.kind == "slash_commands":
            url = commands[parcel.payload["command"]]
        elif parcel.kind == "interactive":
            menu = settings.interactivity.message_menu_options_url
            suggests = parcel.payload["type"] == "block_suggestion" and "message" in parcel.payload
            url = menu if menu and suggests else settings.interactivity.request_url
        return url or ""

    return address


def _body(parcel: Parcel) -> tuple[bytes, str]:
    match parcel.kind:
        case "events_api":
            return json.dumps(parcel.payload).encode(), JSON
        case "slash_commands":
            return urlencode(parcel.payload).encode(), FORM
        case _:
            return urlencode({"payload": json.dumps(parcel.payload)}).encode(), FORM


def _read(body: bytes, kind: str) -> Json | str | None:
    text = body.decode(errors="replace").strip()
    if not text:
        return None
    if kind != JSON:
        return text
    try:
        answer: Json = json.loads(text)
    except ValueError:
        return text
    return answer
