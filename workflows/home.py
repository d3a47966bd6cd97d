"""What one person finds at home: what waits for them, what they began, what they follow, and the domains to browse."""

from collections.abc import Sequence
from dataclasses import dataclass

from workflows.amendments.amendment import Amendment
from workflows.amendments.amendments import Amendments
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.matters import SignOff
from workflows.people import Actor
from workflows.reviews.reviews import DueReview, Reviews
from workflows.signoffs import SignOffs
from workflows.subscriptions import Change, Followed, Subscriptions
from workflows.writeups.writeup import WriteUp
from workflows.writeups.writeups import WriteUps


@dataclass(frozen=True)
class HomePage:
    """One person's home; `domains` counts the published entries of each that they may see."""

    may_write: bool
    sign_offs: Sequence[SignOff]
    amendments: Sequence[Amendment]
    reviews: Sequence[DueReview]
    drafts: Sequence[Entry]
    unfinished: Sequence[WriteUp]
    followed: Sequence[Followed]
    changes: Sequence[Change]
    domains: Sequence[tuple[str, int]]


@dataclass(frozen=True)
class Home:
    """Gathers what a person's home shows."""

    catalog: Catalog
    vocabulary: Vocabulary
    reviews: Reviews
    sign_offs: SignOffs
    amendments: Amendments
    writeups: WriteUps
    subscriptions: Subscriptions

    def page(self, actor: Actor) -> HomePage:
        """Return the person's home; raises NotAllowed for whoever may not read the catalog."""
        self.catalog.people.require_reader(actor)
        people = self.catalog.people
        return HomePage(
            may_write=people.holds(actor, "contributor") or people.is_editor(actor),
            sign_offs=self.sign_offs.waiting_for(actor),
            amendments=self.amendments.open_for(actor),
            reviews=self.reviews.due_for(actor),
            drafts=self.catalog.drafts_of(actor),
            unfinished=self.writeups.unfinished_of(actor),
            followed=self.subscriptions.of(actor),
            changes=self.subscriptions.latest(actor),
            domains=self._domains(actor),
        )

    def _domains(self, actor: Actor) -> list[tuple[str, int]]:
        closed = self.catalog.closed_to_most(actor)
        visible = [*self.catalog.published(), *closed.values()]
        return [
            (name, sum(entry.document.domain == name for entry in visible))
            for name in self.vocabulary.definitions("domain")
        ]
