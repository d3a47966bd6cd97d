"""Joining a public channel in which we are to listen."""

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.refusals import error_of

log = structlog.get_logger(__name__)


def join(client: WebClient, channel_id: str) -> None:
    """Join the channel; where Slack refuses, people still see what to do with `/failure watch`."""
    try:
        client.conversations_join(channel=channel_id)
    except SlackApiError as refused:
        log.warning("could not join an incident channel", channel=channel_id, error=error_of(refused))
