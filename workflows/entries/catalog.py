"""The catalog: taking entries in, looking them up, and keeping the search index equal to what is published."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from store import Store, Transaction
from store.entries import EntryRecord
from workflows.clock import Clock
from workflows.entries.document import FailureMode
from workflows.entries.importing import EntryFile, read_catalog
from workflows.errors import NotFound, UserError
from workflows.people import Actor, Stewards, require_colleague
from workflows.search.index import SearchIndex

IMPORT = timedelta(minutes=10)  # nobody waits for an import; a large catalog takes seconds
STARTING_REASON = "nobody here has verified it yet"


@dataclass(frozen=True)
class Entry:
    """A failure mode with what only this organisation knows of it: who verified it when, and who answers for it."""

    document: FailureMode
    created_by: str | None
    last_verified_at: datetime | None
    last_verified_by: str | None
    steward: str | None

    @property
    def id(self) -> str:
        """The id by which people cite it, such as FM-0012."""
        return self.document.id


@dataclass(frozen=True)
class Imported:
    """How many entries an import added, changed and found unchanged."""

    added: int
    changed: int
    unchanged: int


@dataclass
class _Shelf:
    """The published entries as they stand in memory; replaced as a whole, so readers need no lock."""

    state: tuple[int, datetime | None] = (-1, None)
    entries: dict[str, Entry] = field(default_factory=dict)
    index: SearchIndex = field(default_factory=lambda: SearchIndex(()))


@dataclass(frozen=True)
class Catalog:
    """The entries of this organisation; `review_interval` is how long a verification lasts."""

    store: Store
    clock: Clock
    stewards: Stewards
    review_interval: timedelta
    _shelf: _Shelf = field(default_factory=_Shelf)

    def import_folder(self, folder: Path) -> Imported:
        """Take in the folder's entries, all or none; raises UserError naming what is wrong and where.

        Entries that stand unchanged since their last import are left alone, so importing twice changes nothing.
        """
        files = read_catalog(folder)
        with self.store.begin(within=IMPORT) as tx:
            imported = self._take_in(tx, files)
        self.refresh()
        return imported

    def is_empty(self) -> bool:
        """Return whether no entry was ever taken in."""
        with self.store.read() as tx:
            return not tx.entries.all()

    def refresh(self) -> None:
        """Make search and suggestions see what is published now; cheap where nothing changed."""
        with self.store.read() as tx:
            state = tx.entries.state()
            if state == self._shelf.state:
                return
            records = tx.entries.all(status="published")
        entries = {record.id: self._entry(record) for record in records}
        open_to_all = [entry for entry in entries.values() if entry.document.visibility == "org"]
        self._shelf.index = SearchIndex(
            [entry.document for entry in open_to_all if entry.document.mapping_use != "discouraged"]
        )
        self._shelf.entries = {entry.id: entry for entry in open_to_all}
        self._shelf.state = state

    @property
    def index(self) -> SearchIndex:
        """The index over the published entries that everyone may see."""
        return self._shelf.index

    def published(self) -> list[Entry]:
        """Return the published entries that everyone may see, ordered by id."""
        return list(self._shelf.entries.values())

    def published_entry(self, entry_id: str) -> Entry | None:
        """Return the published entry with this id from memory, or None."""
        return self._shelf.entries.get(entry_id)

    def entry(self, reference: str, actor: Actor) -> Entry:
        """Return the entry that a person means by `FM-0012`, `fm12` or `12`; raises NotFound or NotAllowed."""
        require_colleague(actor)
        entry_id = canonical_id(reference)
        with self.store.read() as tx:
            record = tx.entries.get(entry_id)
        if record is None or not self._may_see(record, actor):
            msg = f"There is no entry {entry_id} in the catalog; try `/failure search` with a few words instead."
            raise NotFound(msg)
        return self._entry(record)

    def drafts_of(self, actor: Actor) -> list[Entry]:
        """Return the draft entries that this person wrote, oldest first."""
        with self.store.read() as tx:
            records = tx.entries.all(status="draft", created_by=actor.user_id)
        return [self._entry(record) for record in records]

    def add_draft(self, tx: Transaction, draft: FailureMode, *, by: str) -> None:
        """Keep a new draft entry as part of the caller's transaction."""
        now = self.clock()
        tx.entries.put(_new_record(draft, fingerprint="", created_by=by, now=now))

    def _take_in(self, tx: Transaction, files: Iterable[EntryFile]) -> Imported:
        now = self.clock()
        tx.entries.take_turns()
        added: list[str] = []
        changed = unchanged = 0
        for file in files:
            known = tx.entries.get(file.entry.id)
            if known is None:
                tx.entries.put(_new_record(file.entry, fingerprint=file.fingerprint, created_by=None, now=now))
                added.append(file.entry.id)
            elif known.fingerprint == file.fingerprint:
                unchanged += 1
            else:
                tx.entries.put(_changed_record(known, file, now))
                changed += 1
        numbers = [int(file.entry.id.removeprefix("FM-")) for file in files]
        tx.entries.reserve_numbers(max(numbers, default=0))
        self._spread_first_reviews(tx, added, now)
        return Imported(len(added), changed, unchanged)

    def _spread_first_reviews(self, tx: Transaction, added: list[str], now: datetime) -> None:
        """Give new entries first review dates spread over one interval, so that no steward gets sixty at once."""
        for place, entry_id in enumerate(added, start=1):
            due_at = now + self.review_interval * (place / len(added))
            tx.reviews.schedule(entry_id, due_at, STARTING_REASON)

    def _may_see(self, record: EntryRecord, actor: Actor) -> bool:
        if record.status == "draft":
            return record.created_by == actor.user_id or self.stewards.may_steward(actor, record.domain)
        return record.document.get("visibility") != "restricted" or self.stewards.may_steward(actor, record.domain)

    def _entry(self, record: EntryRecord) -> Entry:
        return Entry(
            document=FailureMode.model_validate(record.document),
            created_by=record.created_by,
            last_verified_at=record.last_verified_at,
            last_verified_by=record.last_verified_by,
            steward=self.stewards.of(record.domain),
        )


def canonical_id(reference: str) -> str:
    """Return `FM-0012` for what a person types: FM-12, fm 12, 0012; raises UserError for anything else."""
    digits = reference.strip().upper().removeprefix("FM").strip(" -–#")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > 6:  # noqa: PLR2004 - the id's longest form
        shown = reference.strip()[:40] or "nothing"
        msg = f"An entry is named like FM-0012, and “{shown}” is not; try `/failure search` with a few words instead."
        raise UserError(msg)
    return f"FM-{int(digits):04d}"


def _new_record(entry: FailureMode, *, fingerprint: str, created_by: str | None, now: datetime) -> EntryRecord:
    return EntryRecord(
        id=entry.id,
        slug=entry.slug,
        title=entry.title,
        status=entry.status,
        domain=entry.domain,
        document=entry.model_dump(mode="json"),
        fingerprint=fingerprint,
        revision=1,
        created_by=created_by,
        created_at=now,
        updated_at=now,
        last_verified_at=None,
        last_verified_by=None,
    )


def _changed_record(known: EntryRecord, file: EntryFile, now: datetime) -> EntryRecord:
    fresh = _new_record(file.entry, fingerprint=file.fingerprint, created_by=known.created_by, now=now)
    return EntryRecord(
        **{
            **vars(fresh),
            "revision": known.revision + 1,
            "created_at": known.created_at,
            "last_verified_at": known.last_verified_at,
            "last_verified_by": known.last_verified_by,
        }
    )
