"""A folder of entries as YAML that lives in Git: what changed is written into its files, the rest is left alone."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from pydantic import ValidationError

from workflows.entries.document import FailureMode
from workflows.entries.importing import Fault
from workflows.entries.yamlfile import Unreadable, content_of, safe_yaml
from workflows.errors import UserError
from workflows.exchange.folder import TargetFolder
from workflows.exchange.handwritten import changed_text
from workflows.exchange.yamltext import entry_text

ENTRIES = "entries"


@dataclass
class Written:
    """What an export did to the files of a folder, by the ids of the entries."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    gone: list[str] = field(default_factory=list)
    pruned: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _File:
    path: Path
    entry: FailureMode

    @property
    def is_named_by_us(self) -> bool:
        return self.path.name == file_name(self.entry)


def file_name(entry: FailureMode) -> str:
    """Return the name that the file of an entry has: FM-0001-slug.yaml; ids and slugs hold no slashes or dots."""
    return f"{entry.id}-{entry.slug}.yaml"


def write_entries(
    folder: Path,
    entries: Iterable[FailureMode],
    *,
    known: Collection[str],
    withheld: Collection[str] = (),
    prune: bool = False,
) -> Written:
    """Write the entries into the folder and return what became of its files.

    `known` are the ids that the catalog has: a file with another id is gone from the catalog, which is told, and it
    is removed with `prune`. `withheld` are slugs that others must not learn of: links to them are left out, unless
    the file says them already. Raises UserError, before anything is written, where a file there cannot be read.
    """
    target = TargetFolder(folder)
    there = _files(folder / ENTRIES)
    done = Written()
    for entry in entries:
        _write(target, there.get(entry.id), entry, withheld, done)
    for entry_id in sorted(set(there) - set(known)):
        done.gone.append(entry_id)
        if prune:
            target.remove(f"{ENTRIES}/{there[entry_id].path.name}")
            done.pruned.append(entry_id)
    return done


def _write(
    target: TargetFolder, there: _File | None, entry: FailureMode, withheld: Collection[str], done: Written
) -> None:
    if there is None:
        target.write(f"{ENTRIES}/{file_name(entry)}", entry_text(without_links(entry, withheld)))
        done.added.append(entry.id)
        return
    wanted = without_links(entry, set(withheld) - _links(there.entry))
    name = file_name(entry) if there.is_named_by_us else there.path.name
    if wanted == there.entry:
        done.unchanged.append(entry.id)
        return
    target.write(f"{ENTRIES}/{name}", changed_text(content_of(there.path), wanted))
    if name != there.path.name:
        target.remove(f"{ENTRIES}/{there.path.name}")
    done.changed.append(entry.id)


def without_links(entry: FailureMode, slugs: Collection[str]) -> FailureMode:
    """Return the entry without its links to these slugs."""
    if not _links(entry) & set(slugs):
        return entry
    return entry.model_copy(
        update={
            "related": [one for one in entry.related if one.slug not in slugs],
            "discriminators": [one for one in entry.discriminators if one.confusable not in slugs],
        }
    )


def with_links(entry: FailureMode, known: FailureMode, slugs: Collection[str]) -> FailureMode:
    """Return the entry with the links to these slugs that the known state of it has: no export ever told them."""
    told, pruned = _links(entry), without_links(known, slugs)
    related = [one for one in known.related if one.slug in slugs and one.slug not in told]
    discriminators = [one for one in known.discriminators if one.confusable in slugs and one.confusable not in told]
    if not related and not discriminators:
        return entry
    return entry.model_copy(
        update={
            "related": known.related if entry.related == pruned.related else [*entry.related, *related],
            "discriminators": known.discriminators
            if entry.discriminators == pruned.discriminators
            else [*entry.discriminators, *discriminators],
        }
    )


def _links(entry: FailureMode) -> set[str]:
    return {one.slug for one in entry.related} | {one.confusable for one in entry.discriminators}


def _files(folder: Path) -> Mapping[str, _File]:
    """Return the files of a folder by the ids of their entries; raises UserError naming what cannot be read."""
    faults: list[Fault] = []
    found: dict[str, _File] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            entry = FailureMode.model_validate(safe_yaml(content_of(path)))
        except Unreadable as unreadable:
            faults.append(Fault(path, unreadable.sentence, unreadable.line))
            continue
        except ValidationError as invalid:
            faults.append(
                Fault(path, f"this is no entry ({invalid.error_count()} faults); `faultline lint` names them.")
            )
            continue
        if entry.id in found:
            faults.append(Fault(path, f"id {entry.id} stands in {found[entry.id].path.name} too."))
        found[entry.id] = _File(path, entry)
    _require_none(faults)
    return found


def _require_none(faults: Sequence[Fault]) -> None:
    if faults:
        told = "\n".join(f"  {fault}" for fault in faults)
        msg = f"Nothing was exported, because these files would be overwritten; mend or move them first:\n{told}"
        raise UserError(msg)
