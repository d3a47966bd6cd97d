"""The outbox: what is owed is owed once, claimed by one, and never forgotten."""

import threading
from datetime import UTC, datetime, timedelta

from store import Store, Transaction
from store.outbox import ClaimedMessage, OwedMessage

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(seconds=90)
CALM = timedelta(seconds=3)


def owe(store: Store, key: str = "review:1") -> bool:
    with store.begin() as tx:
        return tx.outbox.owe_once(key, kind="review_nudge", subject="1", address="U1", at=NOW)


def claim(store: Store, at: datetime = NOW) -> list[ClaimedMessage]:
    with store.begin() as tx:
        return claim_within(tx, at)


def claim_within(tx: Transaction, at: datetime = NOW) -> list[ClaimedMessage]:
    return tx.outbox.claim(at, slack_now=at, limit=10)


def take_over(store: Store, at: datetime = LATER, token: str = "") -> list[ClaimedMessage]:
    """Take over what is held, or what is held under this token."""
    with store.begin() as tx:
        return tx.outbox.take_over([token] if token else tx.outbox.held().keys(), at, slack_now=at, limit=10)


def message(store: Store, key: str = "review:1") -> OwedMessage:
    with store.read() as tx:
        found = tx.outbox.get(key)
    assert found is not None
    return found


def test_the_same_key_is_owed_once(store: Store) -> None:
    assert (owe(store), owe(store)) == (True, False)


def test_a_claimed_message_is_not_claimed_again_however_far_the_clock_jumps(store: Store) -> None:
    owe(store)

    first, second = claim(store), claim(store, NOW + timedelta(days=400))

    assert [one.message.key for one in first] == ["review:1"]
    assert second == []


def test_a_message_left_behind_is_taken_over_and_marked_as_maybe_sent(store: Store) -> None:
    owe(store)
    left = claim(store)[0]

    again = take_over(store, token=left.token)

    assert [one.message.maybe_sent for one in again] == [True]
    assert take_over(store, token=left.token) == []


def test_whoever_lost_the_lease_cannot_record_an_outcome(store: Store) -> None:
    owe(store)
    slept = claim(store)[0]
    take_over(store)

    with store.begin() as tx:
        tx.outbox.delivered(slept, channel_id="D1", message_ts="1.0", at=NOW)

    assert message(store).state == "sending"


def test_a_delivered_message_is_done(store: Store) -> None:
    owe(store)

    with store.begin() as tx:
        tx.outbox.delivered(claim_within(tx)[0], channel_id="D1", message_ts="1.0", at=NOW)

    assert (message(store).state, message(store).message_ts) == ("done", "1.0")
    assert claim(store, LATER) == []


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
        tx.outbox.delivered(claim_within(tx)[0], channel_id="D1", message_ts="1.0", at=NOW)
        for _ in range(5):
            tx.outbox.edit("review:1", at=NOW)

    assert len(claim(store)) == 1


def test_a_message_put_off_waits_for_its_time(store: Store) -> None:
    put_off(store, NOW + timedelta(seconds=30))

    assert claim(store, NOW + timedelta(seconds=29)) == []
    assert len(claim(store, NOW + timedelta(seconds=30))) == 1


def put_off(store: Store, until: datetime, *, tried: bool = True) -> None:
    owe(store)
    with store.begin() as tx:
        tx.outbox.put_off(claim_within(tx)[0], until=until, at=NOW, problem="slow down", tried=tried)


def test_a_try_that_never_reached_slack_does_not_count(store: Store) -> None:
    put_off(store, NOW, tried=False)

    assert message(store).attempts == 0


def test_an_edit_does_not_come_sooner_than_slack_asked_us_to_wait(store: Store) -> None:
    put_off(store, NOW + timedelta(seconds=30))
    with store.begin() as tx:
        tx.outbox.edit("review:1", at=NOW)

    assert claim(store, NOW + timedelta(seconds=29)) == []
    assert [one.message.revision for one in claim(store, NOW + timedelta(seconds=30))] == [2]


def test_a_channel_that_must_rest_rests_for_every_message_of_it(store: Store) -> None:
    for key in ("review:1", "review:2"):
        owe(store, key)
    with store.begin() as tx:
        tx.outbox.owe_once("review:3", kind="review_nudge", subject="1", address="U2", at=NOW)
        tx.outbox.put_off_channel("U1", until=NOW + timedelta(seconds=30), at=NOW)

    assert [one.message.key for one in claim(store)] == ["review:3"]
    later = NOW + timedelta(seconds=30)
    assert [one.message.key for _ in range(2) for one in claim(store, later)] == ["review:1", "review:2"]


def test_what_was_decided_by_a_clock_that_has_gone_back_since_does_not_wait_for_that_day(store: Store) -> None:
    put_off(store, NOW + timedelta(seconds=30))

    assert len(claim(store, NOW - timedelta(days=2))) == 1


def test_a_message_that_is_owed_for_later_waits_until_then(store: Store) -> None:
    with store.begin() as tx:
        later = NOW + timedelta(hours=1)
        tx.outbox.owe_once("thanks:1", kind="thanks", subject="1", address="U1", at=NOW, not_before=later)

    assert claim(store) == []
    assert len(claim(store, NOW + timedelta(hours=1))) == 1


def test_an_unknown_outcome_has_a_token_of_its_own_and_may_have_been_sent(store: Store) -> None:
    owe(store)
    lost = claim(store)[0]
    with store.begin() as tx:
        tx.outbox.unknown(lost, at=NOW, problem="no answer")
        held = tx.outbox.held()

    assert claim(store, LATER) == []
    assert [state for token, state in held.items() if token != lost.token] == ["unknown"]
    assert take_over(store, token=lost.token) == []
    assert [one.message.maybe_sent for one in take_over(store)] == [True]


def test_a_second_try_remembers_when_by_slacks_clock_the_first_one_was(store: Store) -> None:
    put_off(store, NOW)
    with store.begin() as tx:
        again = tx.outbox.claim(NOW, slack_now=LATER, limit=1)[0]

    assert again.message.first_try_at == NOW


def test_a_message_that_was_deleted_in_slack_is_posted_anew(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        tx.outbox.delivered(claim_within(tx)[0], channel_id="D1", message_ts="1.0", at=NOW)
        tx.outbox.edit("review:1", at=NOW)
        tx.outbox.gone(claim_within(tx)[0], at=NOW, problem="message_not_found")

    assert [(one.message.message_ts, one.message.maybe_sent) for one in claim(store)] == [(None, False)]


def test_what_was_given_up_is_counted(store: Store) -> None:
    owe(store)
    with store.begin() as tx:
        tx.outbox.ended(claim_within(tx)[0], "failed", at=NOW, problem="channel_not_found")

    with store.read() as tx:
        assert tx.outbox.counts() == {"failed": 1}
        assert [one.problem for one in tx.outbox.all(states=["failed"])] == ["channel_not_found"]


def test_that_a_message_may_have_been_sent_is_not_forgotten_when_a_later_try_is_put_off(store: Store) -> None:
    owe(store)
    claim(store)
    again = take_over(store)[0]
    with store.begin() as tx:
        tx.outbox.put_off(again, until=LATER, at=LATER, problem="slow down")

    assert [one.message.maybe_sent for one in claim(store, LATER)] == [True]


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
        tx.outbox.delivered(claim_within(tx)[0], channel_id="D1", message_ts="1.0", at=NOW)

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
        tx.outbox.ended(claim_within(tx)[0], "uncertain", at=NOW, problem="cannot be looked up")
        tx.outbox.edit("review:1", at=NOW)

    assert claim(store) == []
    assert message(store).state == "uncertain"


def edit_calmly(store: Store, at: datetime) -> None:
    with store.begin() as tx:
        tx.outbox.edit("review:1", at=at, calm=CALM)


def deliver(store: Store, at: datetime) -> int:
    """Deliver what is due, and return how many messages that were."""
    with store.begin() as tx:
        claimed = claim_within(tx, at)
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


def end(store: Store, state: str) -> int:
    owe(store)
    with store.begin() as tx:
        tx.outbox.ended(claim_within(tx)[0], state, at=NOW, problem="a reason")
    return message(store).id


def test_a_message_that_was_given_up_is_owed_again_with_all_its_tries(store: Store) -> None:
    number = end(store, "failed")
    with store.begin() as tx:
        assert tx.outbox.resume(number, at=NOW)

    assert [(one.message.attempts, one.message.maybe_sent) for one in claim(store)] == [(1, False)]


def test_an_uncertain_message_is_looked_up_again_unless_somebody_says_that_it_is_not_there(store: Store) -> None:
    owe(store)
    claim(store)
    with store.begin() as tx:
        left = tx.outbox.take_over(tx.outbox.held().keys(), NOW, slack_now=NOW, limit=1)[0]
        tx.outbox.ended(left, "uncertain", at=NOW, problem="cannot be looked up")
        assert tx.outbox.resume(left.message.id, at=NOW)
    looked_up = claim(store)[0]
    with store.begin() as tx:
        tx.outbox.ended(looked_up, "uncertain", at=NOW, problem="cannot be looked up")
        assert tx.outbox.resume(left.message.id, at=NOW, certainly_not_sent=True)

    assert [looked_up.message.maybe_sent, claim(store)[0].message.maybe_sent] == [True, False]


def test_a_message_on_its_way_can_neither_be_dropped_nor_owed_again(store: Store) -> None:
    owe(store)
    number = claim(store)[0].message.id
    with store.begin() as tx:
        assert not tx.outbox.drop(number, at=NOW, problem="not wanted")
        assert not tx.outbox.resume(number, at=NOW)
        assert not tx.outbox.resume(number + 1, at=NOW)


def test_a_dropped_message_is_not_sent(store: Store) -> None:
    number = end(store, "failed")
    with store.begin() as tx:
        assert tx.outbox.drop(number, at=NOW, problem="not wanted")

    assert claim(store, LATER) == []
    assert (message(store).state, message(store).problem) == ("dropped", "not wanted")


def test_how_long_the_oldest_due_message_has_waited_is_known(store: Store) -> None:
    with store.read() as tx:
        assert tx.outbox.oldest_due(NOW) is None
    owe(store)
    with store.read() as tx:
        assert tx.outbox.oldest_due(LATER) == NOW
        assert tx.outbox.oldest_due(NOW - timedelta(seconds=1)) is None


def test_what_is_new_for_one_place_is_claimed_one_by_one_and_left_where_that_place_rests(store: Store) -> None:
    for key in ("review:1", "review:2"):
        owe(store, key)
    with store.begin() as tx:
        tx.outbox.owe_once("review:3", kind="review_nudge", subject="1", address="U2", at=NOW)

    assert [one.message.key for one in claim(store)] == ["review:1", "review:3"]
    with store.begin() as tx:
        assert tx.outbox.claim(NOW, slack_now=NOW, limit=4, besides={"U1"}) == []
        assert [one.message.key for one in tx.outbox.claim(NOW, slack_now=NOW, limit=4)] == ["review:2"]
