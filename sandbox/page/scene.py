"""The scene: all that one person sees at one moment, ready to be drawn."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any, Literal
from urllib.parse import urlencode
from zlib import crc32

Json = Mapping[str, Any]


@dataclass(frozen=True)
class Face:
    """Somebody as others see them: a person or an app."""

    id: str
    name: str
    shown: str
    is_app: bool = False
    channel: str | None = None

    @property
    def hue(self) -> int:
        """The colour of the avatar, the same on every page."""
        return crc32(self.name.encode()) % 360


@dataclass(frozen=True)
class Channel:
    """A line of the channel list."""

    id: str
    name: str
    private: bool
    is_mine: bool = True


@dataclass(frozen=True)
class Reaction:
    """An emoji under a message, and who put it there."""

    name: str
    who: Sequence[str]
    mine: bool


@dataclass(frozen=True)
class Attachment:
    """A part hung below a message."""

    words: str
    colour: str | None
    blocks: Sequence[Json]


@dataclass(frozen=True)
class Message:
    """A message as one reader sees it."""

    ts: str
    moment: datetime
    author: Face
    text: str
    blocks: Sequence[Json] = ()
    attachments: Sequence[Attachment] = ()
    thread_ts: str | None = None
    reply_count: int = 0
    reactions: Sequence[Reaction] = ()
    edited: bool = False
    ephemeral: bool = False
    mine: bool = False
    system: bool = False
    trouble: bool = False


@dataclass(frozen=True)
class Place:
    """Where somebody is: a channel, a direct message or an app's home tab."""

    kind: Literal["channel", "dm", "home"]
    id: str
    title: str
    beginning: str
    name: str = ""
    topic: str = ""
    app: str = ""
    partner: str = ""
    archived: bool = False
    is_member: bool = True
    members: Sequence[str] = ()
    outsiders: Sequence[Face] = ()
    is_read_only: bool = False

    @property
    def may_post(self) -> bool:
        """Whether there is a box to write in."""
        return self.kind != "home" and not self.silence

    @property
    def silence(self) -> str:
        """Why nobody can write here, if so."""
        if self.archived:
            return "This channel is archived."
        if not self.is_member:
            return "You are looking at this channel from outside. Join it to write here."
        return "Sending messages to this app has been turned off." if self.is_read_only else ""


@dataclass(frozen=True)
class Window:
    """One view of a stack, with what is wrong with its fields."""

    id: str
    title: Json
    blocks: Sequence[Json]
    submit: str | None
    close: str | None
    errors: Mapping[str, str] = field(default_factory=dict)
    wrong: str | None = None


@dataclass(frozen=True)
class Scene:
    """Everything on the page."""

    workspace: str
    me: Face
    people: Sequence[Face]
    channels: Sequence[Channel]
    partners: Sequence[Face]
    apps: Sequence[Face]
    here: Place
    messages: Sequence[Message]
    thread: Message | None
    replies: Sequence[Message]
    home: Json | None
    windows: Sequence[Window]
    commands: Sequence[Json]
    shortcuts: Sequence[Json]

    def link(self, *, channel: str = "", thread: str = "", app: str = "") -> str:
        """Return the address of another place for the same person; without arguments, of this one."""
        if not (channel or app):
            channel, app = self.here.name, self.here.app
        query = {"as": self.me.name, "channel": channel, "app": app, "thread": thread}
        return "/?" + urlencode({name: value for name, value in query.items() if value})

    def days(self) -> Iterator[tuple[str, Iterable[Message]]]:
        """Yield the messages day by day."""
        yield from groupby(self.messages, lambda message: f"{message.moment:%A, %-d %B %Y}")
