"""The domains, and browsing the entries of one."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.domains import domains, entries_of
from bot.blocks.elements import Rendered
from bot.forms.calls import CommandCall, press
from bot.replies import Replies
from workflows.domains import Domains


@dataclass(frozen=True)
class DomainListeners:
    """The command, the menu at home, and turning pages."""

    domains: Domains
    replies: Replies
    home_team: str

    def overview(self, call: CommandCall) -> Rendered:
        """`/failure domains`."""
        return domains(self.domains.overview(call.actor))

    def browse(self, ack: Ack, body: dict[str, Any]) -> None:
        """Menu “Choose a domain”."""
        pressed = press(body, self.home_team)
        self.replies.open_form(pressed, entries_of(pressed.value, self.domains.entries(pressed.value, pressed.actor)))
        ack()

    def turn(self, ack: Ack, body: dict[str, Any]) -> None:
        """Buttons “Back” and “Further”."""
        pressed = press(body, self.home_team)
        name, _, place = pressed.value.partition("|")
        entries = self.domains.entries(name, pressed.actor)
        start = min(int(place), len(entries)) if place.isdecimal() and len(place) < 9 else 0  # noqa: PLR2004 - digits
        self.replies.replace_form(pressed.view_id, entries_of(name, entries, start))
        ack()
