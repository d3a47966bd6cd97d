"""Entries are written part by part; every save is a revision, and nobody overwrites anybody."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from store import Store
from tests.factories import RESPONDER, STEWARD, STRANGER, House, house
from workflows.entries.editing import EditConflict
from workflows.errors import InvalidForm, NotAllowed, NotFound
from workflows.people import Actor

COLLEAGUE = Actor("UCOLLEAGUE")
NEW: Mapping[str, Any] = {
    "title": "Feature file doubles in size",
    "symptom": "Errors come in waves.",
    "severity": {"typical": "sev2", "worst_credible": "sev1"},
    "cause_category": "data-contract",
    "domain": "data",
}


def draft(lived: House) -> str:
    return lived.editing.create(NEW, RESPONDER).id


def test_a_new_entry_is_a_draft_of_its_author_with_a_first_revision(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    entry = lived.editing.create(NEW, RESPONDER)

    assert (entry.status, entry.created_by, entry.revision) == ("draft", RESPONDER.user_id, 1)
    assert [entry.id for entry in lived.catalog.drafts_of(RESPONDER)] == [entry.id]
    _, states = lived.history.of(entry.id, RESPONDER)
    assert [(one.number, one.kind, one.author) for one in states] == [(1, "draft", RESPONDER.user_id)]


def test_wrong_fields_of_a_new_entry_each_get_a_sentence_and_nothing_is_kept(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(InvalidForm) as wrong:
        lived.editing.create({**NEW, "title": "x" * 81}, RESPONDER)
    with pytest.raises(InvalidForm) as unknown:
        lived.editing.create({**NEW, "domain": "gremlins"}, RESPONDER)

    assert list(wrong.value.fields) == ["title"]
    assert list(unknown.value.fields) == ["domain"]
    assert lived.catalog.drafts_of(RESPONDER) == []


def test_two_drafts_of_one_title_get_slugs_of_their_own(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    first, second = lived.editing.create(NEW, RESPONDER), lived.editing.create(NEW, COLLEAGUE)

    assert first.document.slug != second.document.slug


def test_every_save_of_a_draft_is_a_revision_with_its_reason(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = draft(lived)

    saved = lived.editing.save(entry_id, {"aliases": ["big file"]}, RESPONDER, version=1, reason="aliases added")

    assert saved.copy.document.aliases == ["big file"]
    _, states = lived.history.of(entry_id, RESPONDER)
    assert [(one.number, one.reason) for one in states] == [(2, "aliases added"), (1, "a new entry")]


def test_saving_the_same_again_makes_no_revision(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = draft(lived)
    lived.editing.save(entry_id, {"aliases": ["big file"]}, RESPONDER, version=1)

    again = lived.editing.save(entry_id, {"aliases": ["big file"]}, RESPONDER, version=1)

    assert again.copy.version == 2


def test_two_people_who_edit_different_fields_at_once_both_stand(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = draft(lived)
    lived.editing.save(entry_id, {"symptom": "Errors come and go."}, RESPONDER, version=1)

    saved = lived.editing.save(entry_id, {"aliases": ["big file"]}, STEWARD, version=1)

    assert (saved.copy.document.symptom, saved.copy.document.aliases) == ("Errors come and go.", ["big file"])
    assert (saved.copy.version, saved.joined_with) == (3, RESPONDER.user_id)


def test_two_people_who_edit_the_same_field_see_both_texts_and_nothing_is_overwritten(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    entry_id = draft(lived)
    lived.editing.save(entry_id, {"symptom": "the first text"}, RESPONDER, version=1)

    with pytest.raises(EditConflict) as conflict:
        lived.editing.save(entry_id, {"symptom": "the second text"}, STEWARD, version=1)

    (clash,) = conflict.value.conflicts
    assert (clash.path, clash.theirs, clash.ours) == ("symptom", "the first text", "the second text")
    assert conflict.value.who == RESPONDER.user_id
    assert lived.catalog.entry(entry_id, STEWARD).document.symptom == "the first text"
    lived.editing.save(entry_id, {"symptom": "both texts"}, STEWARD, version=2)
    assert lived.catalog.entry(entry_id, STEWARD).document.symptom == "both texts"


def test_saves_at_the_same_moment_lose_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = draft(lived)
    fields: list[dict[str, Any]] = [
        {"aliases": ["big file"]},
        {"failure_mechanism": "It grows."},
        {"applies_when": "A file is generated."},
        {"not_when": "The file is fixed."},
    ]

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda changes: lived.editing.save(entry_id, changes, RESPONDER, version=1), fields))

    document = lived.catalog.entry(entry_id, RESPONDER).document
    assert (document.aliases, document.failure_mechanism) == (["big file"], "It grows.")
    assert (document.applies_when, document.not_when) == ("A file is generated.", "The file is fixed.")


def test_identity_and_status_cannot_be_edited(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = draft(lived)

    for forbidden in ({"status": "published"}, {"id": "FM-9999"}, {"last_verified": "2026-01-01"}):
        with pytest.raises(InvalidForm):
            lived.editing.save(entry_id, forbidden, STEWARD, version=1)


def test_a_draft_is_hidden_from_people_who_neither_wrote_nor_review_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    entry_id = draft(lived)

    with pytest.raises(NotFound):
        lived.editing.save(entry_id, {"symptom": "mine now"}, COLLEAGUE, version=1)
    with pytest.raises(NotAllowed):
        lived.editing.open(entry_id, STRANGER)


def test_whoever_may_not_contribute_may_not_write(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, roles={"contributor": ("UWRITER",)})

    with pytest.raises(NotAllowed, match="contributor"):
        lived.editing.create(NEW, RESPONDER)
    assert lived.editing.create(NEW, Actor("UWRITER")).status == "draft"


def test_a_published_entry_is_edited_in_a_copy_that_readers_do_not_see(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    lived.editing.save("FM-0001", {"summary": "half done"}, RESPONDER, version=0)
    lived.editing.save("FM-0001", {"not_when": "It is the host."}, RESPONDER, version=1)

    mine = lived.editing.open("FM-0001", RESPONDER)
    assert (mine.document.summary, mine.document.not_when) == ("half done", "It is the host.")
    assert mine.amendment_id is not None
    assert lived.editing.open("FM-0001", COLLEAGUE).document.summary == ""
    assert lived.catalog.entry("FM-0001", COLLEAGUE).document.summary == ""
