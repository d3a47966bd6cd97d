"""Recording that a failure happened here, and saying more of it."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.occurrences import occurrence_form
from bot.blocks.sheets import opened_entry
from bot.forms.calls import press, submission
from bot.forms.occurrences import description, noted_case
from bot.replies import Replies
from workflows.entries.sheets import Sheets
from workflows.entries.vocabulary import Vocabulary
from workflows.occurrences import Occurrences


@dataclass(frozen=True)
class OccurrenceListeners:
    """The two buttons and the form."""

    occurrences: Occurrences
    sheets: Sheets
    vocabulary: Vocabulary
    replies: Replies
    home_team: str

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Record an occurrence”."""
        pressed = press(body, self.home_team)
        entry = self.occurrences.begin(pressed.value, pressed.actor)
        self.replies.open_form(pressed, occurrence_form(entry, self.vocabulary))
        ack()

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Say more”."""
        pressed = press(body, self.home_team)
        entry, case = self.occurrences.open(pressed.number(), pressed.actor)
        self.replies.open_form(pressed, occurrence_form(entry, self.vocabulary, case))
        ack()

    def save(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form of one case: keep it, and show it in the entry below."""
        submitted = submission(body, self.home_team)
        said = description(submitted)
        entry_id, case, version = noted_case(submitted)
        if case is None:
            entry = self.occurrences.record(entry_id, said, submitted.actor, submission=submitted.key)
        else:
            entry = self.occurrences.describe(case, said, submitted.actor, version=version)
        self.replies.replace_form(submitted.view_below, opened_entry(self.sheets.of(entry.id, submitted.actor), "here"))
        ack()
