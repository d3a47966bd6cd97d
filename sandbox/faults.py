"""Faults on demand: what may go wrong between an app and Slack, for the next calls or until told otherwise."""

from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Literal

Moment = Literal["before", "after"]


@dataclass
class Fault:
    """Something that goes wrong with one method; `before` or `after` the call has had its effect."""

    method: str
    when: Moment = "before"
    delay: timedelta = timedelta(0)
    status: int | None = None
    retry_after: int | None = None
    drops: bool = False
    times: int | None = 1


@dataclass
class Faults:
    """The faults waiting to happen; `times=None` makes one stay until `clear`, and the method "*" means every one."""

    waiting: list[Fault] = field(default_factory=list)
    _twice: dict[str, int] = field(default_factory=dict)
    _lost: int = 0
    _lock: Lock = field(default_factory=Lock)

    def delay(self, method: str, by: timedelta, *, when: Moment = "before", times: int | None = 1) -> None:
        """Make a call take longer, before or after it has had its effect."""
        self._add(Fault(method, when, delay=by, times=times))

    def fail(self, method: str, status: int = 500, *, when: Moment = "before", times: int | None = 1) -> None:
        """Answer with an HTTP error, though the effect may have happened."""
        self._add(Fault(method, when, status=status, times=times))

    def drop(self, method: str, *, when: Moment = "before", times: int | None = 1) -> None:
        """Cut the connection instead of answering."""
        self._add(Fault(method, when, drops=True, times=times))

    def rate_limit(self, method: str, *, retry_after: int = 1, times: int | None = 1) -> None:
        """Answer 429 with `Retry-After` in seconds; the call has no effect."""
        self._add(Fault(method, status=429, retry_after=retry_after, times=times))

    def deliver_twice(self, kind: str = "events_api", times: int = 1) -> None:
        """Deliver the next events, slash commands or interactions two times."""
        with self._lock:
            self._twice[kind] = self._twice.get(kind, 0) + times

    def lose_acknowledgement(self, times: int = 1) -> None:
        """Lose the app's next acknowledgements on their way back."""
        with self._lock:
            self._lost += times

    def clear(self) -> None:
        """Let everything work again."""
        with self._lock:
            self.waiting.clear()
            self._twice.clear()
            self._lost = 0

    def due(self, method: str, when: Moment) -> list[Fault]:
        """Return what goes wrong with this call now, and count it."""
        with self._lock:
            due = [one for one in self.waiting if one.method in (method, "*") and one.when == when]
            for fault in due:
                if fault.times is not None:
                    fault.times -= 1
            self.waiting = [one for one in self.waiting if one.times is None or one.times > 0]
            return due

    def delivered_twice(self, kind: str) -> bool:
        """Whether this delivery happens two times; counts it."""
        with self._lock:
            left = self._twice.get(kind, 0)
            self._twice[kind] = max(0, left - 1)
            return left > 0

    def acknowledgement_lost(self) -> bool:
        """Whether this acknowledgement gets lost; counts it."""
        with self._lock:
            lost, self._lost = self._lost > 0, max(0, self._lost - 1)
            return lost

    def _add(self, fault: Fault) -> None:
        with self._lock:
            self.waiting.append(fault)
