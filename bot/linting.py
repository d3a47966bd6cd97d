"""How findings over files are told: to people, to programs, and to code hosts that show them beside the line."""

import json
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from importlib.metadata import version
from itertools import groupby
from pathlib import Path
from typing import Final
from urllib.parse import quote

from sarif_pydantic import (
    ArtifactLocation,
    Level,
    Location,
    LogicalLocation,
    Message,
    PhysicalLocation,
    Region,
    ReportingConfiguration,
    ReportingDescriptor,
    Result,
    Run,
    Sarif,
    Tool,
    ToolDriver,
)

from workflows.quality.linting import RULES, Lint, Problem

SARIF_SCHEMA: Final = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
SARIF_LEVELS: Final = {"blocks": Level.ERROR, "flags": Level.WARNING}


class LintFormat(StrEnum):
    """The forms in which findings are printed."""

    TEXT = "text"
    JSON = "json"
    SARIF = "sarif"


def told(lint: Lint, form: LintFormat) -> str:
    """Return the findings in the form asked for."""
    return FORMS[form](lint)


def as_text(lint: Lint) -> str:
    """Return the findings grouped by file, with a closing count."""
    return "\n".join((*_lines(lint), _count(lint)))


def as_json(lint: Lint) -> str:
    """Return the findings as docs/catalog.md describes them for programs."""
    problems = [
        {
            "path": problem.path.as_posix(),
            "line": problem.line,
            "check": problem.check,
            "level": problem.level,
            "place": problem.place,
            "sentence": problem.sentence,
        }
        for problem in lint.problems
    ]
    counts = {"files": lint.files, "blocking": lint.blocking, "flagged": lint.flagged}
    return json.dumps({**counts, "problems": problems}, ensure_ascii=False, indent=2)


def as_sarif(lint: Lint) -> str:
    """Return the findings as SARIF 2.1.0, with every rule and its help."""
    driver = ToolDriver(
        name="faultline lint",
        semantic_version=version("faultline"),
        rules=[
            ReportingDescriptor(
                id=rule.slug,
                short_description=Message(text=rule.guards_against),
                help=Message(text=f"Guards against: {rule.guards_against} docs/catalog.md describes every rule."),
                default_configuration=ReportingConfiguration(level=SARIF_LEVELS[rule.level].value),
            )
            for rule in RULES
        ],
    )
    run = Run(tool=Tool(driver=driver), results=[_result(problem) for problem in lint.problems])
    report = Sarif.model_validate({"version": "2.1.0", "$schema": SARIF_SCHEMA, "runs": [run]})
    written: str = report.model_dump_json(by_alias=True, exclude_none=True, indent=2)
    return written


FORMS: Final[Mapping[LintFormat, Callable[[Lint], str]]] = {
    LintFormat.TEXT: as_text,
    LintFormat.JSON: as_json,
    LintFormat.SARIF: as_sarif,
}
_RULE_PLACES: Final = {rule.slug: place for place, rule in enumerate(RULES)}


def _lines(lint: Lint) -> Iterator[str]:
    for path, problems in groupby(lint.problems, key=lambda problem: problem.path):
        yield _visible(path.as_posix())
        for problem in problems:
            place = f"{problem.place}: " if problem.place and not problem.sentence.startswith(problem.place) else ""
            yield f"{problem.line:>6}  {problem.level:<6}  {problem.check}  {place}{_visible(problem.sentence)}"
        yield ""


def _count(lint: Lint) -> str:
    entries = f"{lint.files} {'entry' if lint.files == 1 else 'entries'}"
    if not lint.problems:
        return f"{entries}, nothing to correct."
    in_files = len({problem.path for problem in lint.problems})
    return f"{entries}: {lint.blocking} blocking, {lint.flagged} flagged, in {in_files} of the files."


def _visible(text: str) -> str:
    """Return the text without characters by which a file could write to the reader's terminal."""
    return "".join(character if character.isprintable() else "�" for character in text)


def _result(problem: Problem) -> Result:
    place = PhysicalLocation(
        artifact_location=ArtifactLocation(uri=_uri(problem.path)), region=Region(start_line=problem.line)
    )
    field = [LogicalLocation(fully_qualified_name=problem.place)] if problem.place else None
    return Result(
        rule_id=problem.check,
        rule_index=_RULE_PLACES[problem.check],
        level=SARIF_LEVELS[problem.level],
        message=Message(text=problem.sentence),
        locations=[Location(physical_location=place, logical_locations=field)],
    )


def _uri(path: Path) -> str:
    """Return a relative URI for what lies under the working folder: code hosts match it with the repository."""
    absolute, here = path.resolve(), Path.cwd()
    relative = absolute.relative_to(here) if absolute.is_relative_to(here) else None
    return quote(relative.as_posix()) if relative else absolute.as_uri()
