"""The domains of the catalog: what each covers, who answers for it, and how it stands with its entries."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from store import Store
from workflows.clock import Clock
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.document import FailureMode, Status
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound
from workflows.people import Actor

ORDER: tuple[Status, ...] = ("published", "in_review", "draft", "deprecated", "archived", "rejected", "merged")


@dataclass(frozen=True)
class Domain:
    """A domain as one person may see it: `entries` counts by status, `overdue` the published ones to verify.

    `gaps` are whole sentences on what its ownership lacks.
    """

    name: str
    meaning: str
    stewards: tuple[str, ...]
    backups: tuple[str, ...]
    entries: Mapping[str, int]
    overdue: int
    gaps: tuple[str, ...]


@dataclass(frozen=True)
class Domains:
    """Looking at domains."""

    store: Store
    clock: Clock
    catalog: Catalog
    vocabulary: Vocabulary

    def overview(self, actor: Actor) -> list[Domain]:
        """Return every domain of the vocabulary; entries that the person may not see are not counted."""
        visible = self.catalog.visible_to(actor)
        with self.store.read() as tx:
            due = {review.entry_id for review in tx.reviews.due(self.clock())}
        return [
            self._domain(name, meaning, [one for one in visible if one.domain == name], due)
            for name, meaning in self.vocabulary.definitions("domain").items()
        ]

    def entries(self, name: str, actor: Actor) -> list[Entry]:
        """Return the published entries of a domain that the person may see, in alphabetical order."""
        self.catalog.people.require_reader(actor)
        if name not in self.vocabulary.definitions("domain"):
            msg = "There is no such domain any more; `/failure domains` lists those there are."
            raise NotFound(msg)
        closed = self.catalog.closed_to_most(actor)
        found = [one for one in (*self.catalog.published(), *closed.values()) if one.document.domain == name]
        return sorted(found, key=lambda entry: entry.document.title.lower())

    def _domain(self, name: str, meaning: str, entries: list[FailureMode], due: set[str]) -> Domain:
        counted = Counter(entry.status for entry in entries)
        people = self.catalog.people
        return Domain(
            name=name,
            meaning=meaning,
            stewards=people.stewards_of(name),
            backups=people.backups_of(name),
            entries={status: counted[status] for status in ORDER if counted[status]},
            overdue=sum(entry.status == "published" and entry.id in due for entry in entries),
            gaps=tuple(self._gaps(name)),
        )

    def _gaps(self, name: str) -> list[str]:
        people = self.catalog.people
        stewards, backups = people.stewards_of(name), people.backups_of(name)
        left = people.inactive(stewards)
        if not stewards:
            return ["Nobody is named as steward, so nobody is asked to verify its entries."]
        if left != frozenset(stewards):
            return ["One of its stewards has left the workspace."] if left else []
        gone = "Its steward has" if len(stewards) == 1 else "All of its stewards have"
        acting = [person for person in backups if person not in people.inactive(backups)]
        return [
            f"{gone} left the workspace; {'its backup acts until' if acting else 'nobody acts until'} one is named."
        ]
