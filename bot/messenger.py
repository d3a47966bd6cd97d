"""Delivers what the bot owes: each message once, whatever dies in between.

Slack has no way to say "post this only if it is not there yet". So a message carries an opaque key in its metadata;
when a try ended without an answer, nobody posts again before `QUARANTINE` is over, and then only after having looked
for the key. A process that was paused between its claim and its post gives up at the `FENCE`. This holds as long as
FENCE + the client's timeout + Slack's slowest processing stay below `LEASE`.
"""

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any
from uuid import NAMESPACE_URL, uuid5

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.blocks.elements import Rendered
from bot.ids import MESSAGE_EVENT
from bot.owed import Renderer
from bot.reference import new_reference
from bot.refusals import error_of, is_rate_limit, is_slacks_own_trouble, retry_after
from store import Store, Unavailable
from store.outbox import ClaimedMessage, OwedMessage
from workflows.clock import Clock
from workflows.incidents import CARD

log = structlog.get_logger(__name__)

FENCE = timedelta(seconds=5)
LEASE = timedelta(seconds=90)
QUARANTINE = timedelta(seconds=60)
ROUND = timedelta(seconds=1)  # how long the messenger sleeps when nobody rings
AT_ONCE = 4  # as many as there are threads: what waits for one after it was claimed comes ever nearer to the fence
PACE = timedelta(seconds=1)  # between two posts to one channel, docs.slack.dev/apis/web-api/rate-limits
# Slack's own trouble: the message may or may not stand there.
AMBIGUOUS_ERRORS = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
# Kinds of message that are worth posting again when somebody deleted them; an answered question is not.
POSTED_ANEW = frozenset({CARD})
# Answers to a look-up that mean we are not able to look.
BLIND_ERRORS = frozenset({"missing_scope", "not_in_channel", "channel_not_found", "not_allowed_token_type"})


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
class Messenger:
    """Claims owed messages and posts them; `posting` is a client that never retries by itself.

    `uptime` is a clock that goes on while the machine sleeps, for the fence.
    """

    store: Store
    clock: Clock
    posting: WebClient
    reading: WebClient
    renderers: Mapping[str, Renderer]
    bell: Bell
    uptime: Callable[[], float] = lambda: time.clock_gettime(time.CLOCK_BOOTTIME)
    _stopping: threading.Event = field(default_factory=threading.Event)
    _last_post: dict[str, datetime] = field(default_factory=dict)

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
        if len(claimed) == AT_ONCE:
            self.bell.ring()

    def _claim(self) -> tuple[float, list[ClaimedMessage]]:
        started = self.uptime()  # before the claim: a pause during the claim counts against the fence too
        with self.store.begin() as tx:
            return started, tx.outbox.claim(self.clock(), lease=LEASE, limit=AT_ONCE)

    def _deliver_guarded(self, claimed: ClaimedMessage, started: float) -> None:
        try:
            self._deliver(claimed, started)
        except Unavailable:
            log.warning("the outcome of a delivery is not recorded; it is looked up later", key=claimed.message.key)
        except Exception as bug:  # outermost edge of this thread: the lease runs out and the message is tried again
            reference = new_reference()
            log.exception("an owed message could not be delivered", reference=reference, key=claimed.message.key)
            self._end(claimed, "failed", f"a bug, reference {reference}: {type(bug).__name__}")

    def _deliver(self, claimed: ClaimedMessage, started: float) -> None:
        rendered = self.renderers[claimed.message.kind](claimed.message.subject)
        if rendered is None:
            self._end(claimed, "dropped", "no longer needed")
            return
        try:
            if claimed.message.message_ts:
                self._edit(claimed, rendered)
            else:
                self._post_once(claimed, rendered, started)
        except SlackApiError as refused:
            self._refused(claimed, refused)
        except (OSError, HTTPException) as broken:  # timeouts and broken connections: Slack may have taken it
            self._unknown(claimed, f"no answer: {broken}")

    def _edit(self, claimed: ClaimedMessage, rendered: Rendered) -> None:
        message = claimed.message
        channel = message.channel_id or message.address
        # An edit that is repeated changes nothing, so it needs neither look-up nor fence.
        self.posting.chat_update(channel=channel, ts=message.message_ts or "", **rendered.as_payload())
        self._delivered(claimed, channel, message.message_ts or "")

    def _post_once(self, claimed: ClaimedMessage, rendered: Rendered, started: float) -> None:
        channel = self._channel(claimed)
        if claimed.message.maybe_sent:
            found = self._look_up(claimed, channel)
            if found:
                self._delivered(claimed, channel, found)
                return
        if (wait := self._pace(channel)) is not None:
            self._put_off(claimed, wait, "")
            return
        if self.uptime() - started > FENCE.total_seconds():
            # Nothing was sent in this try, so the message simply waits for the next one.
            self._put_off(claimed, self.clock(), "paused for too long after claiming")
            return
        answer = self.posting.chat_postMessage(
            channel=channel,
            thread_ts=claimed.message.thread_ts,
            metadata={"event_type": MESSAGE_EVENT, "event_payload": {"key": opaque_key(claimed.message.key)}},
            client_msg_id=_posting_key(claimed.message),
            unfurl_links=False,
            unfurl_media=False,
            **rendered.as_payload(),
        )
        self._last_post[channel] = self.clock()
        self._delivered(claimed, str(answer["channel"]), str(answer["ts"]))

    def _channel(self, claimed: ClaimedMessage) -> str:
        """Return the channel to post in; a person's direct messages are opened first, so that we know where to look."""
        message = claimed.message
        if message.channel_id:
            return message.channel_id
        if not message.address.startswith(("U", "W")):
            return message.address
        opened = self.reading.conversations_open(users=[message.address])
        channel = str(opened["channel"]["id"])
        with self.store.begin() as tx:
            tx.outbox.address_found(claimed, channel)
        return channel

    def _look_up(self, claimed: ClaimedMessage, channel: str) -> str | None:
        """Return the ts under which the message stands in Slack already, or None."""
        message = claimed.message
        oldest = str(((message.first_try_at or self.clock()) - timedelta(minutes=5)).timestamp())
        if message.thread_ts:
            page = self.reading.conversations_replies(
                channel=channel, ts=message.thread_ts, oldest=oldest, include_all_metadata=True, limit=200
            )
        else:
            page = self.reading.conversations_history(
                channel=channel, oldest=oldest, include_all_metadata=True, limit=200
            )
        wanted = opaque_key(message.key)
        return next((str(said["ts"]) for said in page["messages"] if _key_of(said) == wanted), None)

    def _pace(self, channel: str) -> datetime | None:
        last = self._last_post.get(channel)
        return last + PACE if last is not None and self.clock() - last < PACE else None

    def _refused(self, claimed: ClaimedMessage, refused: SlackApiError) -> None:
        error = error_of(refused)
        if error == "message_not_found" and claimed.message.kind in POSTED_ANEW:
            self._gone(claimed, error)
        elif is_rate_limit(refused):
            self._put_off(claimed, self.clock() + retry_after(refused), "Slack asked us to slow down")
        elif error in AMBIGUOUS_ERRORS or is_slacks_own_trouble(refused):
            self._unknown(claimed, error or "Slack's servers failed")
        elif error in BLIND_ERRORS and claimed.message.maybe_sent:
            self._end(claimed, "uncertain", f"cannot be looked up: {error}")
        else:
            log.error("Slack refuses an owed message", key=claimed.message.key, error=error)
            self._end(claimed, "failed", error)

    def _gone(self, claimed: ClaimedMessage, problem: str) -> None:
        with self.store.begin() as tx:
            tx.outbox.gone(claimed, at=self.clock(), problem=problem)
        self.bell.ring()

    def _delivered(self, claimed: ClaimedMessage, channel: str, ts: str) -> None:
        with self.store.begin() as tx:
            tx.outbox.delivered(claimed, channel_id=channel, message_ts=ts, at=self.clock())

    def _put_off(self, claimed: ClaimedMessage, until: datetime, problem: str) -> None:
        with self.store.begin() as tx:
            tx.outbox.put_off(claimed, until=until, problem=problem)

    def _unknown(self, claimed: ClaimedMessage, problem: str) -> None:
        log.warning("nobody knows whether Slack took a message; it is looked up later", key=claimed.message.key)
        with self.store.begin() as tx:
            tx.outbox.unknown(claimed, look_at=self.clock() + QUARANTINE, problem=problem)

    def _end(self, claimed: ClaimedMessage, state: str, problem: str) -> None:
        with self.store.begin() as tx:
            tx.outbox.ended(claimed, state, problem=problem)


def opaque_key(key: str) -> str:
    """Return the key as others in the workspace may see it: the same for the same message, and saying nothing."""
    return str(uuid5(NAMESPACE_URL, f"faultline:{key}"))


def _posting_key(message: OwedMessage) -> str:
    """Return what tells Slack tries of one posting apart from another; what was deleted is a posting of its own."""
    # Slack answers duplicate_message_not_found to the key of a message that is gone.
    return opaque_key(f"{message.key}#{message.delivered_revision}" if message.delivered_revision else message.key)


def _key_of(said: Mapping[str, Any]) -> str | None:
    payload = (said.get("metadata") or {}).get("event_payload") or {}
    key = payload.get("key")
    return str(key) if key else None
