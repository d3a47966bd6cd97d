"""Looking in Slack whether a message of ours stands there, by the opaque key in its metadata."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from slack_sdk import WebClient
from slack_sdk.web import SlackResponse

PAGE = 200  # messages; Slack advises no more at a time
MOST_PAGES = 25
MARGIN = timedelta(minutes=5)  # between Slack's clock and what we take it to be


class CannotLook(Exception):
    """Too much was said in the channel since; nobody can tell whether the message stands there."""


def opaque_key(key: str) -> str:
    """Return the key as others in the workspace may see it: the same for the same message, and saying nothing."""
    return str(uuid5(NAMESPACE_URL, f"faultline:{key}"))


def look_up(client: WebClient, key: str, *, channel: str, thread_ts: str | None, since: datetime) -> str | None:
    """Return the ts under which the message stands in a channel or thread since then, or None.

    Raises CannotLook where more was said than we are ready to read, and whatever the client raises.
    """
    where: dict[str, Any] = {"channel": channel, "oldest": str((since - MARGIN).timestamp())}
    ask: Callable[..., SlackResponse] = client.conversations_history
    if thread_ts:
        where["ts"] = thread_ts
        ask = client.conversations_replies
    wanted, cursor = opaque_key(key), ""
    for _ in range(MOST_PAGES):
        page = ask(**where, include_all_metadata=True, limit=PAGE, cursor=cursor)
        found = next((str(said["ts"]) for said in page["messages"] if _key_of(said) == wanted), None)
        cursor = str((page.get("response_metadata") or {}).get("next_cursor") or "")
        if found or not cursor:
            return found
    msg = f"more than {PAGE * MOST_PAGES} messages were posted there since"
    raise CannotLook(msg)


def _key_of(said: Mapping[str, Any]) -> str | None:
    payload = (said.get("metadata") or {}).get("event_payload") or {}
    key = payload.get("key")
    return str(key) if key else None
