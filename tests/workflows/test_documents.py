"""The document of an entry: old ones are brought up to date when read, and terms come from the vocabulary."""

from datetime import date
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

from tests.factories import VOCABULARY, failure_mode
from workflows.entries.casestudies import TimelinePoint
from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import UserError

OLD = {
    "schema_version": 1,
    "id": "FM-0001",
    "slug": "old",
    "title": "Written long ago",
    "symptom": "Something is wrong.",
    "cause_category": "capacity",
    "severity": {"typical": "sev2", "worst_credible": "sev1"},
    "domain": "serving",
    "authors": ["ml-engineering"],
    "dimensions": {"model_family": ["linear"]},
    "detectors": [{"metric": "errors", "comparison": "gt", "threshold": 1, "window": "5m"}],
    "mitigations": [
        {"title": "Act", "kind": "contain", "checklist": ["Act"], "owner": "rota", "rationale": "It works at once."}
    ],
}


def test_a_document_of_the_first_schema_is_brought_up_to_date_when_it_is_read() -> None:
    read = FailureMode.model_validate(OLD)

    assert read.schema_version == 2
    assert [author.discipline for author in read.authors] == ["ml-engineering"]
    assert (read.dimensions.model_family, read.dimensions.customer_segment) == (["linear"], ["all"])
    assert [one.param for one in read.detectors[0].tunable] == ["threshold"]
    assert read.mitigations[0].rationale is not None
    assert read.mitigations[0].rationale.decision == "It works at once."


def test_reading_a_document_again_changes_nothing() -> None:
    once = FailureMode.model_validate(OLD).model_dump(mode="json")

    assert FailureMode.model_validate(once).model_dump(mode="json") == once


@pytest.mark.parametrize("version", [0, 3, "two", None, True])
def test_a_document_of_an_unknown_schema_is_refused(version: object) -> None:
    with pytest.raises(ValidationError, match="schema_version"):
        FailureMode.model_validate({**OLD, "schema_version": version})


def test_a_broken_old_document_says_what_is_broken_and_not_how_it_was_upgraded() -> None:
    with pytest.raises(ValidationError) as refused:
        FailureMode.model_validate({**OLD, "authors": "ml-engineering", "detectors": [3], "dimensions": []})

    assert {error["loc"][0] for error in refused.value.errors()} == {"authors", "detectors", "dimensions"}


@pytest.mark.parametrize("written", [date(2025, 11, 18), "2025", "2025-11", "2025-11-18T11:20Z"])
def test_a_moment_is_as_precise_as_what_is_known(written: object) -> None:
    assert TimelinePoint.model_validate({"when": written, "text": "It began."}).when == str(written)


@pytest.mark.parametrize("written", ["2025-13", "yesterday", "2025-11-40", "11:20"])
def test_a_moment_that_is_none_is_refused(written: str) -> None:
    with pytest.raises(ValidationError):
        TimelinePoint.model_validate({"when": written, "text": "It began."})


def test_an_unknown_term_is_named_with_its_place() -> None:
    entry = failure_mode(1, contributing_causes=["capacity", "gremlins"])

    (sentence,) = Vocabulary(VOCABULARY).unknown_terms(entry)

    assert sentence.startswith("contributing_causes.1: cause_category has no term 'gremlins'")


def _vocabulary_files(folder: Path, extension: object) -> tuple[Path, Path]:
    (folder / "vocabulary.yaml").write_text(yaml.safe_dump({**VOCABULARY, "champion": "quality circle"}))
    (folder / "own.yaml").write_text(yaml.safe_dump(extension))
    return folder, folder / "own.yaml"


def test_an_organisation_adds_terms_and_names_its_champion(tmp_path: Path) -> None:
    folder, own = _vocabulary_files(tmp_path, {"domain": {"ads": "the ads teams"}, "champion": "ads guild"})

    vocabulary = Vocabulary.load(folder, own)

    assert vocabulary.definitions("domain")["ads"] == "the ads teams"
    assert vocabulary.definitions("domain")["serving"] == "online inference"
    assert vocabulary.champion == "ads guild"


@pytest.mark.parametrize(
    ("extension", "sentence"),
    [
        ({"domain": {"serving": "something else"}}, "has serving already"),
        ({"domian": {"ads": "the ads teams"}}, "there is no vocabulary 'domian'"),
        (["domain"], "must hold vocabularies"),
        ({"roots": [{"root": "Data", "causes": []}]}, "roots.0.meaning: Field required"),
        ({"roots": "Data"}, "own.yaml: roots"),
    ],
)
def test_an_extension_that_redefines_or_misnames_is_refused(tmp_path: Path, extension: object, sentence: str) -> None:
    folder, own = _vocabulary_files(tmp_path, extension)

    with pytest.raises(UserError, match=sentence):
        Vocabulary.load(folder, own)


def test_every_cause_of_the_catalog_stands_under_one_of_five_roots() -> None:
    vocabulary = Vocabulary.load(Path(__file__).parents[2] / "catalog")

    grouped = vocabulary.groups("cause_category")

    assert len(grouped) == 5
    assert sorted(cause for causes in grouped.values() for cause in causes) == sorted(
        vocabulary.definitions("cause_category")
    )


def test_an_organisations_causes_stand_under_the_roots_it_names_and_else_below_them(tmp_path: Path) -> None:
    folder, own = _vocabulary_files(
        tmp_path,
        {
            "cause_category": {"bidding": "a bid went wrong", "weather": "it rained", "unsaid": "nowhere listed"},
            "roots": [
                {"root": "Data", "meaning": "as before", "causes": ["bidding"]},
                {"root": "Nature", "meaning": "what nobody made", "causes": ["weather"]},
            ],
        },
    )
    shipped = {**VOCABULARY, "roots": [{"root": "Data", "meaning": "what goes in", "causes": ["data-contract"]}]}
    (folder / "vocabulary.yaml").write_text(yaml.safe_dump(shipped))

    vocabulary = Vocabulary.load(folder, own)

    assert {root: list(causes) for root, causes in vocabulary.groups("cause_category").items()} == {
        "Data": ["data-contract", "bidding"],
        "Nature": ["weather"],
        "Others": ["capacity", "unsaid"],
    }
    assert vocabulary.roots[0].meaning == "what goes in"
