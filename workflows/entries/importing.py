"""Reading a folder of entries: everything is right, or nothing is taken and every fault is named with its line."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from graphlib import CycleError, TopologicalSorter
from itertools import groupby, pairwise
from pathlib import Path
from typing import Any

import re2
import yaml
from pydantic import ValidationError

from workflows.entries.document import FailureMode
from workflows.entries.places import Places, path_of, places
from workflows.entries.vocabulary import Vocabulary
from workflows.entries.yamlfile import MAX_FILE_BYTES, Unreadable, content_of, safe_yaml
from workflows.errors import UserError
from workflows.quality.findings import Finding

__all__ = [
    "MAX_FILE_BYTES",
    "EntryFile",
    "Fault",
    "InvalidCatalog",
    "invalid_fields",
    "located",
    "read_catalog",
    "read_entry",
    "safe_yaml",
]

MAX_FAULTS_TOLD = 100  # who has more has one mistake many times
MAX_FAULTS_IN_FILE = 20


@dataclass(frozen=True)
class EntryFile:
    """A valid entry and the hash of the file it came from."""

    path: Path
    entry: FailureMode
    fingerprint: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with one file, in one sentence, and on which line (from 1)."""

    path: Path
    sentence: str
    line: int = 1

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.sentence}"


class InvalidCatalog(UserError):
    """Files that cannot be taken; nothing was imported."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        lines = [f"  {fault}" for fault in faults[:MAX_FAULTS_TOLD]]
        if len(faults) > MAX_FAULTS_TOLD:
            lines.append(f"  … and {len(faults) - MAX_FAULTS_TOLD} more.")
        told = "\n".join(lines)
        super().__init__(f"Nothing was imported, because {len(faults)} thing(s) need correcting first:\n{told}")
        self.faults = tuple(faults)


def read_catalog(folder: Path, extension: Path | None = None) -> list[EntryFile]:
    """Return the entries of the folder, ordered by id; raises InvalidCatalog naming every fault.

    `extension` is the organisation's own vocabulary file. Raises UserError for a folder that holds no catalog.
    """
    if not folder.is_dir():
        msg = f"There is no folder {folder}; name one that holds entries/*.yaml and vocabulary.yaml."
        raise UserError(msg)
    paths = sorted((folder / "entries").glob("*.yaml"))
    if not paths:
        msg = f"{folder} holds no entries/*.yaml; name the catalog's folder, for example catalog/."
        raise UserError(msg)
    vocabulary = Vocabulary.load(folder, extension)
    read = [read_entry(path, vocabulary) for path in paths]
    files = [one for one in read if isinstance(one, EntryFile)]
    faults = [fault for one in read if isinstance(one, list) for fault in one]
    faults += [*_given_twice(files), *_circles(files)]
    if faults:
        raise InvalidCatalog(faults)
    return sorted(files, key=lambda file: file.entry.id)


def read_entry(path: Path, vocabulary: Vocabulary) -> EntryFile | list[Fault]:
    """Return the entry that stands in the file, or everything that is wrong with it."""
    try:
        content = content_of(path)
        document = safe_yaml(content)
    except Unreadable as unreadable:
        return [Fault(path, unreadable.sentence, unreadable.line)]
    try:
        entry = FailureMode.model_validate(document)
    except ValidationError as invalid:
        return list(invalid_fields(path, places(content), invalid))[:MAX_FAULTS_IN_FILE]
    sentences = [*vocabulary.unknown_terms(entry), *_unusable_signatures(entry)]
    if not sentences:
        return EntryFile(path, entry, hashlib.sha256(content).hexdigest())
    found = places(content)
    return [Fault(path, one, found.line(path_of(one.partition(":")[0]))) for one in sentences][:MAX_FAULTS_IN_FILE]


def invalid_fields(path: Path, found: Places, invalid: ValidationError) -> Iterator[Fault]:
    """Yield one fault a field that the schema refuses, also where the field may be one of several kinds."""
    errors = invalid.errors(include_url=False, include_context=False, include_input=False)
    for field, problems in groupby(errors, key=lambda error: _written(found, error)):
        place = ".".join(str(part) for part in field) or "the document"
        told = list(dict.fromkeys(problem["msg"] for problem in problems))
        yield Fault(path, f"{place}: {'; or: '.join(told)}.", found.line(field))


def _written(found: Places, error: Any) -> tuple[str | int, ...]:
    """Return the path of the field that the file's author knows; pydantic adds which kind of value it tried."""
    loc: tuple[str | int, ...] = error["loc"]
    if error["type"] == "missing":
        return loc
    for length in range(len(loc), 0, -1):
        if loc[:length] in found.lines:
            return loc[:length]
    return loc


def _unusable_signatures(entry: FailureMode) -> Iterable[str]:
    options = re2.Options()
    options.log_errors = False
    for place, signature in enumerate(entry.log_signatures):
        try:
            re2.compile(signature, options)
        except re2.error as unusable:
            yield f"log_signatures.{place}: log signature {signature!r} cannot be used: {unusable}."


def _given_twice(files: Sequence[EntryFile]) -> Iterator[Fault]:
    for field in ("id", "slug"):
        count = Counter(getattr(file.entry, field) for file in files)
        for file in files:
            if count[getattr(file.entry, field)] > 1:
                sentence = f"{field} {getattr(file.entry, field)} stands in another file too."
                yield Fault(file.path, sentence, _line_of(file, field))


# Which relations order entries, and whether they are read from the entry to the other one or back.
ORDERS = {"broader": ("above", False), "narrower": ("above", True), "supersedes": ("supersedes", False)}


def _circles(files: Sequence[EntryFile]) -> Iterator[Fault]:
    """Yield a fault for every circle of entries that stand above themselves or supersede themselves."""
    by_slug = {file.entry.slug: file for file in files}
    for order in ("above", "supersedes"):
        graph: dict[str, set[str]] = {}
        for one, other in _ordered(files, order):
            graph.setdefault(one, set()).add(other)
        while circle := _circle(graph):
            for one, other in pairwise(circle):
                graph[other].discard(one)  # the library lists a circle from what is needed to what needs it
            around = " → ".join(reversed(circle))
            file = next(by_slug[slug] for slug in circle if slug in by_slug)
            yield Fault(file.path, f"related: {order} runs in a circle: {around}.", _line_of(file, "related"))


def _ordered(files: Sequence[EntryFile], order: str) -> Iterator[tuple[str, str]]:
    for file in files:
        for relation in file.entry.related:
            named, is_reversed = ORDERS.get(relation.type, ("", False))
            if named == order:
                pair = (file.entry.slug, relation.slug)
                yield (pair[1], pair[0]) if is_reversed else pair


def _circle(graph: dict[str, set[str]]) -> list[str] | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as found:
        circle: list[str] = found.args[1]
        return circle
    return None


def located(file: EntryFile, found: Iterable[Finding]) -> list[Fault]:
    """Return what was found in an entry as faults of its file."""
    return [
        Fault(file.path, f"it says that it is published, but: {one.sentence}", _line_of(file, one.place))
        for one in found
    ]


def _line_of(file: EntryFile, field: str) -> int:
    """Return where a field stands in a file that was read before; the first line if it has gone meanwhile."""
    try:
        return places(content_of(file.path)).line(path_of(field))
    except yaml.YAMLError:
        return 1
