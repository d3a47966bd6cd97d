"""Imports: what comes into the catalog, told field by field before it is taken."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Literal

from workflows.entries.catalog import Catalog, Imported
from workflows.entries.differences import Difference, differences
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.importing import EntryFile, Fault, InvalidCatalog, located, read_catalog
from workflows.entries.vocabulary import Vocabulary
from workflows.exchange.drafts import drafts_of
from workflows.exchange.exports import last_verified
from workflows.exchange.sources import SOURCES
from workflows.exchange.yamlfiles import with_links
from workflows.people import OPERATOR, Actor
from workflows.quality.gates import missing_for_publication
from workflows.quality.neighbourhood import Neighbourhood
from workflows.quality.surroundings import Surroundings


@dataclass(frozen=True)
class Change:
    """What an import makes of one entry, and field by field what is different afterwards."""

    entry_id: str
    title: str
    kind: Literal["added", "changed"]
    differences: tuple[Difference, ...]


@dataclass(frozen=True)
class Report:
    """What an import did or would do, entry by entry; `notes` tell what was clipped, mapped or left alone."""

    changes: tuple[Change, ...]
    unchanged: int
    notes: tuple[str, ...] = ()

    def number(self, kind: Literal["added", "changed"]) -> int:
        """Return how many entries were added or changed."""
        return sum(change.kind == kind for change in self.changes)


@dataclass(frozen=True)
class Imports:
    """Entries on their way in; `own_vocabulary` is the file with the organisation's terms, where it has one."""

    catalog: Catalog
    vocabulary: Vocabulary
    own_vocabulary: Path | None = None

    def import_folder(self, folder: Path, actor: Actor, *, dry_run: bool = False) -> Report:
        """Take in a folder of entries, all or none, and return what changed; with `dry_run`, what would change.

        Raises UserError naming every fault with its file and line.
        """
        files = read_catalog(folder, self.own_vocabulary)
        self._require_publishable(files)
        return self.take(files, actor, dry_run=dry_run)

    def import_source(
        self,
        source: str,
        paths: Sequence[Path],
        actor: Actor,
        *,
        columns: Mapping[str, str] | None = None,
        dry_run: bool = False,
    ) -> Report:
        """Make drafts of the records of another catalog, one of SOURCES, all or none.

        A record that came before changes nothing, unless it changed itself and nobody edited its draft since.
        `columns` says for a CSV which column holds which field. Raises UserError naming every fault.
        """
        collection = SOURCES[source](paths, self.vocabulary, columns or {})
        entries = self.catalog.entries(OPERATOR)
        known = {
            entry.document.origin.id: entry.document
            for entry in entries
            if entry.document.origin and entry.document.origin.source == collection.source
        }
        drafts = drafts_of(
            collection,
            known,
            untouched=self._untouched([entry for entry in entries if entry.document.origin]),
            slugs=frozenset(entry.document.slug for entry in entries),
            next_id=_numbered(entries) if dry_run else self._next_id,
            vocabulary=self.vocabulary,
        )
        report = self.take(drafts.files, actor, dry_run=dry_run)
        return replace(report, unchanged=report.unchanged + drafts.unchanged, notes=drafts.notes)

    def _require_publishable(self, files: Sequence[EntryFile]) -> None:
        """Raise InvalidCatalog for files that say they are published and would fail a gate.

        Gates about people are passed in Git, where the file was reviewed. What an entry that is published here lacks
        already, its file may lack still.
        """
        known = {document.id: document for document in self.catalog.neighbourhood.values()}
        changed = [
            file for file in files if file.entry.status == "published" and known.get(file.entry.id) != file.entry
        ]
        if not changed:
            return
        neighbours = Neighbourhood({**self.catalog.neighbourhood, **{file.entry.slug: file.entry for file in files}})
        surroundings = Surroundings(self.vocabulary, neighbours, self.catalog.clock().date())
        faults: list[Fault] = []
        for file in changed:
            before = known.get(file.entry.id)
            lacking = missing_for_publication(before, surroundings) if before and before.status == "published" else []
            faults += located(
                file, [one for one in missing_for_publication(file.entry, surroundings) if one not in lacking]
            )
        if faults:
            raise InvalidCatalog(faults)

    def _untouched(self, entries: Sequence[Entry]) -> frozenset[str]:
        """Return the ids of the drafts whose every state came from an import."""
        with self.catalog.store.read() as tx:
            return frozenset(
                entry.id
                for entry in entries
                if entry.status == "draft" and all(one.kind == "import" for one in tx.revisions.of(entry.id))
            )

    def _next_id(self) -> str:
        # In a transaction of its own: a number that is not used after all is a gap, and ids are never given twice.
        with self.catalog.store.begin() as tx:
            return f"FM-{tx.entries.next_number():04d}"

    def take(self, files: Sequence[EntryFile], actor: Actor, *, dry_run: bool) -> Report:
        """Take in the entries, all or none, and return what changed; with `dry_run`, what would change."""
        known = {entry.id: entry for entry in self.catalog.entries(OPERATOR)}
        hidden = frozenset(entry.document.slug for entry in known.values() if entry.document.visibility != "org")
        prepared = [
            replace(file, entry=_as_known(file.entry, known[file.entry.id], hidden)) if file.entry.id in known else file
            for file in files
        ]
        return _report(self.catalog.import_files(prepared, actor=actor, dry_run=dry_run), known)


def _numbered(entries: Sequence[Entry]) -> Callable[[], str]:
    """Return what gives the ids that new entries would have, without taking them."""
    numbers = count(max((int(entry.id.removeprefix("FM-")) for entry in entries), default=0) + 1)
    return lambda: f"FM-{next(numbers):04d}"


def _as_known(entry: FailureMode, known: Entry, hidden: frozenset[str]) -> FailureMode:
    """Return the entry without what an export of ours puts in and takes out: the day of verification, hidden links."""
    full = with_links(entry, known.document, hidden)
    if full.last_verified == last_verified(known) != known.document.last_verified:
        return full.model_copy(update={"last_verified": known.document.last_verified})
    return full


def _report(imported: Imported, known: dict[str, Entry]) -> Report:
    changes = tuple(
        Change(
            entry_id,
            document.title,
            "changed" if entry_id in known else "added",
            tuple(differences(known[entry_id].document if entry_id in known else None, document)),
        )
        for entry_id, document in imported.documents.items()
    )
    return Report(changes, len(imported.unchanged))
