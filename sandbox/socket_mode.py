"""Socket Mode: the app's own WebSockets, on which envelopes go out and acknowledgements come back.

Source: docs.slack.dev/apis/events-api/using-socket-mode.
"""

import asyncio
import json
import secrets
from dataclasses import dataclass, field
from itertools import count
from typing import Any, ClassVar
from uuid import uuid4

from starlette.websockets import WebSocket, WebSocketDisconnect

from sandbox.delivery import Parcel, Unanswered
from sandbox.faults import Faults
from sandbox.state import Json
from sandbox.workspace import Workspace

CONNECTIONS = 10
#: What Slack says a connection lasts, in seconds.
LIFETIME = 18_060
POLICY_VIOLATION = 1008


@dataclass(eq=False)
class Line:
    """One open WebSocket, and what is waiting to be acknowledged on it."""

    socket: WebSocket
    number: int
    waiting: dict[str, asyncio.Future[Any]] = field(default_factory=dict)

    def hang_up(self) -> None:
        """Tell everybody who waits that nothing will come any more."""
        for future in self.waiting.values():
            if not future.done():
                future.set_exception(Unanswered("connection_lost"))


class SocketMode:
    """All connections of the app; a payload goes to any one of them."""

    late: ClassVar[str] = "timeout"

    def __init__(self, workspace: Workspace, faults: Faults) -> None:
        self.lines: list[Line] = []
        self._workspace = workspace
        self._faults = faults
        self._tickets = set[str]()
        self._numbers = count(1)
        self._turn = count()

    def ticket(self) -> str:
        """Return a ticket that lets one WebSocket in."""
        ticket = str(uuid4())
        self._tickets.add(ticket)
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """Serve one WebSocket from its opening to its end."""
        ticket = socket.query_params.get("ticket", "")
        if ticket not in self._tickets:
            await socket.close(POLICY_VIOLATION)
            return
        self._tickets.discard(ticket)
        await socket.accept()
        if len(self.lines) >= CONNECTIONS:
            await socket.send_json(self._goodbye("too_many_websockets"))
            await socket.close()
            return
        line = Line(socket, next(self._numbers))
        await socket.send_json(self._hello())
        self._come(line)
        try:
            await self._listen(line)
        except WebSocketDisconnect:
            return
        finally:
            self._go(line)

    async def hand_over(self, parcel: Parcel) -> Any:
        """Send an envelope and wait for its acknowledgement."""
        if not self.lines:
            raise Unanswered("dispatch_failed")
        line = self.lines[next(self._turn) % len(self.lines)]
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        line.waiting[parcel.envelope_id] = future
        try:
            await line.socket.send_json(_envelope(parcel))
            return await future
        except (WebSocketDisconnect, RuntimeError):
            # Starlette raises RuntimeError when the other side closed while we were about to send.
            raise Unanswered("connection_lost") from None
        finally:
            line.waiting.pop(parcel.envelope_id, None)

    async def refresh(self, reason: str = "refresh_requested") -> None:
        """Ask the app to open a new connection, as Slack does every few hours; `warning` comes first."""
        for line in list(self.lines):
            await line.socket.send_json(self._goodbye(reason))
            if reason != "warning":
                self._go(line)
                await line.socket.close()

    async def drop(self) -> None:
        """Cut every connection without a word."""
        for line in list(self.lines):
            self._go(line)
            await line.socket.close(1011)

    async def _listen(self, line: Line) -> None:
        async for text in line.socket.iter_text():
            try:
                answer = json.loads(text)
            except ValueError:
                continue
            if not isinstance(answer, dict) or self._faults.acknowledgement_lost():
                continue
            future = line.waiting.get(str(answer.get("envelope_id")))
            if future and not future.done():
                future.set_result(answer.get("payload"))

    def _come(self, line: Line) -> None:
        with self._workspace.changed:
            self.lines.append(line)
        self._workspace.record("connection", "from_bot", "opened", number=line.number)

    def _go(self, line: Line) -> None:
        if line not in self.lines:
            return
        with self._workspace.changed:
            self.lines.remove(line)
        line.hang_up()
        self._workspace.record("connection", "from_bot", "closed", number=line.number)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self.lines) + 1,
            "debug_info": {**_debug_info(), "approximate_connection_time": LIFETIME},
            "connection_info": {"app_id": self._workspace.state.credentials.app_id},
        }

    def _goodbye(self, reason: str) -> Json:
        return {"type": "disconnect", "reason": reason, "debug_info": _debug_info()}


def _debug_info() -> Json:
    return {"host": f"applink-{secrets.token_hex(4)}", "build_number": 1}


def _envelope(parcel: Parcel) -> Json:
    envelope: Json = {
        "envelope_id": parcel.envelope_id,
        "type": parcel.kind,
        "payload": parcel.payload,
        "accepts_response_payload": parcel.accepts_response,
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.reason}
    return envelope
