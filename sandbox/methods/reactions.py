"""Reactions: an emoji under a message."""

import re

from sandbox.calls import Call
from sandbox.posting import shown
from sandbox.refusal import Refusal
from sandbox.state import Json, Message

NAME = re.compile(r"[a-z0-9_+'-]+(::skin-tone-[2-6])?")
#: docs.slack.dev/reference/methods/reactions.add: different emoji on one message.
EMOJI = 23


def add(call: Call) -> Json:
    """Put an emoji under a message."""
    message, name = _message(call), _name(call)
    reactions = message.body.setdefault("reactions", [])
    reaction = next((one for one in reactions if one["name"] == name), None)
    if reaction is None:
        if len(reactions) >= EMOJI:
            raise Refusal("too_many_emoji")
        reaction = {"name": name, "users": [], "count": 0}
        reactions.append(reaction)
    if call.user.id in reaction["users"]:
        raise Refusal("already_reacted")
    reaction["users"].append(call.user.id)
    reaction["count"] += 1
    _tell(call, "reaction_added", message, name)
    return {}


def remove(call: Call) -> Json:
    """Take one's emoji away."""
    message, name = _message(call), _name(call)
    reactions = message.body.get("reactions", [])
    reaction = next((one for one in reactions if one["name"] == name and call.user.id in one["users"]), None)
    if reaction is None:
        raise Refusal("no_reaction")
    reaction["users"].remove(call.user.id)
    reaction["count"] -= 1
    message.body["reactions"] = [one for one in reactions if one["count"]]
    _tell(call, "reaction_removed", message, name)
    return {}


def get(call: Call) -> Json:
    """Return a message with its reactions."""
    message = _message(call)
    return {"type": "message", "channel": message.channel, "message": shown(call.slack, message)}


def list_(call: Call) -> Json:
    """List what somebody has reacted to."""
    user = call.maybe("user") or call.user.id
    items = [
        {"type": "message", "channel": channel, "message": shown(call.slack, message)}
        for channel in call.state.messages
        for message in call.workspace.messages(channel)
        if call.workspace.visible(message, call.user.id)
        and any(user in one["users"] for one in message.body.get("reactions", []))
    ]
    page, cursor = call.page(items)
    return {"items": page, **cursor}


def _name(call: Call) -> str:
    name = call.text("name").strip(":")
    if not NAME.fullmatch(name):
        raise Refusal("invalid_name")
    return name


def _message(call: Call) -> Message:
    channel = call.channel()
    message = call.message(channel, call.text("timestamp"))
    if channel.archived:
        raise Refusal("is_archived")
    return message


def _tell(call: Call, kind: str, message: Message, name: str) -> None:
    call.workspace.touch(message)
    item = {"type": "message", "channel": message.channel, "ts": message.ts}
    event = {
        "type": kind, "user": call.user.id, "reaction": name, "item": item,
        "item_user": message.body.get("user", ""),
    }  # fmt: skip
    call.announcer.tell(event, call.state.channels[message.channel])
