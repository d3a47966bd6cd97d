"""The workspace: the state behind one lock, what can be found in it, and waiting for it to change."""

import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from threading import Condition, RLock
from typing import Any, TypeVar

from sandbox.clock import Clock
from sandbox.refusal import Refusal
from sandbox.state import SLACKBOT, Channel, Json, Kind, Message, State, User, View

Found = TypeVar("Found")

ALPHABET = "0123456789ABCDEFGHJKLMNPQRSTUVWXYZ"
MICROSECONDS = 1_000_000


def new_id(prefix: str) -> str:
    """Return an id of Slack's shape, such as C0A1B2C3D4E."""
    return prefix + "0" + "".join(secrets.choice(ALPHABET) for _ in range(9))


class Workspace:
    """One state, one lock: whoever changes something calls `touch`, and whoever waits is woken."""

    def __init__(self, state: State, clock: Clock) -> None:
        self.state = state
        self.clock = clock
        self.lock = RLock()
        self.changed = Condition(self.lock)
        self.log: list[Json] = []
        self.contents: dict[str, bytes] = {}
        self._changes: list[Message | View] = []

    def now(self) -> int:
        """Return the present second since 1970."""
        return int(self.clock().timestamp())

    def next_ts(self) -> str:
        """Return a message's name: its moment, unique and rising."""
        moment = max(int(self.clock().timestamp() * MICROSECONDS), self.state.last_ts + 1)
        self.state.last_ts = moment
        return f"{moment // MICROSECONDS}.{moment % MICROSECONDS:06d}"

    def touch(self, *things: Message | View) -> int:
        """Say that something has changed; the `things` carry the new version number."""
        with self.changed:
            self.state.version += 1
            for thing in things:
                thing.version = self.state.version
                self._changes.append(thing)
            self.changed.notify_all()
            return self.state.version

    def wait_for(self, found: Callable[[], Found | None], within: timedelta) -> Found | None:
        """Return the first thing `found` returns, or None when it found nothing in time."""
        ends = time.monotonic() + within.total_seconds()
        with self.changed:
            while (thing := found()) is None:
                left = ends - time.monotonic()
                if left <= 0:
                    return None
                self.changed.wait(left)
            return thing

    def record(self, kind: str, direction: str, summary: str, **more: Any) -> None:
        """Append to the log, which nobody ever changes."""
        with self.changed:
            entry = {"kind": kind, "direction": direction, "summary": summary, "at": self.clock().isoformat(), **more}
            self.log.append(entry)
            self.changed.notify_all()

    @contextmanager
    def changing(self) -> Iterator[State]:
        """Hold the lock for several steps that belong together."""
        with self.lock:
            yield self.state

    # Finding

    def user(self, id_: str) -> User:
        """Return a user by id; refuses an unknown one with `user_not_found`."""
        if id_ not in self.state.users:
            raise Refusal("user_not_found")
        return self.state.users[id_]

    def user_named(self, name: str) -> User | None:
        """Return a person or bot by name."""
        return next((user for user in self.state.users.values() if user.name == name), None)

    def channel(self, id_: str) -> Channel:
        """Return a channel by id; refuses an unknown one with `channel_not_found`."""
        if id_ not in self.state.channels:
            raise Refusal("channel_not_found")
        return self.state.channels[id_]

    def channel_named(self, name: str) -> Channel | None:
        """Return a channel by name, with or without its sign."""
        name = name.removeprefix("#")
        return next((one for one in self.state.channels.values() if not one.is_dm and one.name == name), None)

    def messages(self, channel: str) -> list[Message]:
        """Return what stands in a channel, ephemeral messages too, oldest first."""
        return [one for one in self.state.messages.get(channel, []) if not one.gone]

    def message(self, channel: str, ts: str) -> Message | None:
        """Return a message that is still there."""
        return next((one for one in self.messages(channel) if one.ts == ts), None)

    def changed_since(self, version: int) -> list[Message]:
        """Return the messages that have come or changed after a version, in the order of their last change."""
        latest: dict[int, Message] = {}
        for thing in reversed(self._changes):
            if thing.version <= version:
                break
            if isinstance(thing, Message):
                latest.setdefault(id(thing), thing)
        return list(reversed(latest.values()))

    def visible(self, message: Message, user: str) -> bool:
        """Whether `user` can see the message where it stands."""
        if message.gone or message.only_for not in (None, user):
            return False
        channel, reader = self.state.channels[message.channel], self.state.users[user]
        outside = reader.is_stranger or reader.is_restricted or message.only_for is not None
        return user in channel.members or (channel.kind == "public" and not outside)

    def views(self, owner: str) -> list[View]:
        """Return the open modals of a person, the topmost last."""
        return [view for view in self.state.views.values() if view.owner == owner and view.is_open and is_modal(view)]

    def home(self, owner: str) -> View | None:
        """Return the home tab that the app has published for a person."""
        return next((view for view in self.state.views.values() if view.owner == owner and not is_modal(view)), None)

    # Making

    def add_channel(self, name: str, kind: Kind, creator: str, members: list[str]) -> Channel:
        """Put a new channel into the workspace."""
        prefix = "D" if kind == "dm" else "C"
        channel = Channel(new_id(prefix), name, kind, creator, self.now(), list(dict.fromkeys(members)))
        self.state.channels[channel.id] = channel
        self.touch()
        return channel

    def direct(self, one: str, other: str) -> Channel:
        """Return the direct message of two, opened if need be."""
        both = {one, other}
        for channel in self.state.channels.values():
            if channel.is_dm and set(channel.members) == both:
                return channel
        return self.add_channel("", "dm", one, [one, other])

    def keep(self, message: Message) -> Message:
        """Put a message into its channel."""
        self.state.messages.setdefault(message.channel, []).append(message)
        self.touch(message)
        return message

    def whisper(self, channel: str, user: str, text: str, thread: str | None = None) -> Message:
        """Show a person something that Slack itself has to say, in the channel it is about."""
        body: Json = {"type": "message", "user": SLACKBOT, "text": text, "is_ephemeral": True}
        if thread:
            body["thread_ts"] = thread
        ts = self.next_ts()
        return self.keep(Message(channel, ts, {**body, "ts": ts}, only_for=user))


def is_modal(view: View) -> bool:
    """Whether a view is a window and not a home tab."""
    return view.kind == "modal"
