"""The reaction, and the pin, that put a message on the write-up's timeline."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.forms.calls import pin, reaction
from workflows.writeups.marking import Marking


@dataclass(frozen=True)
class MarkListeners:
    """Marking and taking marks back; `emoji` is the name of the reaction that marks, without colons."""

    marking: Marking
    emoji: str
    home_team: str

    def is_mark(self, body: dict[str, Any]) -> bool:
        """Return whether the reaction is the one that marks."""
        given = reaction(body, self.home_team)
        return given is not None and given.name == self.emoji

    def pinned(self, ack: Ack, body: dict[str, Any]) -> None:
        """Event: somebody pinned a message to its channel, or took the pin away."""
        given = pin(body, self.home_team)
        if given is not None:
            self.marking.mark(given.channel_id, given.ts, given.actor, is_added=given.is_added)
        ack()

    def marked(self, ack: Ack, body: dict[str, Any]) -> None:
        """Event: somebody put the emoji under a message, or took it away."""
        given = reaction(body, self.home_team)
        if given is not None:
            self.marking.mark(given.channel_id, given.ts, given.actor, is_added=given.is_added)
        ack()
