"""Whatever is wrong with a folder is named with file and line, and nothing of it is taken."""

import os
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import GPU_OOM, failure_mode, write_catalog
from tests.strategies import NASTY
from workflows.entries.importing import Fault, InvalidCatalog, read_catalog
from workflows.entries.yamlfile import safe_yaml
from workflows.errors import UserError

GOOD = yaml.safe_dump(GPU_OOM.model_dump(mode="json", exclude_defaults=True), sort_keys=False)


def faults_of(folder: Path) -> list[Fault]:
    with pytest.raises(InvalidCatalog) as refused:
        read_catalog(folder)
    return list(refused.value.faults)


@pytest.mark.parametrize(
    ("content", "line", "sentence"),
    [
        (b"id: FM-0001\ntitle: [unclosed\n", 2, "not readable as YAML"),
        (b"id: FM-0001\na: &x [1]\nb: *x\n", 3, "aliases"),
        (b"id: FM-0001\nid: FM-0002\n", 2, "id is given twice"),
        (b"id: FM-0001\nseverity:\n  typical: sev1\n  typical: sev2\n", 4, "typical is given twice"),
        (b"id: FM-0001\n<<: {a: 1}\n", 2, "merge keys"),
        (b"id: FM-0001\n" + b"a: " + b"[" * 100_000, 2, "nested deeper"),
        (b"id: FM-0001\na: !!python/object/apply:os.system [ls]\n", 2, "tags"),
        (b"id: FM-0001\na: " + b"9" * 5_000, 2, "a number of 5000 characters"),
        (b"id: FM-0001\na: 1" + b":59" * 300_000, 2, "a number of 900001 characters"),
        (b"id: FM-0001\nlast_verified: 2026-13-45\n", 2, "2026-13-45 cannot be read"),
        ("id: FM-0001\ntitle: Größe\n".encode("latin-1"), 2, "not UTF-8"),
        ("id: FM-0001\n".encode("utf-16"), 1, "UTF-16"),
        (b"id: FM-0001\ntitle: bell \x07\n", 2, "U+0007"),
        (b"id: FM-0001\n---\nid: FM-0002\n", 2, "single document"),
        (b"x" * 50_000_000, 1, "larger than"),
        (b"", 1, "dictionary"),
    ],
)
def test_a_file_that_cannot_be_read_is_named_with_the_line(
    tmp_path: Path, content: bytes, line: int, sentence: str
) -> None:
    folder = write_catalog(tmp_path)
    (folder / "entries" / "bad.yaml").write_bytes(content)

    faults = faults_of(folder)

    assert [(fault.path.name, fault.line) for fault in faults] == [("bad.yaml", line)]
    assert sentence in faults[0].sentence


def test_a_file_with_the_mark_of_utf_8_is_taken(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path)
    (folder / "entries" / "marked.yaml").write_text(GOOD, encoding="utf-8-sig")

    assert [file.entry.id for file in read_catalog(folder)] == ["FM-0001"]


def test_several_faults_of_several_files_are_told_at_once_each_with_its_line(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path)
    (folder / "entries" / "a.yaml").write_text(
        GOOD.replace("typical: sev2", "typical: sev9").replace("owner: serving rota", "owner: ''")
    )
    (folder / "entries" / "b.yaml").write_text(GOOD.replace("capacity", "gremlins").replace("FM-0001", "FM-0009"))

    found = {(fault.path.name, fault.sentence.split(":")[0]): fault.line for fault in faults_of(folder)}

    text = (folder / "entries" / "a.yaml").read_text().splitlines()
    assert found == {
        ("a.yaml", "severity.typical"): text.index("  typical: sev9") + 1,
        ("a.yaml", "mitigations.0.owner"): text.index("  owner: ''") + 1,
        ("b.yaml", "cause_category"): text.index("cause_category: capacity") + 1,
    }


def test_a_field_of_several_kinds_is_told_once(tmp_path: Path) -> None:
    detector = "detectors:\n- {metric: rows, comparison: gt, threshold: {a: 1}, window: 1d}\n"
    folder = write_catalog(tmp_path)
    (folder / "entries" / "bad.yaml").write_text(GOOD + detector)

    faults = faults_of(folder)

    assert [fault.sentence.split(":")[0] for fault in faults] == ["detectors.0.threshold"]


@pytest.mark.parametrize("number", [".inf", "-.inf", ".nan"])
def test_numbers_that_no_database_keeps_are_refused(tmp_path: Path, number: str) -> None:
    folder = write_catalog(tmp_path)
    (folder / "entries" / "bad.yaml").write_text(
        GOOD + f"detectors:\n- metric: rows\n  comparison: gt\n  threshold: {number}\n  window: 1d\n"
    )

    assert "finite" in faults_of(folder)[0].sentence


def test_what_is_no_file_is_a_fault_and_no_crash(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path, GPU_OOM)
    (folder / "entries" / "folder.yaml").mkdir()
    (folder / "entries" / "loop.yaml").symlink_to("loop.yaml")
    (folder / "entries" / "lost.yaml").symlink_to("nowhere")
    os.mkfifo(folder / "entries" / "pipe.yaml")

    assert [fault.path.name for fault in faults_of(folder)] == ["folder.yaml", "loop.yaml", "lost.yaml", "pipe.yaml"]


def test_an_id_or_slug_given_twice_is_named_where_it_stands(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path, failure_mode(1, slug="one"), failure_mode(2, slug="two"))
    (folder / "entries" / "z.yaml").write_text(GOOD.replace("gpu-oom", "two"))

    found = {(fault.path.name, fault.line) for fault in faults_of(folder)}

    assert {name for name, _ in found} == {"FM-0001-one.yaml", "FM-0002-two.yaml", "z.yaml"}
    assert ("z.yaml", 1) in found
    assert ("z.yaml", 2) in found


def test_entries_that_stand_above_themselves_are_named(tmp_path: Path) -> None:
    folder = write_catalog(
        tmp_path,
        failure_mode(1, slug="one", related=[{"type": "broader", "slug": "two"}]),
        failure_mode(2, slug="two"),
        failure_mode(
            3, slug="three", related=[{"type": "narrower", "slug": "two"}, {"type": "broader", "slug": "one"}]
        ),
        failure_mode(4, slug="four", related=[{"type": "supersedes", "slug": "four"}]),
        failure_mode(5, slug="five", related=[{"type": "broader", "slug": "six"}]),
        failure_mode(6, slug="six", related=[{"type": "broader", "slug": "five"}]),
    )

    faults = faults_of(folder)

    assert sorted(fault.sentence.split(":")[1].split(" ")[1] for fault in faults) == ["above", "above", "supersedes"]


def test_each_of_two_entries_may_say_which_is_the_broader(tmp_path: Path) -> None:
    folder = write_catalog(
        tmp_path,
        failure_mode(1, slug="one", related=[{"type": "broader", "slug": "two"}]),
        failure_mode(2, slug="two", related=[{"type": "narrower", "slug": "one"}]),
    )

    assert len(read_catalog(folder)) == 2


@pytest.mark.parametrize(
    "content", ["a: &x [1]\nb: *x\n", "domain:\n  a: one\n  a: two\n", "[" * 1000, "domain: {a: \x07}"]
)
def test_a_vocabulary_with_tricks_is_refused(tmp_path: Path, content: str) -> None:
    folder = write_catalog(tmp_path, GPU_OOM)
    (folder / "vocabulary.yaml").write_text(content)

    with pytest.raises(UserError, match=r"vocabulary\.yaml:\d+: "):
        read_catalog(folder)


def test_many_faults_are_counted_and_not_all_told(tmp_path: Path) -> None:
    folder = write_catalog(tmp_path)
    for number in range(150):
        (folder / "entries" / f"{number:03d}.yaml").write_text("")

    with pytest.raises(InvalidCatalog, match="150 thing") as refused:
        read_catalog(folder)

    assert "… and 50 more." in refused.value.sentence


@given(
    st.one_of(st.sampled_from(NASTY), st.text("0123456789.:-+_eEyYnNoOtTfFxab~=nullTZ ", max_size=12)).filter(
        lambda word: "&" not in word
    )
)
def test_what_is_taken_is_what_the_library_reads(word: str) -> None:
    content = f"a: {word}\nb: [{word}]\n? {word}\n: c\n".encode()

    try:
        taken = safe_yaml(content)
    except yaml.YAMLError:
        return

    assert taken == yaml.load(content, yaml.CSafeLoader)
