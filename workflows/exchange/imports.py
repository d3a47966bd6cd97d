"""Imports: what comes into the catalog, told field by field before it is taken."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from workflows.entries.catalog import Catalog, Imported
from workflows.entries.differences import Difference, differences
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.importing import EntryFile, read_catalog
from workflows.exchange.exports import last_verified
from workflows.exchange.yamlfiles import with_links
from workflows.people import OPERATOR, Actor


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

    def count(self, kind: Literal["added", "changed"]) -> int:
        """Return how many entries were added or changed."""
        return sum(change.kind == kind for change in self.changes)


@dataclass(frozen=True)
class Imports:
    """Entries on their way in; `own_vocabulary` is the file with the organisation's terms, where it has one."""

    catalog: Catalog
    own_vocabulary: Path | None = None

    def import_folder(self, folder: Path, actor: Actor, *, dry_run: bool = False) -> Report:
        """Take in a folder of entries, all or none, and return what changed; with `dry_run`, what would change.

        Raises UserError naming every fault with its file and line.
        """
        files = read_catalog(folder, self.own_vocabulary)
        return self.take(files, actor, dry_run=dry_run)

    def take(self, files: Sequence[EntryFile], actor: Actor, *, dry_run: bool) -> Report:
        """Take in the entries, all or none, and return what changed; with `dry_run`, what would change."""
        known = {entry.id: entry for entry in self.catalog.entries(OPERATOR)}
        hidden = frozenset(entry.document.slug for entry in known.values() if entry.document.visibility != "org")
        prepared = [
            replace(file, entry=_as_known(file.entry, known[file.entry.id], hidden)) if file.entry.id in known else file
            for file in files
        ]
        return _report(self.catalog.import_files(prepared, actor=actor, dry_run=dry_run), known)


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
