"""The incident webhook: other tools begin and change incidents by posting JSON, with a secret that both know.

401 a wrong secret · 413 too large · 422 a wrong field, each with its sentence · 404 an unknown channel · 409 people
forbid it · 503 the database or Slack does not answer · 200 done; the same report twice changes nothing.
"""

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final

from fastapi import Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import JSONResponse

from bot.forms.reports import IncidentReport, report_of
from bot.web.bodies import bounded_body
from workflows.errors import InvalidForm, NotFound, Unavailable, UserError
from workflows.reports import Reports

MAX_REPORT: Final = 65_536  # bytes


@dataclass(frozen=True)
class IncidentWebhook:
    """Takes reports; `join` joins a public channel that we are to listen in, and never blocks."""

    reports: Reports
    secret: str
    join: Callable[[str], None]

    def route(self) -> Callable[[Request], Awaitable[JSONResponse]]:
        """Return the route that takes reports."""

        async def take(request: Request) -> JSONResponse:
            if not self._knows_the_secret(request.headers.get("authorization", "")):
                return _refused(401, "The secret is missing or wrong: send “Authorization: Bearer …”.")
            body = await bounded_body(request, MAX_REPORT)
            if body is None:
                return _refused(413, f"A report has at most {MAX_REPORT} bytes.")
            return await run_in_threadpool(self._take, body)

        return take

    def _knows_the_secret(self, header: str) -> bool:
        kind, _, given = header.partition(" ")
        return kind.lower() == "bearer" and hmac.compare_digest(given.strip().encode(), self.secret.encode())

    def _take(self, body: bytes) -> JSONResponse:
        try:
            report = report_of(IncidentReport, body)
            done = self.reports.take(report.channel, report.change, source=report.source)
        except InvalidForm as invalid:
            return _refused(422, "The report is not understood.", fields=invalid.fields)
        except NotFound as unknown:
            return _refused(404, unknown.sentence)
        except UserError as forbidden:
            return _refused(409, forbidden.sentence)
        except Unavailable:
            return _refused(503, "The database or Slack does not answer; send the report again.")
        if done.to_join:
            self.join(done.channel_id)
        return JSONResponse(
            {"incident": done.incident_id, "channel": done.channel_id, "status": done.status, "is_new": done.is_new}
        )


def _refused(status: int, sentence: str, **more: Any) -> JSONResponse:
    return JSONResponse({"error": sentence, **more}, status_code=status)
