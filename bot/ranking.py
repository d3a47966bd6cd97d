"""Ranks incidents in a thread of its own, so that a flood of messages keeps nobody's acknowledgement waiting.

What many messages in a row leave to rank is ranked once. What was left behind, because a process died after it had
acknowledged a message, stands in the database and is looked for now and then.
"""

import threading
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

import structlog

from bot.reference import new_reference
from store import Unavailable
from workflows.incidents import Incidents

log = structlog.get_logger(__name__)

LOOK: Final = timedelta(seconds=5)  # how often incidents that were left behind are looked for


@dataclass(frozen=True)
class Ranking:
    """Brings incidents up to date, the one that waits longest first."""

    incidents: Incidents
    _waiting: dict[int, None] = field(default_factory=dict)
    _change: threading.Condition = field(default_factory=threading.Condition)
    _stopping: threading.Event = field(default_factory=threading.Event)

    def ask(self, incident_id: int) -> None:
        """Rank the incident soon; never blocks."""
        with self._change:
            self._waiting.setdefault(incident_id)
            self._change.notify()

    def run(self) -> None:
        """Rank until `stop`; meant for a thread of its own."""
        while not self._stopping.is_set():
            self._turn_guarded()

    def stop(self) -> None:
        """Finish what is being ranked and rank no more; what is left is ranked at the next start."""
        self._stopping.set()
        with self._change:
            self._change.notify()

    def _turn_guarded(self) -> None:
        try:
            incident_id = self._next()
            due = self.incidents.left_behind() if incident_id is None else [incident_id]
            for one in due:
                self.incidents.bring_up_to_date(one)
        except Unavailable:
            log.warning("the database does not answer; cards are brought up to date when it does")
            self._stopping.wait(1)
        except Exception:  # outermost edge of this thread: the next incident must still be ranked
            log.exception("an incident could not be ranked", reference=new_reference())
            self._stopping.wait(1)

    def _next(self) -> int | None:
        with self._change:
            if not self._waiting and not self._stopping.is_set():
                self._change.wait(LOOK.total_seconds())
            incident_id = next(iter(self._waiting), None)
            if incident_id is not None:
                del self._waiting[incident_id]
            return incident_id
