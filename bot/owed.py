"""How each kind of owed message looks at the moment it is sent; what is no longer needed is not sent at all."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from bot.blocks.elements import Rendered
from bot.blocks.incidents import incident_card
from bot.blocks.reviews import review_nudge
from workflows.errors import NotFound
from workflows.incidents import CARD, Incidents
from workflows.reviews import NUDGE, Reviews, read_nudge_subject

Renderer = Callable[[str], Rendered | None]


@dataclass(frozen=True)
class OwedMessages:
    """Draws owed messages from their subject, as the database stands now."""

    incidents: Incidents
    reviews: Reviews

    def renderers(self) -> Mapping[str, Renderer]:
        """Return what draws each kind."""
        return {CARD: self.card, NUDGE: self.nudge}

    def card(self, subject: str) -> Rendered | None:
        """Return the incident's card, or None when nothing on it is published any more."""
        card = self.incidents.card(int(subject))
        return incident_card(card) if card else None

    def nudge(self, subject: str) -> Rendered | None:
        """Return the nudge for a review, or None when the entry is not published any more."""
        try:
            return review_nudge(self.reviews.review(*read_nudge_subject(subject)))
        except NotFound:
            return None
