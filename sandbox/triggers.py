"""What an interaction lets the app do afterwards: open a view with its trigger, answer at its response URL.

Source: docs.slack.dev/interactivity/handling-user-interaction.
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sandbox.clock import Clock
from sandbox.refusal import Refusal

TRIGGER_LASTS = timedelta(seconds=3)
URL_LASTS = timedelta(minutes=30)
POSTS_PER_URL = 5


@dataclass
class Trigger:
    """A person has just done something; `view` is the modal they did it in."""

    user: str
    issued: datetime
    view: str | None = None
    used: bool = False


@dataclass
class ResponseUrl:
    """Where the app may answer an interaction: as a reply to `user` in `channel`, or in place of `message`."""

    user: str
    channel: str
    issued: datetime
    message: str | None = None
    posts: int = 0


@dataclass
class Triggers:
    """All triggers and response URLs handed out."""

    clock: Clock
    lasts: timedelta = TRIGGER_LASTS
    triggers: dict[str, Trigger] = field(default_factory=dict)
    urls: dict[str, ResponseUrl] = field(default_factory=dict)

    def issue(self, user: str, view: str | None = None) -> str:
        """Return a new trigger id."""
        id_ = f"{secrets.randbelow(10**13)}.{secrets.randbelow(10**12)}.{secrets.token_hex(16)}"
        self.triggers[id_] = Trigger(user, self.clock(), view)
        return id_

    def redeem(self, id_: str) -> Trigger:
        """Return the trigger and use it up; refuses one that is unknown, too old or used."""
        trigger = self.triggers.get(id_)
        if trigger is None:
            raise Refusal("invalid_trigger_id")
        if trigger.used:
            raise Refusal("exchanged_trigger_id")
        if self.clock() - trigger.issued > self.lasts:
            raise Refusal("expired_trigger_id")
        trigger.used = True
        return trigger

    def open_url(self, user: str, channel: str, message: str | None = None) -> str:
        """Return the path of a new response URL."""
        path = f"{secrets.randbelow(10**13)}/{secrets.token_urlsafe(18)}"
        self.urls[path] = ResponseUrl(user, channel, self.clock(), message)
        return path

    def post_to(self, path: str) -> ResponseUrl:
        """Return the response URL and count one post; refuses after 30 minutes and after five posts."""
        url = self.urls.get(path)
        if url is None or self.clock() - url.issued > URL_LASTS:
            raise Refusal("expired_url")
        if url.posts >= POSTS_PER_URL:
            raise Refusal("used_url")
        url.posts += 1
        return url
