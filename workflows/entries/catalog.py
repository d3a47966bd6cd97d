"""The catalog: looking entries up, for people who may see them, and keeping search equal to what is published."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from threading import Lock

from store import Store, Transaction
from store.entries import EntryRecord
from store.examples import ExampleRecord
from workflows.clock import Clock
from workflows.entries.document import FailureMode, in_newest_schema
from workflows.entries.entry import Entry, canonical_id, entry_of
from workflows.entries.importing import EntryFile, Fault, InvalidCatalog, read_catalog
from workflows.entries.ledger import Change, begin_entry, change_entry
from workflows.entries.threeway import join
from workflows.errors import NotFound
from workflows.people import OPERATOR, Actor, People
from workflows.quality.neighbourhood import Neighbourhood
from workflows.reviews.cadence import Cadence
from workflows.search.index import Example, Searchable, SearchIndex
from workflows.search.learning import examples_of
from workflows.search.semantic import Meanings
from workflows.search.synonyms import NO_SYNONYMS, Synonyms

IMPORT = timedelta(minutes=10)  # nobody waits for an import; a large catalog takes seconds
STARTING_REASON = "nobody here has verified it yet"
MAX_HOPS = 10  # from a merged entry to the one it became part of
READ_AT_ONCE = 500  # entries in one transaction, which must end within a second whatever else the machine does
MEANINGS_AT_ONCE = 50  # entries a sentence model reads in one go, some two seconds
LISTED_DIFFERENCES = 5
MOST_SIGHTS = 8  # kinds of people, by the closed entries they may see, whose index is kept


@dataclass(frozen=True)
class Imported:
    """What an import did, or would do: the ids it adds, changes and leaves, each in order.

    `documents` are the added and changed entries as they are afterwards, joined with what people changed here.
    """

    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    documents: Mapping[str, FailureMode] = field(default_factory=dict)


@dataclass(frozen=True)
class _Shelved:
    """An entry with what the index needs of it, kept until the entry changes."""

    entry: Entry
    searchable: Searchable

    @classmethod
    def of(cls, entry: Entry) -> "_Shelved":
        return cls(entry, Searchable.of(entry.document))


State = tuple[int, datetime | None, int]
Version = tuple[int, datetime | None]


@dataclass(frozen=True)
class _Shelf:
    """The entries as they stand in memory, with what was learned of them; never changed, only replaced as a whole."""

    state: State = (-1, None, -1)
    versions: Mapping[str, Version] = field(default_factory=dict)
    known: Mapping[str, _Shelved] = field(default_factory=dict)
    learned: Mapping[int, ExampleRecord] = field(default_factory=dict)
    entries: Mapping[str, Entry] = field(default_factory=dict)
    index: SearchIndex = field(default_factory=lambda: SearchIndex(()))
    closed: Mapping[str, Entry] = field(default_factory=dict)
    # The index of everybody who may see the same closed entries; laid out when the first of them searches.
    sights: dict[frozenset[str], SearchIndex] = field(default_factory=dict)
    neighbourhood: Neighbourhood = field(default_factory=lambda: Neighbourhood({}))


@dataclass
class _Stand:
    """Where readers find the shelf of the moment without waiting; `turn` is held by whoever lays out the next one."""

    shelf: _Shelf = field(default_factory=_Shelf)
    turn: Lock = field(default_factory=Lock)


@dataclass(frozen=True)
class Catalog:
    """The entries of this organisation; `cadence` is how long a verification lasts.

    With `meanings` they are found by what they mean too, once `learn_meanings` has read them; with `synonyms` by other
    words for the same.
    """

    store: Store
    clock: Clock
    people: People
    cadence: Cadence
    meanings: Meanings | None = None
    synonyms: Synonyms = NO_SYNONYMS
    _stand: _Stand = field(default_factory=_Stand, repr=False)

    @property
    def _shelf(self) -> _Shelf:
        return self._stand.shelf

    def import_folder(self, folder: Path, *, actor: Actor = OPERATOR) -> Imported:
        """Take in the folder's entries, all or none; raises UserError naming what is wrong and where."""
        return self.import_files(read_catalog(folder), actor=actor)

    def import_files(self, files: Sequence[EntryFile], *, actor: Actor, dry_run: bool = False) -> Imported:
        """Take in the entries, all or none, or with `dry_run` only say what would change.

        Files that stand unchanged since their last import change nothing. A changed file is joined with what people
        changed here since; raises InvalidCatalog naming every field that both changed.
        """
        with self.store.begin(within=IMPORT) as tx:
            tx.entries.take_turns()
            planned = [self._plan(tx, file) for file in files]
            faults = [fault for plan in planned for fault in plan.faults]
            if faults:
                raise InvalidCatalog(faults)
            if not dry_run:
                self._carry_out(tx, planned, actor)
        if not dry_run:
            self.refresh()
        return Imported(
            added=tuple(plan.file.entry.id for plan in planned if plan.known is None),
            changed=tuple(plan.file.entry.id for plan in planned if plan.known and plan.document),
            unchanged=tuple(plan.file.entry.id for plan in planned if plan.known and not plan.document),
            documents={plan.file.entry.id: plan.document for plan in planned if plan.document},
        )

    def is_empty(self) -> bool:
        """Return whether no entry was ever taken in."""
        with self.store.read() as tx:
            return tx.entries.state()[0] == 0

    def refresh(self) -> None:
        """Make search and suggestions see what is published and learned now; only what changed is read.

        Readers go on with what they had until all of it is laid out. Cheap where nothing changed.
        """
        with self._stand.turn:
            shelf = self._shelf
            with self.store.read() as tx:
                state: State = (*tx.entries.state(), tx.examples.state())
                if state == shelf.state:
                    return
                versions = tx.entries.versions()
                learned = self._learned(tx, shelf) if state[2] != shelf.state[2] else shelf.learned
            known = self._known(versions, shelf)
            self._stand.shelf = self._laid_out(replace(shelf, state=state, versions=versions), known, learned)

    def learn_meanings(self) -> int:
        """Read the meaning of some entries that were not read yet, and return how many; 0 when all are known."""
        if self.meanings is None:
            return 0
        texts = (kept.searchable.text for kept in self._shelf.known.values())
        learned = self.meanings.learn(texts, at_most=MEANINGS_AT_ONCE)
        if learned:
            with self._stand.turn:
                self._stand.shelf = self._laid_out(self._shelf, self._shelf.known, self._shelf.learned)
        return learned

    def _known(self, versions: Mapping[str, Version], shelf: _Shelf) -> Mapping[str, _Shelved]:
        stale = [one for one, version in versions.items() if shelf.versions.get(one) != version]
        all_known = dict(shelf.known)
        for start in range(0, len(stale), READ_AT_ONCE):  # so that no more rows than that lie beside the entries
            for record in self._read(stale, start):
                all_known[record.id] = _Shelved.of(entry_of(record, self.people))
        return {one: all_known[one] for one in versions if one in all_known}

    @staticmethod
    def _learned(tx: Transaction, shelf: _Shelf) -> Mapping[int, ExampleRecord]:
        holders = tx.examples.holders()
        kept = {one.id: one for one in shelf.learned.values() if holders.get(one.id) == one.entry_id}
        return kept | {one.id: one for one in tx.examples.some(holders.keys() - kept.keys())}

    def _read(self, entry_ids: Sequence[str], start: int) -> list[EntryRecord]:
        """Return some of the entries; one that changes meanwhile is read again at the next refresh."""
        with self.store.read() as tx:
            return tx.entries.some(entry_ids[start : start + READ_AT_ONCE])

    def _laid_out(self, shelf: _Shelf, known: Mapping[str, _Shelved], learned: Mapping[int, ExampleRecord]) -> _Shelf:
        """Return the shelf with these entries and examples where readers look for them."""
        published = {one: kept for one, kept in known.items() if kept.entry.is_published}
        open_to_all = {one: kept for one, kept in published.items() if kept.entry.document.visibility == "org"}
        closed = {one: kept for one, kept in published.items() if one not in open_to_all}
        examples = list(examples_of(learned.values()))
        return replace(
            shelf,
            known=known,
            learned=learned,
            entries={one: kept.entry for one, kept in open_to_all.items()},
            index=self._holding(shelf.index, open_to_all, examples),
            closed={one: kept.entry for one, kept in closed.items()},
            sights={},
            neighbourhood=Neighbourhood({kept.entry.document.slug: kept.entry.document for kept in known.values()}),
        )

    def _holding(self, index: SearchIndex, entries: Mapping[str, _Shelved], examples: Sequence[Example]) -> SearchIndex:
        """Return the index over the entries; each brings its examples, which are so seen only with the entry."""
        parts = [kept.searchable for kept in entries.values() if kept.entry.document.mapping_use != "discouraged"]
        theirs = [one for one in examples if one.entry_id in entries]
        return index.holding(parts, theirs) if index.size else SearchIndex(parts, theirs, self.meanings, self.synonyms)

    @property
    def index(self) -> SearchIndex:
        """The index over the published entries that everyone may see."""
        return self._shelf.index

    @property
    def neighbourhood(self) -> Neighbourhood:
        """Every entry by slug, of any status and for whomever, for rules that look at what stands beside an entry."""
        return self._shelf.neighbourhood

    def closed_to_most(self, actor: Actor) -> dict[str, Entry]:
        """Return the published entries that are not for everyone and that this person may see, by id."""
        return {one: self.as_of_now(entry) for one, entry in self._closed_to_most(actor).items()}

    def _closed_to_most(self, actor: Actor) -> dict[str, Entry]:
        closed = self._shelf.closed.items()
        return {one: entry for one, entry in closed if self.people.may_see(actor, entry.document)}

    def published_to(self, actor: Actor) -> Mapping[str, Entry]:
        """Return the published entries that this person may see, by id, as they were laid out: see `as_of_now`."""
        return {**self._shelf.entries, **self._closed_to_most(actor)}

    def index_for(self, actor: Actor) -> SearchIndex:
        """Return the index over the published entries that this person may see."""
        shelf = self._shelf
        seen = frozenset(one for one, entry in shelf.closed.items() if self.people.may_see(actor, entry.document))
        if not seen:
            return shelf.index
        if (index := shelf.sights.get(seen)) is None:
            visible = {one: shelf.known[one] for one in (*shelf.entries, *seen)}
            index = self._holding(shelf.index, visible, list(examples_of(shelf.learned.values())))
            if len(shelf.sights) >= MOST_SIGHTS:
                shelf.sights.clear()
            shelf.sights[seen] = index
        return index

    def published(self) -> list[Entry]:
        """Return the published entries that everyone may see, ordered by id."""
        return [self.as_of_now(entry) for entry in self._shelf.entries.values()]

    def published_entry(self, entry_id: str) -> Entry | None:
        """Return the published entry with this id that everyone may see, from memory, or None."""
        entry = self._shelf.entries.get(entry_id)
        return self.as_of_now(entry) if entry else None

    def published_to_anyone(self, entry_id: str) -> Entry | None:
        """Return the published entry with this id from memory, whoever may see it, or None; check before showing it."""
        entry = self._shelf.entries.get(entry_id) or self._shelf.closed.get(entry_id)
        return self.as_of_now(entry) if entry else None

    def as_of_now(self, entry: Entry) -> Entry:
        """Return the entry with what changes apart from it: who answers for it, whether its verification ran out."""
        lasts = self.cadence.of(entry.document)
        is_stale = entry.last_verified_at is None or self.clock() - entry.last_verified_at > lasts
        return replace(entry, steward=self.people.steward_of(entry.document.domain, entry.id), is_stale=is_stale)

    def entry(self, reference: str, actor: Actor, *, follow: bool = True) -> Entry:
        """Return the entry that a person means by `FM-0012`, `fm12` or `12`; raises NotFound or NotAllowed.

        An entry that was merged leads to the one it became part of, unless `follow` is False.
        """
        with self.store.read() as tx:
            return self.entry_within(tx, reference, actor, follow=follow)

    def entry_within(self, tx: Transaction, reference: str, actor: Actor, *, follow: bool = True) -> Entry:
        """Return the same as `entry`, as part of the caller's transaction."""
        self.people.require_reader(actor)
        entry_id = canonical_id(reference)
        record = self._followed(tx, entry_id) if follow else tx.entries.get(entry_id)
        entry = entry_of(record, self.people) if record else None
        if entry is None or not self._may_see(tx, entry.document, actor):
            msg = f"There is no entry {entry_id} in the catalog; try `/failure search` with a few words instead."
            raise NotFound(msg)
        return self.as_of_now(entry)

    def entries(self, actor: Actor, *, statuses: Sequence[str] = ()) -> list[Entry]:
        """Return every entry that this person may see, of some statuses where given, ordered by id."""
        self.people.require_reader(actor)
        with self.store.read() as tx:
            found = [entry_of(record, self.people) for record in tx.entries.all(statuses=statuses)]
            return [entry for entry in found if self._may_see(tx, entry.document, actor)]

    def visible_to(self, actor: Actor) -> list[FailureMode]:
        """Return the documents that this person may see, own drafts too, ordered by id; from memory, so at once."""
        self.people.require_reader(actor)
        mine = {entry.id: entry.document for entry in self.drafts_of(actor)}
        others = (one for one in self._shelf.neighbourhood.values() if one.id not in mine)
        visible = [*mine.values(), *(one for one in others if self.people.may_see(actor, one))]
        return sorted(visible, key=lambda document: document.id)

    def all_documents(self, actor: Actor) -> list[FailureMode]:
        """Return the documents of every entry that this person may see, ordered by id."""
        return [entry.document for entry in self.entries(actor)]

    def drafts_of(self, actor: Actor) -> list[Entry]:
        """Return the entries that this person wrote and that are not published yet, oldest first."""
        with self.store.read() as tx:
            records = tx.entries.all(statuses=("draft", "in_review"), created_by=actor.user_id)
        return [entry_of(record, self.people) for record in records]

    def add_draft(self, tx: Transaction, draft: FailureMode, *, by: str, reason: str) -> None:
        """Keep a new draft entry as part of the caller's transaction."""
        begin_entry(tx, draft, Change("draft", by, reason), self.clock())

    def _followed(self, tx: Transaction, entry_id: str) -> EntryRecord | None:
        record = tx.entries.get(entry_id)
        for _ in range(MAX_HOPS):
            if record is None or record.status != "merged" or record.successor_id is None:
                break
            record = tx.entries.get(record.successor_id)
        return record

    def _may_see(self, tx: Transaction, document: FailureMode, actor: Actor) -> bool:
        """Return whether the person may know of the entry; who wrote it is only looked up where that decides."""
        return self.people.may_see(actor, document) or self.people.may_see(
            actor, document, involved=tx.revisions.authors_of(document.id)
        )

    def _plan(self, tx: Transaction, file: EntryFile) -> "_Plan":
        known = tx.entries.take(file.entry.id)
        if known is None:
            return _Plan(file, None, file.entry)
        if known.fingerprint == file.fingerprint:
            return _Plan(file, known, None)
        wanted, here = file.entry.model_dump(mode="json"), in_newest_schema(known.document)
        joined = join(in_newest_schema(known.imported or known.document), wanted, here)
        faults = tuple(
            Fault(file.path, f"{conflict.path} was changed in the file and here too; bring one in line with the other.")
            for conflict in joined.conflicts[:LISTED_DIFFERENCES]
        )
        changed = joined.document != here
        return _Plan(file, known, FailureMode.model_validate(joined.document) if changed else None, faults)

    def _carry_out(self, tx: Transaction, planned: Iterable["_Plan"], actor: Actor) -> None:
        now = self.clock()
        added: dict[str, FailureMode] = {}
        numbers = [0]
        for plan in planned:
            numbers.append(int(plan.file.entry.id.removeprefix("FM-")))
            change = Change("import", actor.user_id, f"imported from {plan.file.path.name}")
            if plan.known is None:
                begin_entry(tx, plan.file.entry, change, now, fingerprint=plan.file.fingerprint)
                added[plan.file.entry.id] = plan.file.entry
            elif plan.document is not None:
                known = plan.known
                change_entry(
                    tx, known, plan.document, change, now, file=(plan.file.fingerprint, plan.file.entry),
                    status_reason=known.status_reason, successor_id=known.successor_id,
                )  # fmt: skip
        tx.entries.reserve_numbers(max(numbers))
        self._spread_first_reviews(tx, added, now)

    def _spread_first_reviews(self, tx: Transaction, added: Mapping[str, FailureMode], now: datetime) -> None:
        """Give new entries first review dates spread over one interval, so that no steward gets sixty at once."""
        for place, entry_id in enumerate(added, start=1):
            lasts = self.cadence.of(added[entry_id])
            tx.reviews.schedule(entry_id, now + lasts * (place / len(added)), STARTING_REASON, lasts=lasts)


@dataclass(frozen=True)
class _Plan:
    """What an import makes of one file: the entry known so far, the document it becomes (None: as it is), faults."""

    file: EntryFile
    known: EntryRecord | None
    document: FailureMode | None
    faults: tuple[Fault, ...] = ()


__all__ = ["Catalog", "Entry", "Imported", "canonical_id"]
