"""A steward's answers to reviews."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Rendered, section
from bot.blocks.reviews import due_reviews, needs_change_form, review_nudge
from bot.forms.calls import CommandCall, press, submission
from bot.homes import Homes
from bot.replies import Replies
from workflows.people import require_colleague
from workflows.reviews import Answer, Reviews, read_nudge_subject


@dataclass(frozen=True)
class ReviewListeners:
    """The list of reviews and the buttons of the nudge."""

    reviews: Reviews
    homes: Homes
    replies: Replies
    home_team: str

    def list(self, call: CommandCall) -> Rendered:
        """`/failure reviews`."""
        require_colleague(call.actor)
        return due_reviews(self.reviews.due_for(call.actor))

    def verify(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Still right”."""
        self._answer(ack, body, "verified")

    def snooze(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Snooze a week”."""
        self._answer(ack, body, "snoozed")

    def ask_for_change(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Needs a change”: opens the form that asks what."""
        pressed = press(body, self.home_team)
        entry_id, due_at = read_nudge_subject(pressed.value)
        review = self.reviews.open_for(entry_id, due_at, pressed.actor)
        form = needs_change_form(pressed.value, f"{entry_id} {review.entry.document.title}")
        self.replies.open_form(pressed, form)
        ack()

    def take_change(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Needs a change”."""
        submitted = submission(body, self.home_team)
        entry_id, due_at = read_nudge_subject(submitted.private_metadata)
        self.reviews.answer(entry_id, due_at, "needs_change", submitted.actor, note=submitted.answers.get("note"))
        ack()

    def _answer(self, ack: Ack, body: dict[str, Any], answer: Answer) -> None:
        pressed = press(body, self.home_team)
        entry_id, due_at = read_nudge_subject(pressed.value)
        review = self.reviews.answer(entry_id, due_at, answer, pressed.actor)
        if pressed.is_at_home:
            self.homes.publish_for(pressed.actor)
        elif review.answer is not None:
            done = review_nudge(review).blocks[-1]["text"]["text"]
            self.replies.tell(pressed.response_url, Rendered(done, [section(done)]))
        ack()
