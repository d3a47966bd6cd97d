"""Word of a change: told when it commits, never when it does not, and to whoever waits."""

import threading
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from time import monotonic

import pytest
from sqlalchemy import text

from store import Store
from store.changes import Changes
from store.entries import EntryRecord

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT_ONCE = timedelta(0)
LONG = timedelta(seconds=20)


def entry(number: int = 1) -> EntryRecord:
    return EntryRecord(
        id=f"FM-{number:04d}", slug=f"slug-{number}", title="T", status="draft", status_reason=None, successor_id=None,
        domain="data", document={}, fingerprint="", imported=None, revision=1, created_by=None, created_at=NOW,
        updated_at=NOW, last_verified_at=None, last_verified_by=None,
    )  # fmt: skip


@pytest.fixture
def changes(store: Store) -> Iterator[Changes]:
    """Waits already: what happened before is not told."""
    waiting = store.changes()
    waiting.wait(AT_ONCE)
    yield waiting
    waiting.close()


def test_a_change_is_told_once_it_is_committed(store: Store, changes: Changes) -> None:
    with store.begin() as tx:
        tx.entries.put(entry())
        before = changes.wait(AT_ONCE)

    assert not before
    assert changes.wait(LONG)


def test_a_change_that_was_rolled_back_is_never_told(store: Store, changes: Changes) -> None:
    with suppress(ZeroDivisionError), store.begin() as tx:
        tx.entries.put(entry())
        _ = 1 / 0

    assert not changes.wait(timedelta(milliseconds=50))


def test_many_changes_of_one_transaction_are_one_word(store: Store, changes: Changes) -> None:
    with store.begin() as tx:
        for number in range(1, 20):
            tx.entries.put(entry(number))

    assert changes.wait(LONG)
    assert not changes.wait(timedelta(milliseconds=50))


def test_what_changes_no_entry_is_not_told(store: Store, changes: Changes) -> None:
    with store.begin() as tx:
        tx.receipts.is_first("Ev1", NOW)

    assert not changes.wait(timedelta(milliseconds=50))


def test_whoever_waits_can_be_woken_from_elsewhere(store: Store) -> None:
    changes = store.changes()
    changes.wait(AT_ONCE)
    began = monotonic()

    waker = threading.Timer(0.05, changes.wake)
    waker.start()
    changes.wait(LONG)
    waker.join()

    assert monotonic() - began < LONG.total_seconds() / 2
    changes.close()


def test_a_connection_that_breaks_is_made_anew_and_takes_no_change_with_it(store: Store, changes: Changes) -> None:
    if store.engine.dialect.name == "postgresql":
        with store.engine.connect() as connection:
            cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND query <> ''"
            connection.execute(text(cut))
    with store.begin() as tx:
        tx.entries.put(entry())

    words = [changes.wait(timedelta(milliseconds=200)) for _ in range(3)]

    assert any(words)
