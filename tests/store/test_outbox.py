"""The outbox: what is owed is owed once, claimed by one, and never forgotten."""

import threading
from datetime import UTC, datetime, timedelta

from store import Store, Transaction
from store.outbox import ClaimedMessage, OwedMessage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEASE = timedelta(seconds=90)
CALM = timedelta(seconds=3)


def owe(store: Store, key: str = "review:1") -> bool:
    with store.begin() as tx:
        return tx.outbox.owe_once(key, kind="review_nudge", subject="1", address="U1", at=NOW)


def claim(store: Store, at: datetime = NOW) -> list[ClaimedMessage]:
    with store.begin() as tx:
        return tx.outbox.claim(at, lease=LEASE, limit=10)


def claim_within(tx: Transaction) -> ClaimedMessage:
    return tx.outbox.claim(NOW, lease=LEASE, limit=1)[0]


def message(store: Store, key: str = "review:1") -> OwedMessage:
    with store.read() as tx:
        found = tx.outbox.get(key)
    assert found is not None
    return found


def test_the_same_key_is_owed_once(store: Store) -> None:
    assert (owe(store), owe(store)) == (True, False)


def test_a_claimed_message_is_not_claimed_again_while_the_lease_holds(store: Store) -> None:
    owe(store)

    first, second = claim(store), claim(store, NOW + LEASE / 2)

    assert [one.message.key for one in first] == ["review:1"]
    assert second == []


def test_a_message_left_behind_is_claimed_again_and_marked_as_maybe_sent(store: Store) -> None:
    owe(store)
    claim(store)

    again = claim(store, NOW + LEASE)

    assert [one.message.maybe_sent for one in again] == [True]


def test_whoever_lost_the_lease_cannot_record_an_outcome(store: Store) -> None:
    owe(store)
    slept = claim(store)[0]
    claim(store, NOW + LEASE)

    with store.begin() as tx:
        tx.outbox.delivered(slept, channel_id="D1", message_ts="1.0", at=NOW)

    assert message(store).state == "sending"


def test_a_delivered_message_is_done(store: Store) -> None:
    owe(store)

    with store.begin() as tx:
        tx.outbox.delivered(tx.outbox.claim(NOW, lease=LEASE, limit=1)[0], channel_id="D1", message_ts="1.0", at=NOW)

    assert (message(store).state, message(store).message_ts) == ("done", "1.0")
    assert claim(store, NOW + LEASE) == []


def test_an_edit_owed_while_the_message_is_on_its_way_is_delivered_afterwards(store: Store) -> None:
    owe(store)
    sending = claim(store)[0]
    with store.begin() as tx:
        tx.outbox.edit("review:1", at=NOW)

    with store.begin() as tx:
        tx.outbox.delivered(sending, channel_id="D1", message_ts="1.0", at=NOW)

    assert [(one.message.message_ts, one.message.maybe_sent) for one in claim(store)] == [("1.0", False)]


def test_many_edits_become_one(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        tx.outbox.delivered(tx.outbox.claim(NOW, lease=LEASE, limit=1)[0], channel_id="D1", message_ts="1.0", at=NOW)
        for _ in range(5):
            tx.outbox.edit("review:1", at=NOW)

    assert len(claim(store)) == 1


def test_a_message_put_off_waits_for_its_time(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        refused = tx.outbox.claim(NOW, lease=LEASE, limit=1)[0]
        tx.outbox.put_off(refused, until=NOW + timedelta(seconds=30), problem="slow down")

    assert claim(store, NOW + timedelta(seconds=29)) == []
    assert len(claim(store, NOW + timedelta(seconds=30))) == 1


def test_an_unknown_outcome_is_looked_at_after_the_quarantine(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        lost = tx.outbox.claim(NOW, lease=LEASE, limit=1)[0]
        tx.outbox.unknown(lost, look_at=NOW + timedelta(seconds=60), problem="no answer")

    assert claim(store, NOW + timedelta(seconds=59)) == []
    assert [one.message.maybe_sent for one in claim(store, NOW + timedelta(seconds=60))] == [True]


def test_a_message_that_was_deleted_in_slack_is_posted_anew(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        tx.outbox.delivered(tx.outbox.claim(NOW, lease=LEASE, limit=1)[0], channel_id="D1", message_ts="1.0", at=NOW)
        tx.outbox.edit("review:1", at=NOW)
        tx.outbox.gone(tx.outbox.claim(NOW, lease=LEASE, limit=1)[0], at=NOW, problem="message_not_found")

    assert [(one.message.message_ts, one.message.maybe_sent) for one in claim(store)] == [(None, False)]


def test_what_was_given_up_is_counted(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        tx.outbox.ended(tx.outbox.claim(NOW, lease=LEASE, limit=1)[0], "failed", problem="channel_not_found")

    with store.read() as tx:
        assert tx.outbox.counts() == {"failed": 1}
        assert [one.problem for one in tx.outbox.all(states=["failed"])] == ["channel_not_found"]


def test_that_a_message_may_have_been_sent_is_not_forgotten_when_a_later_try_is_put_off(store: Store) -> None:
    owe(store)
    claim(store)
    again = claim(store, NOW + LEASE)[0]
    with store.begin() as tx:
        tx.outbox.put_off(again, until=NOW + LEASE, problem="slow down")

    assert [one.message.maybe_sent for one in claim(store, NOW + LEASE)] == [True]


def test_an_edit_that_crosses_its_delivery_is_sent_after_it(store: Store) -> None:
    owe(store)
    claimed = claim(store)[0]

    def edit() -> None:
        with store.begin() as tx:
            tx.outbox.edit("review:1", at=NOW)

    editing = threading.Thread(target=edit)
    with store.begin() as tx:
        tx.outbox.delivered(claimed, channel_id="D1", message_ts="1.0", at=NOW)
        tx.outbox.all()  # writes the row, so that the edit has to wait for us
        editing.start()
        editing.join(timeout=0.3)
    editing.join()

    assert message(store).state == "waiting"
    assert [one.message.revision for one in claim(store)] == [2]


def test_a_message_is_found_by_where_it_stands(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        tx.outbox.delivered(claim_within(tx), channel_id="D1", message_ts="1.0", at=NOW)

        assert [tx.outbox.standing_at("D1", ts) and ts for ts in ("1.0", "2.0")] == ["1.0", None]
        assert tx.outbox.standing_at("D2", "1.0") is None


def test_all_messages_of_a_kind_and_a_beginning_are_edited(store: Store) -> None:
    for key in ("progress:a:U1", "progress:a:U2", "progress:ab:U1"):
        owe(store, key)
    claim(store)

    with store.begin() as tx:
        tx.outbox.edit_all("review_nudge", prefix="progress:a:", at=NOW)
        tx.outbox.edit_all("another_kind", prefix="progress:ab:", at=NOW)

    assert [message(store, f"progress:{end}").revision for end in ("a:U1", "a:U2", "ab:U1")] == [2, 2, 1]


def test_a_message_whose_fate_is_unknown_is_not_sent_by_an_edit(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        tx.outbox.ended(tx.outbox.claim(NOW, lease=LEASE, limit=1)[0], "uncertain", problem="cannot be looked up")
        tx.outbox.edit("review:1", at=NOW)

    assert claim(store) == []
    assert message(store).state == "uncertain"


def edit_calmly(store: Store, at: datetime) -> None:
    with store.begin() as tx:
        tx.outbox.edit("review:1", at=at, calm=CALM)


def deliver(store: Store, at: datetime) -> int:
    """Deliver what is due, and return how many messages that were."""
    with store.begin() as tx:
        claimed = tx.outbox.claim(at, lease=LEASE, limit=10)
        for one in claimed:
            tx.outbox.delivered(one, channel_id="C1", message_ts="1.0", at=at)
    return len(claimed)


def test_a_calm_edit_soon_after_a_delivery_waits(store: Store) -> None:
    owe(store)
    deliver(store, NOW)

    edit_calmly(store, NOW + timedelta(seconds=1))

    assert [deliver(store, NOW + timedelta(seconds=seconds)) for seconds in (2, 4)] == [0, 1]


def test_many_calm_edits_are_one_and_none_of_them_puts_it_off(store: Store) -> None:
    owe(store)
    deliver(store, NOW)

    for tenths in range(10, 40):
        edit_calmly(store, NOW + timedelta(seconds=tenths / 10))

    assert deliver(store, NOW + timedelta(seconds=4)) == 1
    assert message(store).delivered_revision == 31


def test_a_calm_edit_after_a_quiet_while_goes_out_at_once(store: Store) -> None:
    owe(store)
    deliver(store, NOW)

    edit_calmly(store, NOW + timedelta(seconds=9))

    assert deliver(store, NOW + timedelta(seconds=9)) == 1
