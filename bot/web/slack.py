"""Slack over HTTP: nothing is parsed before the signature over the raw bytes is found right.

Bolt's own adapter would parse first, answer bad input with a traceback, log the bodies it refuses and run one request
after the other. Here a request is bounded, verified, and only then handed to Bolt on a thread of its own.
"""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

import structlog
from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from slack_bolt import App, BoltRequest, BoltResponse
from slack_sdk.signature import SignatureVerifier

from bot.web.bodies import bounded_body

log = structlog.get_logger(__name__)

MAX_BODY = 1_048_576  # bytes; Slack's largest view is 250 kB
TIMESTAMP = re.compile(r"[0-9]{1,12}")
# What each kind of payload must have, and of which kind that is wherever it comes.
NEEDED = {
    "view_submission": ("view", "user"),
    "view_closed": ("view", "user"),
    "block_actions": ("actions", "user"),
    "block_suggestion": ("user",),
    "message_action": ("message", "user"),
    "shortcut": ("user",),
    "event_callback": ("event",),
}
SHAPES = {"view": dict, "user": dict, "channel": dict, "container": dict, "message": dict, "event": dict}
SIGNATURE = re.compile(r"v0=[0-9a-f]{64}")


def slack_route(app: App, signing_secret: str) -> Callable[[Request], Awaitable[Response]]:
    """Return the route that takes everything Slack sends over HTTP.

    Signatures: docs.slack.dev/authentication/verifying-requests-from-slack (HMAC-SHA256, at most 5 minutes old).
    """
    verifier = SignatureVerifier(signing_secret)

    async def take(request: Request) -> Response:
        body = await bounded_body(request, MAX_BODY)
        if body is None:
            return Response("too large", status_code=413)
        text = _text(body)
        if text is None or not _is_from_slack(verifier, request, text):
            return Response("the signature is missing, wrong or too old", status_code=401)
        bolt_request = _bolt_request(request, text)
        if bolt_request is None:
            return Response("not understood", status_code=400)
        return _response(await run_in_threadpool(app.dispatch, bolt_request))

    return take


def _text(body: bytes) -> str | None:
    """Return the body, or None where it is no UTF-8, which Slack never sends and the verifier cannot take."""
    try:
        return body.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _is_from_slack(verifier: SignatureVerifier, request: Request, body: str) -> bool:
    timestamp = request.headers.get("x-slack-request-timestamp", "")
    signature = request.headers.get("x-slack-signature", "")
    if not TIMESTAMP.fullmatch(timestamp) or not SIGNATURE.fullmatch(signature):
        return False
    return verifier.is_valid(body, timestamp, signature)


def _bolt_request(request: Request, body: str) -> BoltRequest | None:
    try:
        headers: dict[str, str | Sequence[str]] = dict(request.headers)
        taken = BoltRequest(body=body, query=request.url.query, headers=headers)
        _require_shape(taken.body)
    except (ValueError, RecursionError, AttributeError, TypeError, KeyError) as unreadable:
        # Signed, so it is from Slack or from somebody with our secret; either way there is nothing to answer.
        log.warning("a signed request is no payload of Slack's", problem=type(unreadable).__name__)
        return None
    return taken


def _require_shape(body: Mapping[str, Any]) -> None:
    """Raise TypeError or KeyError for what has the names of a payload but not its shape."""
    for name in NEEDED.get(str(body.get("type", "")), ()):
        body[name]
    for name, kind in SHAPES.items():
        _require(body.get(name), kind)
    view, event = body.get("view") or {}, body.get("event") or {}
    _require(event.get("message"), dict)
    _require(event.get("previous_message"), dict)
    _require(view.get("state"), dict)
    values = (view.get("state") or {}).get("values")
    _require(values, dict)
    _require_all([*(values or {}).values()], dict)
    for several in (body.get("actions"), view.get("blocks")):
        _require(several, list)
        _require_all(several or [], dict)


def _require(value: object, kind: type) -> None:
    if value is not None and not isinstance(value, kind):
        raise TypeError(type(value).__name__)


def _require_all(values: Sequence[object], kind: type) -> None:
    if not all(isinstance(value, kind) for value in values):
        raise TypeError(kind.__name__)


def _response(bolt_response: BoltResponse) -> Response:
    response = Response(bolt_response.body, status_code=bolt_response.status)
    for name, value in bolt_response.first_headers().items():
        response.headers[name] = value
    return response
