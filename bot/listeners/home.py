"""A person's home tab: showing it, and searching from it."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.home import search_form
from bot.exposures import Exposures
from bot.forms.calls import press, submission
from bot.homes import Homes
from bot.replies import Replies
from workflows.people import require_colleague
from workflows.search.search import Search


@dataclass(frozen=True)
class HomeListeners:
    """The tab, its search, and the door for people whom Slack did not tell us about."""

    homes: Homes
    search: Search
    exposures: Exposures
    replies: Replies
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

    def open_search(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Search”."""
        pressed = press(body, self.home_team)
        require_colleague(pressed.actor)
        self.replies.open_form(pressed, search_form())
        ack()

    def find(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Search the catalog”: what was found stands below the question."""
        submitted = submission(body, self.home_team)
        query = submitted.answers.get("query", "")
        found = self.search.find(query, submitted.actor)
        ack(response_action="update", view=search_form(query, found))
        self.exposures.shown([one.entry.id for one in found], submitted.actor)
