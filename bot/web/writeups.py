"""The webhook by which another tool asks that an incident is written up, with the secret that both know.

    POST /write-ups   {"id": "PD-123", "owner": "U012AB3CD", "title": "…", "severity": "sev2", "timeline": […]}

401 a wrong secret · 413 too large · 422 a wrong field, each with its sentence · 503 the database does not answer
200 done; the same id twice begins one write-up.
"""

from fastapi import Response
from fastapi.responses import JSONResponse

from bot.forms.reports import report_of
from bot.forms.writeups import WriteUpReport
from bot.web.events import Route, refused, route_knowing
from workflows.errors import InvalidForm, Unavailable
from workflows.writeups.elsewhere import Elsewhere


def write_up_route(elsewhere: Elsewhere, secret: str) -> Route:
    """Return the route that begins write-ups."""

    def take(body: bytes) -> Response:
        try:
            writeup, is_new = elsewhere.from_tool(report_of(WriteUpReport, body).told)
        except InvalidForm as invalid:
            return refused(422, "The write-up is not understood.", fields=invalid.fields)
        except Unavailable:
            return refused(503, "The database does not answer; send it again.")
        return JSONResponse({"write_up": writeup.id, "owner": writeup.owner, "is_new": is_new})

    return route_knowing(secret, take)
