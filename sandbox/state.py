"""What a workspace holds, as plain values that fit into a JSON file."""

from dataclasses import dataclass, field
from typing import Any, Literal

Json = dict[str, Any]
Kind = Literal["public", "private", "dm"]

SLACKBOT = "USLACKBOT"


@dataclass
class Team:
    """A company in Slack."""

    id: str
    name: str
    domain: str


@dataclass
class User:
    """Somebody who can speak: a person, the app's bot, another app's bot or Slackbot."""

    id: str
    name: str
    team_id: str
    token: str
    real_name: str = ""
    email: str = ""
    tz: str = "Etc/UTC"
    is_admin: bool = False
    is_restricted: bool = False
    is_stranger: bool = False
    deleted: bool = False
    status_text: str = ""
    status_emoji: str = ""
    bot_id: str = ""
    app_id: str = ""
    updated: int = 0

    @property
    def is_bot(self) -> bool:
        """Whether an app speaks here; Slack calls its own Slackbot no bot."""
        return bool(self.bot_id)


@dataclass
class Channel:
    """A conversation: a public or private channel, or a direct message between two."""

    id: str
    name: str
    kind: Kind
    creator: str
    created: int
    members: list[str] = field(default_factory=list)
    topic: str = ""
    purpose: str = ""
    archived: bool = False
    is_general: bool = False
    shared_with: list[str] = field(default_factory=list)
    pins: list[Json] = field(default_factory=list)
    bookmarks: list[Json] = field(default_factory=list)

    @property
    def is_dm(self) -> bool:
        """Whether this is a direct message."""
        return self.kind == "dm"


@dataclass
class Message:
    """A message as Slack would hand it out, and who may see it: everybody in the channel, or one person only."""

    channel: str
    ts: str
    body: Json
    only_for: str | None = None
    version: int = 0
    gone: bool = False

    @property
    def thread(self) -> str | None:
        """The `ts` of the thread's first message, if this is part of a thread."""
        thread: str | None = self.body.get("thread_ts")
        return thread

    @property
    def is_reply(self) -> bool:
        """Whether this stands below another message."""
        return self.thread is not None and self.thread != self.ts


@dataclass
class View:
    """A modal or a home tab that is in front of one person."""

    id: str
    owner: str
    kind: Literal["modal", "home"]
    body: Json
    hash: str
    root: str
    previous: str | None = None
    version: int = 0
    is_open: bool = True
    errors: dict[str, str] = field(default_factory=dict)
    wrong: str | None = None


@dataclass
class File:
    """Something uploaded; its bytes stay in memory and are not kept in the state file."""

    id: str
    name: str
    title: str
    length: int
    user: str
    created: int
    channels: list[str] = field(default_factory=list)
    is_complete: bool = False


@dataclass
class UserGroup:
    """A name for several people, such as @on-call."""

    id: str
    handle: str
    name: str
    users: list[str] = field(default_factory=list)


@dataclass
class Credentials:
    """What the installed app identifies itself with; Slack hands these out when an app is created and installed."""

    app_id: str
    bot_id: str
    bot_user_id: str
    bot_token: str
    app_token: str
    signing_secret: str
    verification_token: str


@dataclass
class State:
    """The whole workspace."""

    team: Team
    credentials: Credentials
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, list[Message]] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    groups: dict[str, UserGroup] = field(default_factory=dict)
    scheduled: dict[str, Json] = field(default_factory=dict)
    last_ts: int = 0
    version: int = 0
