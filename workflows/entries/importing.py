"""Reading a folder of entries: everything is right, or nothing is taken and every fault is named."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import re2
import yaml
from pydantic import ValidationError

from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import UserError

MAX_FILE_BYTES = 1_048_576  # an entry is a few kilobytes; more is a mistake or an attack
MAX_DEPTH = 40


@dataclass(frozen=True)
class EntryFile:
    """A valid entry and the hash of the file it came from."""

    path: Path
    entry: FailureMode
    fingerprint: str


@dataclass(frozen=True)
class Fault:
    """What is wrong with one file, in one sentence."""

    path: Path
    sentence: str


class InvalidCatalog(UserError):
    """Files that cannot be taken; nothing was imported."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        lines = "\n".join(f"  {fault.path}: {fault.sentence}" for fault in faults)
        super().__init__(f"Nothing was imported, because {len(faults)} thing(s) need correcting first:\n{lines}")
        self.faults = tuple(faults)


def read_catalog(folder: Path) -> list[EntryFile]:
    """Return the entries of the folder, ordered by id; raises InvalidCatalog naming every fault."""
    if not folder.is_dir():
        msg = f"There is no folder {folder}; name one that holds entries/*.yaml and vocabulary.yaml."
        raise UserError(msg)
    paths = sorted((folder / "entries").glob("*.yaml"))
    if not paths:
        msg = f"{folder} holds no entries/*.yaml; name the catalog's folder, for example catalog/."
        raise UserError(msg)
    vocabulary = Vocabulary.load(folder)
    read = [_read(path, vocabulary) for path in paths]
    files = [one for one in read if isinstance(one, EntryFile)]
    faults = [fault for one in read if isinstance(one, list) for fault in one]
    faults += _given_twice(files)
    if faults:
        raise InvalidCatalog(faults)
    return sorted(files, key=lambda file: file.entry.id)


def _read(path: Path, vocabulary: Vocabulary) -> EntryFile | list[Fault]:
    if path.stat().st_size > MAX_FILE_BYTES:
        return [Fault(path, f"the file is larger than {MAX_FILE_BYTES} bytes; an entry is a few kilobytes.")]
    content = path.read_bytes()
    try:
        entry = FailureMode.model_validate(safe_yaml(content))
    except yaml.YAMLError as broken:
        return [Fault(path, f"this is not readable as YAML: {' '.join(str(broken).split())}")]
    except ValidationError as invalid:
        return [Fault(path, _sentence(error)) for error in invalid.errors()]
    faults = [Fault(path, sentence) for sentence in (*vocabulary.unknown_terms(entry), *_unusable_signatures(entry))]
    return faults or EntryFile(path, entry, hashlib.sha256(content).hexdigest())


def safe_yaml(content: bytes) -> Any:
    """Return the YAML's value; raises yaml.YAMLError also for aliases and deep nesting, which make small files huge."""
    depth = 0
    for event in yaml.parse(content, yaml.CSafeLoader):
        if isinstance(event, yaml.AliasEvent):
            msg = f"aliases (*{event.anchor}) are not taken; write the value out"
            raise yaml.YAMLError(msg)
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > MAX_DEPTH:
            msg = f"nested deeper than {MAX_DEPTH} levels"
            raise yaml.YAMLError(msg)
    return yaml.load(content, yaml.CSafeLoader)


def _sentence(error: Any) -> str:
    place = ".".join(str(part) for part in error["loc"]) or "the document"
    return f"{place}: {error['msg']}."


def _unusable_signatures(entry: FailureMode) -> Iterable[str]:
    options = re2.Options()
    options.log_errors = False
    for signature in entry.log_signatures:
        try:
            re2.compile(signature, options)
        except re2.error as unusable:
            yield f"log signature {signature!r} cannot be used: {unusable}."


def _given_twice(files: Sequence[EntryFile]) -> list[Fault]:
    faults = []
    for field in ("id", "slug"):
        count = Counter(getattr(file.entry, field) for file in files)
        faults += [
            Fault(file.path, f"{field} {getattr(file.entry, field)} stands in another file too.")
            for file in files
            if count[getattr(file.entry, field)] > 1
        ]
    return faults
