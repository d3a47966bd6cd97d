"""Other words for the same: kept beside the entries, read once, understood in both directions."""

from pathlib import Path

import pytest

from tests.exemplar import CATALOG
from workflows.errors import UserError
from workflows.search.index import SearchIndex
from workflows.search.searchable import Searchable
from workflows.search.synonyms import Synonyms

OOM = Searchable.of_fields("FM-0001", {"title": "GPU runs OOM on long prompts", "symptom": "the worker restarts"})
DRIFT = Searchable.of_fields("FM-0002", {"title": "Population stability index climbs", "symptom": "scores move"})
DISK = Searchable.of_fields("FM-0003", {"title": "Disk fills with checkpoints", "symptom": "writes fail"})
SAME = Synonyms([["oom", "out of memory"], ["psi", "population stability index"]])


def found(text: str, synonyms: Synonyms = SAME) -> list[str]:
    return [match.entry_id for match in SearchIndex([OOM, DRIFT, DISK], synonyms=synonyms).rank(text)]


def test_a_short_form_finds_the_entry_that_spells_it_out() -> None:
    assert found("psi went up")[:1] == ["FM-0002"]


def test_the_long_form_finds_the_entry_that_has_the_short_one() -> None:
    assert found("it is out of memory again")[:1] == ["FM-0001"]


def test_a_part_of_a_long_form_stands_for_nothing() -> None:
    assert "FM-0001" not in found("in memory of the old team")


def test_the_words_that_are_told_are_those_that_were_said() -> None:
    (match, *_) = SearchIndex([OOM, DRIFT, DISK], synonyms=SAME).rank("psi")

    assert match.shared == ("psi",)
    assert match.coverage <= 1


def test_without_synonyms_only_what_stands_there_is_found() -> None:
    assert found("psi went up", Synonyms()) == []


def test_a_changed_index_keeps_its_synonyms() -> None:
    index = SearchIndex([OOM], synonyms=SAME).holding([OOM, DRIFT])

    assert [match.entry_id for match in index.rank("psi")] == ["FM-0002"]


def test_the_shipped_file_holds_the_abbreviations_of_the_trade() -> None:
    shipped = Synonyms.load(CATALOG)

    for short in ("oom", "tss", "psi", "p99", "nan", "hpa", "rag"):
        assert shipped.meant(short), short


def test_an_organisations_own_file_adds_to_it(tmp_path: Path) -> None:
    own = tmp_path / "own.yaml"
    own.write_text("- [fizz, feature importance skew]\n")

    both = Synonyms.load(CATALOG, own)

    assert both.meant("FIZZ again") == (("fizz", ("feature", "importance", "skew")),)
    assert both.meant("oom")


def test_a_catalog_without_the_file_has_none(tmp_path: Path) -> None:
    assert not Synonyms.load(tmp_path)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("oom: memory\n", "must hold a list"),
        ("- [oom]\n", "number 1 must be two ways"),
        ("- [oom, out of memory]\n- [the, of]\n", "number 2 must be two ways"),
        ("- [oom, out\n", "synonyms.yaml:"),
        ("- oom\n", "number 1 must be two ways"),
    ],
)
def test_a_file_that_cannot_be_used_says_where_and_why(tmp_path: Path, text: str, words: str) -> None:
    (tmp_path / "synonyms.yaml").write_text(text)

    with pytest.raises(UserError, match=words):
        Synonyms.load(tmp_path)


def test_an_extension_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="FAULTLINE_SYNONYMS"):
        Synonyms.load(CATALOG, tmp_path / "gone.yaml")
