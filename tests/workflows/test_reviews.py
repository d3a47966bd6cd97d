"""Only a person's answer moves a due date; who may answer, and what each answer does."""

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from store import Store
from tests.factories import INTERVAL, RESPONDER, STEWARD, STRANGER, House, failure_mode, house
from workflows.errors import InvalidForm, NotAllowed
from workflows.people import Actor
from workflows.reviews.cadence import Cadence


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


def test_asking_again_for_a_review_that_is_due_keeps_its_date(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "first", RESPONDER)
    first = due(lived)
    lived.clock.forward(timedelta(hours=1))

    lived.reviews.request("FM-0001", "second", RESPONDER)

    assert due(lived) == first


def test_a_restricted_entry_is_reviewed_by_its_steward_and_hidden_from_champions(store: Store, tmp_path: Path) -> None:
    secret = failure_mode(7, visibility="restricted")
    lived = house(store, tmp_path, secret, roles={"champion": ("UCHAMPION",)})
    lived.reviews.request("FM-0007", "asked for", STEWARD)
    lived.nudging.sweep()

    lived.reviews.answer("FM-0007", due(lived, "FM-0007"), "verified", STEWARD)

    assert nudges(lived) == [(STEWARD.user_id, "FM-0007")]
    assert lived.catalog.entry("FM-0007", STEWARD).last_verified_by == STEWARD.user_id
    lived.clock.forward(INTERVAL)
    assert [one.entry.id for one in lived.reviews.due_for(STEWARD)] == ["FM-0007"]
    assert lived.reviews.due_for(Actor("UCHAMPION")) == []


def test_still_right_counts_after_a_snooze_and_from_the_old_message(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)
    first_due = due(lived)
    lived.reviews.answer("FM-0001", first_due, "snoozed", STEWARD)

    told = lived.reviews.answer("FM-0001", first_due, "verified", STEWARD)

    assert told.answer is not None
    assert told.answer.answer == "verified"
    assert due(lived) == lived.clock.now + INTERVAL


def test_a_snooze_lasts_as_long_as_was_said_and_no_longer_than_a_year(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)
    month = lived.clock.now + timedelta(days=30)

    for wrong in (lived.clock.now, lived.clock.now + timedelta(days=400)):
        with pytest.raises(InvalidForm) as refused:
            lived.reviews.answer("FM-0001", due(lived), "snoozed", STEWARD, until=wrong)
        assert list(refused.value.fields) == ["until"]
    lived.reviews.answer("FM-0001", due(lived), "snoozed", STEWARD, until=month)

    assert due(lived) == month


def test_whom_it_was_handed_over_to_may_answer_this_one_review(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)
    lived.reviews.request("FM-0002", "asked for", RESPONDER)
    lived.reviews.answer("FM-0001", due(lived), "handed_over", STEWARD, to=RESPONDER.user_id)

    assert [one.entry.id for one in lived.reviews.due_for(RESPONDER)] == ["FM-0001"]
    with pytest.raises(NotAllowed):
        lived.reviews.answer("FM-0002", due(lived, "FM-0002"), "verified", RESPONDER)
    lived.reviews.answer("FM-0001", due(lived), "verified", RESPONDER)

    assert lived.catalog.entry("FM-0001", RESPONDER).last_verified_by == RESPONDER.user_id
    assert due(lived) == lived.clock.now + INTERVAL


def test_handing_over_keeps_the_date_and_wants_a_person(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)
    before = due(lived)

    with pytest.raises(InvalidForm):
        lived.reviews.answer("FM-0001", before, "handed_over", STEWARD, to="")
    lived.reviews.answer("FM-0001", before, "handed_over", STEWARD, to="UOTHER")

    assert timedelta() < before - due(lived) < timedelta(milliseconds=1)


def test_a_severe_entry_lasts_half_as_long_and_one_may_name_its_own_interval() -> None:
    cadence = Cadence(timedelta(days=90), {"sev1": timedelta(days=45), "data/sev1": timedelta(days=7)})
    severe: dict[str, Any] = {"severity": {"typical": "sev1", "worst_credible": "sev1"}}

    lasts = [
        cadence.of(failure_mode()),
        cadence.of(failure_mode(**severe)),
        cadence.of(failure_mode(**severe, domain="data")),
        cadence.of(failure_mode(**severe, review_every="30d")),
    ]

    assert [one.days for one in lasts] == [90, 45, 7, 30]


def test_reviews_are_listed_for_oneself_for_a_domain_and_for_all(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, stewards={"serving": STEWARD.user_id, "data": "UDATA"})
    for entry_id in ("FM-0001", "FM-0002", "FM-0003"):
        lived.reviews.request(entry_id, "asked for", RESPONDER)

    def listed(actor: Actor, scope: str) -> list[str]:
        return [one.entry.id for one in lived.reviews.due_for(actor, scope)]

    assert listed(STEWARD, "mine") == ["FM-0001", "FM-0003"]
    assert listed(STEWARD, "data") == ["FM-0002"]
    assert listed(RESPONDER, "mine") == []
    assert listed(RESPONDER, "all") == ["FM-0001", "FM-0002", "FM-0003"]
