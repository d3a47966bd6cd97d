"""A write-up is saved step by step and ends in one draft entry."""

from datetime import timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STEWARD, STRANGER, House, failure_mode, house
from workflows.errors import InvalidForm, NotAllowed, NotFound
from workflows.people import Actor
from workflows.writeups.hints import hints_of
from workflows.writeups.submitting import StillMissing
from workflows.writeups.writeups import AnswerConflict, Saved

WHAT = {
    "title": "Cache grew without bound",
    "symptom": "Memory climbs",
    "severity": "sev2",
    "aliases": "- leak\n\n* rss",
}
WHY = {"cause_category": "capacity", "latent_condition": "No limit was set", "trigger": "load", "domain": "serving"}
RESPONSE = {"mitigation": "Restart", "checklist": "Drain a replica\nRestart it", "owner": "serving rota"}


def save(  # noqa: PLR0917 - a form is all of these
    lived: House, number: int, step: str, given: dict[str, str], actor: Actor = RESPONDER, at: int = 0
) -> Saved:
    return lived.writeups.save(number, step, given, actor, version=at)


def finish(lived: House, actor: Actor = RESPONDER) -> str:
    writeup = lived.writeups.start(actor, channel_id="CINC")
    for step, said in (("what", WHAT), ("why", WHY), ("response", RESPONSE)):
        save(lived, writeup.id, step, said, actor)
    return str(lived.submitting.submit(writeup.id, ["new"], actor).results["new"]["entry"])


def test_a_submitted_write_up_makes_a_draft_with_its_author(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    entry_id = finish(lived)

    draft = lived.catalog.entry(entry_id, RESPONDER)
    assert (draft.id, draft.document.status, draft.created_by) == ("FM-0004", "draft", RESPONDER.user_id)
    assert draft.document.aliases == ["leak", "rss"]
    assert draft.document.mitigations[0].checklist == ["Drain a replica", "Restart it"]
    assert [entry.id for entry in lived.catalog.drafts_of(RESPONDER)] == [entry_id]


def test_each_step_leads_to_the_next_and_is_kept(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)

    saved = save(lived, writeup.id, "what", WHAT, RESPONDER)

    assert saved.next_step is not None
    assert saved.next_step.name == "impact"
    assert [one.title for one in lived.writeups.unfinished_of(RESPONDER)] == ["Cache grew without bound"]


def test_the_same_form_sent_twice_changes_nothing_and_makes_one_draft(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)
    save(lived, writeup.id, "what", WHAT)
    once = save(lived, writeup.id, "why", WHY)
    again = save(lived, writeup.id, "why", WHY)

    first = lived.submitting.submit(writeup.id, ["new"], RESPONDER)
    second = lived.submitting.submit(writeup.id, ["new"], RESPONDER)

    assert once.writeup.record.version == again.writeup.record.version
    assert first.results == second.results
    assert len(lived.catalog.drafts_of(RESPONDER)) == 1


def test_a_draft_is_not_suggested_to_anyone(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    finish(lived)
    lived.catalog.refresh()

    assert [found.entry.id for found in lived.search.answer("cache grew without bound", STEWARD).found] == []


def test_a_draft_is_seen_by_its_author_and_the_steward_only(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = finish(lived)

    assert lived.catalog.entry(entry_id, STEWARD).id == entry_id
    with pytest.raises(NotFound):
        lived.catalog.entry(entry_id, Actor("USOMEONE"))


def test_every_wrong_answer_is_named_at_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)

    with pytest.raises(InvalidForm) as wrong:
        save(lived, writeup.id, "what", {"title": "x" * 81, "symptom": " ", "severity": "sev9"}, RESPONDER)

    assert set(wrong.value.fields) == {"title", "symptom", "severity"}


SECRET = "AKIA" + "IOSFODNN7EXAMPLE"


def test_a_secret_that_somebody_pasted_is_taken_out_and_said_so(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)
    pasted = {**WHAT, "symptom": f"Uploads with {SECRET} failed", "stray": f"password: {SECRET}"}

    saved = save(lived, writeup.id, "what", pasted).writeup
    left = lived.writeups.leave(writeup.id, RESPONDER, reason=f"the key {SECRET} was old")

    assert saved.answers["symptom"] == "Uploads with ••• failed"
    assert any(hint.question.key == "symptom" and "secret" in hint.sentence for hint in hints_of(saved))
    with store.read() as tx:
        assert SECRET not in str([*tx.writeups.told(writeup.id), left.record, saved.record])


def test_a_checklist_of_blank_lines_is_no_checklist(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)

    with pytest.raises(InvalidForm) as wrong:
        save(lived, writeup.id, "response", {**RESPONSE, "checklist": "-\n * \n"}, RESPONDER)

    assert list(wrong.value.fields) == ["checklist"]


def test_a_stranger_does_not_write_in_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)

    with pytest.raises(NotAllowed):
        save(lived, writeup.id, "what", WHAT, STEWARD)
    with pytest.raises(NotAllowed):
        lived.writeups.start(STRANGER, channel_id=None)


def test_an_unknown_write_up_is_said_to_be_unknown(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(NotFound):
        save(lived, 999, "what", WHAT)


def test_an_untouched_write_up_is_not_listed(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.writeups.start(RESPONDER, channel_id=None)

    assert lived.writeups.unfinished_of(RESPONDER) == []


def test_whoever_may_not_contribute_is_told_before_they_write(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, roles={"contributor": ("UWRITER",)})

    with pytest.raises(NotAllowed, match="contributor"):
        lived.writeups.start(RESPONDER, channel_id=None)


def test_a_minor_incident_is_asked_for_less(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)

    saved = save(lived, writeup.id, "what", {**WHAT, "severity": "sev3"})

    assert [step.name for step in saved.writeup.steps] == ["what", "response"]
    assert saved.next_step is not None
    assert saved.next_step.name == "response"


def test_two_who_write_at_once_keep_both_their_words(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id="CINC")
    lived.writeups.open(writeup.id, STEWARD, channel_id="CINC")

    save(lived, writeup.id, "what", WHAT)
    saved = save(lived, writeup.id, "why", WHY, STEWARD)

    assert saved.writeup.answers["title"] == WHAT["title"]
    assert saved.writeup.answers["trigger"] == WHY["trigger"]
    assert saved.writeup.contributors == (RESPONDER.user_id, STEWARD.user_id)


def test_two_forms_of_one_step_are_joined_field_by_field(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id="CINC")
    lived.writeups.open(writeup.id, STEWARD, channel_id="CINC")
    opened_at = save(lived, writeup.id, "what", WHAT).writeup.record.version

    save(lived, writeup.id, "what", {**WHAT, "symptom": "Memory climbs for an hour"}, at=opened_at)
    saved = save(lived, writeup.id, "what", {**WHAT, "aliases": "leak\noom"}, STEWARD, at=opened_at)

    assert saved.writeup.answers["symptom"] == "Memory climbs for an hour"
    assert saved.writeup.answers["aliases"] == "leak\noom"
    assert saved.joined_with is None or saved.joined_with == RESPONDER.user_id


def test_a_real_conflict_shows_both_texts_and_loses_neither(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id="CINC")
    lived.writeups.open(writeup.id, STEWARD, channel_id="CINC")
    save(lived, writeup.id, "what", WHAT)

    with pytest.raises(AnswerConflict) as conflict:
        save(lived, writeup.id, "what", {**WHAT, "title": "Another name", "kpi": "errors"}, STEWARD)

    clash = conflict.value.clashes[0]
    assert (clash.key, clash.mine, clash.theirs) == ("title", "Another name", WHAT["title"])
    assert conflict.value.who == RESPONDER.user_id
    now = lived.writeups.open(writeup.id, STEWARD)
    assert now.answers["kpi"] == "errors"
    with store.read() as tx:
        assert ("Another name", False) in {(one.value, one.accepted) for one in tx.writeups.told(writeup.id)}
    again = save(lived, writeup.id, "what", {**WHAT, "title": "Another name"}, STEWARD, at=now.record.version)
    assert again.writeup.answers["title"] == "Another name"


def test_times_that_cannot_be_are_named(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)
    now = lived.clock()
    early, late = (str(int((now + timedelta(hours=hours)).timestamp())) for hours in (-3, -1))

    with pytest.raises(InvalidForm) as wrong:
        save(lived, writeup.id, "what", {**WHAT, "detected": late, "resolved": early})
    with pytest.raises(InvalidForm) as future:
        save(lived, writeup.id, "what", {**WHAT, "started": str(int((now + timedelta(days=1)).timestamp()))})

    assert list(wrong.value.fields) == ["resolved"]
    assert list(future.value.fields) == ["started"]


def test_a_new_entry_asks_for_what_it_lacks_and_keeps_the_choice(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)
    save(lived, writeup.id, "what", {**WHAT, "severity": "sev4"})

    with pytest.raises(StillMissing) as lacking:
        lived.submitting.submit(writeup.id, ["new"], RESPONDER)

    assert lacking.value.step.name == "why"
    assert lived.writeups.open(writeup.id, RESPONDER).answers["becomes"] == "new"


def test_it_becomes_a_case_a_change_and_a_case_study_at_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, slug="one", title="GPU runs out of memory"))
    writeup = lived.writeups.start(RESPONDER, channel_id=None)
    for step, said in (("what", WHAT), ("why", WHY), ("response", RESPONSE)):
        save(lived, writeup.id, step, said)

    choices = ["occurrence:FM-0001", "amendment:FM-0001", "case_study:FM-0001"]
    done = lived.submitting.submit(writeup.id, choices, RESPONDER)

    assert sorted(done.results) == sorted(choices)
    assert len(lived.occurrences.of("FM-0001", RESPONDER)) == 1
    fields = {
        difference.path.split(".")[0] for one in lived.amendments.open_for(STEWARD) for difference in one.differences
    }
    assert {"case_studies", "latent_conditions", "aliases"} <= fields
    assert done.record.state == "submitted"


def test_it_is_handed_over_left_and_taken_up_again(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id="CINC")
    save(lived, writeup.id, "what", WHAT)

    handed = lived.writeups.hand_over(writeup.id, STEWARD.user_id, RESPONDER)
    left = lived.writeups.leave(writeup.id, STEWARD, reason="a false alarm")
    back = lived.writeups.take_up(writeup.id, STEWARD)

    assert handed.owner == STEWARD.user_id
    assert (left.record.state, left.record.reason) == ("not_doing", "a false alarm")
    assert (back.is_open, back.answers["title"]) == (True, WHAT["title"])
    assert lived.writeups.open(writeup.id, RESPONDER).id == writeup.id
