"""Looking entries up: show, drafts, and the whole entry in a form of its own."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Rendered
from bot.blocks.entries import drafts, one_entry
from bot.blocks.sheets import opened_entry
from bot.exposures import Exposures
from bot.forms.calls import CommandCall, press
from bot.replies import Replies
from workflows.entries.catalog import Catalog
from workflows.entries.sheets import Sheets
from workflows.writeups.writeups import WriteUps


@dataclass(frozen=True)
class EntryListeners:
    """What people do to read the catalog."""

    catalog: Catalog
    sheets: Sheets
    writeups: WriteUps
    exposures: Exposures
    replies: Replies
    home_team: str

    def show(self, call: CommandCall) -> Rendered:
        """`/failure show FM-0012`."""
        entry = self.catalog.entry(call.rest, call.actor)
        self.exposures.shown([entry.id], call.actor)
        return one_entry(entry)

    def drafts(self, call: CommandCall) -> Rendered:
        """`/failure drafts`."""
        return drafts(self.catalog.drafts_of(call.actor), self.writeups.unfinished_of(call.actor))

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Open the whole entry”, or the one that opens it on one of its tabs."""
        pressed = press(body, self.home_team)
        entry_id, _, tab = pressed.value.partition("|")
        sheet = self.sheets.of(entry_id, pressed.actor)
        self.replies.open_form(pressed, opened_entry(sheet, tab or "overview"))
        ack()
        self.exposures.shown([sheet.entry.id], pressed.actor, opened=True)

    def pick(self, ack: Ack, body: dict[str, Any]) -> None:
        """Menu of entries: at home choosing opens the entry; in a form the choice is an answer like any other."""
        if (body.get("view") or {}).get("type") == "home":
            self.open(ack, body)
        else:
            ack()

    def show_tab(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button of a tab: the same entry, another side of it."""
        pressed = press(body, self.home_team)
        entry_id, _, tab = pressed.value.partition("|")
        self.replies.replace_form(pressed.view_id, opened_entry(self.sheets.of(entry_id, pressed.actor), tab))
        ack()
