"""Entries go from draft to archive step by step; nothing is published that fails a gate."""

from datetime import timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import COMPLETE, INTERVAL, RESPONDER, STEWARD, STRANGER, House, house
from workflows.entries.assessing import NotPublishable
from workflows.entries.ledger import Outdated
from workflows.errors import InvalidForm, NotAllowed, NotFound, UserError
from workflows.people import Actor

PEER = Actor("UPEER")
WORDS = {"title": "Requests die", "symptom": "Requests fail.", "cause_category": "capacity", "domain": "serving"}


def complete_draft(lived: House) -> str:
    return lived.editing.create({**COMPLETE, **WORDS}, RESPONDER).id


def approve_all(lived: House, entry_id: str, by: str = "UPEER") -> None:
    with lived.store.begin() as tx:
        for asked in tx.sign_offs.find(entry_id=entry_id, states=("open",)):
            tx.sign_offs.decide(asked.id, "approved", by=by, at=lived.clock.now)


def published(lived: House) -> str:
    entry_id = complete_draft(lived)
    lived.lifecycle.submit(entry_id, RESPONDER, expected=1)
    approve_all(lived, entry_id)
    lived.lifecycle.publish(entry_id, STEWARD, expected=2)
    return entry_id


def test_a_draft_is_reviewed_and_published_and_then_found(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    entry_id = published(lived)

    assert lived.catalog.entry(entry_id, Actor("UANYBODY")).status == "published"
    assert next(iter(lived.search.answer("requests die", RESPONDER).found)).entry.id == entry_id
    assert lived.asked.questions == [("publication", entry_id, ("peer",))]
    with store.read() as tx:
        assert tx.reviews.due_date(entry_id) == lived.clock.now + INTERVAL


def test_publishing_is_blocked_by_name_until_what_is_missing_is_there(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = lived.editing.create({**COMPLETE, **WORDS, "aliases": [], "evidence": []}, RESPONDER).id
    lived.lifecycle.submit(entry_id, RESPONDER, expected=1)
    approve_all(lived, entry_id)

    with pytest.raises(NotPublishable) as blocked:
        lived.lifecycle.publish(entry_id, STEWARD, expected=2)
    lived.editing.save(entry_id, {name: COMPLETE[name] for name in ("aliases", "evidence")}, RESPONDER, version=2)
    lived.lifecycle.submit(entry_id, RESPONDER, expected=3)
    approve_all(lived, entry_id)
    entry = lived.lifecycle.publish(entry_id, STEWARD, expected=4)

    assert {one.place for one in blocked.value.missing} == {"aliases", "evidence"}
    assert "aliases" in blocked.value.sentence
    assert entry.is_published


def test_nobody_publishes_what_nobody_else_approved(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = complete_draft(lived)

    with pytest.raises(NotPublishable, match="did not write it"):
        lived.lifecycle.publish(entry_id, STEWARD, expected=1)


def test_an_approval_of_the_author_does_not_count(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = complete_draft(lived)
    lived.lifecycle.submit(entry_id, RESPONDER, expected=1)
    approve_all(lived, entry_id, by=RESPONDER.user_id)

    with pytest.raises(NotPublishable):
        lived.lifecycle.publish(entry_id, STEWARD, expected=2)


def test_an_edit_after_the_approval_needs_a_new_one(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = complete_draft(lived)
    lived.lifecycle.submit(entry_id, RESPONDER, expected=1)
    approve_all(lived, entry_id)

    saved = lived.editing.save(entry_id, {"symptom": "Something else."}, RESPONDER, version=2)

    assert saved.copy.entry.status == "draft"
    with pytest.raises(NotPublishable):
        lived.lifecycle.publish(entry_id, STEWARD, expected=3)


def test_without_a_steward_nothing_is_published(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = complete_draft(lived)
    lived.lifecycle.submit(entry_id, RESPONDER, expected=1)
    approve_all(lived, entry_id)
    lived.workspace.left.add(STEWARD.user_id)

    with pytest.raises(NotPublishable, match="left the workspace"):
        lived.lifecycle.publish(entry_id, Actor("UADMIN"), expected=2)


def test_effects_that_touch_rights_are_reviewed_by_their_discipline(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, roles={"reviewer:security": ("USEC",)})
    entry = lived.editing.create({**COMPLETE, **WORDS}, RESPONDER)
    vocabulary = lived.editing.vocabulary.terms["effect_category"]
    assert "data-exposure" not in vocabulary  # the small vocabulary of the tests lacks the term
    document = entry.document.model_copy(
        update={"effects": [entry.document.effects[0].model_copy(update={"category": "data-exposure"})]}
    )
    with store.begin() as tx:
        record = tx.entries.take(entry.id)
        assert record is not None
        tx.entries.put(type(record)(**{**vars(record), "document": document.model_dump(mode="json")}))

    lived.lifecycle.submit(entry.id, RESPONDER, expected=1)

    assert lived.asked.questions == [("publication", entry.id, ("security",))]


@pytest.mark.parametrize("actor", [RESPONDER, Actor("UOTHER"), STRANGER])
def test_only_those_who_may_decide_do(store: Store, tmp_path: Path, actor: Actor) -> None:
    lived = house(store, tmp_path)
    entry_id = complete_draft(lived)

    with pytest.raises((NotAllowed, NotFound)):
        lived.lifecycle.publish(entry_id, actor, expected=1)
    with pytest.raises((NotAllowed, NotFound)):
        lived.lifecycle.reject(entry_id, actor, expected=1, reason="because")
    with pytest.raises((NotAllowed, NotFound)):
        lived.lifecycle.deprecate("FM-0001", actor, expected=1, reason="because")


def test_a_step_from_the_wrong_state_or_an_old_view_is_refused(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(UserError, match="published"):
        lived.lifecycle.submit("FM-0001", STEWARD, expected=1)
    with pytest.raises(Outdated):
        lived.lifecycle.deprecate("FM-0001", STEWARD, expected=7, reason="because")


def test_a_deprecated_entry_leaves_search_and_says_why_and_what_to_use(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    entry = lived.lifecycle.deprecate("FM-0001", STEWARD, expected=1, reason="no such cards any more", successor="3")

    assert (entry.status, entry.status_reason, entry.successor_id) == (
        "deprecated",
        "no such cards any more",
        "FM-0003",
    )
    assert lived.catalog.published_entry("FM-0001") is None
    with pytest.raises(InvalidForm):
        lived.lifecycle.deprecate("FM-0002", STEWARD, expected=1, reason="  ")
    with pytest.raises(InvalidForm):
        lived.lifecycle.deprecate("FM-0002", STEWARD, expected=1, reason="because", successor="FM-0002")


def test_what_was_published_comes_back_and_what_was_rejected_is_a_draft_again(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = published(lived)
    lived.lifecycle.deprecate(entry_id, STEWARD, expected=3, reason="because")
    lived.lifecycle.archive(entry_id, STEWARD, expected=4, reason="because")

    back = lived.lifecycle.bring_back(entry_id, STEWARD, expected=5)
    other = complete_draft(lived)
    lived.lifecycle.reject(other, STEWARD, expected=1, reason="we have that")
    again = lived.lifecycle.reopen(other, RESPONDER, expected=2)

    assert (back.status, again.status, again.status_reason) == ("published", "draft", None)


def test_withdrawing_calls_off_what_was_asked(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = complete_draft(lived)
    lived.lifecycle.submit(entry_id, RESPONDER, expected=1)

    entry = lived.lifecycle.withdraw(entry_id, RESPONDER, expected=2)

    assert entry.status == "draft"
    with store.read() as tx:
        assert [one.state for one in tx.sign_offs.find(entry_id=entry_id)] == ["cancelled"]


def test_people_are_offered_the_steps_that_they_may_take(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry = lived.catalog.entry(complete_draft(lived), RESPONDER)

    assert lived.lifecycle.steps_for(entry, RESPONDER) == ["submit"]
    assert lived.lifecycle.steps_for(entry, STEWARD) == ["submit", "publish", "reject"]
    assert lived.lifecycle.steps_for(entry, Actor("UOTHER")) == []


def test_followers_and_those_shown_it_lately_are_noted_once_for_each_change(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    with store.begin() as tx:
        tx.followers.subscribe("UFOLLOWER", "domain", "serving", lived.clock.now)
        tx.followers.shown(["FM-0001"], "UREADER", lived.clock.now)
        tx.followers.shown(["FM-0001"], "ULONGAGO", lived.clock.now - timedelta(days=91))
        tx.followers.shown(["FM-0001"], STEWARD.user_id, lived.clock.now)

    lived.lifecycle.deprecate("FM-0001", STEWARD, expected=1, reason="because")

    now = lived.clock.now
    with store.begin() as tx:
        people = tx.followers.people_to_tell(before=now, at_latest=now, limit=10)
        counts = [tx.followers.gather(person, f"told to {person}") for person in people]
        noted = [one for person in sorted(people) for one in tx.followers.batch(f"told to {person}")]
    assert counts == [1, 1]
    assert [(one.user_id, one.why) for one in noted] == [("UFOLLOWER", "follows"), ("UREADER", "shown")]
