"""Who follows what: one entry, a domain, or a tag; and of which entries somebody wants to hear no more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from rapidfuzz import fuzz, process

from store import Store, Transaction
from store.followers import SubscriptionRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry, canonical_id
from workflows.entries.vocabulary import DIMENSIONS, Vocabulary
from workflows.errors import NotFound, UserError
from workflows.people import Actor

Kind = Literal["entry", "domain", "tag"]
TAGS = (*DIMENSIONS, "lifecycle_stage", "cause_category")  # the vocabularies of FailureMode.tags
NO_TAGS = frozenset({"any", "all"})  # they are true of nearly everything, so following them would say nothing
NEAR_ENOUGH = 70  # of 100: `sevring` is 86 like `serving`; other words of the vocabulary stay below 60
USAGE = "`/failure subscribe FM-0012`, `/failure subscribe domain serving` or `/failure subscribe tag llm-hosted`"


@dataclass(frozen=True)
class Target:
    """What can be followed: its kind, and the id or term by which it is known."""

    kind: Kind
    name: str


@dataclass(frozen=True)
class Followed:
    """Something a person follows, or an entry that is muted; `meaning` is an entry's title or a term's definition."""

    target: Target
    meaning: str
    since: datetime
    is_muted: bool = False


@dataclass(frozen=True)
class Change:
    """What lately changed among what a person follows: the entry as it is now, and who changed it last and why."""

    entry: Entry
    at: datetime
    by: str
    reason: str


@dataclass(frozen=True)
class Subscriptions:
    """Following and unfollowing; nobody can follow an entry that they may not see."""

    store: Store
    clock: Clock
    catalog: Catalog
    vocabulary: Vocabulary

    def understood(self, words: str) -> Target:
        """Return what the words name; a bare word is understood as an id, a domain or a tag, in this order.

        Raises UserError, with the nearest known word as a suggestion, for anything else.
        """
        kind, _, name = words.strip().lower().partition(" ")
        if kind in get_args(Kind):
            return self._named(kind, name.strip())  # type: ignore[arg-type]  # checked in the line above
        word = words.strip().lower().replace(" ", "-")
        if word in self._terms("domain"):
            return Target("domain", word)
        if word in self._terms("tag"):
            return Target("tag", word)
        if word.startswith("fm") or word[:1].isdecimal():
            return Target("entry", canonical_id(word))
        raise UserError(self._suggestion(word, ("domain", "tag")))

    def follow(self, target: Target, actor: Actor) -> Followed:
        """Follow the target from now on, also one that was muted; following it twice changes nothing."""
        target = self._checked(target, actor)
        with self.store.begin() as tx:
            if target.kind == "entry":
                tx.followers.unsubscribe(actor.user_id, "muted", target.name)
            tx.followers.subscribe(actor.user_id, target.kind, target.name, self.clock())
        return Followed(target, self._meaning(target, actor), self.clock())

    def unfollow(self, target: Target, actor: Actor) -> bool:
        """Follow the target no more; return False where the person did not follow it."""
        self.catalog.people.require_reader(actor)
        with self.store.begin() as tx:
            return tx.followers.unsubscribe(actor.user_id, target.kind, target.name)

    def mute(self, entry_id: str, actor: Actor) -> str:
        """Tell the person nothing more of the entry, however they came to hear of it, and return its id."""
        self.catalog.people.require_reader(actor)
        entry_id = canonical_id(entry_id)
        with self.store.begin() as tx:
            tx.followers.unsubscribe(actor.user_id, "entry", entry_id)
            tx.followers.subscribe(actor.user_id, "muted", entry_id, self.clock())
        return entry_id

    def unmute(self, entry_id: str, actor: Actor) -> None:
        """Let the person hear of the entry again where they follow its domain or tags or were shown it."""
        self.catalog.people.require_reader(actor)
        with self.store.begin() as tx:
            tx.followers.unsubscribe(actor.user_id, "muted", entry_id)

    def of(self, actor: Actor) -> list[Followed]:
        """Return what the person follows and has muted; entries that they may not see any more are left out."""
        self.catalog.people.require_reader(actor)
        with self.store.read() as tx:
            found = [self._followed(tx, record, actor) for record in tx.followers.subscriptions_of(actor.user_id)]
        return [one for one in found if one is not None]

    def follows(self, entry_id: str, actor: Actor) -> bool:
        """Return whether the person follows this very entry."""
        with self.store.read() as tx:
            mine = tx.followers.subscriptions_of(actor.user_id)
        return any(one.kind == "entry" and one.target == entry_id for one in mine)

    def latest(self, actor: Actor, *, limit: int = 5) -> list[Change]:
        """Return what lately changed among what the person follows, newest first; coming in by a file is no change."""
        followed = {one.target for one in self.of(actor) if not one.is_muted}
        muted = {one.target.name for one in self.of(actor) if one.is_muted}
        closed = self.catalog.closed_to_most(actor)
        entries = [
            entry
            for entry in (*self.catalog.published(), *closed.values())
            if entry.id not in muted
            and (entry.revision > 1 or entry.created_by)
            and followed & targets_of(entry.document)
        ]
        newest = sorted(entries, key=lambda entry: entry.updated_at, reverse=True)[:limit]
        with self.store.read() as tx:
            states = [(entry, tx.revisions.get(entry.id, entry.revision)) for entry in newest]
        return [Change(entry, state.created_at, state.author, state.reason) for entry, state in states if state]

    def _named(self, kind: Kind, name: str) -> Target:
        if kind == "entry":
            return Target("entry", canonical_id(name))
        word = name.replace(" ", "-")
        if word not in self._terms(kind):
            raise UserError(self._suggestion(word, (kind,)))
        return Target(kind, word)

    def _checked(self, target: Target, actor: Actor) -> Target:
        """Return the target as it is known; raises NotFound for what is not there or not for this person."""
        if target.kind == "entry":
            return Target("entry", self.catalog.entry(target.name, actor).id)
        self.catalog.people.require_reader(actor)
        if target.name not in self._terms(target.kind):
            msg = f"There is no {target.kind} of that name any more; `/failure domains` lists the domains."
            raise NotFound(msg)
        return target

    def _followed(self, tx: Transaction, record: SubscriptionRecord, actor: Actor) -> Followed | None:
        is_muted = record.kind == "muted"
        target = Target("entry" if is_muted else record.kind, record.target)  # type: ignore[arg-type]  # a column holds a Kind
        if target.kind != "entry":
            return Followed(target, self._terms(target.kind).get(target.name, ""), record.since)
        try:
            entry = self.catalog.entry_within(tx, target.name, actor)
        except NotFound:
            return None
        if entry.id != target.name:
            return None  # it was merged, and its followers follow what it became
        return Followed(target, entry.document.title, record.since, is_muted)

    def _meaning(self, target: Target, actor: Actor) -> str:
        if target.kind == "entry":
            return self.catalog.entry(target.name, actor).document.title
        return self._terms(target.kind)[target.name]

    def _terms(self, kind: Kind) -> Mapping[str, str]:
        if kind == "domain":
            return self.vocabulary.definitions("domain")
        terms = {term: meaning for name in TAGS for term, meaning in self.vocabulary.definitions(name).items()}
        return {term: meaning for term, meaning in terms.items() if term not in NO_TAGS}

    def _suggestion(self, word: str, kinds: Sequence[Kind]) -> str:
        shown = word[:40] or "nothing"
        known = {f"{kind} {term}": term for kind in kinds for term in self._terms(kind)}
        nearest = process.extractOne(word, known, scorer=fuzz.ratio, score_cutoff=NEAR_ENOUGH)
        if nearest:
            return f"There is no {' or '.join(kinds)} “{shown}”; did you mean `/failure subscribe {nearest[2]}`?"
        return f"“{shown}” is no id, domain or tag of the catalog; say {USAGE}."


def targets_of(document: FailureMode) -> frozenset[Target]:
    """Return everything by which the entry can be followed."""
    tags = {Target("tag", tag) for tag in document.tags}
    return frozenset({Target("entry", document.id), Target("domain", document.domain), *tags})
