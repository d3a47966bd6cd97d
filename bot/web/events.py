"""What other systems tell of that makes entries due for review: a model registry of releases, a monitor of alarms.

    POST /releases   {"family": "llm", "version": "5.0", "major": true}
    POST /alarms     {"detector": "queue-wait", "value": 0.4, "id": "7f3a"}, or what Alertmanager and Grafana send

401 a wrong secret · 413 too large · 422 not understood, with its sentence · 503 the database does not answer
200 done; told twice, it acts once, so a sender may repeat what was not answered.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Annotated, Any, Final

from fastapi import Request, Response
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse
from pydantic import BaseModel, Field, ValidationError

from bot.web.bodies import bounded_body
from workflows.errors import Unavailable, UserError
from workflows.people import OPERATOR
from workflows.triggers import Alarm, Triggers

Route = Callable[[Request], Awaitable[Response]]
Taken = Callable[[Any], int]
MAX_BODY: Final = 1_048_576  # bytes; Alertmanager sends many alerts at once
MOST_ALERTS: Final = 200  # in one request; Alertmanager groups a few dozen
Name = Annotated[str, Field(min_length=1, max_length=200)]


class ReleaseTold(BaseModel):
    """A release, as a model registry tells of it."""

    family: Name
    version: Name
    major: bool | None = None


class AlarmTold(BaseModel):
    """An alarm, as our own documentation asks for it; `id` tells it from the next one."""

    detector: Name
    id: Name
    value: float | None = None


class Alert(BaseModel):
    """One alert in what Alertmanager (webhook version 4) and Grafana send."""

    status: str
    labels: Mapping[str, str]
    fingerprint: str = Field("", max_length=100)
    startsAt: str = Field("", max_length=60)  # noqa: N815 - Alertmanager's own name


class Alerts(BaseModel):
    """A group of alerts."""

    alerts: Annotated[list[Alert], Field(max_length=MOST_ALERTS)]


def event_routes(triggers: Triggers, secret: str) -> Mapping[str, Route]:
    """Return the routes by their paths; whoever posts must know the secret."""
    return {
        "/releases": _route(secret, partial(_take_release, triggers)),
        "/alarms": _route(secret, partial(_take_alarms, triggers)),
    }


def _take_release(triggers: Triggers, told: Any) -> int:
    release = ReleaseTold.model_validate(told)
    return len(triggers.release(release.family, release.version, OPERATOR, is_major=release.major).entries)


def _take_alarms(triggers: Triggers, told: Any) -> int:
    return sum(len(triggers.alarm(alarm)) for alarm in _alarms(told))


def _alarms(told: Any) -> list[Alarm]:
    if not isinstance(told, dict) or "alerts" not in told:
        one = AlarmTold.model_validate(told)
        return [Alarm(one.detector, one.id, one.value)]
    firing = [one for one in Alerts.model_validate(told).alerts if one.status == "firing"]
    return [Alarm(one.labels.get("alertname", ""), f"{one.fingerprint} {one.startsAt}") for one in firing]


def route_knowing(secret: str, take: Callable[[bytes], Response]) -> Route:
    """Return a route that hands on what is posted by whoever knows the secret."""

    async def answer(request: Request) -> Response:
        if not _knows(secret, request.headers.get("authorization", "")):
            return refused(401, "The secret is missing or wrong: send “Authorization: Bearer …”.")
        body = await bounded_body(request, MAX_BODY)
        if body is None:
            return refused(413, f"What is posted has at most {MAX_BODY} bytes.")
        return await run_in_threadpool(take, body)

    return answer


def _route(secret: str, take: Taken) -> Route:
    return route_knowing(secret, partial(_taken, take))


def _taken(take: Taken, body: bytes) -> Response:
    try:
        return JSONResponse({"due": take(json.loads(body))})
    except ValidationError as invalid:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in invalid.errors()[:5])
        return refused(422, f"This is not understood: {faults}")
    except (ValueError, RecursionError):
        return refused(422, "The body is no JSON.")
    except UserError as wrong:
        return refused(422, wrong.sentence)
    except Unavailable:
        return refused(503, "The database does not answer; send it again.")


def _knows(secret: str, header: str) -> bool:
    scheme, _, given = header.partition(" ")
    return scheme.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), secret.encode())


def refused(status: int, sentence: str, **more: Any) -> Response:
    """Return why something was not taken, in a sentence."""
    return JSONResponse({"error": sentence, **more}, status_code=status)
