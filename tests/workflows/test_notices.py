"""Change notices: one quiet message a person, each revision once, and nothing that its reader may not see."""

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store import Store
from store.outbox import OwedMessage
from tests.factories import GPU_OOM, RESPONDER, STEWARD, House, house
from workflows.entries.ledger import Change, change_entry, take_entry
from workflows.notices import PATIENCE, Notice
from workflows.people import Actor
from workflows.subscriptions import Target

DELAY = timedelta(minutes=10)
COLLEAGUE = Actor("UCOLLEAGUE")


def change(
    lived: House,
    updates: Mapping[str, Any],
    *,
    by: str = STEWARD.user_id,
    reason: str = "it was wrong",
    entry: str = "",
) -> None:
    with lived.store.begin() as tx:
        known = take_entry(tx, entry or "FM-0001")
        document = GPU_OOM.model_validate({**known.document, **updates})
        change_entry(tx, known, document, Change("edit", by, reason), lived.clock())
    lived.catalog.refresh()


def follow(lived: House, *people: Actor, target: Target | None = None) -> None:
    for person in people:
        lived.subscriptions.follow(target or Target("entry", "FM-0001"), person)


def owed(lived: House) -> list[OwedMessage]:
    with lived.store.read() as tx:
        return [one for one in tx.outbox.all() if one.kind == "change_notice"]


def told(lived: House, after: timedelta = DELAY) -> list[Notice | None]:
    lived.clock.forward(after)
    lived.notices.sweep()
    return [lived.notices.notice(message.subject) for message in owed(lived)]


def test_several_changes_become_one_message_that_folds_them_into_one(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)

    change(lived, {"symptom": "First attempt."}, reason="clearer")
    change(lived, {"symptom": "Second attempt.", "aliases": ["CUDA OOM"]}, reason="shorter")
    [notice] = told(lived)

    assert notice is not None
    [entry] = notice.changed
    assert [(one.before, one.after) for one in entry.differences if one.path == "symptom"] == [
        (GPU_OOM.symptom, "Second attempt.")
    ]
    assert entry.reasons == ("clearer", "shorter")
    assert entry.by == (STEWARD.user_id,)
    assert [(one.address, one.state) for one in owed(lived)] == [(RESPONDER.user_id, "waiting")]


def test_nothing_is_told_while_the_entry_is_still_being_changed_but_not_for_ever(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)

    seen = []
    for attempt in range(PATIENCE + 1):
        change(lived, {"symptom": f"Attempt {attempt}."})
        seen.append(len(told(lived, DELAY - timedelta(minutes=1))))

    assert seen == [0] * PATIENCE + [1]


def test_followers_of_the_domain_and_a_tag_and_who_was_shown_it_lately_are_told(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER, target=Target("domain", "serving"))
    follow(lived, Actor("UTAG"), target=Target("tag", "capacity"))
    lived.exposure.shown(["FM-0001"], COLLEAGUE)
    lived.clock.forward(timedelta(days=91))
    lived.exposure.shown(["FM-0001"], Actor("ULATELY"))

    change(lived, {"symptom": "Something else."})
    notices = told(lived)

    assert {notice.user_id for notice in notices if notice} == {"URESPONDER", "UTAG", "ULATELY"}


def test_whoever_changed_it_hears_nothing_of_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, STEWARD)

    change(lived, {"symptom": "Something else."})

    assert told(lived) == []


def test_a_revision_is_told_once_however_often_is_swept(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)
    change(lived, {"symptom": "Something else."})

    told(lived)
    again = told(lived)
    change(lived, {"symptom": "And again."})
    both = told(lived)

    assert len(again) == 1
    assert [notice.changed[0].differences[0].after for notice in both if notice] == ["Something else.", "And again."]


def test_many_processes_that_sweep_at_once_owe_each_person_one_message(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    people = [Actor(f"UPERSON{number}") for number in range(12)]
    follow(lived, *people)
    for attempt in range(4):
        change(lived, {"symptom": f"Attempt {attempt}."})
    lived.clock.forward(DELAY)

    with ThreadPoolExecutor(8) as pool:
        counted = list(pool.map(lambda _: lived.notices.sweep(), range(16)))
    last = lived.notices.sweep()  # takes up whoever two of them would have taken at the same moment

    assert sum(counted) + last == len(people)
    assert sorted(one.address for one in owed(lived)) == sorted(person.user_id for person in people)
    with store.read() as tx:
        batches = [tx.followers.batch(one.subject) for one in owed(lived)]
    assert all([one.revision for one in batch] == [2, 3, 4, 5] for batch in batches)


def test_an_entry_that_was_restricted_meanwhile_is_left_out_and_an_empty_message_is_not_sent(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER, COLLEAGUE, target=Target("domain", "serving"))
    change(lived, {"symptom": "Something else."})
    change(lived, {"title": "Cold starts"}, entry="FM-0003")
    change(lived, {"visibility": "restricted", "summary": "A secret."})

    notices = told(lived)

    assert [[one.entry.id for one in notice.changed] for notice in notices if notice] == [["FM-0003"], ["FM-0003"]]


def test_whoever_may_read_the_catalog_no_more_is_told_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)
    change(lived, {"symptom": "Something else."})
    told(lived)
    [message] = owed(lived)

    closed = replace(lived.catalog.people, named={"reader": ("UOTHER",)})

    assert replace(lived.notices, catalog=replace(lived.catalog, people=closed)).notice(message.subject) is None


def test_when_nothing_is_left_nothing_is_sent(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)
    change(lived, {"visibility": "restricted"})

    assert told(lived) == [None]


def test_what_an_entry_said_while_it_was_restricted_is_not_in_the_difference(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)
    change(lived, {"visibility": "restricted", "symptom": "The secret name."})
    told(lived)

    change(lived, {"visibility": "org", "symptom": "What everybody may know."})
    *_, notice = told(lived)

    assert notice is not None
    assert notice.changed[0].is_new
    assert notice.changed[0].differences == ()


def test_who_wants_to_hear_no_more_of_an_entry_does_not(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER, target=Target("domain", "serving"))
    change(lived, {"symptom": "Something else."})
    lived.subscriptions.mute("FM-0001", RESPONDER)

    before = told(lived)
    change(lived, {"symptom": "And again."})

    assert before == told(lived) == [None]


def test_people_who_left_the_workspace_are_told_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)
    change(lived, {"symptom": "Something else."})
    lived.workspace.left.add(RESPONDER.user_id)

    assert told(lived) == [None]


@pytest.mark.parametrize("urgent", [True, False])
def test_urgent_corrections_are_marked(store: Store, tmp_path: Path, *, urgent: bool) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)

    lived.amendments.suggest("FM-0001", {"summary": "Not this."}, STEWARD, reason="it hurt", urgent=urgent)
    [notice] = told(lived)

    assert notice is not None
    assert notice.changed[0].is_urgent is urgent


def test_a_deprecated_entry_says_what_to_use_instead(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    follow(lived, RESPONDER)

    entry = lived.catalog.entry("FM-0001", STEWARD)
    lived.lifecycle.deprecate("FM-0001", STEWARD, expected=entry.revision, reason="outlived", successor="FM-0003")
    [notice] = told(lived)

    assert notice is not None
    [changed] = notice.changed
    assert (changed.entry.status, changed.entry.status_reason, changed.entry.successor_id) == (
        "deprecated", "outlived", "FM-0003",
    )  # fmt: skip
    assert changed.differences == ()
