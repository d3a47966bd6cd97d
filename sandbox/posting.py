"""Messages coming, changing and going: what is stored and what the app hears of it."""

import re
import secrets
import string
from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import Any
from urllib.parse import urlsplit

from sandbox.slack import Slack
from sandbox.state import SLACKBOT, Channel, Json, Message, User

#: docs.slack.dev/reference/methods/chat.postMessage: longer text is cut off there.
TEXT = 40_000
LINK = re.compile(r"<(https?://[^|>\s]+)")

#: What people type stands in messages escaped, and addresses in angle brackets; what already is Slack's own is kept.
TYPED = re.compile(
    r"<(?:[@#!][^<>\n]+|(?:https?|mailto):[^<>\n]+)>|&(?:amp|lt|gt);|https?://[^\s<>]+[^\s<>.,;:!?)'\"]|[&<>]"
)
ENTITIES = {"&": "&amp;", "<": "&lt;", ">": "&gt;"}


def typed(text: str) -> str:
    """Return what somebody typed as Slack stores it."""

    def stored(found: re.Match[str]) -> str:
        piece = found[0]
        return f"<{piece}>" if piece.startswith("http") else ENTITIES.get(piece, piece)

    return TYPED.sub(stored, text)


def escaped(text: str) -> str:
    """Return a text with its three control characters escaped, as Slack hands on all that people type."""
    return re.sub("[&<>]", lambda found: ENTITIES[found[0]], text)


def named(blocks: Iterable[Mapping[str, Any]]) -> list[Json]:
    """Return the blocks with the ids Slack gives to those that have none."""
    filled = [deepcopy(dict(block)) for block in blocks]
    for block in filled:
        if not block.get("block_id") or block["type"] == "markdown":
            block["block_id"] = _random_name()
        for element in (block.get("element"), block.get("accessory"), *(block.get("elements") or ())):
            if isinstance(element, dict) and _acts(block, element) and not element.get("action_id"):
                element["action_id"] = _random_name()
    return filled


def _acts(block: Json, element: Json) -> bool:
    return block["type"] in {"section", "actions", "input", "context_actions"} and element.get("type") != "image"


def _random_name() -> str:
    return "".join(secrets.choice(string.ascii_letters + string.digits) for _ in range(5))


def publish(
    slack: Slack, author: User, channel: Channel, said: Mapping[str, Any], only_for: str | None = None
) -> Message:
    """Put a message into a channel, for everybody or for one person, and tell the app."""
    workspace = slack.workspace
    ts = workspace.next_ts()
    body = {**_body(author, said), "ts": ts}
    thread = said.get("thread_ts")
    if thread:
        body["thread_ts"] = str(thread)
        parent = workspace.message(channel.id, str(thread))
        if parent and parent.body.get("user"):
            body["parent_user_id"] = parent.body["user"]
        if str(said.get("reply_broadcast")).lower() in {"1", "true"}:
            body["subtype"] = "thread_broadcast"
    if only_for:
        body["is_ephemeral"] = True
    message = workspace.keep(Message(channel.id, ts, body, only_for))
    _tell(slack, author, channel, message)
    return message


def _tell(slack: Slack, author: User, channel: Channel, message: Message) -> None:
    if message.only_for:
        return
    slack.announcer.tell_message(message)
    if author.id != slack.credentials.bot_user_id:
        slack.announcer.tell_mention(message)
        _tell_links(slack, author, channel, message)


def _tell_links(slack: Slack, author: User, channel: Channel, message: Message) -> None:
    domains = slack.manifest.features.unfurl_domains or []
    links = [
        {"url": url, "domain": domain}
        for url in LINK.findall(str(message.body.get("text", "")))
        for domain in domains
        if (host := urlsplit(url).hostname or "") == domain or host.endswith("." + domain)
    ]
    if links:
        event: Json = {
            "type": "link_shared", "channel": channel.id, "user": author.id, "message_ts": message.ts, "links": links,
            "is_bot_user_member": slack.credentials.bot_user_id in channel.members, "source": "conversations_history",
            "unfurl_id": f"{channel.id}.{message.ts}.{secrets.token_hex(8)}",
        }  # fmt: skip
        if message.thread:
            event["thread_ts"] = message.thread
        slack.announcer.tell(event, channel)


def _body(author: User, said: Mapping[str, Any]) -> Json:
    body: Json = {
        "type": "message",
        "user": author.id,
        "text": str(said.get("text") or said.get("markdown_text") or "")[:TEXT],
        "team": author.team_id,
    }
    if author.is_stranger:
        body |= {"user_team": author.team_id, "source_team": author.team_id}
    if author.is_bot:
        body |= {"bot_id": author.bot_id, "app_id": author.app_id, "bot_profile": profile(author)}
        if said.get("username"):
            del body["user"]
            body |= {"subtype": "bot_message", "username": str(said["username"])}
    if said.get("markdown_text"):
        body["blocks"] = named([{"type": "markdown", "text": said["markdown_text"]}])
    body |= _parts(said)
    if said.get("client_msg_id"):
        body["client_msg_id"] = str(said["client_msg_id"])
    return body


def _parts(said: Mapping[str, Any]) -> Json:
    parts: Json = {}
    if said.get("blocks"):
        parts["blocks"] = named(said["blocks"])
    if said.get("attachments"):
        parts["attachments"] = [
            {"id": number, "fallback": one.get("fallback") or one.get("text") or "[no preview available]", **one}
            | ({"blocks": named(one["blocks"])} if one.get("blocks") else {})
            for number, one in enumerate(said["attachments"], start=1)
        ]
    if said.get("metadata"):
        parts["metadata"] = said["metadata"]
    return parts


def profile(bot: User) -> Json:
    """Return the `bot_profile` of a bot's messages."""
    return {
        "id": bot.bot_id, "app_id": bot.app_id, "name": bot.real_name, "deleted": bot.deleted, "updated": bot.updated,
        "team_id": bot.team_id, "icons": {},
    }  # fmt: skip


def revise(slack: Slack, message: Message, said: Mapping[str, Any], editor: User) -> None:
    """Change a message; what `said` leaves out stays, and an empty list removes it."""
    before = deepcopy(message.body)
    ts = slack.workspace.next_ts()
    if said.get("text") is not None:
        message.body["text"] = str(said["text"])
    if said.get("markdown_text"):
        message.body["text"] = str(said["markdown_text"])
        message.body["blocks"] = named([{"type": "markdown", "text": said["markdown_text"]}])
    for part in ("blocks", "attachments", "metadata"):
        if part in said and not said[part]:
            message.body.pop(part, None)
    message.body |= {**_parts(said), "edited": {"user": editor.id, "ts": ts}}
    slack.workspace.touch(message)
    event: Json = {"type": "message", "subtype": "message_changed", "hidden": True, "ts": ts}
    slack.announcer.tell_message(message, {**event, "message": deepcopy(message.body), "previous_message": before})


def erase(slack: Slack, message: Message) -> None:
    """Take a message away; the first one of a thread leaves a stone in its place."""
    workspace, before = slack.workspace, deepcopy(message.body)
    has_replies = any(one.is_reply and one.thread == message.ts for one in workspace.messages(message.channel))
    if has_replies:
        message.body = {
            "type": "message", "subtype": "tombstone", "hidden": True, "user": SLACKBOT,
            "text": "This message was deleted.", "ts": message.ts, "thread_ts": message.ts,
        }  # fmt: skip
    else:
        message.gone = True
    workspace.touch(message)
    event: Json = {"type": "message", "subtype": "message_deleted", "hidden": True, "ts": workspace.next_ts()}
    slack.announcer.tell_message(message, {**event, "deleted_ts": message.ts, "previous_message": before})


def announce(slack: Slack, channel: Channel, user: User, subtype: str, text: str, **more: Any) -> None:
    """Put one of Slack's own lines into a channel, such as channel_join."""
    workspace = slack.workspace
    ts = workspace.next_ts()
    body = {"type": "message", "subtype": subtype, "user": user.id, "text": text, "ts": ts, **more}
    slack.announcer.tell_message(workspace.keep(Message(channel.id, ts, body)))


def admit(slack: Slack, channel: Channel, user: User, inviter: User | None = None) -> None:
    """Let somebody into a channel, and tell the app."""
    if user.id in channel.members:
        return
    channel.members.append(user.id)
    if user.is_stranger and user.team_id not in channel.shared_with:
        channel.shared_with.append(user.team_id)
    more = {"inviter": inviter.id} if inviter else {}
    announce(slack, channel, user, "channel_join", f"<@{user.id}> has joined the channel", **more)
    kind = {"public": "C", "private": "G", "dm": "D"}[channel.kind]
    event = {
        "type": "member_joined_channel", "user": user.id, "channel": channel.id, "channel_type": kind,
        "team": user.team_id, **more,
    }  # fmt: skip
    slack.announcer.tell(event, channel)


def see_out(slack: Slack, channel: Channel, user: User) -> None:
    """Let somebody go from a channel, and tell the app."""
    announce(slack, channel, user, "channel_leave", f"<@{user.id}> has left the channel")
    kind = {"public": "C", "private": "G", "dm": "D"}[channel.kind]
    event = {
        "type": "member_left_channel", "user": user.id, "channel": channel.id, "channel_type": kind,
        "team": user.team_id,
    }  # fmt: skip
    slack.announcer.tell(event, channel)
    if user.id == slack.credentials.bot_user_id:
        slack.announcer.tell_channel("left", channel, user.id)
    channel.members.remove(user.id)
    slack.workspace.touch()


def shown(slack: Slack, message: Message, *, metadata: bool = False) -> Json:
    """Return a message as history hands it out, with what its thread has come to."""
    body = deepcopy(message.body)
    if not metadata:
        body.pop("metadata", None)
    replies = [
        one
        for one in slack.workspace.messages(message.channel)
        if one.is_reply and one.thread == message.ts and not one.only_for
    ]
    if replies:
        people = list(dict.fromkeys(str(one.body.get("user", "")) for one in replies))
        body |= {
            "thread_ts": message.ts, "reply_count": len(replies), "reply_users": people[:5],
            "reply_users_count": len(people), "latest_reply": replies[-1].ts, "subscribed": False, "is_locked": False,
        }  # fmt: skip
    return body
