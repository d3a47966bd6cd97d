"""The connection to Slack: clients, the Bolt app, Socket Mode."""

import logging
import math
from datetime import timedelta

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_bolt.authorization import AuthorizeResult
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import (
    ConnectionErrorRetryHandler,
    RateLimitErrorRetryHandler,
    ServerErrorRetryHandler,
)

from bot.errors import ErrorAnswers
from bot.identity import Identity
from bot.listeners import Listeners

TIMEOUT = timedelta(seconds=10)


def posting_client(token: str, api_url: str, timeout: timedelta = TIMEOUT) -> WebClient:
    """Return a client that never repeats a request: the default one posts twice when an answer is lost."""
    return WebClient(token=token, base_url=api_url, timeout=_seconds(timeout), retry_handlers=[])


def reading_client(token: str, api_url: str, timeout: timedelta = TIMEOUT) -> WebClient:
    """Return a client for calls that may be repeated; it waits out rate limits, so only background threads use it."""
    handlers = [
        ConnectionErrorRetryHandler(max_retry_count=2),
        RateLimitErrorRetryHandler(max_retry_count=2),
        ServerErrorRetryHandler(max_retry_count=2),
    ]
    return WebClient(token=token, base_url=api_url, timeout=_seconds(timeout), retry_handlers=handlers)


def _seconds(timeout: timedelta) -> int:
    return math.ceil(timeout.total_seconds())  # the client takes whole seconds


def bolt_app(client: WebClient, identity: Identity, listeners: Listeners, errors: ErrorAnswers) -> App:
    """Return the Bolt app with every listener.

    `process_before_response`: each listener runs on the thread that acknowledges, so a slow one starves nobody and an
    error before the acknowledgement still becomes an answer. Requests over HTTP are verified before they get here
    (bot/web/slack.py), since Bolt would parse them first and log the bodies it refuses.
    """
    authorized = AuthorizeResult(
        enterprise_id=None,
        team_id=identity.team_id,
        bot_user_id=identity.bot_user_id,
        bot_id=identity.bot_id,
        bot_token=client.token,
    )

    def authorize() -> AuthorizeResult:
        return authorized  # asked once at the start; Bolt's own would ask Slack before the first acknowledgement

    # Below errors, Bolt logs the bodies of requests and two complaints about the way we hand it our client.
    quiet = logging.getLogger("faultline.bolt")
    quiet.setLevel(logging.ERROR)
    app = App(
        logger=quiet,
        client=client,
        authorize=authorize,
        process_before_response=True,
        request_verification_enabled=False,
        attaching_conversation_kwargs_enabled=False,
    )
    app.error(errors.answer)
    listeners.register(app)
    return app


def socket_mode(app: App, app_token: str, client: WebClient) -> SocketModeHandler:
    """Return the Socket Mode connection; the explicit client keeps it on our base URL instead of slack.com."""
    return SocketModeHandler(app, app_token, web_client=client)
