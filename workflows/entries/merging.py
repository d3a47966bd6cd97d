"""Making one entry of two that mean the same: both histories stay, the old id leads to the new one."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from store import Store, Transaction
from store.entries import EntryRecord
from workflows.amendments.amendment import proposal_key
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.ledger import Change, call_off_sign_offs, change_entry, take_entry, with_status
from workflows.errors import InvalidForm, UserError
from workflows.people import Actor
from workflows.ports import DeliveryBell
from workflows.quality.likeness import look_alikes
from workflows.reviews.messages import close_within

Item = TypeVar("Item")
MERGEABLE = frozenset({"draft", "in_review", "published", "deprecated"})
MAX_ALIASES = 30


@dataclass(frozen=True)
class Merging:
    """Merges entries."""

    store: Store
    clock: Clock
    catalog: Catalog
    bell: DeliveryBell

    def merge(self, source: str, target: str, actor: Actor, *, reason: str) -> Entry:
        """Make the source part of the target and return the target.

        The target gains the source's aliases, log signatures, evidence, case studies, occurrences, followers and
        examples; its own words stand. The source's id leads to the target. Raises NotAllowed for whoever may not decide
        over both.
        """
        if not reason.strip():
            raise InvalidForm({"reason": "Say in a sentence why the two are one."})
        with self.store.begin() as tx:
            gone = self._decidable(tx, source, actor)
            kept = self._decidable(tx, target, actor)
            if gone.id == kept.id:
                raise InvalidForm({"target": f"{gone.id} cannot be merged with itself; choose the entry that stays."})
            self._join(tx, gone, kept, actor, reason.strip())
            self._end(tx, gone, kept, actor, reason.strip())
        self.catalog.refresh()
        self.bell.ring()
        return self.catalog.entry(target, actor)

    def preview(self, source: str, target: str, actor: Actor) -> tuple[Entry, FailureMode]:
        """Return the target as it stands, and its document as it would become."""
        with self.store.read() as tx:
            gone = self.catalog.entry_within(tx, source, actor)
            kept = self.catalog.entry_within(tx, target, actor)
        return kept, joined(gone.document, kept.document)

    def nearest(self, entry: Entry, actor: Actor) -> str | None:
        """Return the id of the entry that is most like this one, as far as the person may see it, or None."""
        others = self.catalog.neighbourhood
        found = look_alikes(entry.document, others)
        visible = [one for one in found if self.catalog.people.may_see(actor, others[one.slug])]
        return visible[0].entry_id if visible else None

    def _decidable(self, tx: Transaction, reference: str, actor: Actor) -> EntryRecord:
        entry = self.catalog.entry_within(tx, reference, actor, follow=False)
        self.catalog.people.require_steward(actor, entry.document.domain, f"merge {entry.id}")
        if entry.status not in MERGEABLE:
            msg = f"{entry.id} is {entry.status}, so it cannot be merged; `/failure history {entry.id}` shows it."
            raise UserError(msg)
        return take_entry(tx, entry.id)

    def _join(self, tx: Transaction, gone: EntryRecord, kept: EntryRecord, actor: Actor, reason: str) -> None:
        document = joined(FailureMode.model_validate(gone.document), FailureMode.model_validate(kept.document))
        authors = tx.revisions.authors_of(gone.id)
        change = Change("merge", actor.user_id, f"{gone.id} became part of it: {reason}", tuple(sorted(authors)))
        change_entry(
            tx, kept, document, change, self.clock(), status_reason=kept.status_reason, successor_id=kept.successor_id
        )
        tx.occurrences.hand_over(gone.id, kept.id)
        tx.examples.hand_over(gone.id, kept.id)
        tx.followers.hand_over(gone.id, kept.id, self.clock())

    def _end(self, tx: Transaction, gone: EntryRecord, kept: EntryRecord, actor: Actor, reason: str) -> None:
        now = self.clock()
        change = Change("merge", actor.user_id, f"became part of {kept.id}: {reason}")
        ended = with_status(gone, "merged")
        change_entry(tx, gone, ended, change, now, status_reason=reason, successor_id=kept.id)
        call_off_sign_offs(tx, gone.id, now)
        close_within(tx, gone.id, now)
        for waiting in tx.amendments.find(entry_id=gone.id, states=("open", "drafting")):
            tx.amendments.change(
                waiting.id, state="declined", decided_by=actor.user_id, decided_at=now,
                decision=f"{gone.id} became part of {kept.id}; suggest it there.",
            )  # fmt: skip
            tx.outbox.edit(proposal_key(waiting.id), at=now)


def joined(source: FailureMode, target: FailureMode) -> FailureMode:
    """Return the target's document with what the source adds; the target's own words come first."""
    known_names = {target.title.lower()}
    own = {"id", target.slug, source.slug}
    return target.model_copy(
        update={
            "aliases": _added(target.aliases, [*source.aliases, source.title], lambda one: one.lower(), known_names)[
                :MAX_ALIASES
            ],
            "log_signatures": _added(target.log_signatures, source.log_signatures, _itself)[:MAX_ALIASES],
            "evidence": _added(target.evidence, source.evidence, lambda one: one.uri or one.title),
            "case_studies": _added(target.case_studies, source.case_studies, lambda one: one.key),
            "latent_conditions": _added(
                target.latent_conditions, source.latent_conditions, lambda one: one.text.lower()
            ),
            "related": [
                one
                for one in _added(target.related, source.related, lambda one: (one.type, one.slug))
                if one.slug not in own
            ],
            "discriminators": [
                one
                for one in _added(target.discriminators, source.discriminators, lambda one: one.confusable)
                if one.confusable not in own
            ],
            "taxonomy_maps": _added(target.taxonomy_maps, source.taxonomy_maps, lambda one: (one.scheme, one.id)),
            "authors": _added(target.authors, source.authors, lambda one: (one.discipline, one.person)),
            "contributors": _added(target.contributors, source.contributors, _itself),
        }
    )


def _added(
    own: Iterable[Item], more: Iterable[Item], name: Callable[[Item], Hashable], known: Iterable[Any] = ()
) -> list[Item]:
    """Return the items of both, each once by its name, one's own first."""
    found: dict[Hashable, Item] = {}
    for item in own:
        found.setdefault(name(item), item)
    taken = {*found, *known}
    return [*found.values(), *{name(item): item for item in more if name(item) not in taken}.values()]


def _itself(item: str) -> str:
    return item
