"""Transactions: `with store.begin() as tx` writes, `with store.read() as tx` reads; the only place that commits."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import timedelta
from functools import cached_property

from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from store.amendments import Amendments
from store.audit import Audit
from store.changes import Changes, Nearby, PostgresChanges
from store.drills import Drills
from store.engine import WAIT, WRITE, WriteTurn, open_engine
from store.entries import Entries
from store.errors import Unavailable, outage_as_unavailable
from store.examples import Examples
from store.followers import Followers
from store.gaps import Gaps
from store.incidents import Incidents
from store.links import LinkChecks
from store.occurrences import Occurrences
from store.outbox import Outbox
from store.receipts import Receipts
from store.reviews import Reviews
from store.revisions import Revisions
from store.runs import Runs
from store.signoffs import SignOffs
from store.stewards import Stewards
from store.turns import PostingTurns
from store.unsent import Unsent
from store.writeups import WriteUps

_inside: ContextVar[bool] = ContextVar("inside_a_transaction", default=False)
_deadline: ContextVar[float] = ContextVar("no_statement_begins_after", default=math.inf)


def inside_a_transaction() -> bool:
    """Return whether the caller stands inside a transaction, where the outside world must not be touched."""
    return _inside.get()


class Transaction:
    """One transaction, seen through the nouns it can read and write."""

    def __init__(self, session: Session) -> None:
        self._session = session

    @cached_property
    def entries(self) -> Entries:
        """The catalog's entries."""
        return Entries(self._session)

    @cached_property
    def revisions(self) -> Revisions:
        """The history of entries."""
        return Revisions(self._session)

    @cached_property
    def amendments(self) -> Amendments:
        """Proposed changes of entries."""
        return Amendments(self._session)

    @cached_property
    def sign_offs(self) -> SignOffs:
        """Approvals asked of colleagues."""
        return SignOffs(self._session)

    @cached_property
    def occurrences(self) -> Occurrences:
        """Dated cases of failure modes."""
        return Occurrences(self._session)

    @cached_property
    def followers(self) -> Followers:
        """Subscriptions, exposures and notices."""
        return Followers(self._session)

    @cached_property
    def audit(self) -> Audit:
        """The trail of who did what."""
        return Audit(self._session)

    @cached_property
    def link_checks(self) -> LinkChecks:
        """Whether evidence links answered."""
        return LinkChecks(self._session)

    @cached_property
    def incidents(self) -> Incidents:
        """Channels, incidents, evidence, suggestions."""
        return Incidents(self._session)

    @cached_property
    def runs(self) -> Runs:
        """Remedies that people carry out in incidents."""
        return Runs(self._session)

    @cached_property
    def drills(self) -> Drills:
        """Practice incidents."""
        return Drills(self._session)

    @cached_property
    def examples(self) -> Examples:
        """Words that people confirmed to be about an entry."""
        return Examples(self._session)

    @cached_property
    def gaps(self) -> Gaps:
        """Searches that found nothing."""
        return Gaps(self._session)

    @cached_property
    def unsent(self) -> Unsent:
        """What people typed into forms and did not send."""
        return Unsent(self._session)

    @cached_property
    def writeups(self) -> WriteUps:
        """After-action write-ups."""
        return WriteUps(self._session)

    @cached_property
    def reviews(self) -> Reviews:
        """Due dates and answers."""
        return Reviews(self._session)

    @cached_property
    def stewards(self) -> Stewards:
        """When those who are asked for reviews are away, and their calendars."""
        return Stewards(self._session)

    @cached_property
    def outbox(self) -> Outbox:
        """Messages that the bot owes."""
        return Outbox(self._session)

    @cached_property
    def posting_turns(self) -> PostingTurns:
        """Whose turn it is to post to a channel."""
        return PostingTurns(self._session)

    @cached_property
    def receipts(self) -> Receipts:
        """Events and submissions already taken in."""
        return Receipts(self._session)


class Store:
    """The database, opened transaction by transaction; raises Unavailable when it does not answer within `wait`."""

    def __init__(self, engine: Engine, wait: timedelta = WAIT) -> None:
        self.engine = engine
        self.wait = wait
        self._turn = WriteTurn(engine)
        self._nearby = Nearby()
        event.listen(engine, "before_cursor_execute", _refuse_when_late)

    @classmethod
    def open(cls, url: str, wait: timedelta = WAIT) -> "Store":
        """Return the store behind the URL."""
        return cls(open_engine(url, wait=wait), wait)

    @contextmanager
    def begin(self, *, within: timedelta | None = None) -> Iterator[Transaction]:
        """Write: leaving the block commits, an error rolls everything back.

        `within` bounds the transaction; only work that nobody waits for, such as an import, asks for more.
        """
        limit = self.wait if within is None else within
        with outage_as_unavailable(), _until(limit), self._turn.taken(self.wait), self._session(write=True) as session:
            if limit > self.wait and self.engine.dialect.name == "postgresql":
                session.execute(text("SET LOCAL statement_timeout = 0"))
            yield Transaction(session)

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Read: one consistent state; nothing is kept."""
        with outage_as_unavailable(), _until(self.wait), self._session(write=False) as session:
            yield Transaction(session)

    def changes(self) -> Changes:
        """Return what waits for changes of entries and examples, from now on."""
        return PostgresChanges(self.engine) if self.engine.dialect.name == "postgresql" else self._nearby.listen()

    def is_reachable(self) -> bool:
        """Return whether the database answers now; raises Damaged where it never will."""
        try:
            with outage_as_unavailable(), self.engine.connect() as connection:
                connection.execute(text("SELECT 1"))
        except Unavailable:
            return False
        return True

    def close(self) -> None:
        """Give all connections back."""
        self.engine.dispose()

    @contextmanager
    def _session(self, *, write: bool) -> Iterator[Session]:
        bind = self.engine.execution_options(**WRITE) if write else self.engine
        token = _inside.set(True)
        try:
            with Session(bind, expire_on_commit=False) as session:
                yield session
                if write:
                    session.commit()
                    self._nearby.committed(session)
        finally:
            _inside.reset(token)


@contextmanager
def _until(within: timedelta) -> Iterator[None]:
    token = _deadline.set(time.monotonic() + within.total_seconds())
    try:
        yield
    finally:
        _deadline.reset(token)


def _refuse_when_late(*_: object) -> None:
    """Begin no statement after the deadline; many slow ones in a row would otherwise add up to a missed answer."""
    if time.monotonic() > _deadline.get():
        msg = "the database answers too slowly"
        raise TimeoutError(msg)
