"""The driver: a local Slack in a test, and people in it who do things, look, and wait for what they expect to see."""

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sandbox.calls import Call, Caller
from sandbox.eyes import WAIT, Actor
from sandbox.faults import Faults
from sandbox.founding import other_bot, welcome
from sandbox.manifest import load
from sandbox.methods.users import described as describe_user
from sandbox.people import Person
from sandbox.posting import admit
from sandbox.server import Server
from sandbox.slack import Rules, Slack
from sandbox.state import SLACKBOT, Channel, Json, Message, State, UserGroup
from sandbox.workspace import new_id

#: How long nothing may happen before everything counts as settled.
QUIET = timedelta(milliseconds=150)


@dataclass(frozen=True)
class Called:
    """A Web API call the app has made, and what it was answered."""

    method: str
    arguments: Json
    answer: Json


@dataclass(frozen=True)
class LocalSlack:
    """A running local Slack as a test sees it."""

    slack: Slack

    # What an app needs

    @property
    def url(self) -> str:
        """The address of the server."""
        return self.slack.url

    @property
    def api_url(self) -> str:
        """The base address of the Web API."""
        return self.slack.api_url

    @property
    def bot_token(self) -> str:
        """The bot's token."""
        return self.slack.credentials.bot_token

    @property
    def app_token(self) -> str:
        """The token for Socket Mode."""
        return self.slack.credentials.app_token

    @property
    def signing_secret(self) -> str:
        """The secret requests are signed with."""
        return self.slack.credentials.signing_secret

    @property
    def bot_user_id(self) -> str:
        """The bot's user."""
        return self.slack.credentials.bot_user_id

    @property
    def team_id(self) -> str:
        """The workspace."""
        return self.slack.workspace.state.team.id

    @property
    def faults(self) -> Faults:
        """What may go wrong on demand."""
        return self.slack.faults

    # Setting the scene

    def user(self, name: str, *, tz: str | None = None, **facts: Any) -> Actor:
        """Return a person, who comes into being at first mention; `facts` are fields of `User` to set."""
        workspace = self.slack.workspace
        with workspace.changing():
            known = workspace.user_named(name)
            user = known or welcome(workspace, name, stranger=bool(facts.get("is_stranger")))
            before = dict(vars(user))
            if tz:
                user.tz = ZoneInfo(tz).key
            for fact, value in facts.items():
                setattr(user, fact, type(getattr(user, fact))(value))
            if known is None and not user.is_stranger:
                self.slack.announcer.tell({"type": "team_join", "user": self._described(user.id)})
            elif vars(user) != before:
                user.updated = workspace.now()
                self.slack.announcer.tell({"type": "user_change", "user": self._described(user.id)})
        return Actor(Person(self.slack, user.id))

    def bot(self, name: str) -> Actor:
        """Return the bot of another app, such as an alerting service."""
        known = self.slack.workspace.user_named(name)
        return Actor(Person(self.slack, (known or other_bot(self.slack.workspace, name)).id))

    def channel(self, name: str, members: Collection[str] = (), *, private: bool = False, bot: bool = False) -> Channel:
        """Return a channel, made at first mention, with these people and, if asked, the bot in it."""
        workspace = self.slack.workspace
        people = [self.user(member).id for member in members]
        with workspace.changing():
            channel = workspace.channel_named(name)
            if channel is None:
                creator = people[0] if people else SLACKBOT
                channel = workspace.add_channel(name, "private" if private else "public", creator, [])
                self.slack.announcer.tell_channel("created", channel, channel.creator)
            for id_ in [*people, *([self.bot_user_id] if bot else [])]:
                admit(self.slack, channel, workspace.user(id_))
        return channel

    def group(self, handle: str, members: Collection[str] = ()) -> UserGroup:
        """Return a user group, made at first mention."""
        people = [self.user(member).id for member in members]
        groups = self.slack.workspace.state.groups
        known = next((one for one in groups.values() if one.handle == handle), None)
        group = known or UserGroup(new_id("S"), handle, handle)
        group.users = list(dict.fromkeys([*group.users, *people]))
        groups[group.id] = group
        return group

    # Looking

    def messages(self, channel: str) -> list[Message]:
        """Return what everybody in a channel sees, oldest first."""
        found = self.slack.workspace.channel_named(channel) or self.slack.workspace.channel(channel)
        return [one for one in self.slack.workspace.messages(found.id) if one.only_for is None]

    def calls(self, method: str | None = None) -> list[Called]:
        """Return the app's Web API calls so far, in order."""
        return [
            Called(entry["summary"], entry["args"], entry["answer"])
            for entry in list(self.slack.workspace.log)
            if entry["kind"] == "web_api" and entry["direction"] == "from_bot" and method in (None, entry["summary"])
        ]

    def deliveries(self, summary: str | None = None) -> list[Json]:
        """Return what was sent to the app so far, each attempt with its `outcome`."""
        return [
            entry
            for entry in list(self.slack.workspace.log)
            if entry["kind"] == "delivery" and summary in (None, entry["summary"])
        ]

    def refusals(self) -> list[str]:
        """Return everything this Slack has refused the app so far, with the reason: what a test expects to be empty."""
        log = list(self.slack.workspace.log)
        calls = [one for one in log if one["kind"] == "web_api" and one["direction"] == "from_bot"]
        return [
            *(f"{one['summary']}: {one['answer']}" for one in calls if not one["answer"].get("ok")),
            *(f"{one['summary']}: {one['error']}" for one in log if one["kind"] == "refused"),
        ]

    def settled(self, within: timedelta = WAIT, quiet: timedelta = QUIET) -> None:
        """Wait until all deliveries are acknowledged and the app has been `quiet`; fails when that does not come."""
        workspace, ends = self.slack.workspace, time.monotonic() + within.total_seconds()
        with workspace.changed:
            since, length = time.monotonic(), len(workspace.log)
            while (now := time.monotonic()) < ends:
                busy = bool(self.slack.courier.under_way) or self.slack.calls_under_way > 0
                if busy or len(workspace.log) != length:
                    since, length = now, len(workspace.log)
                elif now - since >= quiet.total_seconds():
                    return
                workspace.changed.wait(ends - now if busy else quiet.total_seconds() - (now - since))
        waiting = ", ".join(sorted(self.slack.courier.under_way.values())) or "Web API calls went on"
        raise AssertionError(f"not settled after {within.total_seconds():g} s: {waiting}")

    def connected(self, connections: int = 1, within: timedelta = WAIT) -> None:
        """Wait until the app has opened its WebSockets."""
        lines = self.slack.socket_mode.lines
        if not self.slack.workspace.wait_for(lambda: len(lines) >= connections or None, within):
            raise AssertionError(f"{len(lines)} connections after {within.total_seconds():g} s")

    # Changing the course of things

    def deliver_to(self, url: str) -> None:
        """Deliver over HTTP from now on, after the address has answered Slack's challenge."""
        self.slack.deliver_to(url)

    def refresh_connections(self, reason: str = "refresh_requested") -> None:
        """Ask the app to connect anew (`refresh_requested`), or announce that (`warning`)."""
        self.slack.courier.do(self.slack.socket_mode.refresh(reason))

    def drop_connections(self) -> None:
        """Cut every WebSocket without a word."""
        self.slack.courier.do(self.slack.socket_mode.drop())

    def grant(self, *scopes: str) -> None:
        """Grant scopes that were withheld."""
        self.slack.grant(scopes)

    def _described(self, id_: str) -> Json:
        bot = self.slack.workspace.user(self.bot_user_id)
        call = Call(self.slack, "users.info", Caller("bot", bot, frozenset(self.slack.granted)), {})
        return describe_user(call, self.slack.workspace.user(id_))


@contextmanager
def running(
    manifest: Path | Mapping[str, Any],
    port: int = 0,
    *,
    withhold: Collection[str] = (),
    request_url: str | None = None,
    rules: Rules | None = None,
    state: State | None = None,
) -> Iterator[LocalSlack]:
    """Run a local Slack on 127.0.0.1 with one app installed; nothing is left behind.

    Raises `NotAManifest` for a manifest Slack would refuse and `PortTaken`.
    """
    slack = Slack(load(manifest), withhold, state, rules)
    server = Server(slack, port=port)
    server.start()
    try:
        if request_url:
            slack.deliver_to(request_url)
        yield LocalSlack(slack)
    finally:
        server.stop()


__all__: Sequence[str] = ["LocalSlack", "running"]
