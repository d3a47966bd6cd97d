"""Importing a folder: all or nothing, twice is once, and every fault is named."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import yaml

from store import Store
from tests.factories import GPU_OOM, RESPONDER, STEWARD, STRANGER, failure_mode, house, write_catalog
from workflows.entries.catalog import canonical_id
from workflows.entries.importing import MAX_FILE_BYTES, InvalidCatalog, read_catalog
from workflows.errors import NotAllowed, NotFound, UserError


def test_importing_twice_changes_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    again = lived.catalog.import_folder(tmp_path / "catalog")

    assert (again.added, again.changed, len(again.unchanged)) == ((), (), 3)


def test_a_changed_file_changes_its_entry_and_keeps_who_verified_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    with store.begin() as tx:
        tx.entries.verified("FM-0001", by="U1", at=lived.clock.now)
    write_catalog(tmp_path / "catalog", GPU_OOM.model_copy(update={"title": "Accelerator out of memory"}))

    imported = lived.catalog.import_folder(tmp_path / "catalog")

    entry = lived.catalog.entry("FM-0001", RESPONDER)
    assert (imported.changed, entry.document.title) == (("FM-0001",), "Accelerator out of memory")
    assert entry.last_verified_by == "U1"


def test_one_bad_file_keeps_everything_out(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    write_catalog(tmp_path / "catalog", failure_mode(9))
    (tmp_path / "catalog" / "entries" / "FM-0010-broken.yaml").write_text("title: [unclosed")

    with pytest.raises(InvalidCatalog):
        lived.catalog.import_folder(tmp_path / "catalog")

    with pytest.raises(NotFound):
        lived.catalog.entry("FM-0009", RESPONDER)


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("title: [unclosed", "not readable as YAML"),
        ("a: &x [1]\nb: *x", "aliases"),
        ("[" * 100, "nested deeper"),
        ("x" * (MAX_FILE_BYTES + 1), "larger than"),
        ("just a sentence", "dictionary"),
        (yaml.safe_dump({**GPU_OOM.model_dump(mode="json"), "cause_category": "gremlins"}), "no term 'gremlins'"),
        (yaml.safe_dump({**GPU_OOM.model_dump(mode="json"), "log_signatures": ["(a"]}), "cannot be used"),
        (yaml.safe_dump({**GPU_OOM.model_dump(mode="json"), "severty": 1}), "severty"),
        (yaml.safe_dump({**GPU_OOM.model_dump(mode="json"), "id": "12"}), "id"),
    ],
)
def test_a_fault_is_named_with_its_file(tmp_path: Path, content: str, sentence: str) -> None:
    folder = write_catalog(tmp_path)
    (folder / "entries" / "bad.yaml").write_text(content)

    with pytest.raises(InvalidCatalog) as refused:
        read_catalog(folder)

    assert sentence in refused.value.sentence
    assert "bad.yaml" in refused.value.sentence


def test_an_id_given_twice_is_named_in_both_files(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path, GPU_OOM, failure_mode(1, slug="another"))

    with pytest.raises(InvalidCatalog) as refused:
        read_catalog(folder)

    assert len(refused.value.faults) == 2


def test_a_folder_without_entries_is_said_to_be_none(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no entries"):
        read_catalog(tmp_path)


@pytest.mark.parametrize("typed", ["FM-0012", "fm-12", "12", " fm 12 ", "FM-000012", "#12"])
def test_an_entry_is_found_however_its_id_is_typed(typed: str) -> None:
    assert canonical_id(typed) == "FM-0012"


@pytest.mark.parametrize("typed", ["", "oom", "FM-", "FM-1234567", "FM-１２", "<@U1>", "FM-12; DROP TABLE entry"])
def test_what_is_no_id_gets_a_sentence(typed: str) -> None:
    with pytest.raises(UserError, match="FM-0012"):
        canonical_id(typed)


def test_a_restricted_entry_is_seen_by_its_steward_only(store: Store, tmp_path: Path) -> None:
    secret = failure_mode(7, title="Secret weakness", visibility="restricted")
    lived = house(store, tmp_path, GPU_OOM, secret)

    assert lived.catalog.entry("FM-0007", STEWARD).id == "FM-0007"
    assert [one.entry.id for one in lived.search.answer("secret weakness", STEWARD).found] == ["FM-0007"]
    assert lived.search.answer("secret weakness", RESPONDER).found == []
    with pytest.raises(NotFound):
        lived.catalog.entry("FM-0007", RESPONDER)


def test_people_of_another_workspace_get_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(NotAllowed):
        lived.catalog.entry("FM-0001", STRANGER)
    with pytest.raises(NotAllowed):
        lived.search.answer("out of memory", STRANGER)


def test_two_bots_that_start_at_once_import_the_catalog_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(90))
    folder = write_catalog(tmp_path / "other", *(failure_mode(number) for number in range(1, 20)))

    with ThreadPoolExecutor(2) as pool:
        imported = list(pool.map(lambda _: lived.catalog.import_folder(folder), range(2)))

    assert sorted(len(one.added) for one in imported) == [0, 19]


def test_what_was_edited_here_survives_every_later_version_of_its_file(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.amendments.suggest("FM-0001", {"summary": "Said here."}, STEWARD, reason="it was missing")
    first, second = GPU_OOM.model_copy(update={"title": "First"}), GPU_OOM.model_copy(update={"title": "Second"})

    for version in (first, second):
        write_catalog(tmp_path / "catalog", version)
        lived.catalog.import_folder(tmp_path / "catalog")

    document = lived.catalog.entry("FM-0001", RESPONDER).document
    assert (document.title, document.summary) == ("Second", "Said here.")


def test_a_field_changed_in_the_file_and_here_is_named_and_nothing_is_taken(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.amendments.suggest("FM-0001", {"summary": "Said here."}, STEWARD, reason="it was missing")
    write_catalog(tmp_path / "catalog", GPU_OOM.model_copy(update={"summary": "Said there.", "title": "Other"}))

    with pytest.raises(InvalidCatalog, match="summary was changed in the file and here too"):
        lived.catalog.import_folder(tmp_path / "catalog")

    assert lived.catalog.entry("FM-0001", RESPONDER).document.title == GPU_OOM.title


def test_a_deprecated_entry_stays_deprecated_when_its_file_changes(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.lifecycle.deprecate("FM-0001", STEWARD, expected=1, reason="retired")
    write_catalog(tmp_path / "catalog", GPU_OOM.model_copy(update={"title": "Other"}))

    lived.catalog.import_folder(tmp_path / "catalog")

    entry = lived.catalog.entry("FM-0001", RESPONDER)
    assert (entry.status, entry.status_reason, entry.document.title) == ("deprecated", "retired", "Other")
