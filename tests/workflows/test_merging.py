"""Two entries that mean the same become one; both histories stay and the old id leads to the new one."""

from pathlib import Path

import pytest

from store import Store
from tests.factories import GPU_OOM, RESPONDER, STEWARD, House, failure_mode, house
from workflows.errors import InvalidForm, NotAllowed, NotFound
from workflows.people import Actor

DOUBLE = failure_mode(
    8,
    slug="card-full",
    title="The card is full",
    aliases=["CUDA OOM", "vram exhausted"],
    related=[{"type": "confusable-with", "slug": "gpu-oom"}],
    domain="data",
)


def lived_in(store: Store, tmp_path: Path) -> House:
    return house(store, tmp_path, GPU_OOM, DOUBLE)


def test_the_target_gains_names_occurrences_and_followers(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    with store.begin() as tx:
        tx.followers.subscribe("UFOLLOWER", "entry", "FM-0008", lived.clock.now)
        tx.occurrences.add(
            entry_id="FM-0008", incident_id=None, certainty="known", happened_at=lived.clock.now,
            document={"severity": "sev2"}, recorded_by="U1", recorded_at=lived.clock.now,
        )  # fmt: skip

    merged = lived.merging.merge("FM-0008", "FM-0001", STEWARD, reason="the same")

    assert merged.document.aliases == [*GPU_OOM.aliases, "vram exhausted", "The card is full"]
    assert merged.document.related == []
    with store.read() as tx:
        assert len(tx.occurrences.of("FM-0001")) == 1
        assert tx.followers.followers_of([("entry", "FM-0001")]) == {"UFOLLOWER"}


def test_the_old_id_leads_to_the_new_entry_and_both_histories_stay(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)

    lived.merging.merge("FM-0008", "FM-0001", STEWARD, reason="the same")

    assert lived.catalog.entry("FM-0008", RESPONDER).id == "FM-0001"
    old, old_states = lived.history.of("FM-0008", RESPONDER)
    _, states = lived.history.of("FM-0001", RESPONDER)
    assert (old.status, old.successor_id, old.status_reason) == ("merged", "FM-0001", "the same")
    assert [one.kind for one in old_states] == [one.kind for one in states] == ["merge", "import"]
    assert [one.entry.id for one in lived.search.answer("vram exhausted", RESPONDER).found] == ["FM-0001"]


def test_a_chain_of_merges_leads_to_its_end(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, GPU_OOM, DOUBLE, failure_mode(9))
    lived.merging.merge("FM-0009", "FM-0008", STEWARD, reason="the same")
    lived.merging.merge("FM-0008", "FM-0001", STEWARD, reason="the same")

    assert lived.catalog.entry("FM-0009", RESPONDER).id == "FM-0001"


def test_both_stewards_rights_are_needed(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, GPU_OOM, DOUBLE, stewards={"serving": "UONE", "data": "UTWO"})

    for actor in (RESPONDER, Actor("UONE"), Actor("UTWO")):
        with pytest.raises(NotAllowed):
            lived.merging.merge("FM-0008", "FM-0001", actor, reason="the same")
    assert lived.merging.merge("FM-0008", "FM-0001", Actor("UADMIN"), reason="the same").id == "FM-0001"


def test_an_entry_is_not_merged_with_itself_or_what_is_not_there_or_without_a_reason(
    store: Store, tmp_path: Path
) -> None:
    lived = lived_in(store, tmp_path)

    with pytest.raises(InvalidForm):
        lived.merging.merge("FM-0001", "FM-0001", STEWARD, reason="the same")
    with pytest.raises(InvalidForm):
        lived.merging.merge("FM-0008", "FM-0001", STEWARD, reason=" ")
    with pytest.raises(NotFound):
        lived.merging.merge("FM-0777", "FM-0001", STEWARD, reason="the same")


def test_open_suggestions_of_the_old_entry_are_answered(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    suggested = lived.amendments.suggest("FM-0008", {"summary": "x"}, RESPONDER, reason="y")

    lived.merging.merge("FM-0008", "FM-0001", STEWARD, reason="the same")

    with store.begin() as tx:
        kept = tx.amendments.get(suggested.id)
    assert kept is not None
    assert (kept.state, kept.decision) == ("declined", "FM-0008 became part of FM-0001; suggest it there.")
