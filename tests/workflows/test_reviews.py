"""Stewards are asked once per due date, and only a person's answer moves the date."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import INTERVAL, RESPONDER, STEWARD, STRANGER, House, failure_mode, house
from workflows.errors import InvalidForm, NotAllowed
from workflows.people import Actor
from workflows.reviews import AT_ONCE


def nudges(lived: House) -> list[tuple[str, str]]:
    with lived.store.read() as tx:
        return [(message.address, message.subject.partition("|")[0]) for message in tx.outbox.all()]


def due(lived: House, entry_id: str = "FM-0001") -> datetime:
    with lived.store.begin() as tx:
        review = tx.reviews.get(entry_id)
    assert review is not None
    return review.due_at


def test_first_reviews_are_spread_over_the_interval(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    dates = [due(lived, entry.id) - lived.clock.now for entry in lived.catalog.published()]

    assert dates == [INTERVAL / 3, INTERVAL * 2 / 3, INTERVAL]


def test_nothing_is_owed_before_the_date(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    assert lived.reviews.sweep() == 0


def test_the_steward_is_nudged_once_however_often_the_sweep_comes(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.clock.forward(INTERVAL / 3)

    swept = [lived.reviews.sweep() for _ in range(5)]

    assert swept == [1, 0, 0, 0, 0]
    assert nudges(lived) == [(STEWARD.user_id, "FM-0001")]


def test_sending_does_not_move_the_date(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.clock.forward(INTERVAL / 3)
    before = due(lived)

    lived.reviews.sweep()

    assert due(lived) == before


def test_a_verification_moves_the_date_and_is_seen_on_the_entry(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)

    lived.reviews.answer("FM-0001", due(lived), "verified", STEWARD)

    entry = lived.catalog.entry("FM-0001", RESPONDER)
    assert due(lived) == lived.clock.now + INTERVAL
    assert (entry.last_verified_by, entry.last_verified_at) == (STEWARD.user_id, lived.clock.now)


def test_a_second_press_changes_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)
    first_due = due(lived)
    lived.reviews.answer("FM-0001", first_due, "verified", STEWARD)
    lived.clock.forward(timedelta(hours=1))

    review = lived.reviews.answer("FM-0001", first_due, "snoozed", STEWARD)

    assert review.answer is not None
    assert review.answer.answer == "verified"
    assert due(lived) == lived.clock.now - timedelta(hours=1) + INTERVAL


def test_a_snoozed_review_comes_back_after_a_week_with_a_message_of_its_own(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)
    lived.reviews.answer("FM-0001", due(lived), "snoozed", STEWARD)

    lived.clock.forward(timedelta(days=7))
    lived.reviews.sweep()

    assert len(nudges(lived)) == 2


def test_a_needed_change_wants_a_sentence(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)

    with pytest.raises(InvalidForm) as empty:
        lived.reviews.answer("FM-0001", due(lived), "needs_change", STEWARD, note="  ")

    assert list(empty.value.fields) == ["note"]


def test_only_the_steward_or_an_admin_can_answer(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)

    for actor in (RESPONDER, STRANGER, Actor(STEWARD.user_id, is_external=True)):
        with pytest.raises(NotAllowed):
            lived.reviews.answer("FM-0001", due(lived), "verified", actor)
    lived.reviews.answer("FM-0001", due(lived), "verified", Actor("UADMIN"))

    assert lived.catalog.entry("FM-0001", RESPONDER).last_verified_by == "UADMIN"


def test_a_review_without_a_steward_waits_until_one_is_named(store: Store, tmp_path: Path) -> None:
    ownerless = house(store, tmp_path, stewards={})
    ownerless.clock.forward(INTERVAL)
    assert ownerless.reviews.sweep() == 0

    owned = house(store, tmp_path)
    owned.clock.forward(INTERVAL)

    assert owned.reviews.sweep() == 3


def test_asking_again_for_a_review_that_is_due_keeps_its_date(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "first", RESPONDER)
    first = due(lived)
    lived.clock.forward(timedelta(hours=1))

    lived.reviews.request("FM-0001", "second", RESPONDER)

    assert due(lived) == first
    assert len(nudges(lived)) == 1


def test_reviews_that_nobody_can_be_told_of_do_not_keep_others_waiting(store: Store, tmp_path: Path) -> None:
    orphans = [failure_mode(number, domain="data") for number in range(1, AT_ONCE + 2)]
    owned = failure_mode(900)
    lived = house(store, tmp_path, *orphans, owned, stewards={"serving": STEWARD.user_id})
    lived.clock.forward(INTERVAL)

    assert lived.reviews.sweep() == 1
    assert nudges(lived) == [(STEWARD.user_id, "FM-0900")]


def test_a_restricted_entry_is_reviewed_by_its_steward_and_hidden_from_champions(store: Store, tmp_path: Path) -> None:
    secret = failure_mode(7, visibility="restricted")
    lived = house(store, tmp_path, secret, roles={"champion": ("UCHAMPION",)})
    lived.reviews.request("FM-0007", "asked for", STEWARD)

    lived.reviews.answer("FM-0007", due(lived, "FM-0007"), "verified", STEWARD)

    assert nudges(lived) == [(STEWARD.user_id, "FM-0007")]
    assert lived.catalog.entry("FM-0007", STEWARD).last_verified_by == STEWARD.user_id
    lived.clock.forward(INTERVAL)
    assert [one.entry.id for one in lived.reviews.due_for(STEWARD)] == ["FM-0007"]
    assert lived.reviews.due_for(Actor("UCHAMPION")) == []
