"""Delivers what the bot owes: each message once, whatever dies in between.

Slack has no way to say "post this only if it is not there yet". So a message carries an opaque key in its metadata;
when a try ended without an answer, nobody posts again before the quarantine is over, and then only after having looked
for the key. A process that was paused between its claim and its post gives up at the fence. Why this is enough is drawn
in bot/patience.py; one try stands in bot/delivery.py, what may come of it in bot/outcomes.py.
"""

import threading
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

import structlog

from bot.delivery import Delivery
from bot.outcomes import Delivered, Ended, Gone, Later, Outcome, Unknown
from bot.owed import Renderer
from bot.patience import Patience, Uptime
from bot.quiet_hours import Quiet, at_any_hour
from bot.reference import new_reference
from store import Store, Transaction, Unavailable
from store.outbox import ClaimedMessage
from workflows.clock import Clock

log = structlog.get_logger(__name__)

ROUND = timedelta(seconds=1)  # how long the messenger sleeps when nobody rings
AT_ONCE = 4  # as many as there are threads: what waits for one after it was claimed comes ever nearer to the fence


@dataclass
class Bell:
    """Wakes the messenger as soon as something is owed."""

    _rung: threading.Event = field(default_factory=threading.Event)

    def ring(self) -> None:
        """Wake the messenger; never blocks."""
        self._rung.set()

    def wait(self, at_most: timedelta) -> None:
        """Sleep until the bell rings or the time is over."""
        self._rung.wait(at_most.total_seconds())
        self._rung.clear()


@dataclass(frozen=True)
class Watch:
    """Finds out whose lease is over: one whose token was seen, by our own clock, for as long as it lasts."""

    patience: Patience
    uptime: Uptime
    _seen: dict[str, float] = field(default_factory=dict)

    def over(self, held: Mapping[str, str]) -> list[str]:
        """Return those of the tokens, given with their states as just read, whose lease or quarantine is over."""
        now = self.uptime()  # after they were read: seen too late costs patience, seen too early would cost a double
        for token in self._seen.keys() - held.keys():
            del self._seen[token]
        spans = {"sending": self.patience.lease, "unknown": self.patience.quarantine}
        return [
            token
            for token, state in held.items()
            if now - self._seen.setdefault(token, now) >= spans[state].total_seconds()
        ]


@dataclass(frozen=True)
class Messenger:
    """Claims owed messages, lets `delivery` try, and records what came of it."""

    store: Store
    clock: Clock
    renderers: Mapping[str, Renderer]
    bell: Bell
    delivery: Delivery
    watch: Watch
    quiet: Quiet = at_any_hour
    _stopping: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Deliver until `stop`; meant for a thread of its own."""
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="delivery") as pool:
            while not self._stopping.is_set():
                self._round_guarded(pool)
                self.bell.wait(ROUND)

    def stop(self) -> None:
        """Claim nothing more; what is being posted is finished and recorded."""
        self._stopping.set()
        self.bell.ring()

    def deliver_due(self) -> int:
        """Deliver everything that is due now, one after the other, and return how many were claimed."""
        started, claimed = self._claim()
        for one in claimed:
            self._deliver_guarded(one, started)
        return len(claimed)

    def _round_guarded(self, pool: ThreadPoolExecutor) -> None:
        try:
            self._round(pool)
        except Unavailable:
            log.warning("the database does not answer; owed messages wait")
        except Exception:  # outermost edge of this thread: the next round must still come
            log.exception("a round of deliveries failed", reference=new_reference())

    def _round(self, pool: ThreadPoolExecutor) -> None:
        started, claimed = self._claim()
        list(pool.map(lambda one: self._deliver_guarded(one, started), claimed))
        if claimed:
            self.bell.ring()  # what is owed to other places comes next, while these rest

    def _claim(self) -> tuple[float, list[ClaimedMessage]]:
        started = self.delivery.uptime()  # before the claim: a pause during the claim counts against the fence too
        now, slack_now = self.clock(), self.delivery.slack_time()
        with self.store.begin() as tx:
            over = self.watch.over(tx.outbox.held())
            claimed = tx.outbox.take_over(over, now, slack_now=slack_now, limit=AT_ONCE)
            limit, resting = AT_ONCE - len(claimed), self.delivery.resting()
            claimed += tx.outbox.claim(now, slack_now=slack_now, limit=limit, besides=resting)
        return started, claimed

    def _deliver_guarded(self, claimed: ClaimedMessage, started: float) -> None:
        try:
            self._record(claimed, self._deliver(claimed, started))
        except Unavailable:
            log.warning("the outcome of a delivery is not recorded; it is looked up later", key=claimed.message.key)
        except Exception:  # outermost edge of this thread: the lease runs out, and the message is looked up first
            log.exception("a delivery failed", reference=new_reference(), key=claimed.message.key)

    def _deliver(self, claimed: ClaimedMessage, started: float) -> Outcome:
        if (wait := self.quiet(claimed.message)) > timedelta():
            return Later(wait, tried=False)
        if waits := self.delivery.not_yet(claimed.message):
            return waits
        try:
            rendered = self.renderers[claimed.message.kind](claimed.message.subject)
        except Unavailable:
            raise
        except Exception as bug:  # it is not sent, and somebody must see why
            reference = new_reference()
            log.exception("an owed message could not be drawn", reference=reference, key=claimed.message.key)
            return Ended("failed", f"a bug, reference {reference}: {type(bug).__name__}")
        if rendered is None:
            return Ended("dropped", "no longer needed")
        return self._with_patience(claimed, self.delivery.attempt(claimed, rendered, started))

    def _with_patience(self, claimed: ClaimedMessage, outcome: Outcome) -> Outcome:
        """Return the outcome, or the end of a message that was tried for too long."""
        message = claimed.message
        if not self.delivery.is_exhausted(message):
            return outcome
        match outcome:
            case Later(problem=problem, tried=True):
                given_up = self.delivery.given_up(message, problem or "")
                return Ended("uncertain" if message.maybe_sent else "failed", given_up)
            case Unknown(problem):
                return Ended("uncertain", self.delivery.given_up(message, problem))
            case _:
                return outcome

    def _record(self, claimed: ClaimedMessage, outcome: Outcome) -> None:
        with self.store.begin() as tx:
            self._record_within(tx, claimed, outcome)
        if isinstance(outcome, Gone):
            self.bell.ring()
        elif isinstance(outcome, Unknown):
            log.warning("nobody knows whether Slack took a message; it is looked up later", key=claimed.message.key)
        elif isinstance(outcome, Ended) and outcome.state != "dropped":
            log.error(
                "an owed message is given up", key=claimed.message.key, state=outcome.state, error=outcome.problem
            )

    def _record_within(self, tx: Transaction, claimed: ClaimedMessage, outcome: Outcome) -> None:
        now = self.clock()
        match outcome:
            case Delivered(channel, ts):
                tx.outbox.delivered(claimed, channel_id=channel, message_ts=ts, at=now)
            case Later(wait, problem, tried, paused):
                tx.outbox.put_off(claimed, until=now + wait, at=now, problem=problem, tried=tried)
                if paused:
                    tx.outbox.put_off_channel(paused, until=now + wait, at=now)
            case Unknown(problem):
                tx.outbox.unknown(claimed, at=now, problem=problem)
            case Gone(problem):
                tx.outbox.gone(claimed, at=now, problem=problem)
            case Ended(state, problem):
                tx.outbox.ended(claimed, state, at=now, problem=problem)
