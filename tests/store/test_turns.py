"""Of all processes that want to post to a channel, one a second may."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

from store import Store

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def taken(store: Store, at: datetime, channel: str = "C1") -> datetime | None:
    """Take the turn and return None, or when the one began that lasts."""
    with store.begin() as tx:
        return tx.posting_turns.take(channel, at, each=SECOND)


def test_a_turn_lasts_a_second_and_whoever_comes_meanwhile_hears_since_when(store: Store) -> None:
    first, soon, later = (taken(store, NOW + span) for span in (timedelta(0), SECOND * 0.9, SECOND))

    assert (first, soon, later) == (None, NOW, None)


def test_every_channel_has_a_turn_of_its_own(store: Store) -> None:
    assert [taken(store, NOW, channel) for channel in ("C1", "C2", "D1")] == [None, None, None]


def test_of_many_at_the_same_moment_one_gets_the_turn(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: taken(store, NOW), range(24)))

    assert sorted(one is None for one in found) == [False] * 23 + [True]


def test_a_turn_by_a_clock_that_has_gone_back_since_counts_for_nothing(store: Store) -> None:
    taken(store, NOW + timedelta(days=2))

    assert taken(store, NOW) is None
    assert taken(store, NOW + SECOND / 2) == NOW
