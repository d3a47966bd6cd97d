"""A file that says it is published passes the gates before it is taken in, as anything else that is published."""

from pathlib import Path

import pytest

from store import Store
from tests.factories import COMPLETE, VOCABULARY, House, failure_mode, house, write_catalog
from workflows.entries.importing import InvalidCatalog
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound
from workflows.exchange.imports import Imports
from workflows.people import OPERATOR

FINISHED = failure_mode(9, **COMPLETE)


def imports(lived: House) -> Imports:
    return Imports(lived.catalog, Vocabulary(VOCABULARY))


def test_a_published_file_with_a_gap_keeps_everything_out_and_names_its_line(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    folder = write_catalog(tmp_path / "own", FINISHED, failure_mode(8, **{**COMPLETE, "aliases": ["only one"]}))

    with pytest.raises(InvalidCatalog, match="aliases") as refused:
        imports(lived).import_folder(folder, OPERATOR)

    assert {fault.path.name for fault in refused.value.faults} == {"FM-0008-failure-mode-8.yaml"}
    with pytest.raises(NotFound):
        lived.catalog.entry("FM-0009", OPERATOR)


def test_the_same_file_as_a_draft_is_taken(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    folder = write_catalog(tmp_path / "own", failure_mode(8, status="draft"))

    imports(lived).import_folder(folder, OPERATOR)

    assert lived.catalog.entry("FM-0008", OPERATOR).status == "draft"


def test_what_is_published_here_with_gaps_may_keep_them_but_gains_no_new_one(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(8, aliases=["one", "two", "three"]))
    reworded = failure_mode(8, aliases=["one", "two", "three"], symptom="Said better.")
    worse = failure_mode(8, symptom="Said better.")

    imports(lived).import_folder(write_catalog(tmp_path / "own", reworded), OPERATOR)
    with pytest.raises(InvalidCatalog, match="aliases"):
        imports(lived).import_folder(write_catalog(tmp_path / "own", worse), OPERATOR)

    assert lived.catalog.entry("FM-0008", OPERATOR).document.symptom == "Said better."
