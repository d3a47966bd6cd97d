"""What a transaction promises, on both databases."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store import Store, Unavailable, inside_a_transaction
from store.engine import WAIT

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def test_an_error_inside_the_block_leaves_nothing_behind(store: Store) -> None:
    def fail_half_way() -> None:
        with store.begin() as tx:
            tx.receipts.is_first("Ev1", NOW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail_half_way()

    with store.begin() as tx:
        assert tx.receipts.is_first("Ev1", NOW)


def test_an_event_is_first_only_once(store: Store) -> None:
    with store.begin() as tx:
        first = tx.receipts.is_first("Ev1", NOW)
    with store.begin() as tx:
        second = tx.receipts.is_first("Ev1", NOW)

    assert (first, second) == (True, False)


def test_many_writers_at_once_never_get_the_same_number(store: Store) -> None:
    def number(_: int) -> int:
        with store.begin() as tx:
            return tx.entries.next_number()

    with store.begin() as tx:
        tx.entries.reserve_numbers(60)
    with ThreadPoolExecutor(8) as pool:
        numbers = list(pool.map(number, range(40)))

    assert sorted(numbers) == list(range(61, 101))


def test_the_block_knows_that_it_is_a_transaction(store: Store) -> None:
    with store.read():
        inside = inside_a_transaction()

    assert inside
    assert not inside_a_transaction()


def test_an_instant_comes_back_as_it_went_in(store: Store) -> None:
    with store.begin() as tx:
        tx.receipts.is_first("Ev1", NOW)
    with store.read() as tx:
        latest = tx.receipts.latest()

    assert latest == NOW
    assert latest is not None
    assert latest.tzinfo is not None


def test_a_naive_instant_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="naive"), store.begin() as tx:
        tx.receipts.is_first("Ev1", datetime(2026, 3, 2, 9, 0))  # noqa: DTZ001 - the mistake under test


def test_a_database_that_is_not_there_is_unavailable() -> None:
    absent = Store.open("postgresql://nobody@127.0.0.1:1/nothing")

    assert not absent.is_reachable()
    with pytest.raises(Unavailable), absent.begin() as tx:
        tx.receipts.is_first("Ev1", NOW)
    absent.close()


def test_a_sqlite_file_that_another_process_holds_is_unavailable_soon(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'held.db'}"
    holder, waiting = Store.open(url), Store.open(url)

    with holder.begin(), pytest.raises(Unavailable), waiting.begin() as tx:
        tx.receipts.latest()

    holder.close()
    waiting.close()


def test_a_transaction_begins_no_statement_after_its_time(store: Store) -> None:
    with pytest.raises(Unavailable), store.begin(within=timedelta(0)) as tx:
        tx.receipts.latest()


def test_a_patient_transaction_may_take_its_time(store: Store) -> None:
    with store.begin(within=timedelta(minutes=1)) as tx:
        assert tx.receipts.is_first("Ev1", NOW)


def test_work_that_answers_a_person_begins_no_statement_after_a_second(store: Store) -> None:
    hurried = Store(store.engine)

    def dawdle() -> None:
        with hurried.begin() as tx:
            tx.receipts.is_first("Ev1", NOW)
            time.sleep(WAIT.total_seconds())
            tx.receipts.latest()

    with pytest.raises(Unavailable):
        dawdle()
    with hurried.begin() as tx:
        assert tx.receipts.is_first("Ev1", NOW)
