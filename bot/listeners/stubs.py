"""Describing in two fields what nothing in the catalog fits."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.stubs import stub_form, stub_made
from bot.forms.calls import press, submission
from bot.forms.situations import SEVERITIES, incident_of, noted_incident
from bot.replies import Replies
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm
from workflows.stubs import Stubs


@dataclass(frozen=True)
class StubListeners:
    """The button and the form."""

    stubs: Stubs
    vocabulary: Vocabulary
    replies: Replies
    home_team: str

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Describe it as new”."""
        pressed = press(body, self.home_team)
        offered = self.stubs.begin(incident_of(pressed)[0], pressed.actor, channel_id=pressed.channel_id)
        self.replies.open_form(pressed, stub_form(offered, self.vocabulary))
        ack()

    def create(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “A new failure mode”: keep the draft, and tell whoever made it."""
        submitted = submission(body, self.home_team)
        incident_id, channel_id = noted_incident(submitted)
        severity = next((one for one in SEVERITIES if one == submitted.answers.get("severity")), None)
        if severity is None:
            raise InvalidForm({"severity": "Choose how bad it was."})
        entry = self.stubs.create(
            incident_id, submitted.answers.get("symptom", ""), severity, submitted.actor,
            channel_id=channel_id, submission=submitted.key,
        )  # fmt: skip
        if entry is not None:
            self.replies.tell_in_private(submitted.actor.user_id, stub_made(entry))
        ack()
