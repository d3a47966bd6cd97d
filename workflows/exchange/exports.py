"""Exports: what leaves the catalog, for whom, and in which form."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Final, Literal

from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.vocabulary import VOCABULARY_FILE, Vocabulary
from workflows.errors import UserError
from workflows.exchange.folder import TargetFolder
from workflows.exchange.site import site_files
from workflows.exchange.tables import entries_as_csv, entries_as_json
from workflows.exchange.yamlfiles import Written, without_links, write_entries
from workflows.people import OPERATOR, Actor

Format = Literal["yaml", "json", "csv", "markdown"]
UNPUBLISHED: Final = frozenset({"draft", "in_review", "rejected"})


@dataclass(frozen=True)
class Exported:
    """What an export did: how many entries it holds and held back, and which files it wrote.

    `written` is there for YAML only; it says what became of each entry's file.
    """

    entries: int
    held_back: int
    files: tuple[str, ...]
    written: Written | None = None


@dataclass(frozen=True)
class Exports:
    """Entries on their way out; `vocabulary_file` goes with the YAML, so that others can read the terms."""

    catalog: Catalog
    vocabulary: Vocabulary
    vocabulary_file: Path

    def export(
        self,
        folder: Path,
        form: Format,
        actor: Actor,
        *,
        with_drafts: bool = False,
        with_restricted: bool = False,
        prune: bool = False,
    ) -> Exported:
        """Write the entries that this person may see into the folder; raises UserError where it cannot be written.

        Drafts leave only `with_drafts`; entries that are not for the whole organisation only `with_restricted`, and
        without it no link tells of them. `prune` removes YAML files of entries that are gone from the catalog.
        """
        if folder.exists() and not folder.is_dir():
            msg = f"{folder} is a file; name a folder to export into."
            raise UserError(msg)
        known = self.catalog.entries(OPERATOR)
        visible = {one.id for one in (known if actor.is_operator else self.catalog.entries(actor))}
        leaving = [
            one
            for one in known
            if one.id in visible and _may_leave(one, with_drafts=with_drafts, with_restricted=with_restricted)
        ]
        hidden = frozenset(one.document.slug for one in known if one.document.visibility != "org")
        withheld = hidden - {one.document.slug for one in leaving}
        entries = [replace(one, document=as_exported(one)) for one in leaving]
        if form == "yaml":
            ids = [one.id for one in known]
            return self._as_yaml(folder, entries, known=ids, withheld=withheld, prune=prune)
        public = [replace(one, document=without_links(one.document, withheld)) for one in entries]
        files = self._files(form, public)
        target = TargetFolder(folder)
        for name, text in files.items():
            target.write(name, text)
        return Exported(len(entries), len(known) - len(entries), tuple(files))

    def _as_yaml(
        self,
        folder: Path,
        entries: Sequence[Entry],
        *,
        known: Sequence[str],
        withheld: frozenset[str],
        prune: bool,
    ) -> Exported:
        documents = [one.document for one in entries]
        written = write_entries(folder, documents, known=known, withheld=withheld, prune=prune)
        target = TargetFolder(folder)
        if not (folder / VOCABULARY_FILE).exists():
            target.write(VOCABULARY_FILE, self.vocabulary_file.read_bytes())
        return Exported(len(entries), len(known) - len(entries), (VOCABULARY_FILE, "entries/"), written)

    def _files(self, form: Format, entries: Sequence[Entry]) -> Mapping[str, str]:
        forms: Mapping[str, Callable[[Iterable[Entry]], Mapping[str, str]]] = {
            "json": lambda entries: {"catalog.json": entries_as_json(entries)},
            "csv": lambda entries: {"catalog.csv": entries_as_csv(entries)},
            "markdown": lambda entries: site_files(entries, self.vocabulary),
        }
        return forms[form](entries)


def _may_leave(entry: Entry, *, with_drafts: bool, with_restricted: bool) -> bool:
    is_open = entry.document.visibility == "org" or with_restricted
    return is_open and (with_drafts or entry.status not in UNPUBLISHED)


def as_exported(entry: Entry) -> FailureMode:
    """Return the entry's document with the day of its last verification here."""
    verified = last_verified(entry)
    if verified == entry.document.last_verified:
        return entry.document
    return entry.document.model_copy(update={"last_verified": verified})


def last_verified(entry: Entry) -> date | None:
    """Return the day on which the entry was last found right, here or where it came from."""
    days = [entry.document.last_verified, entry.last_verified_at.date() if entry.last_verified_at else None]
    return max((day for day in days if day is not None), default=None)
