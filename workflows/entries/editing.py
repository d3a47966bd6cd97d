"""Writing entries: a new draft in two minutes, then part by part, with nobody's words overwritten by anybody else's.

A draft is edited in place, every save a revision. A published entry is edited in a working copy of one's own (an
amendment that is still being drafted), so that readers see nothing half-done.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from store import Store, Transaction
from store.amendments import AmendmentRecord
from store.entries import EntryRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode, in_newest_schema
from workflows.entries.entry import Entry
from workflows.entries.ledger import Change, begin_entry, call_off_sign_offs, change_entry, take_entry
from workflows.entries.threeway import Conflict, join
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm, NotAllowed, UserError
from workflows.people import Actor

EDITED_IN_PLACE = frozenset({"draft", "in_review", "rejected"})
# What an editor of the document never sets: identity, and what the lifecycle decides.
NOT_EDITABLE = frozenset({"schema_version", "id", "status", "last_verified", "origin"})
SLUG_LENGTH = 60
# What an editor makes of the document they began from: the changed fields, each with its whole new value.
Revise = Callable[[FailureMode], Mapping[str, Any]]


class EditConflict(UserError):
    """Both changed the same field; `conflicts` show both texts, and the editor keeps what they typed."""

    def __init__(self, entry_id: str, who: str, conflicts: Sequence[Conflict]) -> None:
        places = ", ".join(dict.fromkeys(one.path.split(".")[0].replace("_", " ") for one in conflicts))
        super().__init__(
            f"{entry_id} was changed in the meantime, and so was its {places} by you; compare the two and send again.",
            ask=who,
        )
        self.who = who
        self.conflicts = tuple(conflicts)


@dataclass(frozen=True)
class WorkingCopy:
    """What a person edits: the entry as it stands for them, and the version they began from.

    `version` counts the entry's revisions, or the edits of the person's own amendment where `amendment_id` is given.
    """

    entry: Entry
    document: FailureMode
    version: int
    amendment_id: int | None = None


@dataclass(frozen=True)
class Saved:
    """The working copy after a save, and whose changes were joined with it."""

    copy: WorkingCopy
    joined_with: str | None = None


@dataclass(frozen=True)
class Editing:
    """Creating and editing entries."""

    store: Store
    clock: Clock
    catalog: Catalog
    vocabulary: Vocabulary

    def create(self, given: Mapping[str, Any], actor: Actor, *, reason: str = "a new entry") -> Entry:
        """Return a new draft of the given fields; raises InvalidForm with a sentence for each wrong one."""
        self.catalog.people.require_contributor(actor)
        with self.store.begin() as tx:
            number = tx.entries.next_number()
            document = checked_document(
                {"id": f"FM-{number:04d}", "slug": slug_of(str(given.get("title", "")), number), **given},
                self.vocabulary,
            )
            begin_entry(tx, document, Change("draft", actor.user_id, reason), self.clock())
        return self.catalog.entry(document.id, actor)

    def open(self, reference: str, actor: Actor) -> WorkingCopy:
        """Return what the person would edit: the draft itself, or their working copy of a published entry."""
        self.catalog.people.require_contributor(actor)
        entry = self.catalog.entry(reference, actor)
        if entry.status in EDITED_IN_PLACE:
            return WorkingCopy(entry, entry.document, entry.revision)
        if entry.status != "published":
            msg = f"{entry.id} is {entry.status}; a steward can bring it back before it is edited."
            raise NotAllowed(msg, ask=entry.steward)
        with self.store.read() as tx:
            mine = self._drafting(tx, entry.id, actor)
        if mine is None:
            return WorkingCopy(entry, entry.document, 0)
        return WorkingCopy(entry, FailureMode.model_validate(mine.document), mine.version, mine.id)

    def save(
        self, entry_id: str, changes: Mapping[str, Any], actor: Actor, *, version: int, reason: str = "edited"
    ) -> Saved:
        """Keep the changed fields (each with its whole new value) and return the working copy; raises as `revise`."""
        return self.revise(entry_id, lambda _: changes, actor, version=version, reason=reason)

    def revise(self, entry_id: str, revise: Revise, actor: Actor, *, version: int, reason: str = "edited") -> Saved:
        """Keep what `revise` makes of the document that the editor began from, and return the working copy.

        `version` is what the editor began from. Where somebody else saved since, the two are joined; raises
        EditConflict where both changed the same, and InvalidForm with a sentence for each field that cannot stay so.
        """
        copy = self.open(entry_id, actor)
        change = Change("edit", actor.user_id, reason)
        with self.store.begin() as tx:
            if copy.entry.status in EDITED_IN_PLACE:
                joined_with = self._save_draft(tx, copy.entry.id, revise, change, version=version)
            else:
                self._save_amendment(tx, copy.entry, revise, actor, reason)
                joined_with = None
        return Saved(self.open(entry_id, actor), joined_with)

    def _save_draft(
        self, tx: Transaction, entry_id: str, revise: Revise, change: Change, *, version: int
    ) -> str | None:
        known = take_entry(tx, entry_id)
        if known.status not in EDITED_IN_PLACE:
            msg = f"{entry_id} was published in the meantime; send this once more to suggest it as a change."
            raise UserError(msg)
        began = tx.revisions.get(entry_id, version)
        base = in_newest_schema(began.document if began else known.document)
        joined = join(
            base, {**base, **_allowed(revise(FailureMode.model_validate(base)))}, in_newest_schema(known.document)
        )
        who = tx.revisions.of(entry_id)[0].author
        if joined.conflicts:
            raise EditConflict(entry_id, who, joined.conflicts)
        document = checked_document(joined.document, self.vocabulary)
        if document.model_dump(mode="json") != known.document:
            self._write(tx, known, document, change)
        return who if known.revision != version and who != change.by else None

    def _write(self, tx: Transaction, known: EntryRecord, document: FailureMode, change: Change) -> None:
        """Keep the draft; one that was being reviewed is a draft again, because nobody approved what it now says."""
        now = self.clock()
        change_entry(tx, known, document.model_copy(update={"status": "draft"}), change, now)
        call_off_sign_offs(tx, known.id, now)

    def _save_amendment(self, tx: Transaction, entry: Entry, revise: Revise, actor: Actor, reason: str) -> None:
        mine = self._drafting(tx, entry.id, actor)
        document = in_newest_schema(mine.document) if mine else entry.document.model_dump(mode="json")
        changes = _allowed(revise(FailureMode.model_validate(document)))
        wanted = checked_document({**document, **changes}, self.vocabulary).model_dump(mode="json")
        if mine is not None:
            tx.amendments.change(mine.id, document=wanted, version=mine.version + 1, updated_at=self.clock())
        elif wanted != document:
            tx.amendments.add(
                entry_id=entry.id,
                base_revision=entry.revision,
                document=wanted,
                weight="minor",
                reason=reason,
                state="drafting",
                proposed_by=actor.user_id,
                at=self.clock(),
            )

    @staticmethod
    def _drafting(tx: Transaction, entry_id: str, actor: Actor) -> AmendmentRecord | None:
        found = tx.amendments.find(entry_id=entry_id, states=("drafting",), proposed_by=actor.user_id)
        return found[-1] if found else None


def _allowed(changes: Mapping[str, Any]) -> Mapping[str, Any]:
    if forbidden := sorted(set(changes) & NOT_EDITABLE):
        raise InvalidForm({name: f"{name} cannot be edited." for name in forbidden})
    return changes


def checked_document(document: Mapping[str, Any], vocabulary: Vocabulary) -> FailureMode:
    """Return the document; raises InvalidForm with a sentence for every field that is wrong, by the field's path."""
    try:
        checked = FailureMode.model_validate(dict(document))
    except ValidationError as invalid:
        raise InvalidForm(
            {".".join(map(str, error["loc"])) or "document": _sentence(error["msg"]) for error in invalid.errors()}
        ) from None
    unknown = {sentence.partition(":")[0]: sentence for sentence in vocabulary.unknown_terms(checked)}
    if unknown:
        raise InvalidForm(unknown)
    return checked


def slug_of(title: str, number: int) -> str:
    """Return a slug for a new entry's title; the number keeps two entries of one title apart."""
    words = re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:SLUG_LENGTH].strip("-") or "entry"
    return f"{words}-{number}"


def _sentence(problem: str) -> str:
    return problem.removeprefix("Value error, ").rstrip(".") + "."
