"""Merging two entries that mean the same."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.merging import merge_form, merged
from bot.forms.calls import press, submission
from bot.replies import Replies
from workflows.entries.differences import differences
from workflows.entries.merging import Merging


@dataclass(frozen=True)
class MergingListeners:
    """The button and the form."""

    merging: Merging
    replies: Replies
    home_team: str

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Merge into another”; with the nearest double, if there is one, filled in."""
        pressed = press(body, self.home_team)
        entry = self.merging.catalog.entry(pressed.value, pressed.actor, follow=False)
        self.merging.catalog.people.require_steward(pressed.actor, entry.document.domain, f"merge {entry.id}")
        nearest = self.merging.nearest(entry, pressed.actor)
        if nearest is None:
            self.replies.open_form(pressed, merge_form(entry))
        else:
            target, after = self.merging.preview(entry.id, nearest, pressed.actor)
            self.replies.open_form(pressed, merge_form(entry, target=target, gains=differences(target.document, after)))
        ack()

    def merge(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Merge”."""
        submitted = submission(body, self.home_team)
        source, answers = submitted.private_metadata, submitted.answers
        target = self.merging.merge(
            source, answers.get("target", ""), submitted.actor, reason=answers.get("reason", "")
        )
        ack(response_action="update", view=merged(source, target))
