"""Pins: messages a channel keeps in view."""

from sandbox.calls import Call
from sandbox.posting import shown
from sandbox.refusal import Refusal
from sandbox.state import Channel, Json, Message

#: docs.slack.dev/reference/methods/pins.add
PER_CHANNEL = 100


def add(call: Call) -> Json:
    """Pin a message."""
    channel, message = _message(call)
    if any(one["ts"] == message.ts for one in channel.pins):
        raise Refusal("already_pinned")
    if len(channel.pins) >= PER_CHANNEL:
        raise Refusal("too_many_pins")
    pin = {"ts": message.ts, "created": call.workspace.now(), "created_by": call.user.id}
    channel.pins.append(pin)
    _tell(call, "pin_added", channel, message)
    return {}


def remove(call: Call) -> Json:
    """Unpin a message."""
    channel, message = _message(call)
    left = [one for one in channel.pins if one["ts"] != message.ts]
    if len(left) == len(channel.pins):
        raise Refusal("no_pin")
    channel.pins = left
    _tell(call, "pin_removed", channel, message)
    return {}


def list_(call: Call) -> Json:
    """List a channel's pins, the newest first."""
    channel = call.channel()
    call.must_be_in(channel)
    items = [
        _item(call, channel, message) | {"created": pin["created"], "created_by": pin["created_by"]}
        for pin in reversed(channel.pins)
        if (message := call.workspace.message(channel.id, pin["ts"]))
    ]
    return {"items": items}


def _message(call: Call) -> tuple[Channel, Message]:
    channel = call.channel()
    call.must_be_in(channel)
    if channel.archived:
        raise Refusal("is_archived")
    return channel, call.message(channel, call.text("timestamp"))


def _item(call: Call, channel: Channel, message: Message) -> Json:
    return {"type": "message", "channel": channel.id, "message": shown(call.slack, message)}


def _tell(call: Call, kind: str, channel: Channel, message: Message) -> None:
    call.workspace.touch(message)
    info = {"channel": channel.id, "pinned_by": call.user.id}
    item = {**_item(call, channel, message), "created": call.workspace.now(), "created_by": call.user.id}
    event = {
        "type": kind,
        "user": call.user.id,
        "channel_id": channel.id,
        "item": item,
        "item_user": message.body.get("user"),
        "pin_count": len(channel.pins),
        "pinned_info": info,
        "has_pins": bool(channel.pins),
    }
    call.announcer.tell(event, channel)
