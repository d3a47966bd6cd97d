"""Menus whose options depend on what a person types and on what they may see.

To put a picker of entries into a form, draw `typed_choice(ids.PICK_ENTRY, …)`; its answer is the entry's id, which the
form's workflow checks like any other.
"""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import options
from bot.forms.calls import typing
from workflows.entries.picking import Picking


@dataclass(frozen=True)
class ChoiceListeners:
    """Answers what is typed with options."""

    picking: Picking
    home_team: str

    def entries(self, ack: Ack, body: dict[str, Any]) -> None:
        """Offer the entries that the person means and may see; people of other workspaces are offered nothing."""
        asked = typing(body, self.home_team)
        if asked.actor.is_external:
            ack(options=[])
            return
        found = self.picking.matching(asked.typed, asked.actor)
        ack(options=options({document.id: f"{document.id} {document.title}" for document in found}))
