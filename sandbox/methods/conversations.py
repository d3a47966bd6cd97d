"""Channels: what they are and what was said in them."""

import re
from decimal import Decimal, InvalidOperation

from sandbox.calls import Call
from sandbox.posting import announce, shown
from sandbox.refusal import Refusal
from sandbox.scopes import BY_KIND
from sandbox.state import Channel, Json, Message

#: docs.slack.dev/reference/methods/conversations.create
NAME = re.compile(r"[\w-]{1,80}")
TOPIC = 250
KINDS = {"public_channel": "public", "private_channel": "private", "im": "dm", "mpim": "group"}
WRITE = {
    "public": ["channels:manage", "channels:write"],
    "private": ["groups:write"],
    "dm": ["im:write"],
}


def described(call: Call, channel: Channel) -> Json:
    """Return a channel as Slack describes it to this caller."""
    common: Json = {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.archived,
        "is_im": channel.is_dm,
        "is_mpim": False,
        "is_org_shared": False,
        "context_team_id": call.state.team.id,
        "updated": channel.created * 1000,
    }
    if channel.is_dm:
        partner = next((one for one in channel.members if one != call.user.id), call.user.id)
        return {**common, "user": partner, "is_user_deleted": call.workspace.user(partner).deleted}
    return common | {
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "public",
        "is_group": channel.kind == "private",
        "is_private": channel.kind == "private",
        "is_general": channel.is_general,
        "is_member": call.user.id in channel.members,
        "is_shared": bool(channel.shared_with),
        "is_ext_shared": bool(channel.shared_with),
        "creator": channel.creator,
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "num_members": len(channel.members),
        "previous_names": [],
        "shared_team_ids": [call.state.team.id, *channel.shared_with],
    }


def info(call: Call) -> Json:
    """Describe one channel."""
    channel = described(call, call.channel(family="read"))
    if not call.flag("include_num_members"):
        channel.pop("num_members", None)
    return {"channel": channel}


def list_(call: Call) -> Json:
    """List the channels of the workspace that the caller may see."""
    return _listed(call, [one for one in call.state.channels.values() if one.kind == "public" or _inside(call, one)])


def of_user(call: Call) -> Json:
    """List the channels somebody is in, among those the caller may see; without `user`, the caller's own."""
    member = call.maybe("user") or call.user.id
    call.workspace.user(member)
    return _listed(
        call,
        [
            one
            for one in call.state.channels.values()
            if member in one.members and (one.kind == "public" or _inside(call, one))
        ],
    )


def _inside(call: Call, channel: Channel) -> bool:
    return call.user.id in channel.members


def _listed(call: Call, channels: list[Channel]) -> Json:
    kinds = {KINDS.get(one) for one in call.listed("types") or ["public_channel"]}
    if None in kinds:
        raise Refusal("invalid_types")
    for kind in sorted(one for one in kinds if one in BY_KIND):
        call.require([BY_KIND[str(kind)]["read"]])
    wanted = [one for one in channels if one.kind in kinds and not (one.archived and call.flag("exclude_archived"))]
    items, cursor = call.page(wanted)
    return {"channels": [described(call, one) for one in items], **cursor}


def history(call: Call) -> Json:
    """Return the messages of a channel, newest first, without the replies of threads."""
    channel = call.channel(family="history")
    call.must_be_in(channel)
    messages = [
        one
        for one in call.workspace.messages(channel.id)
        if not one.only_for and (not one.is_reply or one.body.get("subtype") == "thread_broadcast")
    ]
    wanted = [one for one in reversed(messages) if _between(call, one)]
    items, cursor = call.page(wanted)
    return {
        "messages": [_shown(call, one) for one in items],
        "has_more": bool(cursor["response_metadata"]["next_cursor"]),
        "pin_count": len(channel.pins),
        **cursor,
    }


def replies(call: Call) -> Json:
    """Return a thread, oldest first, with the message it began with."""
    channel = call.channel(family="history")
    call.must_be_in(channel)
    first = call.message(channel, call.text("ts"), "thread_not_found")
    thread = first.thread or first.ts
    wanted = [one for one in call.workspace.messages(channel.id) if not one.only_for and _belongs(call, one, thread)]
    items, cursor = call.page(wanted, 1000)
    more = bool(cursor["response_metadata"]["next_cursor"])
    return {"messages": [_shown(call, one) for one in items], "has_more": more, **cursor}


def _belongs(call: Call, message: Message, thread: str) -> bool:
    return message.ts == thread or (message.thread == thread and _between(call, message))


def _shown(call: Call, message: Message) -> Json:
    return shown(call.slack, message, metadata=call.flag("include_all_metadata"))


def _between(call: Call, message: Message) -> bool:
    oldest, latest, ts = _moment(call, "oldest", "0"), _moment(call, "latest", "inf"), Decimal(message.ts)
    return oldest <= ts <= latest if call.flag("inclusive") else oldest < ts < latest


def _moment(call: Call, name: str, otherwise: str) -> Decimal:
    try:
        moment = Decimal(call.maybe(name) or otherwise)
    except InvalidOperation:
        raise Refusal(f"invalid_ts_{name}") from None
    if moment.is_nan():
        raise Refusal(f"invalid_ts_{name}")
    return moment


def create(call: Call) -> Json:
    """Make a channel; whoever makes it is in it."""
    private = call.flag("is_private")
    call.require(WRITE["private" if private else "public"])
    name = _free_name(call)
    channel = call.workspace.add_channel(name, "private" if private else "public", call.user.id, [call.user.id])
    call.announcer.tell_channel("created", channel, call.user.id)
    announce(call.slack, channel, call.user, "channel_join", f"<@{call.user.id}> has joined the channel")
    return {"channel": described(call, channel)}


def rename(call: Call) -> Json:
    """Give a channel another name."""
    channel = _managed(call)
    channel.name = _free_name(call)
    call.workspace.touch()
    call.announcer.tell_channel("rename", channel, call.user.id)
    return {"channel": described(call, channel)}


def archive(call: Call) -> Json:
    """Close a channel for good, or until it is opened again."""
    channel = _managed(call)
    if channel.archived:
        raise Refusal("already_archived")
    if channel.is_general:
        raise Refusal("cant_archive_general")
    channel.archived = True
    call.workspace.touch()
    call.announcer.tell_channel("archive", channel, call.user.id)
    return {}


def unarchive(call: Call) -> Json:
    """Open an archived channel again."""
    channel = call.channel()
    call.require(WRITE[channel.kind])
    if not channel.archived:
        raise Refusal("not_archived")
    channel.archived = False
    call.workspace.touch()
    call.announcer.tell_channel("unarchive", channel, call.user.id)
    return {}


def set_topic(call: Call) -> Json:
    """Say what a channel is about now."""
    channel = _described_by(call, "topic")
    channel.topic = call.text("topic")
    text = f"<@{call.user.id}> set the channel topic: {channel.topic}"
    announce(call.slack, channel, call.user, "channel_topic", text, topic=channel.topic)
    return {"channel": described(call, channel)}


def set_purpose(call: Call) -> Json:
    """Say what a channel is for."""
    channel = _described_by(call, "purpose")
    channel.purpose = call.text("purpose")
    text = f"<@{call.user.id}> set the channel description: {channel.purpose}"
    announce(call.slack, channel, call.user, "channel_purpose", text, purpose=channel.purpose)
    return {"channel": described(call, channel), "purpose": channel.purpose}


def _described_by(call: Call, name: str) -> Channel:
    channel = call.channel()
    topic = {"public": "channels:write.topic", "private": "groups:write.topic", "dm": "im:write.topic"}
    call.require([*WRITE[channel.kind], topic[channel.kind]])
    call.must_be_in(channel)
    if len(call.text(name)) > TOPIC:
        raise Refusal("too_long")
    if channel.archived:
        raise Refusal("is_archived")
    return channel


def _managed(call: Call) -> Channel:
    channel = call.channel()
    if channel.is_dm:
        raise Refusal("method_not_supported_for_channel_type")
    call.require(WRITE[channel.kind])
    call.must_be_in(channel)
    return channel


def _free_name(call: Call) -> str:
    name = call.text("name").removeprefix("#")
    if name != name.lower() or not NAME.fullmatch(name):
        raise Refusal("invalid_name_maxlength" if len(name) > 80 else "invalid_name_specials")  # noqa: PLR2004 - Slack's 80
    if call.workspace.channel_named(name):
        raise Refusal("name_taken")
    return name
