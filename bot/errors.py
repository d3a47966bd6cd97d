"""Turns errors into answers, in the place where the person looks: the field, the form, an ephemeral reply.

InvalidForm            under the fields it names
UserError              as written: in the form's first field, as the command's answer, or only to the person
Unavailable            an honest sentence; events are refused, so that Slack delivers them again
anything else          a bug: logged with its traceback under a reference, and the person sees the reference
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import BoltResponse

from bot import ids
from bot.blocks.elements import Rendered, escape, person, section
from bot.reference import new_reference
from bot.replies import Replies
from workflows.errors import InvalidForm, Unavailable, UserError

log = structlog.get_logger(__name__)
DATABASE_AWAY = (
    "Faultline cannot reach its database right now. Nothing you typed is lost; please try again in a minute."
)
BUG = "Something went wrong on our side; please tell whoever runs Faultline this reference: {reference}."


@dataclass(frozen=True)
class ErrorAnswers:
    """The one error handler of the Slack app."""

    replies: Replies

    def answer(self, error: Exception, body: dict[str, Any]) -> BoltResponse:
        """Return the acknowledgement that tells the person, or makes Slack deliver again."""
        sentence = self._sentence(error)
        if _is_typing(body):
            return BoltResponse(status=200)  # nothing is promised of a letter; sending the form says what is wrong
        match _kind(body):
            case "view_submission":
                return _in_form(error, sentence, body)
            case "command":
                return _json({"response_type": "ephemeral", "text": sentence})
            case "block_actions" | "shortcut" | "message_action" | "view_closed":
                self._tell(sentence, body)
                return BoltResponse(status=200)
            case _:
                # Slack delivers an event again when it is refused; a UserError would only repeat itself.
                return BoltResponse(status=200 if isinstance(error, UserError) else 503)

    def _sentence(self, error: Exception) -> str:
        if isinstance(error, UserError):
            return escape(error.sentence) + (f" Ask {person(error.ask)}." if error.ask else "")
        if isinstance(error, Unavailable):
            log.warning("the database does not answer", exc_info=error)
            return DATABASE_AWAY
        reference = new_reference()
        log.error("a bug", reference=reference, exc_info=error)
        return BUG.format(reference=reference)

    def _tell(self, sentence: str, body: Mapping[str, Any]) -> None:
        rendered = Rendered(sentence, [section(sentence)])
        if response_url := body.get("response_url"):
            self.replies.tell(str(response_url), rendered)
        elif user_id := (body.get("user") or {}).get("id"):
            self.replies.tell_in_private(str(user_id), rendered)


def _is_typing(body: Mapping[str, Any]) -> bool:
    return any(one.get("action_id") == ids.ANSWER for one in body.get("actions") or ())


def _kind(body: Mapping[str, Any]) -> str:
    if "command" in body:
        return "command"
    return str(body.get("type", ""))


def _in_form(error: Exception, sentence: str, body: Mapping[str, Any]) -> BoltResponse:
    """Keep the form open with what was typed in it, and the sentence under a field."""
    fields = [block["block_id"] for block in body["view"].get("blocks", []) if block.get("type") == "input"]
    named = error.fields if isinstance(error, InvalidForm) else {}
    errors = {field: text for path, text in named.items() for field in fields if _is_at(path, field)}
    if not errors and fields:
        errors = {fields[0]: sentence}
    return _json({"response_action": "errors", "errors": errors})


def _is_at(path: str, field: str) -> bool:
    """Return whether the field of the form is where the path of the document leads, or the part around it."""
    return path == field or path.endswith(f".{field}") or path.startswith(f"{field}.") or field.startswith(f"{path}.")


def _json(body: Mapping[str, Any]) -> BoltResponse:
    return BoltResponse(status=200, body=json.dumps(body), headers={"content-type": "application/json"})
