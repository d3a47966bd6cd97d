"""Answers to reviews, the list of what is due, and who is away."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from slack_bolt import Ack

from bot.blocks.elements import Rendered, section
from bot.blocks.reviews import due_reviews, hand_over_form, needs_change_form, settled, snooze_form
from bot.forms.calls import CommandCall, Press, press, submission
from bot.homes import Homes
from bot.replies import Replies
from workflows.people import Actor, require_colleague
from workflows.reviews.messages import read_nudge_subject
from workflows.reviews.reviews import DueReview, Reviews
from workflows.reviews.stewardship import Stewardship

MONTH: Final = timedelta(days=30)


@dataclass(frozen=True)
class ReviewListeners:
    """The list of reviews and the buttons of each."""

    reviews: Reviews
    stewardship: Stewardship
    homes: Homes
    replies: Replies
    home_team: str

    def list(self, call: CommandCall) -> Rendered:
        """`/failure reviews`, with `me`, `all` or a domain behind it, and a page."""
        words = call.rest.lower().split()
        page = int(words.pop()) if words and words[-1].isdecimal() and len(words[-1]) < 5 else 1  # noqa: PLR2004 - digits
        return self._page(call.actor, " ".join(words) or "mine", page)

    def more(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Show more”."""
        pressed = press(body, self.home_team)
        scope, _, page = pressed.value.partition("|")
        self.replies.tell(pressed.response_url, self._page(pressed.actor, scope, int(page) if page.isdecimal() else 1))
        ack()

    def verify(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Still right”."""
        pressed = press(body, self.home_team)
        entry_id, due_at = read_nudge_subject(pressed.value)
        self._done(pressed, self.reviews.answer(entry_id, due_at, "verified", pressed.actor))
        ack()

    def snooze(self, ack: Ack, body: dict[str, Any]) -> None:
        """Menu “Snooze”: a week, a month, or the form that asks until when; once a button, which meant a week."""
        pressed = press(body, self.home_team)
        subject, _, length = pressed.value.rpartition("|")
        if length not in {"week", "month", "day"}:
            subject, length = pressed.value, "week"
        entry_id, due_at = read_nudge_subject(subject)
        if length == "day":
            review = self.reviews.open_for(entry_id, due_at, pressed.actor)
            self.replies.open_form(pressed, snooze_form(subject, _title(review)))
        else:
            until = self.reviews.clock() + MONTH if length == "month" else None
            self._done(pressed, self.reviews.answer(entry_id, due_at, "snoozed", pressed.actor, until=until))
        ack()

    def take_snooze(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Snooze until a day”."""
        submitted = submission(body, self.home_team)
        entry_id, due_at = read_nudge_subject(submitted.private_metadata)
        day = _day(submitted.answers.get("until", ""))
        place = self.stewardship.workplace(submitted.actor.user_id)
        until = place.at(day, 0) if day else datetime.min.replace(tzinfo=UTC)
        self.reviews.answer(entry_id, due_at, "snoozed", submitted.actor, until=until)
        ack()
        self.homes.publish_for(submitted.actor)

    def ask_for_change(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Needs a change”: opens the form that asks what."""
        pressed = press(body, self.home_team)
        entry_id, due_at = read_nudge_subject(pressed.value)
        review = self.reviews.open_for(entry_id, due_at, pressed.actor)
        self.replies.open_form(pressed, needs_change_form(pressed.value, _title(review)))
        ack()

    def take_change(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Needs a change”."""
        submitted = submission(body, self.home_team)
        entry_id, due_at = read_nudge_subject(submitted.private_metadata)
        self.reviews.answer(entry_id, due_at, "needs_change", submitted.actor, note=submitted.answers.get("note"))
        ack()
        self.homes.publish_for(submitted.actor)

    def ask_to_hand_over(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Hand over”: opens the form that asks to whom."""
        pressed = press(body, self.home_team)
        entry_id, due_at = read_nudge_subject(pressed.value)
        review = self.reviews.open_for(entry_id, due_at, pressed.actor)
        self.replies.open_form(pressed, hand_over_form(pressed.value, _title(review)))
        ack()

    def hand_over(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Hand over”."""
        submitted = submission(body, self.home_team)
        entry_id, due_at = read_nudge_subject(submitted.private_metadata)
        self.reviews.answer(entry_id, due_at, "handed_over", submitted.actor, to=submitted.answers.get("to"))
        ack()
        self.homes.publish_for(submitted.actor)

    def _page(self, actor: Actor, scope: str, page: int) -> Rendered:
        require_colleague(actor)
        scope = self.reviews.scope_named(scope)
        due = self.reviews.due_for(actor, scope)
        return due_reviews(due, scope, page, may_answer=lambda review: self.reviews.may_answer(review, actor))

    def _done(self, pressed: Press, review: DueReview) -> None:
        if pressed.is_at_home:
            self.homes.publish_for(pressed.actor)
        elif not review.is_open:
            done = f"`{review.entry.id}` {settled(review)}"
            self.replies.tell(pressed.response_url, Rendered(done, [section(done)]))


def _title(review: DueReview) -> str:
    return f"{review.entry.id} {review.entry.document.title}"


def _day(chosen: str) -> date | None:
    """Return a day as Slack's field gives it, or None where none was chosen."""
    try:
        return date.fromisoformat(chosen)
    except ValueError:
        return None
