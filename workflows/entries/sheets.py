"""Everything a person sees when an entry is opened: the entry, how good it is, what happened here, what they may do."""

from dataclasses import dataclass, replace

from store import Store
from workflows.entries.assessing import Assessing, Assessment
from workflows.entries.catalog import Catalog
from workflows.entries.entry import Entry
from workflows.entries.lifecycle import Lifecycle
from workflows.occurrences import Case, case_of
from workflows.people import Actor, is_person
from workflows.runs.proof import proven_first


@dataclass(frozen=True)
class Neighbour:
    """Another entry that this one speaks of, as far as the reader may see it."""

    entry_id: str
    slug: str
    title: str


@dataclass(frozen=True)
class Sheet:
    """An opened entry, its proven remedies first.

    `asked_for` is the id that was asked for, where a merged entry led here.
    """

    entry: Entry
    assessment: Assessment
    occurrences: tuple[Case, ...]
    contributors: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    urgent: tuple[str, ...]
    steps: tuple[str, ...]
    may_edit: bool
    is_followed: bool
    asked_for: str


@dataclass(frozen=True)
class Sheets:
    """Opens entries for people."""

    store: Store
    catalog: Catalog
    assessing: Assessing
    lifecycle: Lifecycle

    def of(self, reference: str, actor: Actor) -> Sheet:
        """Return the entry that the person means, opened for them; raises NotFound or NotAllowed."""
        entry = self.catalog.entry(reference, actor)
        with self.store.read() as tx:
            cases = tx.occurrences.of(entry.id)
            authors = tx.revisions.authors_of(entry.id)
            followed = {(one.kind, one.target) for one in tx.followers.subscriptions_of(actor.user_id)}
            waiting = tx.amendments.find(entry_id=entry.id, states=("open",))
        people = self.catalog.people
        return Sheet(
            entry=replace(entry, document=proven_first(entry.document, cases)),
            assessment=self.assessing.of(entry, actor),
            occurrences=tuple(case_of(record) for record in cases),
            contributors=tuple(sorted(author for author in authors if is_person(author))),
            neighbours=tuple(self._neighbours(entry, actor)),
            urgent=tuple(one.reason for one in waiting if one.weight == "urgent"),
            steps=tuple(self.lifecycle.steps_for(entry, actor)),
            may_edit=people.holds(actor, "contributor") or people.is_editor(actor),
            is_followed=("entry", entry.id) in followed,
            asked_for=reference,
        )

    def _neighbours(self, entry: Entry, actor: Actor) -> list[Neighbour]:
        slugs = [one.slug for one in entry.document.related] + [one.confusable for one in entry.document.discriminators]
        others = self.catalog.neighbourhood
        known = [others[slug] for slug in dict.fromkeys(slugs) if slug in others]
        return [
            Neighbour(document.id, document.slug, document.title)
            for document in known
            if self.catalog.people.may_see(actor, document)
        ]
