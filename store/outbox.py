"""The messages that the bot owes people: decided in one transaction, delivered later, each under a unique key.

    waiting ──claim──> sending ──delivered──> done ──owed again (an edit)──> waiting
                          │ refused for now: waiting, not before the time Slack named
                          │ refused for good, or tried for too long: failed        no longer needed: dropped
                          │ nobody knows whether Slack took it: unknown ──taken over──> sending
                          │ nobody knows and nobody can look: uncertain
                          └ whoever sent it died: taken over by another process

A message that is owed again is edited in place: only its latest revision counts. That an earlier try may have reached
Slack is remembered until the message is found or posted, whatever happens to later tries.

A lease has no end in wall-clock time, which jumps and differs between machines. It is a token. Whoever has seen the
same token for as long as a lease lasts, by a clock of its own that nobody sets, may take the message over.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from sqlalchemy import and_, case, func, literal, not_, null, or_, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import OwedMessageRow
from store.types import Instant

IN_HANDS = ("sending", "unknown")  # somebody sends it, or it is in quarantine
HELD = (*IN_HANDS, "uncertain")  # sending it again could say the same thing twice
STUCK = ("failed", "uncertain")  # only a person gets it going again
LOOKED_AT = 8  # messages for each that is claimed, to find some for several places
SKEW = timedelta(minutes=1)  # between the clocks of two machines that are well kept


@dataclass(frozen=True)
class OwedMessage:
    """A message to deliver: `address` is a channel or a person, `subject` what it is about in terms of its kind.

    `maybe_sent` says that an earlier try ended without anybody knowing whether Slack took it; `first_try_at` is when,
    by Slack's clock. `changed_at` is when state and `not_before` were decided.
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
    not_before: datetime
    attempts: int
    first_try_at: datetime | None
    maybe_sent: bool
    lease_token: str | None
    channel_id: str | None
    message_ts: str | None
    problem: str | None
    created_at: datetime
    changed_at: datetime


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
        self,
        key: str,
        *,
        kind: str,
        subject: str,
        address: str,
        at: datetime,
        thread_ts: str | None = None,
        not_before: datetime | None = None,
    ) -> bool:
        """Owe a message under this key unless it was owed before; return whether it is new."""
        return insert_once(
            self._session, OwedMessageRow, key=key, kind=kind, subject=subject, address=address, thread_ts=thread_ts,
            revision=1, delivered_revision=0, state="waiting", not_before=not_before or at, attempts=0,
            maybe_sent=False, created_at=at, changed_at=at,
        )  # fmt: skip

    def owe_latest(
        self,
        key: str,
        *,
        kind: str,
        subject: str,
        address: str,
        thread_ts: str | None,
        at: datetime,
        not_before: datetime | None = None,
        calm: timedelta = timedelta(),
    ) -> None:
        """Owe a message under this key, or its edit (as calm as `edit` can be) where it was owed before."""
        if not self.owe_once(
            key, kind=kind, subject=subject, address=address, thread_ts=thread_ts, at=at, not_before=not_before
        ):
            self.edit(key, at=at, not_before=not_before, calm=calm)

    def edit(
        self, key: str, *, at: datetime, not_before: datetime | None = None, calm: timedelta = timedelta()
    ) -> None:
        """Owe an edit of the message under this key, if there is such a message.

        One whose fate is unknown stays as it is: sending it again could say the same thing twice. With `calm`, one that
        was delivered less than that before waits so long, and one that waits already waits no longer for it.
        """
        row = OwedMessageRow
        when = not_before or at
        # In one statement: between two of them another process could record its delivery, and the edit would be lost.
        stays = row.state.in_(HELD)
        # Put off, such as at Slack's request: what is new does not come any sooner.
        put_off = and_(row.state == "waiting", row.not_before > when, row.problem.is_not(None))
        keeps = or_(stays, put_off, row.state == "waiting") if calm else or_(stays, put_off)
        # A delivered message was released at the moment of its delivery.
        soon_after = row.not_before > literal(when - calm, Instant())
        soonest = case((soon_after, literal(when + calm, Instant())), else_=literal(when, Instant()))
        begins_anew = row.state.in_(("failed", "dropped"))
        self._session.execute(
            update(row)
            .where(row.key == key)
            .values(
                revision=row.revision + 1,
                state=case((stays, row.state), else_="waiting"),
                not_before=case((keeps, row.not_before), else_=soonest if calm else literal(when, Instant())),
                changed_at=case((keeps, row.changed_at), else_=literal(at, Instant())),
                attempts=case((begins_anew, 0), else_=row.attempts),
                first_try_at=case((begins_anew, null()), else_=row.first_try_at),
            )
        )

    def edit_all(self, kind: str, *, prefix: str, at: datetime, besides: str = "") -> None:
        """Owe an edit of every message of the kind whose key begins so, `besides` one."""
        row = OwedMessageRow
        begins = row.key.startswith(prefix, autoescape=True)
        of_kind = select(row.key).where(row.kind == kind, begins, row.key != besides)
        for key in list(self._session.scalars(of_kind)):
            self.edit(key, at=at)

    def claim(
        self, now: datetime, *, slack_now: datetime, limit: int, besides: Collection[str] = ()
    ) -> list[ClaimedMessage]:
        """Take up to `limit` messages that are due; whoever holds them longer than a lease loses them.

        What is new for one of the channels or people named by `besides` is left, and of several new ones for the same
        place all but the first: they take turns there, and would be drawn in vain. Edits take none.
        """
        row = OwedMessageRow
        # Written later than now: by a clock that has gone back since. Such a message would wait for days.
        due = or_(row.not_before <= now, row.changed_at > now + SKEW)
        query = select(row).where(row.state == "waiting", due).order_by(row.not_before, row.id)
        if besides:
            there = or_(row.address.in_(besides), func.coalesce(row.channel_id, "").in_(besides))
            query = query.where(or_(row.message_ts.is_not(None), not_(there)))
        looked_at = self._session.scalars(query.limit(limit * LOOKED_AT).with_for_update(skip_locked=True))
        return [self._claim(one, now, slack_now) for one in _taking_turns(looked_at)[:limit]]

    def held(self) -> dict[str, str]:
        """Return the tokens of all messages that somebody sends or nobody touches, with the state of each."""
        query = select(OwedMessageRow.lease_token, OwedMessageRow.state).where(OwedMessageRow.state.in_(IN_HANDS))
        return {token: state for token, state in self._session.execute(query) if token}

    def take_over(
        self, tokens: Collection[str], now: datetime, *, slack_now: datetime, limit: int
    ) -> list[ClaimedMessage]:
        """Take up to `limit` messages whose lease or quarantine, known by its token, is over."""
        row = OwedMessageRow
        query = select(row).where(row.state.in_(IN_HANDS), row.lease_token.in_(tokens)).order_by(row.id).limit(limit)
        taken = self._session.scalars(query.with_for_update(skip_locked=True)) if tokens else ()
        return [self._claim(one, now, slack_now) for one in taken]

    def delivered(self, claimed: ClaimedMessage, *, channel_id: str, message_ts: str, at: datetime) -> None:
        """Record that Slack took the claimed revision."""
        row = self._held(claimed)
        if row is None:
            return
        row.channel_id, row.message_ts = channel_id, message_ts
        row.delivered_revision = claimed.message.revision
        row.maybe_sent, row.problem, row.attempts, row.first_try_at = False, None, 0, None
        newer = row.revision > row.delivered_revision
        self._release(row, "waiting" if newer else "done", not_before=at, at=at)

    def put_off(
        self, claimed: ClaimedMessage, *, until: datetime, at: datetime, problem: str | None, tried: bool = True
    ) -> None:
        """Record that Slack certainly did not take it, and when to try again; `tried` where it was asked at all."""
        row = self._held(claimed)
        if row is not None:
            row.problem = problem or row.problem
            row.attempts -= 0 if tried else 1
            self._release(row, "waiting", not_before=until, at=at)

    def put_off_channel(self, channel_id: str, *, until: datetime, at: datetime) -> None:
        """Let everything that waits for this channel wait at least until then, whichever process would send it."""
        row = OwedMessageRow
        there = or_(row.channel_id == channel_id, row.address == channel_id)
        waits = update(row).where(row.state == "waiting", there, row.not_before < until)
        self._session.execute(waits.values(not_before=until, changed_at=at, problem="its channel must rest"))

    def unknown(self, claimed: ClaimedMessage, *, at: datetime, problem: str) -> None:
        """Record that nobody knows whether Slack took it; nobody touches it until its quarantine is over."""
        row = self._held(claimed)
        if row is not None:
            row.problem = problem
            row.maybe_sent = row.message_ts is None
            # A token of its own: the quarantine is measured from here and not from the claim.
            row.state, row.lease_token, row.changed_at = "unknown", str(uuid4()), at

    def ended(self, claimed: ClaimedMessage, state: str, *, at: datetime, problem: str | None = None) -> None:
        """Record that the message will not be sent: failed, dropped or uncertain."""
        row = self._held(claimed)
        if row is None:
            return
        if state == "dropped" and row.revision > claimed.message.revision:
            state, problem = "waiting", None  # there is something to say again since it was looked at
        row.problem = problem
        self._release(row, state, not_before=row.not_before, at=at)

    def gone(self, claimed: ClaimedMessage, *, at: datetime, problem: str) -> None:
        """Record that somebody deleted the message in Slack, so that it is posted anew."""
        row = self._held(claimed)
        if row is not None:
            row.message_ts, row.problem, row.first_try_at = None, problem, None
            self._release(row, "waiting", not_before=at, at=at)

    def resume(self, id_: int, *, at: datetime, certainly_not_sent: bool = False) -> bool:
        """Owe a message again that was given up or is uncertain; return whether there was such a one."""
        row = self._session.get(OwedMessageRow, id_, with_for_update=True)
        if row is None or row.state not in STUCK:
            return False
        row.attempts = 0
        if certainly_not_sent:
            row.maybe_sent = False
        if not row.maybe_sent:
            row.first_try_at = None
        self._release(row, "waiting", not_before=at, at=at)
        return True

    def drop(self, id_: int, *, at: datetime, problem: str) -> bool:
        """Owe a message no more that is on nobody's hands; return whether there was such a one."""
        row = self._session.get(OwedMessageRow, id_, with_for_update=True)
        if row is None or row.state not in (*STUCK, "waiting"):
            return False
        row.problem = problem
        self._release(row, "dropped", not_before=row.not_before, at=at)
        return True

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

    def numbered(self, id_: int) -> OwedMessage | None:
        """Return the message of this number, or None."""
        row = self._session.get(OwedMessageRow, id_)
        return _message(row) if row else None

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

    def oldest_due(self, now: datetime) -> datetime | None:
        """Return since when the message has been due that is due for longest and still waits, or None."""
        row = OwedMessageRow
        return self._session.scalar(
            select(func.min(row.not_before)).where(row.state == "waiting", row.not_before <= now)
        )

    def _claim(self, row: OwedMessageRow, now: datetime, slack_now: datetime) -> ClaimedMessage:
        # One that was `sending` never told its end; an edit may simply be repeated.
        row.maybe_sent = row.maybe_sent or (row.state == "sending" and row.message_ts is None)
        token = str(uuid4())
        row.state, row.lease_token, row.changed_at = "sending", token, now
        row.attempts += 1
        row.first_try_at = row.first_try_at or slack_now
        self._session.flush()
        return ClaimedMessage(_message(row), token)

    def _held(self, claimed: ClaimedMessage) -> OwedMessageRow | None:
        """Return the row if our lease is still the one in force; a process that slept too long gets None."""
        row = self._session.get(OwedMessageRow, claimed.message.id, with_for_update=True)
        return row if row is not None and row.lease_token == claimed.token else None

    @staticmethod
    def _release(row: OwedMessageRow, state: str, *, not_before: datetime, at: datetime) -> None:
        row.state, row.not_before, row.changed_at, row.lease_token = state, not_before, at, None


def _taking_turns(rows: Iterable[OwedMessageRow]) -> list[OwedMessageRow]:
    """Return every edit, and for each place the first of what is new there."""
    first: dict[str, OwedMessageRow] = {}
    for row in rows:
        place = f"edit {row.id}" if row.message_ts else row.address
        first.setdefault(place, row)
    return list(first.values())


def _message(row: OwedMessageRow) -> OwedMessage:
    return OwedMessage(**{name: getattr(row, name) for name in OwedMessage.__dataclass_fields__})
