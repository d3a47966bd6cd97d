"""A write-up is saved step by step and ends in one draft entry."""

from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STEWARD, STRANGER, House, house
from workflows.errors import InvalidForm, NotAllowed, NotFound
from workflows.people import Actor

WHAT = {
    "title": "Cache grew without bound",
    "symptom": "Memory climbs",
    "severity": "sev2",
    "aliases": "- leak\n\n* rss",
}
WHY = {"cause_category": "capacity", "latent_condition": "No limit was set", "trigger": "load", "domain": "serving"}
RESPONSE = {"mitigation": "Restart", "checklist": "Drain a replica\nRestart it", "owner": "serving rota"}


def finish(lived: House, actor: Actor = RESPONDER) -> str:
    writeup = lived.writeups.start(actor, channel_id="CINC")
    lived.writeups.save(writeup.id, "what", WHAT, actor)
    lived.writeups.save(writeup.id, "why", WHY, actor)
    saved = lived.writeups.save(writeup.id, "response", RESPONSE, actor)
    assert saved.draft is not None
    return saved.draft.id


def test_the_last_step_makes_a_draft_with_its_author(store: Store, tmp_path: Path) -> None:
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

    saved = lived.writeups.save(writeup.id, "what", WHAT, RESPONDER)

    assert saved.next_step is not None
    assert saved.next_step.name == "why"
    assert [one.title for one in lived.writeups.unfinished_of(RESPONDER)] == ["Cache grew without bound"]


def test_the_same_form_sent_twice_makes_one_draft(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)
    lived.writeups.save(writeup.id, "what", WHAT, RESPONDER)
    lived.writeups.save(writeup.id, "why", WHY, RESPONDER)

    first = lived.writeups.save(writeup.id, "response", RESPONSE, RESPONDER)
    second = lived.writeups.save(writeup.id, "response", RESPONSE, RESPONDER)

    assert first.draft is not None
    assert second.draft is not None
    assert first.draft.id == second.draft.id
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
        lived.writeups.save(writeup.id, "what", {"title": "x" * 81, "symptom": " ", "severity": "sev9"}, RESPONDER)

    assert set(wrong.value.fields) == {"title", "symptom", "severity"}


def test_a_checklist_of_blank_lines_is_no_checklist(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)

    with pytest.raises(InvalidForm) as wrong:
        lived.writeups.save(writeup.id, "response", {**RESPONSE, "checklist": "-\n * \n"}, RESPONDER)

    assert list(wrong.value.fields) == ["checklist"]


def test_only_the_author_continues(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)

    with pytest.raises(NotAllowed):
        lived.writeups.save(writeup.id, "what", WHAT, STEWARD)
    with pytest.raises(NotAllowed):
        lived.writeups.start(STRANGER, channel_id=None)


def test_unknown_write_ups_and_steps_are_said_to_be_unknown(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    writeup = lived.writeups.start(RESPONDER, channel_id=None)

    with pytest.raises(NotFound):
        lived.writeups.save(999, "what", WHAT, RESPONDER)
    with pytest.raises(NotFound):
        lived.writeups.save(writeup.id, "nonsense", WHAT, RESPONDER)


def test_an_untouched_write_up_is_not_listed(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.writeups.start(RESPONDER, channel_id=None)

    assert lived.writeups.unfinished_of(RESPONDER) == []


def test_whoever_may_not_contribute_is_told_before_they_write(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, roles={"contributor": ("UWRITER",)})

    with pytest.raises(NotAllowed, match="contributor"):
        lived.writeups.start(RESPONDER, channel_id=None)
