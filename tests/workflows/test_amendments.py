"""Changes of published entries are suggested where they are read and decided by their steward as a diff."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, cast

import pytest
from slack_bolt import Ack

from bot.forms.suggestions import choices
from bot.listeners.amendments import AmendmentListeners
from store import Store
from tests.factories import COMPLETE, RESPONDER, STEWARD, STRANGER, House, failure_mode, house
from workflows.amendments.amendment import OUTCOME, PROPOSAL
from workflows.entries.assessing import NotPublishable
from workflows.entries.editing import EditConflict
from workflows.errors import InvalidForm, NotAllowed, NotFound, UserError
from workflows.people import Actor

ENTRY = failure_mode(1, title="GPU runs out of memory", **COMPLETE)
BACKUP = Actor("UBACKUP")
STEPS = [
    {**COMPLETE["mitigations"][0], "checklist": ["Drain the node", "Set the batch size to 1", "Confirm it serves"]}
]


def lived_in(store: Store, tmp_path: Path) -> House:
    return house(store, tmp_path, ENTRY, failure_mode(2, **COMPLETE | {"aliases": ["x one", "y two", "z three"]}))


def owed(lived: House, kind: str) -> list[tuple[str, str]]:
    with lived.store.read() as tx:
        return [(one.address, one.subject) for one in tx.outbox.all() if one.kind == kind]


def test_a_suggestion_waits_for_the_steward_and_changes_nothing_until_then(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)

    suggested = lived.amendments.suggest("FM-0001", {"mitigations": STEPS}, RESPONDER, reason="drain first")

    assert (suggested.state, suggested.weight) == ("open", "major")
    assert [(one.label, one.after) for one in suggested.differences][:1] != []
    assert owed(lived, PROPOSAL) == [(STEWARD.user_id, str(suggested.id))]
    assert lived.catalog.entry("FM-0001", RESPONDER).document == ENTRY
    assert [one.id for one in lived.amendments.open_for(STEWARD)] == [suggested.id]
    assert lived.amendments.open_for(RESPONDER) == []


def test_a_suggestion_that_is_handed_in_again_is_made_once(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    for _ in range(2):
        lived.amendments.suggest("FM-0001", {"summary": "Shorter."}, RESPONDER, reason="too long", submission="V1")

    lived.amendments.suggest("FM-0001", {"summary": "Shorter."}, RESPONDER, reason="too long", submission="V2")

    with lived.store.read() as tx:
        assert len(tx.amendments.find(entry_id="FM-0001")) == 2
        assert len([one for one in tx.outbox.all() if one.kind == PROPOSAL]) == 2


def test_an_approved_suggestion_is_a_revision_by_its_author_and_the_author_is_told(
    store: Store, tmp_path: Path
) -> None:
    lived = lived_in(store, tmp_path)
    suggested = lived.amendments.suggest("FM-0001", {"mitigations": STEPS}, RESPONDER, reason="drain first")

    done = lived.amendments.approve(suggested.id, STEWARD)
    again = lived.amendments.approve(suggested.id, STEWARD)

    _, states = lived.history.of("FM-0001", RESPONDER)
    assert (done.state, again.published_revision) == ("published", 2)
    assert (states[0].author, states[0].co_authors, states[0].kind) == ("URESPONDER", ("USTEWARD",), "amendment")
    assert owed(lived, OUTCOME) == [(RESPONDER.user_id, str(suggested.id))]
    assert [one.path for one in done.differences] == [one.path for one in suggested.differences]


def test_a_declined_suggestion_says_why(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    suggested = lived.amendments.suggest("FM-0001", {"summary": "Shorter."}, RESPONDER, reason="too long")

    with pytest.raises(InvalidForm):
        lived.amendments.decline(suggested.id, STEWARD, reason=" ")
    declined = lived.amendments.decline(suggested.id, STEWARD, reason="the numbers matter")

    assert (declined.state, declined.decision) == ("declined", "the numbers matter")
    assert lived.catalog.entry("FM-0001", RESPONDER).document == ENTRY
    with pytest.raises(UserError, match="declined already"):
        lived.amendments.approve(suggested.id, STEWARD)


@pytest.mark.parametrize("actor", [RESPONDER, Actor("UOTHER"), STRANGER])
def test_nobody_but_the_steward_decides(store: Store, tmp_path: Path, actor: Actor) -> None:
    lived = lived_in(store, tmp_path)
    suggested = lived.amendments.suggest("FM-0001", {"summary": "Shorter."}, RESPONDER, reason="too long")

    with pytest.raises(NotAllowed):
        lived.amendments.approve(suggested.id, actor)
    with pytest.raises(NotAllowed):
        lived.amendments.decline(suggested.id, actor, reason="no")
    with pytest.raises(NotAllowed):
        lived.amendments.edit(suggested.id, {"summary": "Mine."}, actor, version=1)


def test_a_suggestion_on_a_restricted_entry_is_not_there_for_others(store: Store, tmp_path: Path) -> None:
    secret = failure_mode(7, visibility="restricted", title="Secret weakness", **COMPLETE)
    lived = house(store, tmp_path, secret)
    suggested = lived.amendments.suggest("FM-0007", {"summary": "Shorter."}, Actor("UADMIN"), reason="too long")

    for deed in (lived.amendments.amendment, lived.amendments.approve):
        with pytest.raises(NotFound):
            deed(suggested.id, RESPONDER)
    with pytest.raises(NotFound):
        lived.amendments.suggest("FM-0007", {"summary": "x"}, RESPONDER, reason="y")


def test_the_steward_edits_before_approving_and_becomes_co_author(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    suggested = lived.amendments.suggest("FM-0001", {"summary": "Shorter."}, RESPONDER, reason="too long")

    edited = lived.amendments.edit(suggested.id, {"summary": "Shorter, and right."}, STEWARD, version=1)
    with pytest.raises(UserError, match="edited"):
        lived.amendments.approve(suggested.id, STEWARD, version=1)
    lived.amendments.approve(suggested.id, STEWARD, version=edited.version)

    assert lived.catalog.entry("FM-0001", RESPONDER).document.summary == "Shorter, and right."


def test_a_stewards_own_change_of_words_is_published_at_once(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)

    done = lived.amendments.suggest("FM-0001", {"summary": "Shorter."}, STEWARD, reason="too long")

    assert (done.state, done.weight) == ("published", "minor")
    assert lived.asked.questions == []


def test_a_stewards_own_change_of_what_people_do_needs_somebody_else(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    suggested = lived.amendments.suggest("FM-0001", {"mitigations": STEPS}, STEWARD, reason="drain first")

    with pytest.raises(NotAllowed, match="somebody else"):
        lived.amendments.approve(suggested.id, STEWARD)
    with store.begin() as tx:
        (asked,) = tx.sign_offs.find(amendment_id=suggested.id, states=("open",))
        tx.sign_offs.decide(asked.id, "approved", by="UPEER", at=lived.clock.now)
    done = lived.amendments.approve(suggested.id, STEWARD)

    assert done.state == "published"
    assert lived.asked.questions == [("amendment", "FM-0001", ("peer",))]


def test_an_urgent_correction_by_an_editor_is_published_at_once_and_looked_at_after(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path, ENTRY, roles={"reviewer:security": ("USEC",)})

    done = lived.amendments.suggest(
        "FM-0001", {"mitigations": STEPS}, Actor("USEC"), reason="step 1 kills", urgent=True
    )
    waiting = lived.amendments.suggest("FM-0001", {"summary": "Wrong."}, RESPONDER, reason="wrong", urgent=True)

    assert (done.state, done.weight, waiting.state) == ("published", "urgent", "open")
    assert lived.asked.questions == [("afterwards", "FM-0001", ("peer",))]
    _, states = lived.history.of("FM-0001", RESPONDER)
    assert states[0].reason == "urgent correction: step 1 kills"


def test_an_urgent_correction_that_nobody_else_can_look_at_makes_the_review_due(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    lived.asked.colleagues = ()

    lived.amendments.suggest("FM-0001", {"mitigations": STEPS}, STEWARD, reason="step 1 kills", urgent=True)

    assert [review.entry.id for review in lived.reviews.due_for(STEWARD)] == ["FM-0001"]


def test_a_suggestion_is_joined_with_what_changed_meanwhile_or_conflicts_visibly(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    harmless = lived.amendments.suggest("FM-0001", {"mitigations": STEPS}, RESPONDER, reason="drain first")
    clashing = lived.amendments.suggest("FM-0001", {"summary": "Mine."}, RESPONDER, reason="mine")
    lived.amendments.suggest("FM-0001", {"summary": "The steward's."}, STEWARD, reason="better")

    lived.amendments.approve(harmless.id, STEWARD)
    with pytest.raises(EditConflict):
        lived.amendments.approve(clashing.id, STEWARD)

    document = lived.catalog.entry("FM-0001", RESPONDER).document
    assert (document.summary, document.mitigations[0].checklist[0]) == ("The steward's.", "Drain the node")


def test_a_change_that_would_break_a_gate_is_not_published(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    suggested = lived.amendments.suggest("FM-0001", {"aliases": []}, RESPONDER, reason="tidy")

    assert [gap.place for gap in suggested.gaps] == ["aliases"]
    with pytest.raises(NotPublishable, match="aliases"):
        lived.amendments.approve(suggested.id, STEWARD)
    put_right = lived.amendments.edit(suggested.id, {"aliases": ["a", "b", "c"]}, STEWARD, version=suggested.version)
    assert put_right.gaps == ()


def test_a_working_copy_is_sent_when_it_is_ready(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    copy = lived.editing.save("FM-0001", {"mitigations": STEPS}, RESPONDER, version=0).copy
    assert copy.amendment_id is not None
    assert lived.amendments.open_for(STEWARD) == []

    with pytest.raises(NotAllowed):
        lived.amendments.send(copy.amendment_id, Actor("UOTHER"), reason="mine now")
    sent = lived.amendments.send(copy.amendment_id, RESPONDER, reason="drain first")

    assert (sent.state, sent.weight) == ("open", "major")
    assert lived.editing.open("FM-0001", RESPONDER).amendment_id is None


def test_a_suggestion_needs_a_reason_and_a_change_and_can_be_taken_back(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)

    for changes, reason in (({"summary": "x"}, " "), ({"summary": ENTRY.summary}, "why"), ({"status": "draft"}, "why")):
        with pytest.raises(InvalidForm):
            lived.amendments.suggest("FM-0001", changes, RESPONDER, reason=reason)
    mine = lived.amendments.suggest("FM-0001", {"summary": "x"}, RESPONDER, reason="why")
    with pytest.raises(NotAllowed):
        lived.amendments.withdraw(mine.id, STEWARD)
    assert lived.amendments.withdraw(mine.id, RESPONDER).state == "withdrawn"


def test_two_stewards_who_approve_at_once_publish_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, ENTRY, roles={"backup:default": (BACKUP.user_id,)})
    suggested = lived.amendments.suggest("FM-0001", {"summary": "Shorter."}, RESPONDER, reason="too long")

    with ThreadPoolExecutor(2) as pool:
        done = list(pool.map(lambda actor: lived.amendments.approve(suggested.id, actor), (STEWARD, BACKUP)))

    assert [one.published_revision for one in done] == [2, 2]


def test_a_form_put_right_after_an_error_counts_as_it_was_put_right(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    listeners = AmendmentListeners(lived.amendments, lived.amendments.assessing.vocabulary, cast("Any", None), "")
    part = next(value for value, label in choices(ENTRY).items() if label == "Summary")

    def hands_in(summary: str) -> None:
        typed = {"summary": summary, "reason": "too long"}
        values = {name: {name: {"type": "plain_text_input", "value": text}} for name, text in typed.items()}
        noted = json.dumps({"entry": "FM-0001", "field": part})
        view = {"id": "V1", "state": {"values": values}, "private_metadata": noted}
        listeners.take_suggestion(Ack(), {"user": {"id": RESPONDER.user_id}, "view": view})  # type: ignore[no-untyped-call]  # Bolt leaves it without annotations

    for summary in ("Shorter.", "Shorter.", "Shorter still."):
        hands_in(summary)

    with lived.store.read() as tx:
        assert [one.document["summary"] for one in tx.amendments.find()] == ["Shorter.", "Shorter still."]
