"""What got stuck is seen, told to the admins once, and taken up again or dropped by hand."""

from dataclasses import dataclass
from datetime import timedelta

import pytest

from bot.blocks.undelivered import alarm
from store import Store
from tests.doubles import CountingBell, KnownPeople, StillClock
from tests.factories import claimed
from workflows.errors import NotAllowed, NotFound
from workflows.people import OPERATOR, Actor, People
from workflows.undelivered import ALARM, Undelivered

ADMINS = ("UADMIN", "UOTHER")


@dataclass(frozen=True)
class Trouble:
    """An outbox in which messages get stuck."""

    store: Store
    clock: StillClock
    bell: CountingBell
    undelivered: Undelivered

    def owe(self, key: str, kind: str = "review_nudge") -> None:
        with self.store.begin() as tx:
            tx.outbox.owe_once(key, kind=kind, subject="x", address="U1", at=self.clock.now)

    def stick(self, key: str, state: str = "failed", kind: str = "review_nudge") -> int:
        self.owe(key, kind)
        with self.store.begin() as tx:
            for one in claimed(tx, self.clock.now):
                if one.message.key == key:
                    tx.outbox.ended(one, state, at=self.clock.now, problem="channel_not_found")
                else:
                    tx.outbox.delivered(one, channel_id="D1", message_ts="1.0", at=self.clock.now)
            found = tx.outbox.get(key)
        assert found is not None
        return found.id

    def alarms(self) -> list[str]:
        with self.store.read() as tx:
            return [one.address for one in tx.outbox.all() if one.kind == ALARM]

    def state(self, number: int) -> str:
        with self.store.read() as tx:
            found = tx.outbox.numbered(number)
        assert found is not None
        return found.state


@pytest.fixture
def trouble(store: Store) -> Trouble:
    clock, bell = StillClock(), CountingBell()
    people = People({"admin": ADMINS}, KnownPeople())
    return Trouble(store, clock, bell, Undelivered(store, clock, people, bell))


def test_the_standing_counts_states_and_how_long_the_oldest_is_due(trouble: Trouble) -> None:
    stuck = trouble.stick("one")
    trouble.owe("two")
    trouble.clock.forward(timedelta(minutes=7))

    standing = trouble.undelivered.standing()

    assert standing.counts == {"failed": 1, "waiting": 1}
    assert standing.overdue == timedelta(minutes=7)
    assert [(one.id, one.problem) for one in standing.stuck] == [(stuck, "channel_not_found")]


@pytest.mark.parametrize("state", ["failed", "uncertain"])
def test_a_stuck_message_is_taken_up_again_and_the_trail_says_by_whom(trouble: Trouble, state: str) -> None:
    stuck = trouble.stick("one", state)

    trouble.undelivered.retry(stuck, OPERATOR)

    assert trouble.state(stuck) == "waiting"
    assert trouble.bell.rings == 1
    with trouble.store.read() as tx:
        deed = tx.audit.find(action="outbox.retry")[0]
    assert (deed.actor, deed.subject, deed.before) == (
        "operator", f"message:{stuck}", {"state": state, "problem": "channel_not_found"},
    )  # fmt: skip


def test_everything_that_was_given_up_is_taken_up_again_at_once_and_what_may_stand_there_is_not(
    trouble: Trouble,
) -> None:
    failed = [trouble.stick(key) for key in ("one", "two")]
    uncertain = trouble.stick("three", "uncertain")

    assert trouble.undelivered.retry_all(OPERATOR) == 2

    assert [trouble.state(one) for one in (*failed, uncertain)] == ["waiting", "waiting", "uncertain"]


def test_what_is_dropped_is_sent_no_more_and_keeps_its_reason(trouble: Trouble) -> None:
    stuck = trouble.stick("one")

    trouble.undelivered.drop(stuck, OPERATOR, reason="the channel is gone")

    assert trouble.state(stuck) == "dropped"
    with pytest.raises(NotFound):
        trouble.undelivered.retry(stuck, OPERATOR)


def test_what_somebody_sends_now_is_neither_taken_up_again_nor_dropped(trouble: Trouble) -> None:
    trouble.owe("one")
    with trouble.store.begin() as tx:
        held = tx.outbox.claim(trouble.clock.now, slack_now=trouble.clock.now, limit=1)[0].message.id

    with pytest.raises(NotFound, match="sending"):
        trouble.undelivered.retry(held, OPERATOR)
    with pytest.raises(NotFound, match="sending"):
        trouble.undelivered.drop(held, OPERATOR, reason="x")
    with pytest.raises(NotFound, match="no message"):
        trouble.undelivered.drop(9_999, OPERATOR, reason="x")


def test_only_admins_look_after_stuck_messages(trouble: Trouble) -> None:
    stuck = trouble.stick("one")

    with pytest.raises(NotAllowed):
        trouble.undelivered.retry(stuck, Actor("UNOBODY"))
    trouble.undelivered.retry(stuck, Actor("UADMIN"))

    assert trouble.state(stuck) == "waiting"


def test_each_admin_is_told_once_a_day_however_many_messages_get_stuck(trouble: Trouble) -> None:
    trouble.stick("one")
    first = trouble.undelivered.sweep()
    trouble.stick("two", "uncertain", kind="card")

    again = trouble.undelivered.sweep()
    trouble.clock.forward(timedelta(days=1))
    quiet = trouble.undelivered.sweep()
    trouble.stick("three")
    next_day = trouble.undelivered.sweep()

    assert (first, again, quiet, next_day) == (2, 0, 0, 2)
    assert trouble.alarms() == [*ADMINS, *ADMINS]


def test_an_alarm_that_gets_stuck_raises_no_other(trouble: Trouble) -> None:
    trouble.stick("one", kind=ALARM)

    assert trouble.undelivered.sweep() == 0


def test_an_alarm_names_what_is_stuck_when_it_is_sent_and_nothing_afterwards(trouble: Trouble) -> None:
    stuck = trouble.stick("one")
    told = trouble.undelivered.alarm()
    trouble.undelivered.drop(stuck, OPERATOR, reason="x")

    assert told is not None
    assert f"{stuck}: `review_nudge`, failed: channel_not_found" in str(alarm(told).blocks)
    assert trouble.undelivered.alarm() is None
