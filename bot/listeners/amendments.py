"""Suggesting a correction where an entry is read, and deciding over it."""

import json
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.amendments import (
    amendment_form,
    decline_form,
    outcome_text,
    sent,
    suggest_form,
    whole_difference,
)
from bot.blocks.elements import Rendered, section
from bot.forms.calls import Press, Submission, press, submission
from bot.forms.fields import read, shown
from bot.forms.suggestions import (
    changed_fields,
    changed_items,
    choices,
    fields_for,
    suggested,
)
from bot.replies import Replies
from workflows.amendments.amendment import Amendment
from workflows.amendments.amendments import Amendments
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound, UserError

OLD_FORM = "This form is of an older version; open it again from the entry."


@dataclass(frozen=True)
class AmendmentListeners:
    """Buttons and forms of suggested changes."""

    amendments: Amendments
    vocabulary: Vocabulary
    replies: Replies
    home_team: str

    def suggest(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Suggest a correction”: opens the small form."""
        pressed = press(body, self.home_team)
        # A card's button says which incident it stood in as well; what counts is the entry.
        reference = pressed.value.rpartition("|")[2]
        entry = self.amendments.catalog.entry(reference, pressed.actor)
        self.amendments.catalog.people.require_contributor(pressed.actor)
        self.replies.open_form(pressed, suggest_form(entry, choices(entry.document), "", [], {}))
        ack()

    def choose_field(self, ack: Ack, body: dict[str, Any]) -> None:
        """Menu “Which part is wrong?”: shows that part's fields as they stand."""
        pressed = press(body, self.home_team)
        noted = _noted(pressed.noted)
        entry = self.amendments.catalog.entry(noted["entry"], pressed.actor)
        fields, values = fields_for(pressed.value, entry.document, self.vocabulary)
        form = suggest_form(entry, choices(entry.document), pressed.value, fields, values)
        self.replies.replace_form(pressed.view_id, form)
        ack()

    def take_suggestion(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Suggest a correction”."""
        submitted = submission(body, self.home_team)
        noted = _noted(submitted.private_metadata)
        entry = self.amendments.catalog.entry(noted["entry"], submitted.actor)
        changes = suggested(noted["field"], entry.document, submitted.answers, self.vocabulary)
        amendment = self.amendments.suggest(
            entry.id,
            changes,
            submitted.actor,
            reason=submitted.answers.get("reason", ""),
            urgent=submitted.answers.get("urgent") == "urgent",
            submission=submitted.key,
        )
        ack(response_action="update", view=sent(amendment))

    def approve(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Approve”."""
        pressed = press(body, self.home_team)
        amendment_id, version = _numbered(pressed.value)
        done = self.amendments.approve(amendment_id, pressed.actor, version=version)
        self._tell(pressed, done)
        ack()

    def ask_to_decline(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Decline”: opens the form that asks why."""
        pressed = press(body, self.home_team)
        self.replies.open_form(pressed, decline_form(self._decidable(pressed)))
        ack()

    def decline(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Decline”."""
        submitted = submission(body, self.home_team)
        amendment_id, _ = _numbered(submitted.private_metadata)
        self.amendments.decline(amendment_id, submitted.actor, reason=submitted.answers.get("reason", ""))
        ack()

    def open_to_edit(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Edit”: opens the suggested parts as fields."""
        pressed = press(body, self.home_team)
        amendment = self._decidable(pressed)
        fields = changed_fields(amendment.entry.document, amendment.document, self.vocabulary)
        if fields:
            form = amendment_form(amendment, fields, shown(amendment.document, fields))
        else:
            chosen = _first_item(amendment)
            item_fields, values = fields_for(chosen, amendment.document, self.vocabulary)
            form = amendment_form(amendment, item_fields, values)
        self.replies.open_form(pressed, form)
        ack()

    def edit(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Edit the suggestion”."""
        submitted = submission(body, self.home_team)
        amendment_id, version = _numbered(submitted.private_metadata)
        amendment = self.amendments.amendment(amendment_id, submitted.actor)
        changes = self._edited(amendment, submitted)
        self.amendments.edit(amendment_id, changes, submitted.actor, version=version)
        ack()

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Whole difference”."""
        pressed = press(body, self.home_team)
        amendment_id, _ = _numbered(pressed.value)
        self.replies.open_form(pressed, whole_difference(self.amendments.amendment(amendment_id, pressed.actor)))
        ack()

    def _edited(self, amendment: Amendment, submitted: Submission) -> dict[str, Any]:
        fields = changed_fields(amendment.entry.document, amendment.document, self.vocabulary)
        if not fields:
            return suggested(_first_item(amendment), amendment.document, submitted.answers, self.vocabulary)
        return read(fields, submitted.answers, amendment.document)

    def _decidable(self, pressed: Press) -> Amendment:
        """Return the suggestion to somebody who may decide over it, so that nobody types into a form in vain."""
        amendment_id, _ = _numbered(pressed.value)
        amendment = self.amendments.amendment(amendment_id, pressed.actor)
        self.amendments.catalog.people.require_steward(
            pressed.actor, amendment.entry.document.domain, f"decide over changes of {amendment.entry.id}"
        )
        if not amendment.is_open:
            raise UserError(f"This suggestion is decided already. {outcome_text(amendment)}")
        return amendment

    def _tell(self, pressed: Press, amendment: Amendment) -> None:
        told = outcome_text(amendment)
        self.replies.tell(pressed.response_url, Rendered(told, [section(told)]))


def _first_item(amendment: Amendment) -> str:
    found = changed_items(amendment.entry.document, amendment.document)
    if not found:
        msg = "This suggestion takes something out; approve or decline it."
        raise UserError(msg)
    return found[0]


def _noted(text: str) -> dict[str, str]:
    try:
        noted = json.loads(text)
        return {"entry": str(noted["entry"]), "field": str(noted["field"])}
    except (ValueError, KeyError, TypeError):
        raise NotFound(OLD_FORM) from None


def _numbered(value: str) -> tuple[int, int]:
    amendment_id, _, version = value.partition("|")
    if not amendment_id.isdecimal() or len(amendment_id) > 12 or (version and not version.isdecimal()):  # noqa: PLR2004 - no id is longer
        raise NotFound(OLD_FORM)
    return int(amendment_id), int(version or 0)
