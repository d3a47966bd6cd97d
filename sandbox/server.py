"""The server: all addresses of the local Slack, on one port of this machine."""

import asyncio
import errno
import socket
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Route, WebSocketRoute
from uvicorn.protocols.http.h11_impl import H11Protocol

from sandbox.answering import reply
from sandbox.api import WebApi, identify, refused
from sandbox.calls import decoded
from sandbox.page.routes import routes as page
from sandbox.refusal import Refusal
from sandbox.schedule import keep_posting
from sandbox.slack import Slack
from sandbox.spoiling import RESPONSE_URL, spoiled

STARTS_WITHIN = 10.0
STOPS_WITHIN = 1
KEEP_ALIVE = 30


class PortTaken(Exception):
    """Somebody else listens there."""


class Protocol(H11Protocol):
    """HTTP as uvicorn speaks it, remembering its connections so that a fault can cut one."""

    transports: dict[tuple[str, int], asyncio.Transport]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's own
        """Remember the connection."""
        super().connection_made(transport)
        if self.client:
            self.transports[self.client] = transport

    def connection_lost(self, exc: Exception | None) -> None:
        """Forget it."""
        super().connection_lost(exc)
        if self.client:
            self.transports.pop(self.client, None)


@dataclass
class Addresses:
    """What each address answers."""

    slack: Slack

    def app(self) -> Starlette:
        """Return the whole as one application."""
        routes: list[BaseRoute] = [
            Route("/api/{method}", WebApi(self.slack).answer, methods=["GET", "POST"]),
            WebSocketRoute("/link/", self.slack.socket_mode.serve),
            Route("/commands/{team}/{path:path}", self.respond, methods=["POST"]),
            Route("/upload/v1/{file}", self.upload, methods=["POST", "PUT"]),
            Route("/files/{file}/{name:path}", self.download),
            Route("/_control/log", self.log),
            *page(self.slack),
        ]
        return Starlette(routes=routes, lifespan=self._living)

    @asynccontextmanager
    async def _living(self, _app: Starlette) -> AsyncIterator[None]:
        self.slack.courier.open(asyncio.get_running_loop())
        posting = asyncio.create_task(keep_posting(self.slack))
        try:
            yield
        finally:
            posting.cancel()
            self.slack.courier.close()

    async def respond(self, request: Request) -> Response:
        """Take a post to a response URL."""
        return await spoiled(self.slack, request, RESPONSE_URL, lambda: self._respond(request))

    async def _respond(self, request: Request) -> Response:
        workspace, path = self.slack.workspace, request.path_params["path"]
        try:
            said = decoded(await _message(request))
            with workspace.changing():
                place = self.slack.triggers.post_to(path)
            reply(self.slack, place, said)
        except Refusal as refusal:
            workspace.record("refused", "to_bot", "response_url", error=str(refusal))
            gone = refusal.error in {"expired_url", "used_url"}
            return JSONResponse(refused(refusal, path), HTTPStatus.NOT_FOUND if gone else HTTPStatus.BAD_REQUEST)
        workspace.record("response_url", "from_bot", "ok", args=said)
        return PlainTextResponse("ok")

    async def upload(self, request: Request) -> Response:
        """Take the bytes of a file, as the body or as a form's file."""
        file = self.slack.workspace.state.files.get(request.path_params["file"])
        if file is None:
            return PlainTextResponse("not found", HTTPStatus.NOT_FOUND)
        content = await request.body()
        if request.headers.get("content-type", "").startswith("multipart/form-data"):
            async with request.form() as form:
                for part in form.values():
                    if not isinstance(part, str):
                        content = await part.read()
        self.slack.workspace.contents[file.id] = content
        return PlainTextResponse(f"OK - {len(content)}")

    async def download(self, request: Request) -> Response:
        """Hand a file back to whoever has a token."""
        _, _, token = request.headers.get("authorization", "").partition(" ")
        try:
            identify(self.slack, token)
        except Refusal:
            return PlainTextResponse("sign in first", HTTPStatus.UNAUTHORIZED)
        content = self.slack.workspace.contents.get(request.path_params["file"])
        if content is None:
            return PlainTextResponse("not found", HTTPStatus.NOT_FOUND)
        return Response(content, media_type="application/octet-stream")

    async def log(self, _request: Request) -> Response:
        """Return everything that happened between the app and this Slack."""
        return JSONResponse({"log": list(self.slack.workspace.log)})


async def _message(request: Request) -> dict[str, Any]:
    try:
        said = await request.json()
    except ValueError:
        raise Refusal("invalid_payload") from None
    if not isinstance(said, dict):
        raise Refusal("invalid_payload")
    return said


class _Uvicorn(uvicorn.Server):
    """Uvicorn that says when it listens."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.listening = threading.Event()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self.listening.set()


class Server:
    """Serves one Slack from a thread of its own."""

    def __init__(self, slack: Slack, host: str = "127.0.0.1", port: int = 0) -> None:
        self._socket = _listen(host, port)
        slack.url = f"http://{host}:{self._socket.getsockname()[1]}"
        transports: dict[tuple[str, int], asyncio.Transport] = {}
        slack.cut = lambda client: transports[client].abort() if client in transports else None
        config = uvicorn.Config(
            Addresses(slack).app(), http=type("Cuttable", (Protocol,), {"transports": transports}),
            ws="websockets-sansio", lifespan="on", log_config=None, log_level="error", access_log=False,
            timeout_graceful_shutdown=STOPS_WITHIN, timeout_keep_alive=KEEP_ALIVE,
        )  # fmt: skip
        self._server = _Uvicorn(config)
        self._thread = threading.Thread(target=self._server.run, args=([self._socket],), name="sandbox", daemon=True)

    def start(self) -> None:
        """Return when it answers."""
        self._thread.start()
        if not self._server.listening.wait(STARTS_WITHIN):
            raise TimeoutError("the sandbox's server did not start")

    def stop(self) -> None:
        """Close every connection and return when nothing is left."""
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()


def _listen(host: str, port: int) -> socket.socket:
    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as failure:
        listening.close()
        if failure.errno == errno.EADDRINUSE:
            raise PortTaken(f"Port {port} is taken; name another one with --port.") from None
        raise
    return listening
