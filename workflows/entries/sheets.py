"""Everything a person sees when an entry is opened: the entry, how good it is, what happened here, what they may do."""

from dataclasses import dataclass

from store import Store
from workflows.entries.assessing import Assessing, Assessment
from workflows.entries.catalog import Catalog
from workflows.entries.entry import Entry
from workflows.entries.lifecycle import Lifecycle
from workflows.people import Actor
from workflows.quality.surroundings import Occurrence


@dataclass(frozen=True)
class Neighbour:
    """Another entry that this one speaks of, as far as the reader may see it."""

    entry_id: str
    slug: str
    title: str


@dataclass(frozen=True)
class Sheet:
    """An opened entry: `asked_for` is the id that was asked for, where a merged entry led here."""

    entry: Entry
    assessment: Assessment
    occurrences: tuple[Occurrence, ...]
    contributors: tuple[str, ...]
    neighbours: tuple[Neighbour, ...]
    urgent: tuple[str, ...]
    steps: tuple[str, ...]
    may_edit: bool
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
            record = tx.entries.get(entry.id)
            assert record is not None  # noqa: S101 - entries are never deleted, and this one was just there
            occurrences = self.assessing.facts(tx, record, entry.document).occurrences
            authors = tx.revisions.authors_of(entry.id)
            waiting = tx.amendments.find(entry_id=entry.id, states=("open",))
        people = self.catalog.people
        return Sheet(
            entry=entry,
            assessment=self.assessing.of(entry, actor),
            occurrences=occurrences,
            contributors=tuple(sorted(author for author in authors if author.startswith(("U", "W")))),
            neighbours=tuple(self._neighbours(entry, actor)),
            urgent=tuple(one.reason for one in waiting if one.weight == "urgent"),
            steps=tuple(self.lifecycle.steps_for(entry, actor)),
            may_edit=people.holds(actor, "contributor") or people.is_editor(actor),
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
