"""Draft entries made from records of other catalogs: each record is one entry, however often it comes."""

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from workflows.entries.document import FailureMode
from workflows.entries.importing import EntryFile, Fault, InvalidCatalog
from workflows.entries.vocabulary import Vocabulary
from workflows.exchange.sources.records import LINE, TITLE, Collection, Fitting, ForeignRecord, slug_of

Known = Mapping[str, FailureMode]  # entries that came from the same source before, by their ids there


@dataclass(frozen=True)
class Drafts:
    """What becomes of a collection: files to take in, how many stay as they are, and what to tell the importer."""

    files: tuple[EntryFile, ...]
    unchanged: int
    notes: tuple[str, ...]


def drafts_of(
    collection: Collection,
    known: Known,
    *,
    untouched: frozenset[str],
    slugs: frozenset[str],
    next_id: Callable[[], str],
    vocabulary: Vocabulary,
) -> Drafts:
    """Return the drafts to take in.

    A record that came before changes its entry only where that is among the `untouched` ids: a draft that nobody
    edited. `slugs` are those of the catalog, which no new entry gets; `next_id` gives the id of a new entry. Raises
    InvalidCatalog naming every record that makes no entry.
    """
    _require_once(collection.records)
    fit = Fitting(vocabulary, list(collection.notes))
    named = _slugs(collection.records, known, slugs)
    files: list[EntryFile] = []
    faults: list[Fault] = []
    left = 0
    for record in collection.records:
        before = known.get(record.id)
        made = _entry(collection, record, named, before, fit)
        if isinstance(made, list):
            faults += made
        elif before is not None and (made == before or before.id not in untouched):
            left += 1
            if made != before:
                fit.notes.append(f"{record.id} was left alone: {before.id} is no longer an unedited draft")
        else:
            entry = made if before is not None else made.model_copy(update={"id": next_id()})
            content = entry.model_dump_json().encode()
            files.append(EntryFile(record.path, entry, hashlib.sha256(content).hexdigest()))
    if faults:
        raise InvalidCatalog(faults)
    return Drafts(tuple(files), left, tuple(dict.fromkeys(fit.notes)))


def _require_once(records: Sequence[ForeignRecord]) -> None:
    count = Counter(record.id for record in records)
    faults = [Fault(one.path, f"{one.id} is given twice.", one.line) for one in records if count[one.id] > 1]
    if faults:
        raise InvalidCatalog(faults)


def _slugs(records: Sequence[ForeignRecord], known: Known, taken: frozenset[str]) -> Mapping[str, str]:
    """Return a slug for each record: the one it has, or a free one made of its title."""
    named = {record.id: known[record.id].slug for record in records if record.id in known}
    used = set(taken)
    for record in records:
        if record.id in named:
            continue
        base = slug = slug_of(record.title)
        number = 2
        while slug in used:
            slug = f"{base}-{number}"
            number += 1
        named[record.id] = slug
        used.add(slug)
    return named


def _entry(
    collection: Collection, record: ForeignRecord, named: Mapping[str, str], before: FailureMode | None, fit: Fitting
) -> FailureMode | list[Fault]:
    """Return the entry that a record makes, with a stand-in for an id that is not given yet; or what is wrong."""
    title = fit.clipped(record.title, TITLE, f"{record.id}: title")
    aliases = list(record.fields.get("aliases", []))
    if title != record.title:
        aliases = [record.title[:LINE], *aliases][:30]
    document: dict[str, Any] = {
        **record.fields,
        "schema_version": 2,
        "id": before.id if before else "FM-0000",
        "slug": named[record.id],
        "title": title,
        "aliases": aliases,
        "status": "draft",
        "related": [{"type": kind, "slug": named[other]} for kind, other in record.relations if other in named],
        "origin": {
            "source": collection.source,
            "id": record.id,
            "version": collection.version,
            "licence": collection.licence,
            "uri": record.uri,
        },
    }
    try:
        entry = FailureMode.model_validate(document)
    except ValidationError as invalid:
        return [
            Fault(record.path, f"{record.id}, {'.'.join(map(str, error['loc']))}: {error['msg']}.", record.line)
            for error in invalid.errors(include_url=False, include_input=False, include_context=False)
        ]
    unknown = fit.vocabulary.unknown_terms(entry)
    return [Fault(record.path, f"{record.id}, {sentence}", record.line) for sentence in unknown] or entry
