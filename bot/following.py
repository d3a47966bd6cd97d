"""Keeps search equal to the database: woken by word of a change, and looking now and then where word may be lost."""

import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Protocol

import structlog

from bot.reference import new_reference
from store import Unavailable
from store.changes import Changes

log = structlog.get_logger(__name__)

LOOK = timedelta(seconds=5)  # how soon a change is seen of which no word came


class Kept(Protocol):
    """What is kept in memory of the database."""

    def refresh(self) -> None:
        """Become equal to the database, beside what answers meanwhile; raises Unavailable when it does not answer."""
        ...


@dataclass(frozen=True)
class Following:
    """Brings what is kept up to date, in a thread of its own, whenever something changed."""

    kept: Sequence[Kept]
    changes: Changes
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Follow until `stop`; meant for a thread of its own."""
        while not self._stopping.is_set():
            self._follow_guarded()
        self.changes.close()

    def stop(self) -> None:
        """Finish what is being laid out, and follow no more."""
        self._stopping.set()
        self.changes.wake()

    def _follow_guarded(self) -> None:
        try:
            self.changes.wait(LOOK)
            for one in self.kept:
                one.refresh()
        except Unavailable:
            log.warning("the database does not answer; search goes on with what it knows")
        except Exception:  # outermost edge of this thread: the next change must still be followed
            log.exception("search could not be laid out anew", reference=new_reference())
            self._stopping.wait(LOOK.total_seconds())
