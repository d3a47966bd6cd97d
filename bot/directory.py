"""The channels of the workspace, as Slack knows them."""

from dataclasses import dataclass
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.refusals import is_rate_limit, is_slacks_own_trouble
from workflows.errors import Unavailable


@dataclass(frozen=True)
class SlackChannels:
    """Asks Slack for channels; `client` answers within a second or not at all, since an event waits for it."""

    client: WebClient

    def name_of(self, channel_id: str) -> str:
        """Return the channel's name, or an empty one for what has none (direct messages, or hidden from us)."""
        try:
            return str(self.client.conversations_info(channel=channel_id)["channel"].get("name") or "")
        except SlackApiError as refused:
            if is_rate_limit(refused) or is_slacks_own_trouble(refused):
                msg = "Slack does not say which channel this is"
                raise Unavailable(msg) from refused
            return ""
        except (OSError, HTTPException) as broken:
            msg = "Slack does not say which channel this is"
            raise Unavailable(msg) from broken
