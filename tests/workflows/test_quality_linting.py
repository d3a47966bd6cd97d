"""Files are judged without a database: every problem with its file and line, and never a traceback."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.exemplar import CATALOG, DOCUMENT, SLOW_MODEL, TODAY, sound_document
from workflows.entries.yamlfile import MAX_FILE_BYTES
from workflows.errors import UserError
from workflows.quality.checks import CHECKS
from workflows.quality.gates import GATES
from workflows.quality.linting import RULES, Problem, lint

NAME = "FM-0100-queue-overflow.yaml"
VOCABULARY = (CATALOG / "vocabulary.yaml").read_text()


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    """A catalog of two sound entries."""
    (tmp_path / "entries").mkdir()
    (tmp_path / "vocabulary.yaml").write_text(VOCABULARY)
    (tmp_path / "entries" / NAME).write_text(DOCUMENT)
    (tmp_path / "entries" / "FM-0101-slow-model.yaml").write_text(yaml.safe_dump({**SLOW_MODEL, "status": "draft"}))
    return tmp_path


def write(catalog: Path, name: str = NAME, **given: Any) -> Path:
    path = catalog / "entries" / name
    path.write_text(yaml.safe_dump(sound_document(**given), sort_keys=False))
    return path


def blocking(problems: Sequence[Problem]) -> list[tuple[str, str, int]]:
    return [(one.path.name, one.check, one.line) for one in problems if one.level == "blocks"]


def test_a_sound_catalog_has_nothing_that_blocks(catalog: Path) -> None:
    found = lint([catalog], TODAY)

    assert (found.files, found.blocking) == (2, 0)
    assert {problem.path.name for problem in found.problems} == {"FM-0101-slow-model.yaml"}


def test_a_finding_stands_on_the_line_of_its_field(catalog: Path) -> None:
    path = catalog / "entries" / NAME
    path.write_text(DOCUMENT.replace("owner: serving on-call", "owner: Jane Miller"))

    (found,) = [one for one in lint([catalog], TODAY).problems if one.path == path]

    assert (found.check, found.place) == ("private-names", "mitigations.0.owner")
    assert "Jane Miller" in path.read_text().splitlines()[found.line - 1]


def test_gates_block_what_is_published_and_keep_quiet_about_drafts(catalog: Path) -> None:
    write(catalog, summary="")
    published = blocking(lint([catalog], TODAY).problems)
    write(catalog, summary="", status="draft")

    assert [(name, check) for name, check, _ in published] == [(NAME, "missing-summary")]
    assert blocking(lint([catalog], TODAY).problems) == []


def test_what_blocks_publication_is_flagged_in_a_draft_and_what_stops_an_import_blocks(catalog: Path) -> None:
    write(catalog, status="draft", mitigations__0__rollback=None, triggers__0__kind="gremlins")

    levels = {one.check: one.level for one in lint([catalog], TODAY).problems if one.path.name == NAME}

    assert levels["no-way-back"] == "flags"
    assert levels["unknown-term"] == "blocks"


def test_every_fault_of_a_file_is_named_at_its_line(catalog: Path) -> None:
    text = DOCUMENT.replace("severity:", "severty:").replace("threshold: 10", "threshold: {}")
    (catalog / "entries" / NAME).write_text(text)

    found = [one for one in lint([catalog], TODAY).problems if one.check == "invalid-field"]

    assert {one.place for one in found} == {"severity", "severty", "detectors.0.threshold"}
    lines = text.splitlines()
    assert all(one.place.split(".")[-1] in lines[one.line - 1] for one in found if one.place != "severity")


def test_two_entries_under_one_id_or_slug_are_found_in_both_files(catalog: Path) -> None:
    write(catalog, "FM-0100-other.yaml", slug="other", title="Another thing", aliases=["a", "b", "c"])
    write(catalog, "FM-0102-queue-overflow.yaml", id="FM-0102")

    found = lint([catalog], TODAY).problems

    assert {one.path.name for one in found if one.check == "duplicate-id"} == {NAME, "FM-0100-other.yaml"}
    assert {one.path.name for one in found if one.check == "duplicate-slug"} == {NAME, "FM-0102-queue-overflow.yaml"}


def test_a_file_is_named_after_its_entry(catalog: Path) -> None:
    (catalog / "entries" / NAME).rename(catalog / "entries" / "overflow.yaml")

    assert blocking(lint([catalog], TODAY).problems) == [("overflow.yaml", "file-name", 3)]


def test_files_that_an_import_would_pass_over_are_flagged(catalog: Path) -> None:
    (catalog / "entries" / "more").mkdir()
    (catalog / "entries" / "more" / "FM-0102-deep.yaml").write_text("")
    (catalog / "entries" / "FM-0103-other.yml").write_text("")

    found = {one.path.name for one in lint([catalog], TODAY).problems if one.check == "ignored-file"}

    assert found == {"FM-0102-deep.yaml", "FM-0103-other.yml"}


def test_entries_that_supersede_each_other_are_found(catalog: Path) -> None:
    write(catalog, related=[{"type": "supersedes", "slug": "other"}], discriminators=[])
    back = [{"type": "supersedes", "slug": "queue-overflow"}]
    write(catalog, "FM-0102-other.yaml", id="FM-0102", slug="other", aliases=["x y", "z", "w"], related=back)

    found = {one.path.name for one in lint([catalog], TODAY).problems if one.check == "dead-relation"}

    assert found == {NAME, "FM-0102-other.yaml"}


BROKEN = {
    "broken YAML": b"id: [",
    "a YAML bomb": b"a: &a [x]\nb: *a\n",
    "a tag": b"id: !!python/object/apply:os.getcwd []\n",
    "deep nesting": b"[" * 3000,
    "an impossible date": b"last_verified: 2026-13-45\n",
    "a number as long as a page": b"id: " + b"9" * 10_000,
    "another encoding": "id: FM-0001\ntitle: café".encode("latin-1"),
    "UTF-16": "id: FM-0001".encode("utf-16"),
    "hidden characters": b"id: FM-0001\x00\n",
    "a key given twice": b"id: FM-0001\nid: FM-0002\n",
    "two documents": b"id: FM-0001\n---\nid: FM-0002\n",
    "too large": b"#" * (MAX_FILE_BYTES + 1),
}


@pytest.mark.parametrize("content", BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_cannot_be_read_is_one_problem_with_a_whole_sentence(catalog: Path, content: bytes) -> None:
    (catalog / "entries" / "FM-0001-x.yaml").write_bytes(content)

    found = [one for one in lint([catalog], TODAY).problems if one.path.name == "FM-0001-x.yaml"]

    assert [one.check for one in found] == ["unreadable-file"]
    assert not found[0].sentence[0].islower()
    assert found[0].sentence.endswith(".")


@pytest.mark.parametrize("content", ["", "just text", "- a list", "42", "null"])
def test_a_file_that_holds_no_entry_is_a_problem(catalog: Path, content: str) -> None:
    (catalog / "entries" / "FM-0001-x.yaml").write_text(content)

    found = [one for one in lint([catalog], TODAY).problems if one.path.name == "FM-0001-x.yaml"]

    assert [one.check for one in found] == ["invalid-field"]


def test_a_folder_without_entries_is_a_problem(tmp_path: Path) -> None:
    assert blocking(lint([tmp_path], TODAY).problems) == [(tmp_path.name, "no-entries", 1)]


def test_a_catalog_without_a_vocabulary_is_one_sentence(catalog: Path) -> None:
    (catalog / "vocabulary.yaml").unlink()

    with pytest.raises(UserError, match=r"holds no vocabulary\.yaml"):
        lint([catalog], TODAY)


def test_a_path_that_does_not_exist_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="There is no"):
        lint([tmp_path / "nowhere"], TODAY)


def test_one_file_of_a_catalog_is_judged_among_its_neighbours(catalog: Path) -> None:
    found = lint([catalog / "entries" / NAME], TODAY)

    assert (found.files, found.problems) == (1, ())


def test_the_folder_of_entries_stands_for_its_catalog(catalog: Path) -> None:
    assert lint([catalog / "entries"], TODAY) == lint([catalog], TODAY)


def test_a_lone_file_needs_a_vocabulary_and_may_name_entries_that_are_elsewhere(catalog: Path, tmp_path: Path) -> None:
    lone = (catalog / "entries" / NAME).rename(tmp_path / NAME)

    with pytest.raises(UserError, match="--vocabulary"):
        lint([lone], TODAY)
    assert lint([lone], TODAY, catalog / "vocabulary.yaml").problems == ()


def test_terms_of_the_organisations_own_vocabulary_are_known(catalog: Path) -> None:
    (catalog / "own.yaml").write_text("trigger: {gremlins: They did it.}")
    write(catalog, triggers__0__kind="gremlins")

    assert lint([catalog], TODAY).blocking == 1
    assert lint([catalog], TODAY, catalog / "own.yaml").blocking == 0


def test_the_same_catalog_named_twice_is_judged_once(catalog: Path) -> None:
    assert lint([catalog, catalog / "entries" / NAME], TODAY) == lint([catalog], TODAY)


def test_every_rule_has_one_name_and_a_sentence() -> None:
    slugs = [rule.slug for rule in RULES]

    assert len(set(slugs)) == len(slugs)
    assert {check.slug for check in CHECKS} | {gate.slug for gate in GATES} <= set(slugs)
    assert all(rule.guards_against.endswith(".") for rule in RULES)


def test_nothing_blocks_in_the_pilot_catalog() -> None:
    found = lint([CATALOG], TODAY)

    assert [one for one in found.problems if one.level == "blocks"] == []
    assert found.files == 60


FIELD = st.sampled_from(sorted(sound_document()))
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**6), 10**6) | st.floats() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=10), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(field=FIELD, value=VALUE)
def test_whatever_stands_in_a_field_is_judged_and_never_a_traceback(catalog: Path, field: str, value: Any) -> None:
    document = {**sound_document(), field: value}
    (catalog / "entries" / NAME).write_text(yaml.safe_dump(document, allow_unicode=True), encoding="utf-8")

    found = lint([catalog], TODAY)

    assert all(problem.line >= 1 and problem.sentence for problem in found.problems)
