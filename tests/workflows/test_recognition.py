"""Thanks and digests: said once, only while true, to people and never about how much somebody wrote."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from store import Store
from store.outbox import OwedMessage
from tests.factories import GPU_OOM, RESPONDER, STEWARD, House, claimed, failure_mode, house
from tests.workflows.test_occurrences import judge
from workflows.entries.ledger import Change, begin_entry, change_entry, take_entry
from workflows.people import Actor

AUTHOR, HELPER = Actor("UAUTHOR"), Actor("UHELPER")


def write(
    lived: House, entry: str = "FM-0001", *, co_authors: tuple[str, ...] = (HELPER.user_id,), **given: Any
) -> None:
    with lived.store.begin() as tx:
        known = take_entry(tx, entry)
        document = GPU_OOM.model_validate({**known.document, "summary": "What it is.", **given})
        change_entry(tx, known, document, Change("edit", AUTHOR.user_id, "better", co_authors), lived.clock())
    lived.catalog.refresh()


def owed(lived: House, kind: str) -> list[OwedMessage]:
    with lived.store.read() as tx:
        return [one for one in tx.outbox.all() if one.kind == kind]


def test_contributors_are_people_in_the_order_in_which_they_came(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    write(lived)
    write(lived, co_authors=("UADMIN",), summary="Again.")

    assert lived.recognition.contributors("FM-0001", RESPONDER) == ["UAUTHOR", "UHELPER", "UADMIN"]


def test_authors_are_thanked_once_for_an_incident_an_hour_later(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    write(lived)

    for actor in (RESPONDER, STEWARD):
        judge(lived, "confirmed", actor)

    with store.begin() as tx:
        at_once = claimed(tx, lived.clock() + timedelta(minutes=59))
    assert sorted(one.message.kind for one in at_once) == ["incident_card", "run_checklist"]
    assert sorted(one.address for one in owed(lived, "thanks")) == ["UAUTHOR", "UHELPER"]
    thanks = lived.recognition.thanks(owed(lived, "thanks")[0].subject)
    assert thanks is not None
    assert (thanks.user_id, thanks.entry.id, thanks.confirmed_by) == ("UAUTHOR", "FM-0001", STEWARD.user_id)


def test_nobody_is_thanked_for_what_was_undone_nor_for_confirming_their_own(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    write(lived)

    judge(lived, "confirmed", AUTHOR)
    addressed = [one.address for one in owed(lived, "thanks")]
    judge(lived, "shown")
    undone = [lived.recognition.thanks(one.subject) for one in owed(lived, "thanks")]
    judge(lived, "confirmed", HELPER)
    own = {one.address: lived.recognition.thanks(one.subject) for one in owed(lived, "thanks")}

    assert addressed == ["UHELPER"]
    assert undone == [None]
    assert own["UHELPER"] is None
    assert own["UAUTHOR"] is not None


def test_authors_are_not_thanked_for_what_they_may_not_see_any_more_or_after_they_left(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path, roles={"reader": (AUTHOR.user_id, RESPONDER.user_id)})
    write(lived)
    judge(lived, "confirmed")
    lived.workspace.left.add(AUTHOR.user_id)

    assert [lived.recognition.thanks(one.subject) for one in owed(lived, "thanks")] == [None, None]


def test_the_digest_of_a_month_is_owed_once_from_the_morning_of_the_next(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    swept = []
    for moment in ("2026-04-01T08:59", "2026-04-01T09:00", "2026-04-15T00:00", "2026-05-01T10:00"):
        lived.clock.now = datetime.fromisoformat(moment).replace(tzinfo=UTC)
        swept.append(lived.recognition.sweep())

    assert swept == [False, True, False, True]
    assert [(one.key, one.address) for one in owed(lived, "digest")] == [
        ("digest:2026-03", "CDIGEST"),
        ("digest:2026-04", "CDIGEST"),
    ]


def test_the_digest_tells_what_is_new_changed_and_useful_and_nothing_restricted(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.clock.forward(timedelta(days=40))
    write(lived)
    judge(lived, "confirmed")
    with store.begin() as tx:
        for number, more in ((8, {}), (9, {"visibility": "restricted"}), (10, {"status": "draft"})):
            begin_entry(tx, failure_mode(number, **more), Change("draft", f"UNEW{number}", "new"), lived.clock())
    lived.catalog.refresh()

    digest = lived.recognition.digest("2026-04")

    assert digest is not None
    assert [entry.id for entry in digest.new] == ["FM-0008"]
    assert [entry.id for entry in digest.changed] == ["FM-0001"]
    assert [(entry.id, count) for entry, count in digest.useful] == [("FM-0001", 1)]
    assert set(digest.contributors) == {"UAUTHOR", "UHELPER", "UNEW8"}


def test_a_month_in_which_nothing_happened_has_no_digest(store: Store, tmp_path: Path) -> None:
    assert house(store, tmp_path).recognition.digest("2025-01") is None


def test_without_a_channel_there_is_no_digest(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    recognition = type(lived.recognition)(store, lived.clock, lived.catalog, lived.bell)

    assert not recognition.sweep()
