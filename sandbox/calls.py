"""A call of the Web API: who calls, with what, and the questions every method asks of both."""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

from sandbox.events import Announcer
from sandbox.refusal import Refusal
from sandbox.scopes import BY_KIND
from sandbox.slack import Slack
from sandbox.state import Channel, Json, Message, State, User
from sandbox.workspace import Workspace

Item = TypeVar("Item")

#: Fields that hold JSON, also when they arrive as a form's text.
JSON_FIELDS = {"blocks", "attachments", "metadata", "view", "unfurls", "files", "profile"}
PAGE = 100
LARGEST_PAGE = 1000


class MissingScope(Refusal):
    """The token lacks a scope; one of `needed` would do."""

    def __init__(self, needed: Sequence[str], provided: Sequence[str]) -> None:
        super().__init__("missing_scope")
        self.needed = ",".join(needed)
        self.provided = ",".join(provided)


@dataclass(frozen=True)
class Caller:
    """Whose token it is: the app's bot, another app's bot, a person, or the app itself."""

    kind: Literal["bot", "other_bot", "user", "app"]
    user: User
    scopes: frozenset[str]

    def lacks(self, needed: Sequence[str]) -> bool:
        """Whether none of the scopes is there; a person may do what a person may do."""
        return self.kind == "bot" and bool(needed) and not self.scopes.intersection(needed)


@dataclass(frozen=True)
class Call:
    """One call; reading an argument refuses what Slack would refuse."""

    slack: Slack
    method: str
    caller: Caller
    args: Mapping[str, Any]

    @property
    def workspace(self) -> Workspace:
        """Where it happens."""
        return self.slack.workspace

    @property
    def state(self) -> State:
        """What there is."""
        return self.slack.workspace.state

    @property
    def announcer(self) -> Announcer:
        """Who tells the app about it."""
        return self.slack.announcer

    @property
    def user(self) -> User:
        """Who calls."""
        return self.caller.user

    def has(self, name: str) -> bool:
        """Whether an argument was given and is not empty."""
        return self.args.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """Return an argument one cannot leave out."""
        if not self.has(name):
            raise Refusal("invalid_arguments", f"[ERROR] missing required field: {name}")
        return str(self.args[name])

    def maybe(self, name: str) -> str | None:
        """Return an argument one can leave out."""
        return str(self.args[name]) if self.has(name) else None

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return a switch, which a form spells 1 or true."""
        value = self.args.get(name)
        return default if value in (None, "") else str(value).lower() in {"1", "true"}

    def number(self, name: str, default: int) -> int:
        """Return a whole number."""
        value = self.args.get(name)
        if value in (None, ""):
            return default
        try:
            return int(str(value))
        except ValueError:
            raise Refusal("invalid_arguments", f"[ERROR] must provide an integer [json-pointer:/{name}]") from None

    def listed(self, name: str) -> list[str]:
        """Return a list of ids, which Slack takes with commas or as JSON."""
        value = self.args.get(name)
        if isinstance(value, list):
            return [str(one) for one in value]
        return [one.strip() for one in str(value or "").strip("[]").replace('"', "").split(",") if one.strip()]

    def channel(self, name: str = "channel", family: Literal["read", "history"] | None = None) -> Channel:
        """Return the channel an argument names, if the caller may know of it; `family` is the scope that takes."""
        channel = self.workspace.channel(self.text(name))
        if channel.kind != "public" and self.user.id not in channel.members:
            raise Refusal("channel_not_found")
        if family:
            self.require([BY_KIND[channel.kind][family]])
        return channel

    def message(self, channel: Channel, ts: str, missing: str = "message_not_found") -> Message:
        """Return a message of a channel that the caller can see."""
        message = self.workspace.message(channel.id, ts)
        if message is None or message.only_for:
            raise Refusal(missing)
        return message

    def require(self, needed: Sequence[str]) -> None:
        """Refuse unless the token carries one of the scopes."""
        if self.caller.lacks(needed):
            raise MissingScope(needed, sorted(self.caller.scopes))

    def must_be_in(self, channel: Channel) -> None:
        """Refuse unless the caller is a member."""
        if self.user.id not in channel.members:
            raise Refusal("not_in_channel")

    def page(self, items: Sequence[Item], default: int = PAGE) -> tuple[list[Item], Json]:
        """Return one page of `items` and the `response_metadata` with the cursor of the next."""
        limit = self.number("limit", default)
        if not 1 <= limit <= LARGEST_PAGE:
            raise Refusal("invalid_limit")
        start = _position(self.maybe("cursor"))
        end = start + limit
        cursor = base64.b64encode(f"next:{end}".encode()).decode() if end < len(items) else ""
        return list(items[start:end]), {"response_metadata": {"next_cursor": cursor}}


def _position(cursor: str | None) -> int:
    if not cursor:
        return 0
    try:
        word, _, number = base64.b64decode(cursor, validate=True).decode().partition(":")
        return int(number) if word == "next" else int("")
    except (binascii.Error, UnicodeDecodeError, ValueError):
        raise Refusal("invalid_cursor") from None


def decoded(args: Mapping[str, Any]) -> Json:
    """Return the arguments with the JSON in them read; refuses what is no JSON."""
    read: Json = {}
    for name, value in args.items():
        if name in JSON_FIELDS and isinstance(value, str) and value:
            try:
                read[name] = json.loads(value)
            except ValueError:
                code = {"blocks": "invalid_blocks_format", "metadata": "invalid_metadata_format"}
                raise Refusal(code.get(name, "invalid_arguments"), f"[ERROR] must be JSON: {name}") from None
        elif value is not None:
            read[name] = value
    return read
