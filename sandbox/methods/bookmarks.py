"""Bookmarks: links at the top of a channel."""

from sandbox.calls import Call
from sandbox.refusal import Refusal
from sandbox.state import Json
from sandbox.workspace import new_id

#: docs.slack.dev/reference/methods/bookmarks.add
PER_CHANNEL = 100


def add(call: Call) -> Json:
    """Add a link."""
    channel = call.channel("channel_id")
    call.must_be_in(channel)
    if call.text("type") != "link":
        raise Refusal("invalid_bookmark_type")
    if not call.text("link").startswith(("http://", "https://")):
        raise Refusal("invalid_link")
    if len(channel.bookmarks) >= PER_CHANNEL:
        raise Refusal("too_many_bookmarks")
    bookmark: Json = {
        "id": new_id("Bk"), "channel_id": channel.id, "title": call.text("title"), "link": call.text("link"),
        "emoji": call.maybe("emoji") or "", "type": "link", "date_created": call.workspace.now(), "date_updated": 0,
        "rank": "U", "last_updated_by_user_id": call.user.id,
    }  # fmt: skip
    channel.bookmarks.append(bookmark)
    call.workspace.touch()
    return {"bookmark": bookmark}


def list_(call: Call) -> Json:
    """List a channel's links."""
    channel = call.channel("channel_id")
    call.must_be_in(channel)
    return {"bookmarks": list(channel.bookmarks)}


def remove(call: Call) -> Json:
    """Remove a link."""
    channel = call.channel("channel_id")
    left = [one for one in channel.bookmarks if one["id"] != call.text("bookmark_id")]
    if len(left) == len(channel.bookmarks):
        raise Refusal("not_found")
    channel.bookmarks = left
    call.workspace.touch()
    return {}
