"""What waited for long goes out in the working hours of whoever gets it, as it was decided to.

Slack or the bot may have been away since: what was owed on Friday afternoon is not told on Sunday at three.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store.outbox import OwedMessage
from workflows.clock import Clock
from workflows.people import is_person
from workflows.reviews.messages import GAPS, LIST, NUDGE
from workflows.reviews.stewardship import Stewardship
from workflows.writeups.answered import UNDONE, UNFINISHED

REMINDERS: Final = frozenset({NUDGE, LIST, GAPS, UNFINISHED, UNDONE})
Quiet = Callable[[OwedMessage], timedelta]


@dataclass(frozen=True)
class QuietHours:
    """Says how long a message has to wait."""

    stewardship: Stewardship
    clock: Clock

    def wait(self, message: OwedMessage) -> timedelta:
        """Return how long until its reader works; an edit, and what may stand there already, wait for nobody."""
        is_new = message.message_ts is None and not message.maybe_sent
        if not is_new or message.kind not in REMINDERS or not is_person(message.address):
            return timedelta()
        now = self.clock()
        return self.stewardship.workplace(message.address).next_working(now) - now


def at_any_hour(_message: OwedMessage) -> timedelta:
    """Let every message go out at once."""
    return timedelta()
