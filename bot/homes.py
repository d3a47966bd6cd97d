"""Publishes home tabs: one at a time for each person, always the newest, and nothing of the catalog to strangers."""

import threading
from dataclasses import dataclass, field

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.background import Background
from bot.blocks.elements import Block
from bot.blocks.home import closed_home, doorstep, home
from bot.directory import SlackPeople
from bot.refusals import error_of, is_rate_limit
from workflows.errors import NotAllowed, Unavailable
from workflows.home import Home
from workflows.people import Actor

log = structlog.get_logger(__name__)


@dataclass
class _Queue:
    """Whose home is being published, and for whom it has to be done once more because something changed since."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    running: set[str] = field(default_factory=set)
    again: set[str] = field(default_factory=set)
    colleagues: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Homes:
    """Draws and publishes; `client` waits out rate limits, and publishing twice is harmless."""

    home: Home
    people: SlackPeople
    client: WebClient
    background: Background
    home_team: str
    _queue: _Queue = field(default_factory=_Queue)

    def publish(self, user_id: str) -> None:
        """Publish the person's home soon; asked for many times while it is drawn, it is drawn once more."""
        with self._queue.lock:
            if user_id in self._queue.running:
                self._queue.again.add(user_id)
                return
            self._queue.running.add(user_id)
        self.background.run(lambda: self._publish_until_current(user_id))

    def publish_for(self, actor: Actor) -> None:
        """Publish the home of somebody who just pressed something, from which Slack tells their workspace."""
        if not actor.is_external:
            self._queue.colleagues.add(actor.user_id)
        self.publish(actor.user_id)

    def _publish_until_current(self, user_id: str) -> None:
        is_current = False
        try:
            while not is_current:
                self._publish(user_id)
                is_current = self._is_current(user_id)
        finally:
            if not is_current:
                with self._queue.lock:
                    self._queue.running.discard(user_id)

    def _is_current(self, user_id: str) -> bool:
        """Return whether nobody asked for the home again while it was published; if so, it is not running any more."""
        with self._queue.lock:
            if user_id in self._queue.again:
                self._queue.again.discard(user_id)
                return False
            self._queue.running.discard(user_id)
            return True

    def _publish(self, user_id: str) -> None:
        try:
            self.client.views_publish(user_id=user_id, view=self._drawn(user_id))
        except Unavailable:
            log.warning("the database does not answer; a home tab stays as it was")
        except SlackApiError as refused:
            if error_of(refused) != "hash_conflict" and not is_rate_limit(refused):
                raise
            log.warning("Slack did not take a home tab; it is drawn again when it is next opened")

    def _drawn(self, user_id: str) -> Block:
        """Return the home that the person may see; whose workspace nobody knows gets a door and nothing behind it."""
        if user_id not in self._queue.colleagues:
            team = self.people.team_of(user_id)
            if team is None:
                return doorstep()
            if team != self.home_team:
                return closed_home()
        try:
            return home(self.home.page(Actor(user_id)))
        except NotAllowed:
            return closed_home()
