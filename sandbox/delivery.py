"""The courier: takes what happens to the app, over whichever way the app is reached, and knows what is under way.

Source of the numbers: docs.slack.dev/apis/events-api (3 s, three retries) and /interactivity/handling-user-interaction.
"""

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import count
from typing import Any, ClassVar, Literal, Protocol
from uuid import uuid4

from sandbox.faults import Faults
from sandbox.state import Json
from sandbox.workspace import Workspace

Channel = Literal["events_api", "slash_commands", "interactive"]

ACKNOWLEDGE_WITHIN = timedelta(seconds=3)
#: At once, after a minute, after five.
RETRY_AFTER = (timedelta(0), timedelta(minutes=1), timedelta(minutes=5))


class Unanswered(Exception):
    """The app did not acknowledge; `reason` is Slack's word for it, such as timeout or http_error."""

    def __init__(self, reason: str, *, again: bool = True) -> None:
        super().__init__(reason)
        self.reason = reason
        self.again = again


@dataclass(frozen=True)
class Parcel:
    """One attempt to hand something to the app."""

    kind: Channel
    payload: Json
    attempt: int = 0
    reason: str = ""
    envelope_id: str = field(default_factory=lambda: str(uuid4()))

    @property
    def accepts_response(self) -> bool:
        """Whether the acknowledgement may carry an answer."""
        return self.kind != "events_api"


class Way(Protocol):
    """How the app is reached; `late` is Slack's word for an acknowledgement that does not come in time."""

    late: ClassVar[str]

    async def hand_over(self, parcel: Parcel) -> Any:
        """Return what the acknowledgement carries, or raise `Unanswered`."""


class Nowhere:
    """The way of an app that has not said how it is reached."""

    late: ClassVar[str] = "timeout"

    async def hand_over(self, parcel: Parcel) -> Any:
        """Fail as Slack does."""
        raise Unanswered("dispatch_failed", again=not parcel.accepts_response)


class Courier:
    """Delivers in the order of happening; events are tried again, what a person waits for is not."""

    def __init__(
        self,
        workspace: Workspace,
        faults: Faults,
        within: timedelta = ACKNOWLEDGE_WITHIN,
        retry_after: Sequence[timedelta] = RETRY_AFTER,
    ) -> None:
        self.within = within
        self.retry_after = retry_after
        self.under_way: dict[int, str] = {}
        self.way: Way = Nowhere()
        self._workspace = workspace
        self._faults = faults
        self._loop: asyncio.AbstractEventLoop | None = None
        self._numbers = count(1)
        self._tasks = set[asyncio.Task[None]]()

    def open(self, loop: asyncio.AbstractEventLoop) -> None:
        """Start working on the server's loop."""
        self._loop = loop

    def close(self) -> None:
        """Stop; what is not delivered yet never will be."""
        self._loop = None
        for task in self._tasks:
            task.cancel()

    def tell(self, payload: Json, summary: str) -> None:
        """Deliver an event soon, from any thread, without waiting."""
        loop = self._loop
        if loop is None:
            return
        number = self._begin(summary)
        twice = self._faults.delivered_twice("events_api")
        loop.call_soon_threadsafe(self._start, payload, summary, number, twice)

    def ask(self, kind: Channel, payload: Json, summary: str) -> Any:
        """Deliver now and wait; return what the acknowledgement carries. Not for the server's own thread."""
        if self._loop is None:
            raise Unanswered("dispatch_failed")
        number = self._begin(summary)
        parcel = Parcel(kind, payload)
        try:
            waiting: Future[Any] = asyncio.run_coroutine_threadsafe(self._ask(parcel, summary), self._loop)
            return waiting.result()
        finally:
            self._end(number)

    def do(self, work: Coroutine[Any, Any, None]) -> None:
        """Let the server's thread do something, and wait for it."""
        if self._loop is None:
            work.close()
            return
        asyncio.run_coroutine_threadsafe(work, self._loop).result()

    async def _ask(self, parcel: Parcel, summary: str) -> Any:
        if self._faults.delivered_twice(parcel.kind):
            self._keep(self._echo(parcel, summary))
        return await self._attempt(parcel, summary)

    async def _echo(self, parcel: Parcel, summary: str) -> None:
        try:
            await self._attempt(Parcel(parcel.kind, parcel.payload), summary)
        except Unanswered:
            return

    def _start(self, payload: Json, summary: str, number: int, twice: bool) -> None:  # noqa: FBT001 - a loop callback takes no keywords
        self._keep(self._deliver(payload, summary, number))
        if twice:
            self._keep(self._deliver(payload, summary, self._begin(summary)))

    def _keep(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, payload: Json, summary: str, number: int) -> None:
        reason = ""
        try:
            for attempt, pause in enumerate((timedelta(0), *self.retry_after)):
                if attempt:
                    await self._pause(pause, reason, number, summary)
                try:
                    await self._attempt(Parcel("events_api", payload, attempt, reason), summary)
                except Unanswered as failure:
                    reason = failure.reason
                    if not failure.again:
                        return
                else:
                    return
        finally:
            self._end(number)

    async def _pause(self, pause: timedelta, reason: str, number: int, summary: str) -> None:
        """Wait before another attempt; waiting for an app that is not there at all is nothing under way."""
        if reason == "dispatch_failed":
            self._end(number)
        await asyncio.sleep(pause.total_seconds())
        with self._workspace.changed:
            self.under_way[number] = summary

    async def _attempt(self, parcel: Parcel, summary: str) -> Any:
        number = self._begin(summary)
        outcome = "acknowledged"
        try:
            async with asyncio.timeout(self.within.total_seconds()):
                return await self.way.hand_over(parcel)
        except TimeoutError:
            outcome = self.way.late
            raise Unanswered(outcome) from None
        except Unanswered as failure:
            outcome = failure.reason
            raise
        finally:
            self._workspace.record("delivery", "to_bot", summary, attempt=parcel.attempt, outcome=outcome)
            self._end(number)

    def _begin(self, summary: str) -> int:
        with self._workspace.changed:
            number = next(self._numbers)
            self.under_way[number] = summary
            return number

    def _end(self, number: int) -> None:
        with self._workspace.changed:
            self.under_way.pop(number, None)
            self._workspace.changed.notify_all()
