"""Judging files without a database: every problem of a catalog folder or of single entries, with its file and line.

What a file says is judged; what only a database knows (stewards, occurrences, approvals) is not. A draft may be
incomplete: what would keep it from being published is flagged there and blocks in a published entry. What would keep
it from being imported blocks everywhere.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final

import yaml
from pydantic import ValidationError

from workflows.entries.document import FailureMode
from workflows.entries.importing import invalid_fields
from workflows.entries.places import Places, path_of, places
from workflows.entries.vocabulary import VOCABULARY_FILE, Vocabulary
from workflows.entries.yamlfile import Unreadable, content_of, safe_yaml
from workflows.errors import UserError
from workflows.quality.checks import CHECKS, findings
from workflows.quality.findings import Finding, Level
from workflows.quality.gates import GATES, closed_gates
from workflows.quality.neighbourhood import Neighbourhood
from workflows.quality.surroundings import Surroundings

ENTRIES: Final = "entries"


@dataclass(frozen=True)
class Rule:
    """What lint looks at under one name, how grave it is at worst, and what it guards against."""

    slug: str
    level: Level
    guards_against: str


FILE_RULES: Final = (
    Rule("no-entries", "blocks", "A catalog in which nothing was found, for example because of a wrong path."),
    Rule("unreadable-file", "blocks", "Files that are too large, no UTF-8, no YAML, or YAML that hides what it says."),
    Rule("invalid-field", "blocks", "Fields that are missing, misspelled or hold what cannot stand there."),
    Rule("duplicate-id", "blocks", "Two entries under one id, so that citations are ambiguous."),
    Rule("duplicate-slug", "blocks", "Two entries under one slug, so that links are ambiguous."),
    Rule("file-name", "blocks", "Files that cannot be found by the id or the slug of their entry."),
    Rule("ignored-file", "flags", "Files that look like entries and that an import does not read."),
)
RULES: Final = (
    *FILE_RULES,
    *(Rule(check.slug, check.level, check.guards_against) for check in CHECKS),
    *(Rule(gate.slug, "blocks", f"A published entry without this: {gate.sentence}") for gate in GATES),
)
# An entry with one of these cannot be imported, whatever its status.
IMPORT_FAULTS: Final = frozenset({"unknown-term", "unusable-signature"})
# What an entry says of others can be judged only where the others are there.
NEEDS_THE_CATALOG: Final = frozenset({"dangling-relation"})


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong in a file: line (from 1), the rule, its level, the dotted path of the field, and a sentence."""

    path: Path
    line: int
    check: str
    level: Level
    place: str
    sentence: str


@dataclass(frozen=True)
class Lint:
    """How many entry files were judged, and everything found in them, by file and line."""

    files: int
    problems: tuple[Problem, ...]

    @property
    def blocking(self) -> int:
        """The number of problems that block publication or import."""
        return sum(problem.level == "blocks" for problem in self.problems)

    @property
    def flagged(self) -> int:
        """The number of problems that may stay."""
        return len(self.problems) - self.blocking


@dataclass(frozen=True)
class _File:
    """A file that was read: its entry, or the faults that keep it from being one."""

    path: Path
    entry: FailureMode | None
    faults: tuple[Problem, ...] = ()

    def places(self) -> Places:
        """Return where its fields stand, read anew: few files have problems, and thousands would fill the memory."""
        try:
            return places(content_of(self.path))
        except yaml.YAMLError:  # it was readable a moment ago; somebody changed it meanwhile
            return Places({})


def lint(paths: Sequence[Path], today: date, vocabulary: Path | None = None) -> Lint:
    """Return everything wrong with the catalog folders and entry files named.

    A folder brings its own vocabulary, which the file `vocabulary` extends; a file that lies in no catalog is judged by
    the file `vocabulary` alone. Raises UserError where a path does not exist or no vocabulary can be found.
    """
    files = 0
    problems: list[Problem] = []
    for folder, named in _catalogs(paths).items():
        judged = _Catalog(folder, named, today, vocabulary)
        files += len(judged.named)
        problems += judged.problems()
    return Lint(files, tuple(sorted(set(problems))))


def _catalogs(paths: Iterable[Path]) -> dict[Path | None, list[Path] | None]:
    """Return the catalogs named, each with its files to judge (None: all); single files are put with their catalog."""
    named: dict[Path | None, list[Path] | None] = {}
    for path in paths:
        if path.is_dir():
            is_inside = path.name == ENTRIES and (path.parent / VOCABULARY_FILE).is_file()
            named[path.parent if is_inside else path] = None
        elif not path.exists():
            msg = f"There is no {path}; name a catalog's folder, for example catalog/, or entry files."
            raise UserError(msg)
        else:
            folder = path.parent.parent if _is_in_a_catalog(path) else None
            together = named.setdefault(folder, [])
            if together is not None:
                together.append(path)
    return named


def _is_in_a_catalog(path: Path) -> bool:
    return path.parent.name == ENTRIES and (path.parent.parent / VOCABULARY_FILE).is_file()


@dataclass(frozen=True)
class _Catalog:
    """One catalog folder, or files that lie in none; `only` are the files to judge, None for all."""

    folder: Path | None
    only: list[Path] | None
    today: date
    vocabulary: Path | None

    @cached_property
    def named(self) -> list[Path]:
        """The files to judge."""
        return sorted(set(self.only)) if self.only is not None else self._all

    @cached_property
    def _all(self) -> list[Path]:
        return sorted((self.folder / ENTRIES).glob("*.yaml")) if self.folder else self.named

    def problems(self) -> Iterator[Problem]:
        """Yield everything wrong with the files to judge, seen together with the rest of the catalog."""
        if self.folder and not self._all:
            sentence = f"This folder holds no {ENTRIES}/*.yaml; name the catalog's folder, for example catalog/."
            yield Problem(self.folder, 1, "no-entries", "blocks", "", sentence)
            return
        vocabulary = self._vocabulary()
        files = [_read(path) for path in self._all]
        entries = [file.entry for file in files if file.entry]
        surroundings = Surroundings(vocabulary, Neighbourhood(entries), self.today)
        taken = {field: _given(field, files) for field in ("id", "slug")}
        named = set(self.named)
        for file in files:
            if file.path in named:
                yield from file.faults
                yield from _placed(file, [*self._flaws(file, surroundings), *_given_twice(file, taken)])
        if self.folder and self.only is None:
            yield from _ignored(self.folder / ENTRIES)

    def _vocabulary(self) -> Vocabulary:
        if self.folder:
            return Vocabulary.load(self.folder, self.vocabulary)
        if self.vocabulary is None:
            msg = "These files lie in no catalog; name the vocabulary they use with --vocabulary FILE."
            raise UserError(msg)
        return Vocabulary.read(self.vocabulary)

    def _flaws(self, file: _File, surroundings: Surroundings) -> Iterator[Finding]:
        if (entry := file.entry) is None:
            return
        if file.path.stem != f"{entry.id}-{entry.slug}":
            sentence = f"Name the file {entry.id}-{entry.slug}.yaml, after the id and slug of its entry."
            yield Finding("file-name", "blocks", "id", sentence)
        found = findings(entry, surroundings)
        is_published = entry.status == "published"
        if is_published:
            found += closed_gates(entry, surroundings)
        for one in found:
            if self.folder or one.check not in NEEDS_THE_CATALOG:
                stays = is_published or one.check in IMPORT_FAULTS
                yield one if stays else replace(one, level="flags")


def _read(path: Path) -> _File:
    try:
        content = content_of(path)
        document = safe_yaml(content)
    except Unreadable as unreadable:
        sentence = unreadable.sentence[:1].upper() + unreadable.sentence[1:]
        return _File(path, None, (Problem(path, unreadable.line, "unreadable-file", "blocks", "", sentence),))
    try:
        return _File(path, FailureMode.model_validate(document))
    except ValidationError as invalid:
        return _File(path, None, tuple(_invalid(path, content, invalid)))


def _invalid(path: Path, content: bytes, invalid: ValidationError) -> Iterator[Problem]:
    for fault in invalid_fields(path, places(content), invalid):
        place, _, _ = fault.sentence.partition(": ")
        yield Problem(path, fault.line, "invalid-field", "blocks", place, fault.sentence)


def _placed(file: _File, found: Sequence[Finding]) -> Iterator[Problem]:
    if found:
        lines = file.places()
        for one in found:
            yield Problem(file.path, lines.line(path_of(one.place)), one.check, one.level, one.place, one.sentence)


def _given(field: str, files: Iterable[_File]) -> Counter[str]:
    return Counter(getattr(file.entry, field) for file in files if file.entry)


def _given_twice(file: _File, taken: Mapping[str, Counter[str]]) -> Iterator[Finding]:
    for field, count in taken.items():
        value = getattr(file.entry, field, None)
        if value is not None and count[value] > 1:
            sentence = f"The {field} {value} stands in {count[value]} files; give each entry one of its own."
            yield Finding(f"duplicate-{field}", "blocks", field, sentence)


def _ignored(folder: Path) -> Iterator[Problem]:
    for path in sorted((*folder.rglob("*.yaml"), *folder.rglob("*.yml"))):
        if path.parent != folder or path.suffix != ".yaml":
            sentence = f"An import does not read this file; move it to {folder.name}/ and name it ID-slug.yaml."
            yield Problem(path, 1, "ignored-file", "flags", "", sentence)
