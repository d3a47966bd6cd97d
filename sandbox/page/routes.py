"""The page over HTTP: one address to look at, one to ask what is new, and one for each thing a person can do.

Everything a person does answers with the regions of the page that changed, so that one sees it at once.
"""

from collections.abc import Awaitable, Callable, Mapping
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from markupsafe import escape
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from sandbox.page import deeds
from sandbox.page.answers import NotOffered
from sandbox.page.deeds import Fields, Outcome
from sandbox.page.desk import Desk, Lost, Visit
from sandbox.page.drawing import REGIONS, Pen, sorry
from sandbox.people import NotThere
from sandbox.refusal import Refusal
from sandbox.slack import Slack

STATIC = Path(__file__).parent.parent / "static"

Deed = Callable[[Desk, Visit, Fields], Outcome]

DEEDS: Mapping[str, Deed] = {
    "/live": deeds.look,
    "/say": deeds.say,
    "/edit": deeds.edit,
    "/delete": deeds.delete,
    "/dismiss": deeds.dismiss,
    "/react": deeds.react,
    "/press": deeds.press,
    "/shortcut": deeds.shortcut,
    "/submit": deeds.submit,
    "/close": deeds.close,
    "/create": deeds.create,
    "/invite": deeds.invite,
    "/join": deeds.join,
}


def routes(slack: Slack) -> list[BaseRoute]:
    """Return what the sandbox's server mounts beside its Web API."""
    page = Page(Desk(slack))
    return [
        Route("/", page.show),
        *(Route(path, page.doing(deed), methods=["POST"]) for path, deed in DEEDS.items()),
        Route("/suggestions", page.suggest, methods=["POST"]),
        Mount("/static", StaticFiles(directory=STATIC)),
    ]


class Page:
    """Answers a browser."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: Request) -> Response:
        """Show the whole page."""
        try:
            visit = self._desk.visit(request.query_params)
        except Lost as lost:
            return HTMLResponse(sorry(lost.sentence), HTTPStatus.NOT_FOUND)
        if visit.channel is None:
            await run_in_threadpool(deeds.open_home, self._desk, visit)
        return HTMLResponse(self._pen(visit).page(self._desk.scene(visit)))

    def doing(self, deed: Deed) -> Callable[[Request], Awaitable[Response]]:
        """Return the endpoint that does one thing as the visitor and answers with what changed."""

        async def endpoint(request: Request) -> Response:
            if is_foreign(request):
                return FOREIGN
            fields = await _fields(request)
            try:
                visit = self._desk.visit(_last(fields))
            except Lost as lost:
                return HTMLResponse(escape(lost.sentence), HTTPStatus.NOT_FOUND)
            try:
                outcome = await run_in_threadpool(deed, self._desk, visit, fields)
            except (Lost, NotThere) as lost:
                outcome = Outcome(str(lost))
            except NotOffered:
                outcome = Outcome("This cannot be chosen here.")
            except Refusal as refused:
                outcome = Outcome(f"Slack refused this: {refused.error.replace('_', ' ')}.")
            return self._answer(visit, fields, outcome)

        return endpoint

    async def suggest(self, request: Request) -> Response:
        """Answer what the app suggests for the words typed into one of its menus."""
        if is_foreign(request):
            return FOREIGN
        fields = await _fields(request)
        try:
            visit = self._desk.visit(_last(fields))
            offer = await run_in_threadpool(deeds.suggestions, self._desk, visit, fields)
        except (Lost, Refusal) as problem:
            return HTMLResponse(escape(str(problem)))
        return HTMLResponse(self._pen(visit).suggestions(self._desk.scene(visit), offer))

    def _answer(self, visit: Visit, fields: Fields, outcome: Outcome) -> Response:
        if outcome.go:
            return Response(headers={"HX-Redirect": outcome.go})
        last = _last(fields)
        seen = {region: last.get(f"seen-{region}", "") for region in REGIONS}
        changes = self._pen(visit).changes(self._desk.scene(visit), seen, outcome.notice)
        return HTMLResponse(changes) if changes else Response(status_code=HTTPStatus.NO_CONTENT)

    def _pen(self, visit: Visit) -> Pen:
        return Pen(self._desk.names(visit))


FOREIGN = Response("This page takes requests from itself only.", HTTPStatus.FORBIDDEN)


def is_foreign(request: Request) -> bool:
    """Whether a browser sends this on behalf of another site: the page acts as anybody, so only itself may ask.

    Programs that are no browsers send neither header; they could use the Web API just as well.
    """
    site = request.headers.get("sec-fetch-site")
    if site is not None:
        return site not in {"same-origin", "none"}
    origin = request.headers.get("origin")
    return origin is not None and urlsplit(origin).netloc != request.headers.get("host")


async def _fields(request: Request) -> Fields:
    async with request.form() as form:
        fields: dict[str, list[str]] = {}
        for name, value in form.multi_items():
            if isinstance(value, str):
                fields.setdefault(name, []).append(value)
        return fields


def _last(fields: Fields) -> dict[str, str]:
    return {name: values[-1] for name, values in fields.items()}
