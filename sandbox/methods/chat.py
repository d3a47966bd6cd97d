"""Messages: posted, changed, deleted, shown to one person, kept for later."""

from datetime import timedelta

from sandbox.blockkit import check_message
from sandbox.calls import Call
from sandbox.posting import erase, publish, revise, shown
from sandbox.refusal import Refusal
from sandbox.state import Channel, Json, Message
from sandbox.workspace import new_id

#: docs.slack.dev/reference/methods/chat.update
UPDATED_TEXT = 4000
#: docs.slack.dev/reference/methods/chat.scheduleMessage
SCHEDULED_AHEAD = timedelta(days=120)
SCHEDULED_AT_ONCE = 30
SCHEDULED_WINDOW = timedelta(minutes=5)


def post_message(call: Call) -> Json:
    """Post for everybody in a channel; a person's id stands for the direct message with them."""
    channel = _destination(call)
    _check(call)
    _may_post(call, channel)
    message = publish(call.slack, call.user, channel, call.args)
    return {"channel": channel.id, "ts": message.ts, "message": shown(call.slack, message, metadata=True)}


def post_ephemeral(call: Call) -> Json:
    """Show a message to one member of a channel."""
    channel, reader = _destination(call), call.text("user")
    _check(call)
    _may_post(call, channel)
    if reader not in channel.members:
        raise Refusal("user_not_in_channel")
    return {"message_ts": publish(call.slack, call.user, channel, call.args, only_for=reader).ts}


def update(call: Call) -> Json:
    """Change one's own message."""
    message = _own(call, "cant_update_message")
    if len(str(call.args.get("text") or "")) > UPDATED_TEXT:
        raise Refusal("msg_too_long", "[ERROR] must be less than 4001 characters [json-pointer:/text]")
    parts = ("text", "markdown_text", "blocks", "attachments")
    if not any(call.args.get(name) is not None for name in parts):
        raise Refusal("no_text")
    if any(call.args.get(name) for name in parts):
        check_message(call.args)
    revise(call.slack, message, call.args, call.user)
    text = message.body["text"]
    changed = shown(call.slack, message, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": changed}


def delete(call: Call) -> Json:
    """Delete one's own message."""
    message = _own(call, "cant_delete_message")
    erase(call.slack, message)
    return {"channel": message.channel, "ts": message.ts}


def permalink(call: Call) -> Json:
    """Return the address of a message."""
    channel = call.channel()
    message = call.message(channel, call.text("message_ts"))
    link = f"https://{call.state.team.domain}.slack.com/archives/{channel.id}/p{message.ts.replace('.', '')}"
    if message.is_reply:
        link += f"?thread_ts={message.thread}&cid={channel.id}"
    return {"channel": channel.id, "permalink": link}


def schedule(call: Call) -> Json:
    """Post later, at most 120 days ahead."""
    channel, moment = _destination(call), call.number("post_at", 0)
    _check(call)
    _may_post(call, channel)
    ahead = timedelta(seconds=moment - call.workspace.now())
    if ahead <= timedelta(0):
        raise Refusal("time_in_past")
    if ahead > SCHEDULED_AHEAD:
        raise Refusal("time_too_far")
    window = SCHEDULED_WINDOW.total_seconds()
    waiting = [one for one in call.state.scheduled.values() if one["channel"] == channel.id]
    if sum(abs(one["post_at"] - moment) < window for one in waiting) >= SCHEDULED_AT_ONCE:
        raise Refusal("restricted_too_many")
    id_ = new_id("Q")
    kept = {"channel": channel.id, "post_at": moment, "author": call.user.id, "said": dict(call.args)}
    call.state.scheduled[id_] = kept
    call.workspace.touch()
    said = {"type": "delayed_message", "text": call.args.get("text", ""), "user": call.user.id}
    return {"channel": channel.id, "scheduled_message_id": id_, "post_at": moment, "message": said}


def list_scheduled(call: Call) -> Json:
    """Return what one has kept for later."""
    listed = [
        {"id": id_, "channel_id": one["channel"], "post_at": one["post_at"], "text": one["said"].get("text", "")}
        for id_, one in call.state.scheduled.items()
        if one["author"] == call.user.id and call.args.get("channel") in (None, "", one["channel"])
    ]
    items, cursor = call.page(listed)
    return {"scheduled_messages": items, **cursor}


def delete_scheduled(call: Call) -> Json:
    """Think better of it."""
    if call.state.scheduled.pop(call.text("scheduled_message_id"), None) is None:
        raise Refusal("invalid_scheduled_message_id")
    call.workspace.touch()
    return {}


def unfurl(call: Call) -> Json:
    """Hang previews below a message with links."""
    channel = call.channel()
    message = call.message(channel, call.text("ts"), "cannot_unfurl_message")
    unfurls = call.args.get("unfurls") or {}
    if not isinstance(unfurls, dict) or not all(isinstance(one, dict) for one in unfurls.values()):
        raise Refusal("cannot_parse_attachment")
    check_message({"attachments": list(unfurls.values())})
    previews = [{**one, "from_url": url} for url, one in unfurls.items()]
    revise(call.slack, message, {"attachments": [*message.body.get("attachments", []), *previews]}, call.user)
    return {}


def _check(call: Call) -> None:
    check_message(call.args)
    if call.has("username") or call.has("icon_emoji") or call.has("icon_url"):
        call.require(["chat:write.customize"])


def _destination(call: Call) -> Channel:
    wanted, workspace = call.text("channel"), call.workspace
    if wanted in call.state.users:
        partner = call.state.users[wanted]
        if partner.deleted:
            raise Refusal("user_disabled")
        if partner.is_bot and call.user.is_bot:
            raise Refusal("cannot_dm_bot")
        return workspace.direct(call.user.id, wanted)
    channel = workspace.channel_named(wanted) or workspace.channel(wanted)
    if channel.kind != "public" and call.user.id not in channel.members:
        raise Refusal("channel_not_found")
    return channel


def _may_post(call: Call, channel: Channel) -> None:
    if channel.archived:
        raise Refusal("is_archived")
    if call.user.id not in channel.members and "chat:write.public" not in call.caller.scopes:
        raise Refusal("not_in_channel")
    home = call.slack.manifest.features.app_home
    closed = not home.messages_tab_enabled or (home.messages_tab_read_only_enabled and not call.user.is_bot)
    if channel.is_dm and closed and call.state.credentials.bot_user_id in channel.members:
        raise Refusal("messages_tab_disabled")
    thread = call.maybe("thread_ts")
    if thread and call.workspace.message(channel.id, thread) is None:
        raise Refusal("thread_not_found")


def _own(call: Call, otherwise: str) -> Message:
    channel = call.channel()
    message = call.message(channel, call.text("ts"))
    author = message.body.get("user") == call.user.id
    if call.user.is_bot:
        author = message.body.get("bot_id") == call.user.bot_id
    if not author or message.body.get("subtype") == "tombstone":
        raise Refusal(otherwise)
    return message
