"""Reading what Slack answers when it refuses a call."""

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from slack_sdk.errors import SlackApiError

TOO_MANY = 429  # HTTP's own numbers
SERVER_ERROR = 500
RATE_LIMITS = frozenset({"ratelimited", "rate_limited"})  # chat.postMessage spells it the second way
# Slack's own trouble in so many words: the call may have happened or not.
TROUBLES = frozenset({"internal_error", "fatal_error", "request_timeout", "service_unavailable"})
CODE = re.compile("[a-z0-9_]+")


def error_of(refused: SlackApiError) -> str:
    """Return Slack's error code, such as `channel_not_found`, or an empty string where the answer held none."""
    error = str(refused.response.get("error") or "") if _is_readable(refused) else ""
    # Of an answer that is no JSON, such as a proxy's page, slack_sdk makes a sentence and calls it the error.
    return error if CODE.fullmatch(error) else ""


def is_rate_limit(refused: SlackApiError) -> bool:
    """Return whether Slack asks us to slow down; the call did certainly not happen."""
    return _status(refused) == TOO_MANY or error_of(refused) in RATE_LIMITS


def retry_after(refused: SlackApiError) -> timedelta:
    """Return how long Slack asks us to wait, at least a second."""
    headers: Mapping[str, Any] = _headers(refused)
    named = {str(name).lower(): value for name, value in headers.items()}.get("retry-after", "1")
    value = named[0] if isinstance(named, list) else named
    return timedelta(seconds=max(1.0, float(value)))


def is_slacks_own_trouble(refused: SlackApiError) -> bool:
    """Return whether the failure lies with Slack's servers; the call may have happened or not."""
    error = error_of(refused)
    return _status(refused) >= SERVER_ERROR or not error or error in TROUBLES


def _is_readable(refused: SlackApiError) -> bool:
    return hasattr(refused.response, "status_code")


def _status(refused: SlackApiError) -> int:
    # For a body that is no JSON, slack_sdk hands over a plain dict instead of its response object.
    return int(refused.response.status_code if _is_readable(refused) else refused.response["status"])


def _headers(refused: SlackApiError) -> Mapping[str, Any]:
    headers: Mapping[str, Any] = refused.response.headers if _is_readable(refused) else refused.response["headers"]
    return headers
