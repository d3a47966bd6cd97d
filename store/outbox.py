"""The messages that the bot owes people: decided in one transaction, delivered later, each under a unique key.

    waiting ──claim──> sending ──delivered──> done ──owed again (an edit)──> waiting
                          │ refused for now: waiting, not before the time Slack named
                          │ refused for good: failed          no longer needed: dropped
                          └ nobody knows: stays sending until its lease ends; whoever claims it then looks first
                            in Slack whether the message stands there; where that is impossible: uncertain

A message that is owed again is edited in place: only its latest revision counts. That an earlier try may have reached
Slack is remembered until the message is found or posted, whatever happens to later tries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import and_, case, func, literal, or_, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import OwedMessageRow
from store.types import Instant


@dataclass(frozen=True)
class OwedMessage:
    """A message to deliver: `address` is a channel or a person, `subject` what it is about in terms of its kind.

    `maybe_sent` says that an earlier try ended without anybody knowing whether Slack took it.
    """

    id: int
    key: str
    kind: str
    subject: str
    address: str
    thread_ts: str | None
    revision: int
    delivered_revision: int
    state: str
    attempts: int
    first_try_at: datetime | None
    maybe_sent: bool
    lease_token: str | None
    channel_id: str | None
    message_ts: str | None
    problem: str | None


@dataclass(frozen=True)
class ClaimedMessage:
    """A message that this process alone may send until the lease ends."""

    message: OwedMessage
    token: str


class Outbox:
    """The owed messages within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def owe_once(
        self, key: str, *, kind: str, subject: str, address: str, at: datetime, thread_ts: str | None = None
    ) -> bool:
        """Owe a message under this key unless it was owed before; return whether it is new."""
        return self._insert(key, kind=kind, subject=subject, address=address, thread_ts=thread_ts, at=at)

    def owe_latest(
        self, key: str, *, kind: str, subject: str, address: str, thread_ts: str | None, at: datetime,
        calm: timedelta = timedelta(),
    ) -> None:  # fmt: skip
        """Owe a message under this key, or its edit (as calm as `edit` can be) where it was owed before."""
        if not self._insert(key, kind=kind, subject=subject, address=address, thread_ts=thread_ts, at=at):
            self.edit(key, at=at, calm=calm)

    def edit(self, key: str, *, at: datetime, calm: timedelta = timedelta()) -> None:
        """Owe an edit of the message under this key, if there is such a message.

        One whose fate is unknown stays as it is: sending it again could say the same thing twice. With `calm`, one that
        was delivered less than that before waits so long, and one that waits already waits no longer for it.
        """
        row = OwedMessageRow
        # In one statement: between two of them another process could record its delivery, and the edit would be lost.
        stays = row.state.in_(("sending", "uncertain"))
        edited = update(row).where(row.key == key)
        self._session.execute(
            edited.values(
                revision=row.revision + 1,
                state=case((stays, row.state), else_="waiting"),
                not_before=case(
                    (stays, row.not_before),
                    *([(row.state == "waiting", row.not_before)] if calm else []),
                    # A delivered message was released at the moment of its delivery.
                    (row.not_before > literal(at - calm, Instant()), literal(at + calm, Instant())),
                    else_=literal(at, Instant()),
                )
                if calm
                else case((stays, row.not_before), else_=literal(at, Instant())),
                attempts=case((stays, row.attempts), else_=0),
            )
        )

    def edit_all(self, kind: str, *, prefix: str, at: datetime) -> None:
        """Owe an edit of every message of the kind whose key begins so."""
        row = OwedMessageRow
        of_kind = select(row.key).where(row.kind == kind, row.key.startswith(prefix, autoescape=True))
        for key in list(self._session.scalars(of_kind)):
            self.edit(key, at=at)

    def claim(self, now: datetime, *, lease: timedelta, limit: int) -> list[ClaimedMessage]:
        """Take up to `limit` messages that are due, for the length of the lease."""
        row = OwedMessageRow
        due = and_(row.state == "waiting", row.not_before <= now)
        left_behind = and_(row.state == "sending", row.lease_until <= now)
        query = select(row).where(or_(due, left_behind)).order_by(row.not_before, row.id).limit(limit)
        rows = list(self._session.scalars(query.with_for_update(skip_locked=True)))
        claimed = [self._claim(taken, now, lease) for taken in rows]
        self._session.flush()
        return claimed

    def delivered(self, claimed: ClaimedMessage, *, channel_id: str, message_ts: str, at: datetime) -> None:
        """Record that Slack took the claimed revision."""
        row = self._held(claimed)
        if row is None:
            return
        row.channel_id, row.message_ts = channel_id, message_ts
        row.delivered_revision = claimed.message.revision
        row.maybe_sent, row.problem = False, None
        newer = row.revision > row.delivered_revision
        self._release(row, "waiting" if newer else "done", not_before=at)

    def put_off(self, claimed: ClaimedMessage, *, until: datetime, problem: str) -> None:
        """Record that Slack certainly did not take it, and when to try again."""
        row = self._held(claimed)
        if row is not None:
            row.problem = problem
            self._release(row, "waiting", not_before=until)

    def unknown(self, claimed: ClaimedMessage, *, look_at: datetime, problem: str) -> None:
        """Record that nobody knows whether Slack took it; it is looked up no sooner than `look_at`."""
        row = self._held(claimed)
        if row is not None:
            row.problem, row.lease_until = problem, look_at

    def ended(self, claimed: ClaimedMessage, state: str, *, problem: str | None = None) -> None:
        """Record that the message will not be sent: failed, dropped or uncertain."""
        row = self._held(claimed)
        if row is not None:
            row.problem = problem
            self._release(row, state, not_before=row.not_before)

    def gone(self, claimed: ClaimedMessage, *, at: datetime, problem: str) -> None:
        """Record that somebody deleted the message in Slack, so that it is posted anew."""
        row = self._held(claimed)
        if row is not None:
            row.message_ts, row.problem = None, problem
            self._release(row, "waiting", not_before=at)

    def address_found(self, claimed: ClaimedMessage, channel_id: str) -> None:
        """Record the channel of the direct message, so that a later look-up knows where to look."""
        row = self._held(claimed)
        if row is not None:
            row.channel_id = channel_id

    def all(self, *, states: Sequence[str] = ()) -> list[OwedMessage]:
        """Return the messages in these states (all where none is named), oldest first."""
        query = select(OwedMessageRow).order_by(OwedMessageRow.id)
        if states:
            query = query.where(OwedMessageRow.state.in_(states))
        return [_message(row) for row in self._session.scalars(query)]

    def get(self, key: str) -> OwedMessage | None:
        """Return the message under this key, or None."""
        row = self._session.scalar(select(OwedMessageRow).where(OwedMessageRow.key == key))
        return _message(row) if row else None

    def standing_at(self, channel_id: str, message_ts: str) -> OwedMessage | None:
        """Return the message that we posted there in Slack, or None."""
        row = OwedMessageRow
        query = select(row).where(row.channel_id == channel_id, row.message_ts == message_ts)
        found = self._session.scalar(query)
        return _message(found) if found else None

    def counts(self) -> dict[str, int]:
        """Return how many messages are in each state."""
        query = select(OwedMessageRow.state, func.count()).group_by(OwedMessageRow.state)
        return {state: count for state, count in self._session.execute(query)}

    def _insert(self, key: str, *, at: datetime, **values: Any) -> bool:
        return insert_once(
            self._session, OwedMessageRow, key=key, revision=1, delivered_revision=0, state="waiting", not_before=at,
            attempts=0, maybe_sent=False, created_at=at, **values,
        )  # fmt: skip

    def _claim(self, row: OwedMessageRow, now: datetime, lease: timedelta) -> ClaimedMessage:
        # A claim that finds it `sending` follows one that never told its end; an edit may simply be repeated.
        row.maybe_sent = row.maybe_sent or (row.state == "sending" and row.message_ts is None)
        token = str(uuid4())
        row.state, row.lease_token, row.lease_until = "sending", token, now + lease
        row.attempts += 1
        row.first_try_at = row.first_try_at or now
        return ClaimedMessage(_message(row), token)

    def _held(self, claimed: ClaimedMessage) -> OwedMessageRow | None:
        """Return the row if our lease is still the one in force; a process that slept too long gets None."""
        row = self._session.get(OwedMessageRow, claimed.message.id, with_for_update=True)
        return row if row is not None and row.lease_token == claimed.token else None

    @staticmethod
    def _release(row: OwedMessageRow, state: str, *, not_before: datetime) -> None:
        row.state, row.not_before = state, not_before
        row.lease_token = row.lease_until = None


def _message(row: OwedMessageRow) -> OwedMessage:
    return OwedMessage(**{name: getattr(row, name) for name in OwedMessage.__dataclass_fields__})
