"""How imports and exports are told in a terminal."""

from pathlib import Path

import pytest

from bot.exchange import columns_of, told_changes, told_export
from workflows.entries.differences import Difference
from workflows.errors import UserError
from workflows.exchange.exports import Exported
from workflows.exchange.folder import TargetFolder
from workflows.exchange.imports import Change, Report
from workflows.exchange.yamlfiles import Written


def test_a_dry_run_tells_each_field_in_one_line_without_moving_the_cursor() -> None:
    differences = (
        Difference("severity.typical", "Severity › Typical", "sev3", "sev2"),
        Difference("aliases.1", "Aliases", None, "oom\nagain\x1b[2J"),
        Difference("fallback", "Fallback", "none", None),
    )
    changes = (Change("FM-0001", "Out of memory", "changed", differences), Change("FM-0002", "New", "added", ()))

    lines = list(told_changes(Report(changes, 3, ("a note",)), dry_run=True))

    assert lines == [
        "~ FM-0001 Out of memory",
        "    severity.typical: sev3 → sev2",
        "    aliases.1: + oom again [2J",
        "    fallback: - none",
        "+ FM-0002 New",
        "note: a note",
        "1 would be added, 1 would be changed, 3 unchanged.",
    ]


def test_an_export_tells_which_files_are_of_entries_that_are_gone() -> None:
    written = Written(added=["FM-0001"], gone=["FM-0002", "FM-0003"], pruned=["FM-0003"])

    lines = list(told_export(Exported(1, 2, (), written), Path("out")))

    assert lines == [
        "+ FM-0001",
        "? FM-0002 is gone from the catalog: its file is left; --prune removes it",
        "? FM-0003 is gone from the catalog: removed",
        "1 entries in out: 1 added, 0 changed, 0 unchanged; 2 held back (drafts or restricted).",
    ]


def test_columns_come_from_a_file_and_from_the_command_which_wins(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("title: Name\nowner: Who\n")

    assert columns_of(tmp_path / "mapping.yaml", ["title=Failure", "symptom = What we see"]) == {
        "title": "Failure",
        "owner": "Who",
        "symptom": "What we see",
    }


@pytest.mark.parametrize("named", ["title", "=Name", "title="])
def test_a_mapping_that_is_none_is_a_sentence(named: str) -> None:
    with pytest.raises(UserError, match="FIELD=COLUMN"):
        columns_of(None, [named])


def test_a_mapping_file_that_cannot_be_read_is_a_sentence_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("a: 1\na: 2\n")

    with pytest.raises(UserError, match=r"mapping\.yaml:2: a is given twice"):
        columns_of(tmp_path / "mapping.yaml", [])


def test_a_write_that_fails_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "taken.yaml").mkdir()

    with pytest.raises(UserError, match="cannot be written"):
        TargetFolder(tmp_path).write("taken.yaml", "text")

    assert [path.name for path in tmp_path.iterdir()] == ["taken.yaml"]
