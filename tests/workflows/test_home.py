"""Home, domains, the picker and the audit trail show a person what is theirs, and nothing that they may not see."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from store import Store
from tests.factories import GPU_OOM, RESPONDER, SMALL_CATALOG, STEWARD, STRANGER, failure_mode, house
from workflows.errors import NotAllowed, NotFound, UserError
from workflows.people import Actor
from workflows.subscriptions import Target

SECRET = failure_mode(9, slug="hole", title="A hole nobody may know of", visibility="restricted", domain="data")
GUARD = Actor("UGUARD")
GUARDED = {"reviewer:security": ("UGUARD",)}


def test_home_gathers_what_waits_what_was_begun_and_what_is_followed(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.editing.create(
        {**GPU_OOM.model_dump(exclude={"id"}), "slug": "mine", "title": "Mine", "status": "draft"}, STEWARD
    )
    lived.reviews.request("FM-0001", "a new driver", RESPONDER)
    lived.subscriptions.follow(Target("domain", "data"), STEWARD)
    lived.amendments.suggest("FM-0002", {"summary": "Anew."}, STEWARD, reason="clearer")

    page = lived.home.page(STEWARD)

    assert [review.entry.id for review in page.reviews] == ["FM-0001"]
    assert [entry.document.title for entry in page.drafts] == ["Mine"]
    assert [one.target.name for one in page.followed] == ["data"]
    assert [change.entry.id for change in page.changes] == ["FM-0002"]
    assert dict(page.domains) == {"serving": 2, "data": 1}


def test_a_sign_off_waits_only_for_those_who_were_asked(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, status="draft"), roles=GUARDED)
    lived.sign_offs.ask("FM-0001", ["security"], STEWARD)

    waiting = {actor.user_id: lived.home.page(actor).sign_offs for actor in (GUARD, RESPONDER)}

    assert [one.entry.id for one in waiting["UGUARD"]] == ["FM-0001"]
    assert waiting["URESPONDER"] == []


def test_people_of_other_workspaces_have_no_home(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        house(store, tmp_path).home.page(STRANGER)


def test_a_restricted_entry_is_neither_counted_nor_listed_nor_offered(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, *SMALL_CATALOG, SECRET, roles=GUARDED)

    seen = {actor.user_id: lived.domains.overview(actor) for actor in (RESPONDER, GUARD)}
    listed = [[one.id for one in lived.domains.entries("data", actor)] for actor in (RESPONDER, GUARD)]
    offered = [[one.id for one in lived.picking.matching("hole", actor)] for actor in (RESPONDER, GUARD)]

    counted = {who: {one.name: dict(one.entries) for one in found}["data"] for who, found in seen.items()}
    assert counted == {"URESPONDER": {"published": 1}, "UGUARD": {"published": 2}}
    assert listed == [["FM-0002"], ["FM-0009", "FM-0002"]]
    assert offered[1] == ["FM-0009"]
    assert "FM-0009" not in offered[0]
    with pytest.raises(NotFound):
        lived.domains.entries("nowhere", RESPONDER)


@pytest.mark.parametrize(
    ("typed", "first"), [("fm-3", "FM-0003"), ("0002", "FM-0002"), ("cold st", "FM-0003"), ("cuda om", "FM-0001")]
)
def test_an_entry_is_picked_by_its_number_or_by_letters_of_its_names(
    store: Store, tmp_path: Path, typed: str, first: str
) -> None:
    assert house(store, tmp_path).picking.matching(typed, RESPONDER)[0].id == first


def test_nothing_typed_offers_everything_and_what_is_left_out_is_not_offered(store: Store, tmp_path: Path) -> None:
    picking = house(store, tmp_path).picking

    assert [one.id for one in picking.matching(" ", RESPONDER, without={"FM-0002"})] == ["FM-0001", "FM-0003"]
    assert len(picking.matching("", RESPONDER, limit=2)) == 2
    with pytest.raises(NotAllowed):
        picking.matching("", STRANGER)


def test_gaps_of_ownership_are_said_plainly(store: Store, tmp_path: Path) -> None:
    unowned = house(store, tmp_path / "a", stewards={"serving": "USTEWARD"}, roles={"backup:serving": ("UBACKUP",)})
    unowned.workspace.left.add("USTEWARD")

    serving, data = unowned.domains.overview(RESPONDER)

    assert serving.gaps == ("Its steward has left the workspace; its backup acts until one is named.",)
    assert data.gaps == ("Nobody is named as steward, so nobody is asked to verify its entries.",)


def test_overdue_reviews_are_counted(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.clock.forward(timedelta(days=365))

    assert {one.name: one.overdue for one in lived.domains.overview(RESPONDER)} == {"serving": 2, "data": 1}


def test_the_trail_is_filtered_by_everything_given(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    later = lived.clock.now + timedelta(days=1)
    lived.clock.now = later
    lived.subscriptions.follow(Target("entry", "FM-0001"), RESPONDER)
    entry = lived.catalog.entry("FM-0001", STEWARD)
    lived.lifecycle.deprecate("FM-0001", STEWARD, expected=entry.revision, reason="outlived")

    trail = lived.trail

    assert len(trail.find()) == 4
    assert [deed.action for deed in trail.find(subject="fm-1")] == ["entry.status", "entry.import"]
    assert [deed.actor for deed in trail.find(since=later)] == [STEWARD.user_id]
    assert len(trail.find(until=later, actor="operator", action="entry.import", limit=2)) == 2
    assert trail.find(subject="role:steward:serving") == []
    with pytest.raises(UserError, match="--since"):
        trail.find(since=later, until=datetime(2020, 1, 1, tzinfo=UTC))


@pytest.mark.parametrize("table", ["audit", "revision"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET author = 'x'", "DELETE FROM {}"])
def test_the_database_itself_refuses_to_rewrite_history(store: Store, tmp_path: Path, table: str, deed: str) -> None:
    house(store, tmp_path)
    statement = deed.format(table).replace("author", "actor" if table == "audit" else "author")

    with pytest.raises(DatabaseError, match="only ever added"), store.engine.begin() as connection:
        connection.execute(text(statement))

    with store.read() as tx:
        assert len(tx.audit.find()) == 3
        assert tx.revisions.get("FM-0001", 1) is not None


def test_a_suggested_change_waits_for_its_steward_at_home(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    suggested = lived.amendments.suggest("FM-0001", {"summary": "Better."}, RESPONDER, reason="clearer")

    assert [one.id for one in lived.home.page(STEWARD).amendments] == [suggested.id]
    assert lived.home.page(RESPONDER).amendments == []
