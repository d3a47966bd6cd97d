"""Who the bot is in its workspace."""

from dataclasses import dataclass

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.refusals import error_of
from workflows.errors import UserError


@dataclass(frozen=True)
class Identity:
    """The bot's own user, bot and workspace ids, as auth.test gives them."""

    bot_user_id: str
    bot_id: str
    team_id: str
    team: str = ""
    scopes: frozenset[str] = frozenset()
    told_at: str = ""  # the answer's Date: Slack's clock


def who_am_i(client: WebClient) -> Identity:
    """Ask Slack who the token belongs to; raises UserError when Slack refuses it or cannot be reached."""
    try:
        answer = client.auth_test()
    except SlackApiError as refused:
        error = error_of(refused) or "it failed itself"
        msg = (
            f"Slack does not accept SLACK_BOT_TOKEN ({error}); copy the Bot User OAuth Token again from "
            "api.slack.com/apps, “OAuth & Permissions”."
        )
        raise UserError(msg) from None
    except OSError as unreachable:
        msg = f"Slack cannot be reached at {client.base_url}: {unreachable}. Check FAULTLINE_SLACK_API_URL."
        raise UserError(msg) from None
    granted = str(answer.headers.get("x-oauth-scopes") or answer.headers.get("X-OAuth-Scopes") or "")
    return Identity(
        bot_user_id=str(answer.get("user_id", "")),
        bot_id=str(answer.get("bot_id", "")),
        team_id=str(answer.get("team_id", "")),
        team=str(answer.get("team", "")),
        told_at=str(answer.headers.get("date") or answer.headers.get("Date") or ""),
        scopes=frozenset(scope.strip() for scope in granted.split(",") if scope.strip()),
    )
