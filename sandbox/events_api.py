"""Delivery over HTTP: signed requests to the app's own address, when it does not use Socket Mode.

Source: docs.slack.dev/apis/events-api and /authentication/verifying-requests-from-slack.
"""

import asyncio
import hmac
import json
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, ProxyHandler, Request, build_opener

from sandbox.delivery import Parcel, Unanswered
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
    """Posts to one address, signed with the app's secret."""

    late: ClassVar[str] = "http_timeout"

    workspace: Workspace
    url: str
    within: timedelta

    async def hand_over(self, parcel: Parcel) -> Any:
        """Post a parcel and return what the answer carries."""
        body, kind = _body(parcel)
        headers = self._signed(body, kind)
        if parcel.attempt:
            headers |= {"X-Slack-Retry-Num": str(parcel.attempt), "X-Slack-Retry-Reason": parcel.reason}
        return await asyncio.to_thread(self._post, parcel.url or self.url, body, headers)

    def verify(self) -> None:
        """Ask the address to repeat a challenge, as Slack does when a request URL is entered."""
        challenge = secrets.token_urlsafe(32)
        token = self.workspace.state.credentials.verification_token
        body = json.dumps({"type": "url_verification", "token": token, "challenge": challenge}).encode()
        try:
            answer = self._post(self.url, body, self._signed(body, JSON))
        except Unanswered as failure:
            raise NotVerified(f"{self.url} did not answer the challenge: {failure.reason}") from None
        said = answer.get("challenge") if isinstance(answer, dict) else answer
        if said != challenge:
            raise NotVerified(f"{self.url} answered the challenge with {said!r}")

    def ssl_check(self) -> int:
        """Send the request by which Slack checks a command's certificate; return the status of the answer."""
        token = self.workspace.state.credentials.verification_token
        body = urlencode({"ssl_check": "1", "token": token}).encode()
        self._post(self.url, body, self._signed(body, FORM))
        return HTTPStatus.OK

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
