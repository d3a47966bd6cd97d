"""A person's home tab."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.forms.calls import press
from bot.homes import Homes
from workflows.people import require_colleague


@dataclass(frozen=True)
class HomeListeners:
    """The tab, and the door for people whom Slack did not tell us about."""

    homes: Homes
    home_team: str

    def opened(self, ack: Ack, event: dict[str, Any]) -> None:
        """Publish the home of whoever looks at it; it is drawn behind the acknowledgement."""
        if event.get("tab") == "home" and event.get("user"):
            self.homes.publish(str(event["user"]))
        ack()

    def show(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Show my home”: the press tells of which workspace the person is."""
        pressed = press(body, self.home_team)
        require_colleague(pressed.actor)
        self.homes.publish_for(pressed.actor)
        ack()
