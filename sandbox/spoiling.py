"""Spoiling: lets the faults that wait for a request happen to it, before and after it has had its effect."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from http import HTTPStatus

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from sandbox.faults import Fault
from sandbox.slack import Slack

#: The name under which faults of response URLs are asked for.
RESPONSE_URL = "response_url"


async def spoiled(slack: Slack, request: Request, name: str, work: Callable[[], Awaitable[Response]]) -> Response:
    """Answer with what `work` answers, unless a fault of this `name` comes before or after it."""
    try:
        await request.body()  # what has arrived has its effect, though whoever sent it may be gone before
    except ClientDisconnect:
        return PlainTextResponse("")
    if response := await _spoil(slack, request, name, slack.faults.due(name, "before")):
        return response
    response = await work()
    return await _spoil(slack, request, name, slack.faults.due(name, "after")) or response


async def _spoil(slack: Slack, request: Request, name: str, faults: Sequence[Fault]) -> Response | None:
    response: Response | None = None
    for fault in faults:
        slack.workspace.record("fault", "to_bot", name, fault=repr(fault))
        if fault.delay:
            await asyncio.sleep(fault.delay.total_seconds())
        if fault.drops and request.client:
            slack.cut((request.client.host, request.client.port))
            response = PlainTextResponse("")
        if fault.retry_after is not None:
            response = too_many(fault.retry_after)
        elif fault.status is not None:
            response = PlainTextResponse("upstream error", fault.status)
    return response


def too_many(retry_after: int) -> Response:
    """Return the answer to one call too many; `retry_after` is in seconds."""
    headers = {"Retry-After": str(retry_after)}
    return JSONResponse({"ok": False, "error": "ratelimited"}, HTTPStatus.TOO_MANY_REQUESTS, headers)
