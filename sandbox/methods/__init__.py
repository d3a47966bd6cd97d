"""The Web API: every method the sandbox knows, with the scopes it asks of a bot, its tier, and who may call it.

Source of scopes and tiers: docs.slack.dev/reference/methods. One of the named scopes is enough; where the kind of the
channel decides, the method itself asks for the right one. Tier 5 stands for Slack's "special" limits.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sandbox.calls import Call, Caller, MissingScope
from sandbox.methods import (
    auth,
    bookmarks,
    chat,
    conversations,
    files,
    membership,
    pins,
    reactions,
    usergroups,
    users,
    views,
)
from sandbox.refusal import Refusal
from sandbox.slack import Slack
from sandbox.state import Json

Perform = Callable[[Call], Json]

READ = ("channels:read", "groups:read", "im:read", "mpim:read")
HISTORY = ("channels:history", "groups:history", "im:history", "mpim:history")
MANAGE = ("channels:manage", "channels:write", "groups:write", "im:write", "mpim:write")
INVITE = (*MANAGE, "channels:write.invites", "groups:write.invites")
TOPIC = (*MANAGE, "channels:write.topic", "groups:write.topic", "im:write.topic", "mpim:write.topic")


@dataclass(frozen=True)
class Method:
    """What a method asks for."""

    scopes: tuple[str, ...]
    tier: int
    perform: Perform
    app_token: bool = False


METHODS: dict[str, Method] = {
    "api.test": Method((), 4, auth.api_test),
    "apps.connections.open": Method((), 3, auth.open_connection, app_token=True),
    "auth.test": Method((), 5, auth.test),
    "bookmarks.add": Method(("bookmarks:write",), 2, bookmarks.add),
    "bookmarks.list": Method(("bookmarks:read",), 3, bookmarks.list_),
    "bookmarks.remove": Method(("bookmarks:write",), 2, bookmarks.remove),
    "bots.info": Method(("users:read",), 3, auth.bot_info),
    "chat.delete": Method(("chat:write",), 3, chat.delete),
    "chat.deleteScheduledMessage": Method(("chat:write",), 3, chat.delete_scheduled),
    "chat.getPermalink": Method((), 5, chat.permalink),
    "chat.postEphemeral": Method(("chat:write",), 4, chat.post_ephemeral),
    "chat.postMessage": Method(("chat:write",), 5, chat.post_message),
    "chat.scheduleMessage": Method(("chat:write",), 3, chat.schedule),
    "chat.scheduledMessages.list": Method((), 3, chat.list_scheduled),
    "chat.unfurl": Method(("links:write",), 3, chat.unfurl),
    "chat.update": Method(("chat:write",), 3, chat.update),
    "conversations.archive": Method(MANAGE, 2, conversations.archive),
    "conversations.create": Method(MANAGE, 2, conversations.create),
    "conversations.history": Method(HISTORY, 3, conversations.history),
    "conversations.info": Method(READ, 3, conversations.info),
    "conversations.invite": Method(INVITE, 3, membership.invite),
    "conversations.join": Method(("channels:join",), 3, membership.join),
    "conversations.kick": Method(MANAGE, 3, membership.kick),
    "conversations.leave": Method(MANAGE, 3, membership.leave),
    "conversations.list": Method(READ, 2, conversations.list_),
    "conversations.members": Method(READ, 4, membership.members),
    "conversations.open": Method(("im:write", "mpim:write"), 3, membership.open_),
    "conversations.rename": Method(MANAGE, 2, conversations.rename),
    "conversations.replies": Method(HISTORY, 3, conversations.replies),
    "conversations.setPurpose": Method(TOPIC, 2, conversations.set_purpose),
    "conversations.setTopic": Method(TOPIC, 2, conversations.set_topic),
    "conversations.unarchive": Method(MANAGE, 2, conversations.unarchive),
    "files.completeUploadExternal": Method(("files:write",), 4, files.complete_upload),
    "files.getUploadURLExternal": Method(("files:write",), 4, files.upload_url),
    "files.info": Method(("files:read",), 4, files.info),
    "pins.add": Method(("pins:write",), 2, pins.add),
    "pins.list": Method(("pins:read",), 2, pins.list_),
    "pins.remove": Method(("pins:write",), 2, pins.remove),
    "reactions.add": Method(("reactions:write",), 3, reactions.add),
    "reactions.get": Method(("reactions:read",), 3, reactions.get),
    "reactions.list": Method(("reactions:read",), 2, reactions.list_),
    "reactions.remove": Method(("reactions:write",), 2, reactions.remove),
    "team.info": Method(("team:read",), 3, auth.team_info),
    "usergroups.list": Method(("usergroups:read",), 2, usergroups.list_),
    "usergroups.users.list": Method(("usergroups:read",), 2, usergroups.list_users),
    "users.conversations": Method(READ, 3, conversations.of_user),
    "users.info": Method(("users:read",), 4, users.info),
    "users.list": Method(("users:read",), 2, users.list_),
    "users.lookupByEmail": Method(("users:read.email",), 3, users.by_email),
    "views.open": Method((), 4, views.open_),
    "views.publish": Method((), 4, views.publish),
    "views.push": Method((), 4, views.push),
    "views.update": Method((), 4, views.update),
}


def perform(slack: Slack, name: str, caller: Caller, args: dict[str, Any]) -> Json:
    """Return what a method answers; raises `Refusal` for everything Slack would refuse."""
    method = METHODS.get(name)
    if method is None:
        raise Refusal("unknown_method")
    if method.app_token != (caller.kind == "app") and name != "api.test":
        raise Refusal("not_allowed_token_type")
    if caller.lacks(method.scopes):
        raise MissingScope(method.scopes, sorted(caller.scopes))
    with slack.workspace.changing():
        return {"ok": True, **method.perform(Call(slack, name, caller, args))}
