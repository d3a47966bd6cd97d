"""Events: what the app hears of, if it subscribed, was granted the scope and is where it happens.

Source: docs.slack.dev/apis/events-api and /reference/events.
"""

import base64
import json
from collections.abc import Collection
from dataclasses import dataclass

from sandbox.delivery import Courier
from sandbox.manifest import Manifest
from sandbox.scopes import BY_KIND, EVENTS
from sandbox.state import Channel, Json, Message
from sandbox.workspace import Workspace, new_id

#: The name of a channel's event, for public and for private channels.
CHANNEL_EVENTS = {
    "created": ("channel_created", None),
    "rename": ("channel_rename", "group_rename"),
    "archive": ("channel_archive", "group_archive"),
    "unarchive": ("channel_unarchive", "group_unarchive"),
    "left": ("channel_left", "group_left"),
}
#: Events about public channels that reach an app wherever they happen.
HEARD_EVERYWHERE = {"channel_created", "channel_rename", "channel_archive", "channel_unarchive"}
#: Event -> the scope it asks for in one kind of channel; without an entry, any of the scopes in EVENTS will do.
SCOPE_FAMILY = {"member_joined_channel": "read", "member_left_channel": "read"}


@dataclass(frozen=True)
class Announcer:
    """Decides whether the app hears of something, and sends it."""

    workspace: Workspace
    manifest: Manifest
    granted: Collection[str]
    courier: Courier

    def hears(self, name: str, channel: Channel | None = None) -> bool:
        """Whether the app is told of events of this name, in this channel."""
        if name not in self.manifest.events:
            return False
        needed: Collection[str] = EVENTS.get(name, ())
        if channel and name in SCOPE_FAMILY:
            needed = [BY_KIND[channel.kind][SCOPE_FAMILY[name]]]
        if needed and not set(needed) & set(self.granted):
            return False
        bot = self.workspace.state.credentials.bot_user_id
        return channel is None or name in HEARD_EVERYWHERE or bot in channel.members

    def tell(self, event: Json, channel: Channel | None = None, name: str | None = None) -> None:
        """Tell the app of an event; `name` is what it subscribes to, if that is not the event's type."""
        name = name or event["type"]
        if not self.hears(name, channel):
            return
        event = {**event, "event_ts": event.get("event_ts") or self.workspace.next_ts()}
        self.courier.tell(self._around(event, channel), name)

    def tell_message(self, message: Message, event: Json | None = None) -> None:
        """Tell the app of a message, or of what happened to one, in the event its channel's kind has."""
        if message.only_for:
            return
        channel = self.workspace.state.channels[message.channel]
        said: Json = {
            **self._without_secrets(event or message.body),
            "channel": channel.id,
            "channel_type": {"public": "channel", "private": "group", "dm": "im"}[channel.kind],
            "event_ts": (event or message.body)["ts"],
        }
        self.tell(said, channel, BY_KIND[channel.kind]["event"])

    def _without_secrets(self, event: Json) -> Json:
        """Leave out another app's metadata unless the app may read it."""
        own = event.get("bot_id") == self.workspace.state.credentials.bot_id
        if own or "metadata.message:read" in self.granted:
            return event
        return {name: value for name, value in event.items() if name != "metadata"}

    def tell_mention(self, message: Message) -> None:
        """Tell the app that somebody has written its name."""
        channel = self.workspace.state.channels[message.channel]
        bot = self.workspace.state.credentials.bot_user_id
        if channel.is_dm or f"<@{bot}>" not in str(message.body.get("text", "")):
            return
        fields = ("user", "text", "ts", "thread_ts", "blocks", "client_msg_id", "team", "bot_id", "parent_user_id")
        event = {name: message.body[name] for name in fields if name in message.body}
        self.tell({"type": "app_mention", **event, "channel": channel.id, "event_ts": message.ts}, channel)

    def tell_channel(self, happening: str, channel: Channel, actor: str) -> None:
        """Tell the app what became of a channel."""
        public, private = CHANNEL_EVENTS[happening]
        name = public if channel.kind == "public" else private
        if name is None or channel.is_dm:
            return
        event: Json = {"type": name, "channel": channel.id, "user": actor}
        if happening == "created":
            described = {"id": channel.id, "name": channel.name, "created": channel.created, "creator": actor}
            event = {"type": name, "channel": described}
        elif happening == "rename":
            event = {"type": name, "channel": {"id": channel.id, "name": channel.name, "created": channel.created}}
        self.tell(event, channel)

    def _around(self, event: Json, channel: Channel | None) -> Json:
        state = self.workspace.state
        app = state.credentials
        authorization = {
            "enterprise_id": None,
            "team_id": state.team.id,
            "user_id": app.bot_user_id,
            "is_bot": True,
            "is_enterprise_install": False,
        }
        place = {"et": event["type"], "tid": state.team.id, "aid": app.app_id, "cid": channel.id if channel else None}
        return {
            "token": app.verification_token,
            "team_id": state.team.id,
            "context_team_id": state.team.id,
            "context_enterprise_id": None,
            "api_app_id": app.app_id,
            "event": event,
            "type": "event_callback",
            "event_id": new_id("Ev"),
            "event_time": self.workspace.now(),
            "authorizations": [authorization],
            "is_ext_shared_channel": bool(channel and channel.shared_with),
            "event_context": "4-" + base64.urlsafe_b64encode(json.dumps(place).encode()).decode().rstrip("="),
        }
