"""What can become of one try to deliver a message, and what Slack's refusals mean for it.

Delivered      Slack took it, or it stood there already
Later          Slack certainly did not take it; worth trying again
Unknown        nobody knows whether Slack took it
Gone           somebody deleted it in Slack; it is posted anew
Ended          it will not be sent: `failed`, `dropped`, or `uncertain` where nobody can find out
"""

import socket
import ssl
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal
from urllib.error import URLError

from slack_sdk.errors import SlackApiError

from bot.refusals import error_of, is_rate_limit, is_slacks_own_trouble, retry_after
from store.outbox import OwedMessage
from workflows.incidents import CARD

# Kinds of message that are worth posting again when somebody deleted them; an answered question is not.
POSTED_ANEW = frozenset({CARD})
# Answers to a look-up that mean we are not able to look.
BLIND_ERRORS = frozenset({"missing_scope", "not_in_channel", "channel_not_found", "not_allowed_token_type"})
# A token that is mended makes these go away; until then they are no message's fault.
TOKEN_ERRORS = frozenset(
    {"invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired", "missing_scope"}
)
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=5), timedelta(minutes=10)
NEVER_LEFT = (ConnectionRefusedError, socket.gaierror, ssl.SSLCertVerificationError)


@dataclass(frozen=True)
class Delivered:
    """Slack took it, or had taken it."""

    channel: str
    ts: str


@dataclass(frozen=True)
class Later:
    """Slack certainly did not take it; `tried` where it was asked at all, `paused` where its channel must rest."""

    wait: timedelta
    problem: str | None = None
    tried: bool = True
    paused: str | None = None


@dataclass(frozen=True)
class Unknown:
    """Slack may or may not have taken it."""

    problem: str


@dataclass(frozen=True)
class Gone:
    """Somebody deleted it."""

    problem: str


@dataclass(frozen=True)
class Ended:
    """It will not be sent."""

    state: Literal["failed", "dropped", "uncertain"]
    problem: str


Outcome = Delivered | Later | Unknown | Gone | Ended


def refused_before(refused: SlackApiError, message: OwedMessage) -> Outcome:
    """Return what it means that Slack refused the preparation of a post: opening a conversation, looking it up."""
    error = error_of(refused)
    if is_rate_limit(refused):
        return Later(retry_after(refused), "Slack asked us to slow down", tried=False)
    if message.maybe_sent and error in BLIND_ERRORS:
        return Ended("uncertain", f"cannot be looked up: {error}")
    if error in TOKEN_ERRORS or is_slacks_own_trouble(refused):
        return Later(backoff(message), error or "Slack's servers failed")
    return Ended("uncertain" if message.maybe_sent else "failed", error)


def refused(refusal: SlackApiError, message: OwedMessage, channel: str) -> Outcome:
    """Return what Slack's answer to the post or the edit itself means."""
    error = error_of(refusal)
    if is_rate_limit(refusal):
        return Later(retry_after(refusal), "Slack asked us to slow down", tried=False, paused=channel)
    if error == "message_not_found" and message.kind in POSTED_ANEW:
        return Gone(error)
    if is_slacks_own_trouble(refusal):
        return Unknown(error or "Slack's servers failed")
    if error in TOKEN_ERRORS:
        return Later(backoff(message), error)
    return Ended("failed", error)


def unanswered(broken: Exception, message: OwedMessage) -> Outcome:
    """Return what a broken connection means: a request that never left was certainly not taken."""
    if isinstance(broken, URLError) and isinstance(broken.reason, NEVER_LEFT):
        return Later(backoff(message), f"Slack cannot be reached: {broken.reason}")
    return Unknown(f"no answer: {broken}")


def backoff(message: OwedMessage) -> timedelta:
    """Return how long to wait after this try: twice as long after each, ten minutes at most."""
    doublings = min(max(message.attempts - 1, 0), 10)
    wait: timedelta = min(FIRST_WAIT * 2**doublings, LONGEST_WAIT)
    return wait
