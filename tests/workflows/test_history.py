"""Every state of an entry is kept, any two can be compared, and an earlier one can come back as a new one."""

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DatabaseError

from store import Store
from tests.factories import GPU_OOM, RESPONDER, STEWARD, STRANGER, house, write_catalog
from workflows.entries.ledger import Outdated
from workflows.errors import NotAllowed, NotFound


def test_the_difference_of_any_two_states_is_told_field_by_field(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    write_catalog(tmp_path / "catalog", GPU_OOM.model_copy(update={"title": "Accelerator out of memory"}))
    lived.catalog.import_folder(tmp_path / "catalog")

    compared = lived.history.compare("FM-0001", 2, 1, RESPONDER)

    assert [(one.path, one.before, one.after) for one in compared.differences] == [
        ("title", "GPU runs out of memory", "Accelerator out of memory")
    ]
    assert compared.before is not None
    assert (compared.before.number, compared.after.number) == (1, 2)


def test_the_first_state_is_compared_with_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    compared = lived.history.compare("FM-0001", 0, 1, RESPONDER)

    assert compared.before is None
    assert {one.path for one in compared.differences} >= {"title", "symptom"}


def test_a_state_that_never_was_is_not_found(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(NotFound, match="has no revision 7"):
        lived.history.compare("FM-0001", 1, 7, RESPONDER)


def test_restoring_makes_a_new_state_and_loses_none(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    write_catalog(tmp_path / "catalog", GPU_OOM.model_copy(update={"title": "A worse title"}))
    lived.catalog.import_folder(tmp_path / "catalog")

    restored = lived.history.restore("FM-0001", 1, STEWARD, expected=2, reason="the old title was better")

    _, states = lived.history.of("FM-0001", RESPONDER)
    assert restored.document.title == "GPU runs out of memory"
    assert [(one.number, one.kind) for one in states] == [(3, "restore"), (2, "import"), (1, "import")]
    assert states[0].reason == "back to revision 1: the old title was better"


def test_only_a_steward_restores_and_only_what_they_looked_at(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    for actor in (RESPONDER, STRANGER):
        with pytest.raises(NotAllowed):
            lived.history.restore("FM-0001", 1, actor, expected=1, reason="because")
    with pytest.raises(Outdated):
        lived.history.restore("FM-0001", 1, STEWARD, expected=9, reason="because")


@pytest.mark.parametrize("table", ["revision", "audit"])
@pytest.mark.parametrize("deed", ["UPDATE {} SET id = id", "DELETE FROM {}"])
def test_the_database_itself_keeps_history_from_being_changed(
    store: Store, tmp_path: Path, table: str, deed: str
) -> None:
    house(store, tmp_path)

    with pytest.raises(DatabaseError, match="only ever added"), store.engine.begin() as connection:
        connection.execute(text(deed.format(table)))


def test_every_change_leaves_a_line_of_who_did_what(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    write_catalog(tmp_path / "catalog", GPU_OOM.model_copy(update={"title": "Another title"}))
    lived.catalog.import_folder(tmp_path / "catalog")

    with store.read() as tx:
        newest = tx.audit.find(subject="entry:FM-0001")[0]

    assert (newest.actor, newest.action) == ("operator", "entry.import")
    assert (newest.before, newest.after) == ({"title": "GPU runs out of memory"}, {"title": "Another title"})
