"""Channels that are archived when their incident is over, and opened again."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from workflows.writeups.reminding import Reminding


@dataclass(frozen=True)
class ArchiveListeners:
    """An incident whose channel is archived is over, so it is time to write it up."""

    reminding: Reminding

    def archived(self, ack: Ack, event: dict[str, Any]) -> None:
        """Event: somebody archived a channel."""
        self.reminding.archived(str(event.get("channel") or ""))
        ack()

    def opened_again(self, ack: Ack, event: dict[str, Any]) -> None:
        """Event: somebody opened an archived channel again."""
        self.reminding.archived(str(event.get("channel") or ""), is_archived=False)
        ack()
