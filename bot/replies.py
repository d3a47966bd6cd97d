"""Answers to one person: a form on their screen, a message only they see, or a file in their direct messages."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http.client import HTTPException
from typing import Any

import structlog
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from bot.background import Background
from bot.blocks.elements import Rendered, section
from bot.forms.calls import CommandCall, Press
from bot.refusals import error_of, is_rate_limit, is_slacks_own_trouble

log = structlog.get_logger(__name__)
TOO_LATE = "Slack took too long to open that form. Nothing is lost; please do it once more."
NOT_OPENED = "Slack has trouble and did not open that form. Nothing is lost; please try again in a minute."
SENT = "The document is in your direct messages with Faultline; pass it on from there."
MAY_NOT_SEND = "Faultline may not post files here; ask an admin to grant `files:write` or run `faultline writeups`."
NOT_SENT = "Slack did not take the document. Nothing is lost; please try again in a minute."
BROKEN = (OSError, HTTPException)  # timeouts and broken connections
# Slack forgets a trigger 3 seconds after the click, docs.slack.dev/interactivity/handling-user-interaction.
GONE_ERRORS = frozenset({"not_found", "view_not_found", "hash_conflict"})
LATE_ERRORS = frozenset({"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged"})


@dataclass(frozen=True)
class Replies:
    """Opens forms, sends answers and files, from the background: Slack is never asked before we acknowledge."""

    client: WebClient
    background: Background

    def open_form(self, asked: CommandCall | Press, view: Mapping[str, Any]) -> None:
        """Open the form for whoever asked, on top of the form they stand in, if they stand in one."""
        self.background.run(lambda: self._open(asked, view))

    def replace_form(self, view_id: str, view: Mapping[str, Any]) -> None:
        """Show something else in a form that is open; one that was closed meanwhile stays closed."""
        if view_id:
            self.background.run(lambda: self._replace(view_id, view))

    def tell(self, response_url: str, rendered: Rendered) -> None:
        """Say something only the person behind the response URL sees."""
        if response_url:
            self.background.run(lambda: self._tell(response_url, rendered))

    def tell_in_private(self, user_id: str, rendered: Rendered) -> None:
        """Say something to a person who has no response URL, in the direct messages with the bot."""
        self.background.run(lambda: self._post(user_id, rendered))

    def send_file(self, user_id: str, name: str, write: Callable[[], str], then: Callable[[str], None]) -> None:
        """Send a file to one person, `write`n in the background, and say to `then` in a sentence what came of it."""
        self.background.run(lambda: then(self._upload(user_id, name, write())))

    def _upload(self, user_id: str, name: str, content: str) -> str:
        try:
            place = self.client.conversations_open(users=user_id)["channel"]["id"]
            self.client.files_upload_v2(channel=place, filename=name, title=name, content=content)
        except SlackApiError as refused:
            return MAY_NOT_SEND if error_of(refused) == "missing_scope" else NOT_SENT
        except (SlackRequestError, *BROKEN):
            return NOT_SENT
        return SENT

    def _open(self, asked: CommandCall | Press, view: Mapping[str, Any]) -> None:
        standing_in = asked.view_id if isinstance(asked, Press) else ""
        open_it = self.client.views_push if standing_in else self.client.views_open
        try:
            open_it(trigger_id=asked.trigger_id, view=dict(view))
        except SlackApiError as refused:
            if error_of(refused) in LATE_ERRORS:
                self._say(asked, TOO_LATE)
            elif is_rate_limit(refused) or is_slacks_own_trouble(refused):
                self._say(asked, NOT_OPENED)
            else:
                raise
        except BROKEN:
            self._say(asked, NOT_OPENED)

    def _say(self, asked: CommandCall | Press, sentence: str) -> None:
        rendered = Rendered(sentence, [section(sentence)])
        if asked.response_url:
            self.tell(asked.response_url, rendered)
        else:  # a button inside a form
            self.tell_in_private(asked.actor.user_id, rendered)

    def _replace(self, view_id: str, view: Mapping[str, Any]) -> None:
        try:
            self.client.views_update(view_id=view_id, view=dict(view))
        except SlackApiError as refused:
            if is_rate_limit(refused) or is_slacks_own_trouble(refused):
                log.warning("a form was not brought up to date", error=error_of(refused))
            elif error_of(refused) not in GONE_ERRORS:
                raise
        except BROKEN as broken:
            log.warning("a form was not brought up to date", error=str(broken))

    @staticmethod
    def _tell(response_url: str, rendered: Rendered) -> None:
        answer = WebhookClient(response_url).send(
            response_type="ephemeral", replace_original=False, **rendered.as_payload()
        )
        if answer.status_code != 200:  # noqa: PLR2004 - HTTP's own number
            log.warning("an answer did not reach the person", status=answer.status_code, body=answer.body[:200])

    def _post(self, user_id: str, rendered: Rendered) -> None:
        self.client.chat_postMessage(channel=user_id, unfurl_links=False, unfurl_media=False, **rendered.as_payload())
