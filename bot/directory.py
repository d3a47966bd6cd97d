"""The channels and people of the workspace, as Slack knows them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from http.client import HTTPException
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.refusals import error_of, is_rate_limit, is_slacks_own_trouble
from workflows.errors import Unavailable
from workflows.ports import Channel


@dataclass(frozen=True)
class SlackChannels:
    """Asks Slack for channels; `client` answers within a second or not at all, since an event waits for it."""

    client: WebClient

    def about(self, channel_id: str) -> Channel:
        """Return what Slack says of the channel; nothing but that we are not in it, for one that is hidden from us."""
        try:
            return _channel(self.client.conversations_info(channel=channel_id)["channel"])
        except SlackApiError as refused:
            if is_rate_limit(refused) or is_slacks_own_trouble(refused):
                msg = "Slack does not say which channel this is"
                raise Unavailable(msg) from refused
            # Slack hides private channels from whoever is not in them; other refusals say nothing of the channel.
            is_hidden = error_of(refused) == "channel_not_found"
            return Channel("", is_private=is_hidden, is_member=False if is_hidden else None)
        except (OSError, HTTPException) as broken:
            msg = "Slack does not say which channel this is"
            raise Unavailable(msg) from broken


@dataclass(frozen=True)
class SlackPeople:
    """Asks Slack who somebody is, and remembers; only for the background, since Slack may take its time.

    Without the optional scope users:read nobody is known.
    """

    client: WebClient
    _known: dict[str, Mapping[str, Any]] = field(default_factory=dict)

    def team_of(self, user_id: str) -> str | None:
        """Return the workspace that the person belongs to, or None where Slack does not say."""
        return str(self._who(user_id).get("team_id") or "") or None

    def names_of(self, user_ids: Iterable[str]) -> Mapping[str, str]:
        """Return the names by which Slack shows people, of those that it tells."""
        named = {user_id: self._who(user_id) for user_id in user_ids}
        return {user_id: _name(who) for user_id, who in named.items() if _name(who)}

    def _who(self, user_id: str) -> Mapping[str, Any]:
        if user_id not in self._known:
            try:
                self._known[user_id] = self.client.users_info(user=user_id)["user"]
            except (SlackApiError, OSError, HTTPException):
                return {}
        return self._known[user_id]


def _name(who: Mapping[str, Any]) -> str:
    profile = who.get("profile") or {}
    return str(profile.get("display_name") or who.get("real_name") or who.get("name") or "")


def _channel(described: Mapping[str, Any]) -> Channel:
    return Channel(
        name=str(described.get("name") or ""),
        is_shared=bool(described.get("is_ext_shared") or described.get("is_shared")),
        is_private=bool(described.get("is_private")),
        is_member=described.get("is_member"),
    )
