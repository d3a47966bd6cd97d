"""A process may die at every point of a message's life; whoever follows it brings the message to the same end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from slack_sdk.web import SlackResponse

from bot.blocks.elements import Rendered
from bot.delivery import Delivery
from bot.messenger import Bell, Messenger, Watch
from bot.pace import Pace
from bot.patience import Patience
from bot.slack_time import SlackTime
from store import Store, Transaction
from tests.doubles import StillClock
from tests.fake_slack import FakeSlack, StillUptime

PATIENCE = Patience()
KIND = "review_nudge"


class Death(BaseException):
    """What no code catches, as SIGKILL."""


@dataclass
class Reaper:
    """Counts the points at which a process could die, and comes at the one it was sent for."""

    at: int | None = None
    passed: int = 0

    def passes(self) -> None:
        self.passed += 1
        if self.passed == self.at:
            raise Death


class MortalStore(Store):
    """A database whose user may die before and after every commit."""

    reaper = Reaper()

    @contextmanager
    def begin(self, *, within: timedelta | None = None) -> Iterator[Transaction]:
        with super().begin(within=within) as tx:
            yield tx
            self.reaper.passes()
        self.reaper.passes()


@dataclass
class MortalSlack(FakeSlack):
    """A Slack whose caller may die before and after everything it does there."""

    reaper: Reaper = field(default_factory=Reaper)

    __hash__ = FakeSlack.__hash__

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        self.reaper.passes()
        answer = super().api_call(api_method, **given)
        self.reaper.passes()
        return answer


@dataclass
class World:
    """A message that is decided, delivered, changed and delivered again, by one process after the other."""

    store: MortalStore
    slack: MortalSlack
    clock: StillClock
    key: str
    uptime: StillUptime = field(default_factory=StillUptime)

    def lives(self, reaper: Reaper) -> None:
        """Do what is left to do, as a process that has just started; raises Death when the reaper comes."""
        self.store.reaper = self.slack.reaper = reaper
        process = self._process()
        with self.store.begin() as tx:
            tx.outbox.owe_once(self.key, kind=KIND, subject="old", address="U1", at=self.clock())
        self._delivers(process)
        with self.store.begin() as tx:
            tx.outbox.edit(self.key, at=self.clock())
        self._delivers(process)

    def _delivers(self, process: Messenger) -> None:
        """Deliver what is due, and what somebody left behind."""
        for pause in (timedelta(0), PATIENCE.lease, PATIENCE.lease):
            self.clock.forward(pause)
            self.uptime.seconds += pause.total_seconds()
            process.deliver_due()

    def _process(self) -> Messenger:
        time = SlackTime(self.clock, self.uptime)
        pace = Pace(self.uptime, self.store, self.clock)
        delivery = Delivery(self.store, self.slack, self.slack, pace, time, self.uptime, PATIENCE)
        watch = Watch(PATIENCE, self.uptime)
        return Messenger(self.store, self.clock, {KIND: self._drawn}, Bell(), delivery, watch)

    def _drawn(self, _subject: str) -> Rendered:
        with self.store.read() as tx:
            message = tx.outbox.get(self.key)
        assert message is not None
        return Rendered("first" if message.revision == 1 else "changed", [])

    @property
    def end(self) -> tuple[list[str], str]:
        with self.store.read() as tx:
            message = tx.outbox.get(self.key)
        assert message is not None
        return self.slack.texts, message.state


def outlived(store: Store, key: str, *deaths: int) -> tuple[World, Reaper]:
    """Return a world in which one process after the other died, each at its point, and the last one lived on."""
    clock = StillClock()
    world = World(MortalStore(store.engine, store.wait), MortalSlack(clock), clock, key)
    for at in deaths:
        try:
            world.lives(Reaper(at))
        except Death:
            continue
    last = Reaper()
    world.lives(last)
    return world, last


def test_death_at_any_point_changes_nothing_of_the_end(store: Store) -> None:
    unharmed, reaper = outlived(store, "unharmed")
    assert unharmed.end == (["changed"], "done")
    assert reaper.passed > 15

    ends = {at: outlived(store, f"died at {at}", at)[0].end for at in range(1, reaper.passed + 1)}

    assert {at: end for at, end in ends.items() if end != (["changed"], "done")} == {}


def test_a_second_death_of_whoever_followed_changes_nothing_either(store: Store) -> None:
    _, reaper = outlived(store, "unharmed")
    points = range(1, reaper.passed + 1)

    pairs = [(first, second) for first in points for second in points[first % 4 :: 4]]
    ends = {pair: outlived(store, f"died at {pair}", *pair)[0].end for pair in pairs}

    assert {pair: end for pair, end in ends.items() if end != (["changed"], "done")} == {}
