"""How findings over files are printed, and with which exit code."""

import json
from pathlib import Path
from typing import Any

import pytest
from sarif_pydantic import Sarif
from typer.testing import CliRunner

from bot.cli import cli
from bot.linting import LintFormat, told
from tests.exemplar import CATALOG, DOCUMENT
from workflows.quality.linting import RULES, Lint, Problem

PROBLEMS = (
    Problem(Path("catalog/entries/a b.yaml"), 12, "no-way-back", "blocks", "mitigations.0.rollback", "Write one."),
    Problem(Path("catalog/entries/a b.yaml"), 30, "near-double", "flags", "title", "\x1b[31mMerge the two."),
    Problem(Path("catalog/entries/c.yaml"), 1, "unreadable-file", "blocks", "", "This is UTF-16; save it as UTF-8."),
)
LINT = Lint(3, PROBLEMS)


def test_text_is_grouped_by_file_and_ends_with_a_count() -> None:
    lines = told(LINT, LintFormat.TEXT).splitlines()

    assert lines[0] == "catalog/entries/a b.yaml"
    assert lines[1] == "    12  blocks  no-way-back  mitigations.0.rollback: Write one."
    assert lines[-1] == "3 entries: 2 blocking, 1 flagged, in 2 of the files."


def test_a_file_cannot_write_to_the_terminal_of_whoever_lints_it() -> None:
    assert "\x1b" not in told(LINT, LintFormat.TEXT)


def test_a_clean_catalog_says_so() -> None:
    assert told(Lint(1, ()), LintFormat.TEXT) == "1 entry, nothing to correct."


def test_json_holds_counts_and_problems() -> None:
    found = json.loads(told(LINT, LintFormat.JSON))

    assert {name: found[name] for name in ("files", "blocking", "flagged")} == {"files": 3, "blocking": 2, "flagged": 1}
    assert found["problems"][0] == {
        "path": "catalog/entries/a b.yaml",
        "line": 12,
        "check": "no-way-back",
        "level": "blocks",
        "place": "mitigations.0.rollback",
        "sentence": "Write one.",
    }


def sarif() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(told(LINT, LintFormat.SARIF))
    return found


def test_sarif_is_read_back_by_the_library_and_names_its_version_and_schema() -> None:
    found = sarif()

    assert Sarif.model_validate(found).version == "2.1.0"
    assert (found["version"], found["$schema"].endswith("sarif-schema-2.1.0.json")) == ("2.1.0", True)


def test_sarif_describes_every_rule_with_a_help_text() -> None:
    rules = sarif()["runs"][0]["tool"]["driver"]["rules"]

    assert [rule["id"] for rule in rules] == [rule.slug for rule in RULES]
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)


def test_sarif_points_at_rule_file_line_and_field() -> None:
    (run,) = sarif()["runs"]
    first, second, third = run["results"]

    assert run["tool"]["driver"]["rules"][first["ruleIndex"]]["id"] == first["ruleId"] == "no-way-back"
    assert (first["level"], second["level"]) == ("error", "warning")
    location = first["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "catalog/entries/a%20b.yaml"
    assert location["physicalLocation"]["region"]["startLine"] == 12
    assert location["logicalLocations"][0]["fullyQualifiedName"] == "mitigations.0.rollback"
    assert "logicalLocations" not in third["locations"][0]


@pytest.fixture
def catalog(tmp_path: Path) -> Path:
    (tmp_path / "entries").mkdir()
    (tmp_path / "vocabulary.yaml").write_text((CATALOG / "vocabulary.yaml").read_text())
    unrelated = DOCUMENT.replace("  - {type: confusable-with, slug: slow-model}", "  []").partition("discriminators:")
    text = unrelated[0] + "evidence:" + unrelated[2].partition("evidence:")[2]
    # The command reads the wall clock, and a link looked at on a fixed day grows old.
    timeless = text.replace("    last_checked: 2026-05-01\n", "")
    (tmp_path / "entries" / "FM-0100-queue-overflow.yaml").write_text(timeless)
    return tmp_path


def lint(*arguments: object) -> tuple[int, str]:
    result = CliRunner().invoke(cli, ["lint", *map(str, arguments)])
    return result.exit_code, result.stdout


def test_a_clean_catalog_exits_with_zero(catalog: Path) -> None:
    assert lint(catalog) == (0, "1 entry, nothing to correct.\n")


def test_what_blocks_exits_with_one(catalog: Path) -> None:
    (catalog / "entries" / "FM-0102-x.yaml").write_text("id: [")

    assert lint(catalog)[0] == 1


def test_what_is_flagged_fails_only_where_that_is_asked_for(catalog: Path) -> None:
    (catalog / "entries" / "FM-0103-other.yml").write_text("")

    assert lint(catalog)[0] == 0
    assert lint(catalog, "--strict")[0] == 1


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_programs_get_nothing_but_what_they_asked_for(catalog: Path, form: str) -> None:
    code, printed = lint(catalog, "--format", form)

    assert code == 0
    assert json.loads(printed)


def test_no_database_is_opened(catalog: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql+psycopg://nobody@127.0.0.1:1/none")

    assert lint(catalog)[0] == 0
