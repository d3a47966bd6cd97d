"""Reads what was said while the bot was away, once, at its start; nothing of it makes noise now.

Only channels the bot is in are asked for (users.conversations), only those it listens in are read: of each at most the
newest 2,000 messages, and of its 100 threads with the newest replies 1,000 replies each, from the beginning of the
incident that goes on there, so that edits and deletions are seen as well.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.client import HTTPException
from typing import Any, Final

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.forms.calls import message
from bot.identity import Identity
from bot.refusals import error_of
from workflows.clock import Clock
from workflows.errors import Unavailable
from workflows.incidents import Incidents, Message
from workflows.situations import Situations

log = structlog.get_logger(__name__)

PAGE: Final = 200  # messages asked for at once, as Slack recommends for conversations.history
PAGES: Final = 10  # of one channel's messages
REPLY_PAGES: Final = 5  # of one thread's replies
THREADS: Final = 100  # threads of one channel that had replies meanwhile, those with the newest ones
TOGETHER: Final = 50  # messages ranked together; they must not wait so long that they count as left behind
FARTHEST: Final = timedelta(days=1)
MARGIN: Final = timedelta(seconds=10)  # an incident opens a moment after its first message was said


@dataclass(frozen=True)
class _Past:
    """What stands in a channel, by `ts`; whatever was said `after` that moment and is not in it was deleted."""

    said: Mapping[str, Mapping[str, Any]]
    after: str


@dataclass(frozen=True)
class CatchingUp:
    """Takes missed messages in; `client` may wait out rate limits, so it runs in the background."""

    client: WebClient
    incidents: Incidents
    situations: Situations
    identity: Identity
    clock: Clock
    _stopping: threading.Event = field(default_factory=threading.Event)

    def stop(self) -> None:
        """Read no further channel."""
        self._stopping.set()

    def run(self) -> int:
        """Read the channels, and return how many messages were taken in."""
        try:
            return sum(self._channel(channel) for channel in self._channels())
        except (SlackApiError, OSError, HTTPException, Unavailable) as broken:
            reason = error_of(broken) if isinstance(broken, SlackApiError) else str(broken)
            log.warning("what was said while the bot was away is not read", reason=reason)
            return 0

    def _channels(self) -> Iterator[Mapping[str, Any]]:
        scopes = self.identity.scopes
        kinds = [kind for kind, scope in (("public_channel", "channels"), ("private_channel", "groups"))
                 if not scopes or {f"{scope}:read", f"{scope}:history"} <= scopes]  # fmt: skip
        if not kinds:
            return
        pages = self.client.users_conversations(types=",".join(kinds), exclude_archived=True, limit=PAGE)
        for channel in (one for page in pages for one in page["channels"]):
            if self._stopping.is_set():
                return
            yield channel

    def _channel(self, described: Mapping[str, Any]) -> int:
        channel_id = str(described["id"])
        since = self.incidents.listened_since(channel_id, str(described.get("name") or ""))
        if since is None or described.get("is_ext_shared") or described.get("is_shared"):
            return 0
        try:
            past = self._past(channel_id, max(since, self.clock() - FARTHEST) - MARGIN)
        except SlackApiError as refused:
            log.warning("a channel's past is not read", channel=channel_id, reason=error_of(refused))
            return 0
        self.incidents.forget_missing(channel_id, past.said.keys(), after=past.after)
        heard = [one for ts in sorted(past.said) if (one := self._heard(channel_id, past.said[ts])) is not None]
        return sum(self._take_in(heard[begin : begin + TOGETHER]) for begin in range(0, len(heard), TOGETHER))

    def _take_in(self, said: Sequence[Message]) -> int:
        """Take some messages in, rank them together, and return how many were new."""
        taken = [(one, self.incidents.take_in(one)) for one in said]
        for one, heard in taken:
            if heard.is_new:
                self.situations.hear(one)
        for incident_id in {heard.incident_id for _, heard in taken if heard.incident_id is not None}:
            self.incidents.bring_up_to_date(incident_id, quietly=True)
        return sum(heard.is_new for _, heard in taken)

    def _past(self, channel_id: str, oldest: datetime) -> _Past:
        after = f"{oldest.timestamp():.6f}"
        history = self.client.conversations_history(channel=channel_id, oldest=after, limit=PAGE)
        said, is_whole = self._pages(history, PAGES)
        read_from = after if is_whole else min(said, default=after)
        for parent in self._busy_threads(channel_id, said, after):
            replies = self.client.conversations_replies(channel=channel_id, ts=parent, oldest=after, limit=PAGE)
            said |= self._pages(replies, REPLY_PAGES)[0]
        return _Past(said, read_from)

    def _busy_threads(self, channel_id: str, said: Mapping[str, Mapping[str, Any]], after: str) -> Iterator[str]:
        """Yield the threads with new replies, the newest first; those that were named to us count, however old."""
        latest = {ts: str(one.get("latest_reply") or "") for ts, one in said.items()}
        busy = sorted((ts for ts, reply in latest.items() if reply > after), key=lambda ts: latest[ts], reverse=True)
        named = [ts for ts in self.incidents.listening.threads_in(channel_id) if ts not in said]
        for ts in [*named, *busy][:THREADS]:
            if self._stopping.is_set():
                return
            yield ts

    def _pages(self, first: SlackResponse, most: int) -> tuple[dict[str, Mapping[str, Any]], bool]:
        """Return the messages of the first pages by their `ts`, and whether there were no more."""
        said: dict[str, Mapping[str, Any]] = {}
        for number, page in enumerate(first, start=1):
            said |= {str(one["ts"]): one for one in page["messages"]}
            if number == most or self._stopping.is_set():
                return said, not page.get("has_more")
        return said, True

    def _heard(self, channel_id: str, said: Mapping[str, Any]) -> Message | None:
        me = self.identity
        # As an event, so that it is read as if it had come in time; the id makes it one that is taken in once.
        edited = (said.get("edited") or {}).get("ts", "")
        body = {"event_id": f"past:{channel_id}:{said.get('ts')}:{edited}", "event": {**said, "channel": channel_id}}
        return message(body, bot_user_id=me.bot_user_id, bot_id=me.bot_id, home_team=me.team_id, is_past=True)
