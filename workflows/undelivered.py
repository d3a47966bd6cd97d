"""What could not be delivered: shown with its reason, taken up again or dropped by hand, and told to the admins."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from store import Store, Transaction
from store.audit import AuditRecord
from store.outbox import STUCK, OwedMessage
from workflows.clock import Clock
from workflows.errors import NotAllowed, NotFound
from workflows.people import Actor, People
from workflows.ports import DeliveryBell

ALARM = "delivery_alarm"
STATES = ("waiting", "sending", "unknown", "done", "dropped", "failed", "uncertain")  # drawn in store/outbox.py


@dataclass(frozen=True)
class Standing:
    """How delivery stands: messages by state, how long the one waits that is due for longest, and what is stuck."""

    counts: Mapping[str, int]
    overdue: timedelta
    stuck: tuple[OwedMessage, ...]


@dataclass(frozen=True)
class Undelivered:
    """Looking after what was given up (`failed`) and what nobody can find out about (`uncertain`)."""

    store: Store
    clock: Clock
    people: People
    bell: DeliveryBell

    def standing(self) -> Standing:
        """Return how delivery stands now."""
        now = self.clock()
        with self.store.read() as tx:
            counts, oldest = tx.outbox.counts(), tx.outbox.oldest_due(now)
            stuck = tuple(tx.outbox.all(states=STUCK))
        return Standing(counts, now - oldest if oldest else timedelta(0), stuck)

    def retry(self, number: int, actor: Actor, *, certainly_not_sent: bool = False) -> OwedMessage:
        """Owe a stuck message again; what may stand in Slack is looked up first, unless somebody looked themselves.

        Raises NotFound where no stuck message has this number, NotAllowed for anyone but an admin.
        """
        now = self.clock()
        with self.store.begin() as tx:
            before = self._known(tx, number, actor)
            if not tx.outbox.resume(number, at=now, certainly_not_sent=certainly_not_sent):
                msg = f"Message {number} is {before.state}, not stuck; `faultline outbox` lists those that are."
                raise NotFound(msg)
            after = {"state": "waiting", "problem": before.problem, "not_sent": certainly_not_sent}
            self._note(tx, before, actor, "outbox.retry", after)
        self.bell.ring()
        return before

    def retry_all(self, actor: Actor) -> int:
        """Owe everything again that was given up, after an outage for instance, and return how many.

        What nobody can find out about is left to somebody who looks. Raises NotAllowed for anyone but an admin.
        """
        given_up = [message.id for message in self.standing().stuck if message.state == "failed"]
        for number in given_up:
            self.retry(number, actor)
        return len(given_up)

    def drop(self, number: int, actor: Actor, *, reason: str) -> OwedMessage:
        """Owe a message no more that is stuck or waits; its row stays, with the reason.

        Raises NotFound where no such message has this number, NotAllowed for anyone but an admin.
        """
        now = self.clock()
        with self.store.begin() as tx:
            before = self._known(tx, number, actor)
            if not tx.outbox.drop(number, at=now, problem=reason):
                msg = f"Message {number} is {before.state}; only what is stuck or waits can be dropped."
                raise NotFound(msg)
            self._note(tx, before, actor, "outbox.drop", {"state": "dropped", "problem": reason})
        return before

    def sweep(self) -> int:
        """Owe each admin one message a day on which something got stuck, and return how many are new.

        Any number of processes may sweep: the message's key holds the day.
        """
        now = self.clock()
        with self.store.begin() as tx:
            days = {one.changed_at.date() for one in tx.outbox.all(states=STUCK) if one.kind != ALARM}
            told = [
                tx.outbox.owe_once(f"{ALARM}:{day}:{admin}", kind=ALARM, subject=str(day), address=admin, at=now)
                for day in days
                if day >= (now - timedelta(days=1)).date()
                for admin in self.people.holders("admin")
            ]
        if any(told):
            self.bell.ring()
        return sum(told)

    def alarm(self) -> Standing | None:
        """Return what an alarm tells, or None when nothing is stuck any more."""
        standing = self.standing()
        stuck = tuple(one for one in standing.stuck if one.kind != ALARM)
        return Standing(standing.counts, standing.overdue, stuck) if stuck else None

    def _known(self, tx: Transaction, number: int, actor: Actor) -> OwedMessage:
        if not self.people.holds(actor, "admin"):
            msg = "Only admins look after messages that got stuck."
            raise NotAllowed(msg)
        known = tx.outbox.numbered(number)
        if known is None:
            msg = f"There is no message {number}; `faultline outbox` lists those that are stuck."
            raise NotFound(msg)
        return known

    def _note(self, tx: Transaction, before: OwedMessage, actor: Actor, action: str, after: dict[str, Any]) -> None:
        stood = {"state": before.state, "problem": before.problem}
        tx.audit.add(AuditRecord(self.clock(), actor.user_id, action, f"message:{before.id}", stood, after))
