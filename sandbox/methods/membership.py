"""Who is in a channel: joining, inviting, leaving, and direct messages."""

from sandbox.calls import Call
from sandbox.methods.conversations import WRITE, described
from sandbox.posting import admit, see_out
from sandbox.refusal import Refusal
from sandbox.state import Channel, Json

INVITED_AT_ONCE = 1000


def join(call: Call) -> Json:
    """Enter a public channel."""
    channel = call.channel()
    if channel.kind != "public":
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    answer: Json = {"warning": "already_in_channel"} if call.user.id in channel.members else {}
    admit(call.slack, channel, call.user)
    return {"channel": described(call, channel), **answer}


def invite(call: Call) -> Json:
    """Bring others into a channel."""
    channel = _entered(call)
    scope = {"public": "channels:write.invites", "private": "groups:write.invites"}
    call.require([*WRITE[channel.kind], scope[channel.kind]])
    people = [call.workspace.user(id_) for id_ in call.listed("users")]
    if not people:
        raise Refusal("no_user")
    for person in people:
        if person.id == call.user.id:
            raise Refusal("cant_invite_self")
        if person.id in channel.members:
            raise Refusal("already_in_channel")
    for person in people:
        admit(call.slack, channel, person, call.user)
    return {"channel": described(call, channel)}


def kick(call: Call) -> Json:
    """Send somebody out."""
    channel = _entered(call)
    person = call.workspace.user(call.text("user"))
    if person.id == call.user.id:
        raise Refusal("cant_kick_self")
    if person.id not in channel.members:
        raise Refusal("not_in_channel")
    see_out(call.slack, channel, person)
    return {}


def leave(call: Call) -> Json:
    """Leave."""
    channel = call.channel()
    if channel.is_general:
        raise Refusal("cant_leave_general")
    if call.user.id not in channel.members:
        return {"not_in_channel": True}
    see_out(call.slack, channel, call.user)
    return {}


def members(call: Call) -> Json:
    """List the ids of those in a channel."""
    channel = call.channel(family="read")
    items, cursor = call.page(channel.members)
    return {"members": items, **cursor}


def open_(call: Call) -> Json:
    """Open the direct message with one person."""
    people = call.listed("users")
    if not people:
        channel = call.channel()
        return {"no_op": True, "already_open": True, "channel": {"id": channel.id}}
    if len(people) > 1:
        # Direct messages of several are no part of this sandbox; Slack would open one.
        raise Refusal("method_not_supported_for_channel_type")
    call.require(["im:write"])
    partner = call.workspace.user(people[0])
    if partner.deleted:
        raise Refusal("user_disabled")
    if partner.is_bot and call.user.is_bot:
        raise Refusal("cannot_dm_bot")
    channel = call.workspace.direct(call.user.id, partner.id)
    return {"channel": described(call, channel) if call.flag("return_im") else {"id": channel.id}}


def _entered(call: Call) -> Channel:
    channel = call.channel()
    if channel.is_dm:
        raise Refusal("method_not_supported_for_channel_type")
    if channel.archived:
        raise Refusal("is_archived")
    call.must_be_in(channel)
    return channel
