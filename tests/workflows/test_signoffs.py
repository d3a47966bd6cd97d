"""Colleagues are asked once, never about what they wrote, and one decision is one decision."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from pathlib import Path

import pytest

from bot.blocks.signoffs import closed
from bot.owed import OwedMessages
from store import Store
from store.signoffs import SignOffRecord
from tests.factories import COMPLETE, RESPONDER, STEWARD, House, claimed, failure_mode, house
from tests.listeners import NOTHING
from workflows.amendments.amendments import Amendments
from workflows.entries.entry import Entry
from workflows.entries.lifecycle import Lifecycle
from workflows.errors import InvalidForm, NotAllowed, NotFound, UserError
from workflows.people import OPERATOR, Actor

ALICE, SEC, COM = Actor("UALICE"), Actor("USEC"), Actor("UCOM")
ROLES = {"reviewer:security": ("USEC",), "reviewer:compliance": ("UCOM",), "champion": ("UCHAMPION",)}
OWED_BY_NOBODY = OwedMessages(*[NOTHING] * len(fields(OwedMessages)))


def lived_in(
    store: Store, folder: Path, roles: dict[str, tuple[str, ...]] | None = None, **document: object
) -> tuple[House, Lifecycle]:
    lived = house(store, folder, failure_mode(2), roles=ROLES if roles is None else roles)
    lifecycle = Lifecycle(store, lived.clock, lived.catalog, lived.assessing, lived.sign_offs, lived.bell)
    given = {**COMPLETE, "title": "A new failure", "symptom": "It fails.", "cause_category": "capacity", **document}
    lived.editing.create({**given, "domain": "serving"}, ALICE)
    return lived, lifecycle


def drafted(lived: House) -> Entry:
    return lived.catalog.drafts_of(ALICE)[0]


def submitted(lived: House, lifecycle: Lifecycle, *disciplines: str) -> list[SignOffRecord]:
    entry = drafted(lived)
    lifecycle.submit(entry.id, ALICE, expected=entry.revision, disciplines=disciplines)
    return asked_about(lived, entry.id)


def asked_about(lived: House, entry_id: str) -> list[SignOffRecord]:
    with lived.store.read() as tx:
        return tx.sign_offs.find(entry_id=entry_id)


def owed(lived: House, kind: str = "sign_off") -> list[str]:
    with lived.store.read() as tx:
        return [message.address for message in tx.outbox.all() if message.kind == kind]


def edits(lived: House, kind: str) -> dict[str, int]:
    with lived.store.read() as tx:
        return {message.address: message.revision for message in tx.outbox.all() if message.kind == kind}


def test_each_discipline_asked_is_one_question_and_each_person_gets_one_message(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)

    asked = submitted(lived, lifecycle, "security", "compliance")

    assert [(one.discipline, one.asked_people, one.state) for one in asked] == [
        ("security", ["USEC"], "open"),
        ("compliance", ["UCOM"], "open"),
    ]
    assert owed(lived) == ["USEC", "UCOM"]
    assert owed(lived, "sign_off_progress") == ["UALICE"]


def test_a_peer_is_anybody_who_answers_for_the_catalog_and_wrote_no_part_of_it(store: Store, tmp_path: Path) -> None:
    roles = {**ROLES, "champion": ("UCHAMPION", "UALICE"), "backup:serving": ("UBACKUP",)}
    lived, lifecycle = lived_in(store, tmp_path, roles)

    (asked,) = submitted(lived, lifecycle)

    assert asked.discipline == "peer"
    assert set(asked.asked_people) == {"UBACKUP", "USTEWARD", "UCHAMPION", "USEC", "UCOM", "UADMIN"}


def test_who_left_the_workspace_is_not_asked(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path, {"reviewer:security": ("UGONE", "USEC")})
    lived.workspace.left.add("UGONE")

    (asked,) = submitted(lived, lifecycle, "security")

    assert asked.asked_people == ["USEC"]


def test_where_nobody_can_review_nothing_is_submitted_and_the_role_to_fill_is_named(
    store: Store, tmp_path: Path
) -> None:
    lived, lifecycle = lived_in(store, tmp_path, {"reviewer:security": ("UALICE",)})

    with pytest.raises(UserError, match=r"FAULTLINE_REVIEWERS; those set are security"):
        submitted(lived, lifecycle, "security")

    assert drafted(lived).status == "draft"
    assert owed(lived) == []


def test_only_those_who_may_see_a_restricted_entry_are_asked(store: Store, tmp_path: Path) -> None:
    roles = {**ROLES, "reviewer:product": ("UPRODUCT", "USEC")}
    lived, lifecycle = lived_in(store, tmp_path, roles, visibility="restricted")

    (asked,) = submitted(lived, lifecycle, "product")

    assert asked.asked_people == ["USEC"]
    with pytest.raises(NotAllowed) as refused:
        lived.sign_offs.decide(asked.id, "approved", Actor("UPRODUCT"))
    assert "A new failure" not in refused.value.sentence
    assert asked.entry_id not in refused.value.sentence


def test_asking_twice_asks_once(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    submitted(lived, lifecycle, "security")
    entry = drafted(lived)

    again = lived.sign_offs.ask(entry.id, ["security"], ALICE)

    assert [one.discipline for one in again] == ["security"]
    assert len(asked_about(lived, entry.id)) == 1
    assert owed(lived) == ["USEC"]


def test_an_author_can_ask_for_more_and_say_why_but_a_stranger_to_the_entry_cannot(
    store: Store, tmp_path: Path
) -> None:
    lived, _ = lived_in(store, tmp_path)
    entry = drafted(lived)

    (asked,) = lived.sign_offs.ask(entry.id, ["compliance"], ALICE, "Does the retention rule hold?")

    assert [said.text for said in asked.remarks] == ["Does the retention rule hold?"]
    with pytest.raises(NotFound):
        lived.sign_offs.ask(entry.id, ["security"], RESPONDER)
    with pytest.raises(NotAllowed):
        lived.sign_offs.ask("FM-0002", ["security"], RESPONDER)


def test_a_discipline_that_nobody_has_is_named_with_those_there_are(store: Store, tmp_path: Path) -> None:
    lived, _ = lived_in(store, tmp_path)

    with pytest.raises(UserError, match="those set are compliance, security"):
        lived.sign_offs.ask(drafted(lived).id, ["astrology"], ALICE)


def test_an_approval_makes_the_entry_publishable_and_tells_author_and_steward(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    (asked,) = submitted(lived, lifecycle)

    decided = lived.sign_offs.decide(asked.id, "approved", SEC, "Looks right to me.")

    assert (decided.state, decided.decided_by) == ("approved", "USEC")
    assert owed(lived, "sign_off_progress") == ["UALICE", "USTEWARD"]
    steward, author = (lived.sign_offs.progress(asked.matter, who) for who in ("USTEWARD", "UALICE"))
    assert steward is not None
    assert author is not None
    assert (steward.publishes, author.publishes) == (True, False)
    assert steward.state == f"{asked.entry_id}|{asked.revision}"
    published = lifecycle.publish(asked.entry_id, STEWARD, expected=asked.revision)
    assert published.is_published
    after = lived.sign_offs.progress(asked.matter, "USTEWARD")
    assert after is not None
    assert not after.publishes


def test_a_decision_stands_in_the_audit_trail(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    (asked,) = submitted(lived, lifecycle, "security")

    lived.sign_offs.decide(asked.id, "approved", SEC, "Fine.")

    with lived.store.read() as tx:
        (deed,) = tx.audit.find(action="sign_off.approved")
    assert (deed.actor, deed.subject) == ("USEC", f"entry:{asked.entry_id}")
    assert deed.after is not None
    assert deed.after["comment"] == "Fine."


def test_requested_changes_return_the_entry_to_its_author_and_ask_nobody_else_any_more(
    store: Store, tmp_path: Path
) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    security, compliance = submitted(lived, lifecycle, "security", "compliance")

    lived.sign_offs.decide(security.id, "changes_requested", SEC, "Name the owner of the key.")

    entry = drafted(lived)
    assert (entry.status, entry.status_reason) == (
        "draft",
        "changes asked for (security): Name the owner of the key.",
    )
    assert [one.state for one in asked_about(lived, entry.id)] == ["changes_requested", "cancelled"]
    assert edits(lived, "sign_off") == {"USEC": 2, "UCOM": 2}
    called_off = lived.sign_offs.decide(compliance.id, "approved", COM)
    assert called_off.state == "cancelled"


def test_who_asked_for_changes_has_written_nothing_and_can_approve_the_next_version(
    store: Store, tmp_path: Path
) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    (first,) = submitted(lived, lifecycle, "security")
    lived.sign_offs.decide(first.id, "changes_requested", SEC, "Name the owner.")
    entry = drafted(lived)
    lived.editing.save(entry.id, {"summary": "The owner is named now."}, ALICE, version=entry.revision)

    second = submitted(lived, lifecycle, "security")[-1]

    assert second.asked_people == ["USEC"]
    assert lived.sign_offs.decide(second.id, "approved", SEC).state == "approved"


def test_changes_cannot_be_requested_without_a_word_on_which(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    (asked,) = submitted(lived, lifecycle, "security")

    with pytest.raises(InvalidForm) as empty:
        lived.sign_offs.decide(asked.id, "changes_requested", SEC, "  ")

    assert list(empty.value.fields) == ["comment"]


def test_nobody_without_the_role_decides_whatever_their_request_says(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    (asked,) = submitted(lived, lifecycle, "security")

    for actor in (RESPONDER, ALICE, STEWARD, COM, OPERATOR, Actor("UADMIN"), Actor("USEC", is_external=True)):
        with pytest.raises(NotAllowed):
            lived.sign_offs.decide(asked.id, "approved", actor)

    assert [one.state for one in asked_about(lived, asked.entry_id)] == ["open"]


def test_who_lost_the_role_after_being_asked_cannot_decide_any_more(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    (asked,) = submitted(lived, lifecycle, "security")
    demoted = house(store, tmp_path, failure_mode(2), roles={"reviewer:security": ("UOTHER",)})

    with pytest.raises(NotAllowed):
        demoted.sign_offs.decide(asked.id, "approved", SEC)

    assert demoted.sign_offs.for_message(asked.id, "USEC") is None
    assert demoted.sign_offs.for_message(asked.id, "UOTHER") is not None


def test_the_message_to_somebody_who_lost_the_role_is_emptied_and_one_not_yet_sent_never_is(
    store: Store, tmp_path: Path
) -> None:
    lived, lifecycle = lived_in(store, tmp_path, {"reviewer:security": ("USEC", "UCOM")})
    (asked,) = submitted(lived, lifecycle, "security")
    with lived.store.begin() as tx:
        sent = next(one for one in claimed(tx, lived.clock.now) if one.message.address == "USEC")
        tx.outbox.delivered(sent, channel_id="D1", message_ts="1.0", at=lived.clock.now)
    demoted = house(store, tmp_path, failure_mode(2), roles={"reviewer:security": ("UOTHER",)})
    owed_messages = replace(OWED_BY_NOBODY, sign_offs=demoted.sign_offs)

    assert owed_messages.sign_off(f"{asked.id}|USEC") == closed()
    assert owed_messages.sign_off(f"{asked.id}|UCOM") is None


def test_a_second_decision_changes_nothing_and_says_who_decided(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path, {"reviewer:security": ("USEC", "UOTHER")})
    (asked,) = submitted(lived, lifecycle, "security")
    lived.sign_offs.decide(asked.id, "approved", SEC)

    second = lived.sign_offs.decide(asked.id, "changes_requested", Actor("UOTHER"), "Too late.")

    assert (second.state, second.decided_by, second.remarks) == ("approved", "USEC", ())
    assert drafted(lived).status == "in_review"


def test_two_who_decide_at_once_are_one_decision(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path, {"reviewer:security": ("USEC", "UOTHER")})
    (asked,) = submitted(lived, lifecycle, "security")
    verdicts = [("approved", SEC, None), ("changes_requested", Actor("UOTHER"), "Not yet.")] * 2

    with ThreadPoolExecutor(4) as pool:
        decided = list(pool.map(lambda given: lived.sign_offs.decide(asked.id, *given), verdicts))

    assert len({(one.state, one.decided_by) for one in decided}) == 1
    with lived.store.read() as tx:
        deeds = [deed for deed in tx.audit.find() if deed.action.startswith("sign_off.")]
    assert len(deeds) == 1


def test_what_changed_in_the_meantime_is_not_decided(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    entry = drafted(lived)
    (asked,) = lived.sign_offs.ask(entry.id, ["security"], ALICE)
    lifecycle.submit(entry.id, ALICE, expected=entry.revision)

    with pytest.raises(UserError, match="was changed after you were asked"):
        lived.sign_offs.decide(asked.id, "approved", SEC)

    assert lived.sign_offs.waiting_for(SEC)[0].discipline == "peer"


def test_an_edited_draft_calls_its_questions_off_and_the_message_says_so(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    (asked,) = submitted(lived, lifecycle, "security")
    entry = drafted(lived)

    lived.editing.save(entry.id, {"summary": "Said better."}, ALICE, version=entry.revision)

    assert [one.state for one in asked_about(lived, entry.id)] == ["cancelled"]
    assert edits(lived, "sign_off") == {"USEC": 2}
    assert edits(lived, "sign_off_progress") == {"UALICE": 2}
    assert lived.sign_offs.for_message(asked.id, "USEC") is None  # it had not reached them yet


def test_an_amendment_is_asked_about_as_a_difference_and_by_its_version(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **COMPLETE), roles=ROLES)
    amendments = Amendments(
        store, lived.clock, lived.catalog, lived.assessing, lived.sign_offs, lived.bell, lived.reviews
    )
    proposed = amendments.suggest("FM-0001", {"symptom": "It fails at night."}, STEWARD, reason="seen again")
    (asked,) = asked_about(lived, "FM-0001")

    seen = lived.sign_offs.sign_off(asked.id, SEC)

    assert [(one.label, one.before, one.after) for one in seen.differences] == [
        ("Symptom", "Something is wrong.", "It fails at night.")
    ]
    assert "USTEWARD" not in asked.asked_people
    lived.sign_offs.decide(asked.id, "approved", SEC)
    progress = lived.sign_offs.progress(asked.matter, "USTEWARD")
    assert progress is not None
    assert (progress.publishes, progress.state) == (True, f"{proposed.id}|1")
    assert amendments.approve(proposed.id, STEWARD).state == "published"


def test_an_edited_amendment_is_asked_about_anew_and_what_was_approved_before_does_not_count(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path, failure_mode(1, **COMPLETE), roles=ROLES)
    amendments = Amendments(
        store, lived.clock, lived.catalog, lived.assessing, lived.sign_offs, lived.bell, lived.reviews
    )
    proposed = amendments.suggest("FM-0001", {"symptom": "It fails at night."}, STEWARD, reason="seen again")
    (first,) = asked_about(lived, "FM-0001")
    lived.sign_offs.decide(first.id, "approved", SEC)
    amendments.edit(proposed.id, {"symptom": "It fails at noon."}, STEWARD, version=1)
    second = asked_about(lived, "FM-0001")[-1]

    with pytest.raises(NotAllowed):
        amendments.approve(proposed.id, STEWARD)
    amendments.edit(proposed.id, {"symptom": "It fails at dawn."}, Actor("UCHAMPION"), version=2)

    with pytest.raises(NotAllowed):  # who edited it is an author now
        lived.sign_offs.decide(second.id, "approved", Actor("UCHAMPION"))
    assert lived.sign_offs.decide(second.id, "approved", SEC).state == "cancelled"
    third = asked_about(lived, "FM-0001")[-1]
    assert lived.sign_offs.decide(third.id, "approved", SEC).state == "approved"
    assert amendments.approve(proposed.id, STEWARD).document.symptom == "It fails at dawn."


def test_a_decision_and_a_withdrawal_at_once_end_as_one_of_both(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    (asked,) = submitted(lived, lifecycle, "security")

    with ThreadPoolExecutor(2) as pool:
        withdrawn = pool.submit(lifecycle.withdraw, asked.entry_id, ALICE, expected=asked.revision)
        decided = pool.submit(lived.sign_offs.decide, asked.id, "changes_requested", SEC, "Name the owner.")

    assert decided.result().state in {"changes_requested", "cancelled"}
    assert isinstance(withdrawn.exception(), UserError | None)
    assert drafted(lived).status == "draft"


def test_changes_wanted_of_what_is_published_make_its_review_due(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **COMPLETE), roles=ROLES)
    (asked,) = lived.sign_offs.ask("FM-0001", ["security"], STEWARD)

    lived.sign_offs.decide(asked.id, "changes_requested", SEC, "The rollback leaks a key.")

    (due,) = lived.reviews.due_for(STEWARD)
    assert due.reason == "changes asked for (security): The rollback leaks a key."
    assert lived.catalog.entry("FM-0001", STEWARD).is_published


def test_what_waits_for_a_person_is_listed_for_them_alone(store: Store, tmp_path: Path) -> None:
    lived, lifecycle = lived_in(store, tmp_path)
    submitted(lived, lifecycle, "security")

    assert [one.discipline for one in lived.sign_offs.waiting_for(SEC)] == ["security"]
    assert lived.sign_offs.waiting_for(COM) == []
    assert lived.sign_offs.waiting_for(ALICE) == []
    with pytest.raises(NotAllowed):
        lived.sign_offs.waiting_for(Actor("USEC", is_external=True))
