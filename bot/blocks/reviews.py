"""Reviews as stewards see them: the nudge, what became of it, the form for a needed change, and the list."""

from collections.abc import Sequence

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    button,
    clip,
    context,
    escape,
    modal,
    person,
    section,
    text_field,
)
from bot.blocks.entries import SHORT, card_blocks, card_text, day, open_entry
from workflows.reviews import MAX_NOTE, DueReview, nudge_subject

ANSWERED = {
    "verified": ":white_check_mark: Verified by {who} on {day}. It is due again in time.",
    "snoozed": ":zzz: Snoozed for a week by {who} on {day}.",
    "needs_change": ":pencil2: {who} asked for a change on {day}: {note}",
}


def review_nudge(review: DueReview) -> Rendered:
    """Return the message to a steward: is this entry still right? Once answered, it says so and has no buttons."""
    if review.answer is not None:
        done = ANSWERED[review.answer.answer].format(
            who=person(review.answer.answered_by),
            day=day(review.answer.answered_at),
            note=escape(review.answer.note or ""),
        )
        return Rendered(f"{card_text(review.entry)} {done}", [*card_blocks(review.entry), section(done)])
    ask = f"*Is this entry still right?* It is due for review: {_reason(review)}."
    blocks = [section(ask), *card_blocks(review.entry), review_buttons(review), _promise()]
    return Rendered(f"Is this entry still right? {card_text(review.entry)}", blocks)


def due_reviews(reviews: Sequence[DueReview]) -> Rendered:
    """Return the list of a person's due reviews, each with its buttons."""
    if not reviews:
        text = "Nothing waits for your review."
        return Rendered(text, [section(text)])
    blocks: list[Block] = [section(f"*{len(reviews)} review(s) wait for you.*")]
    for review in reviews[:12]:
        blocks += [*card_blocks(review.entry, _reason(review)), review_buttons(review)]
    return Rendered("Reviews that wait for you: " + "; ".join(card_text(one.entry) for one in reviews[:12]), blocks)


def review_buttons(review: DueReview) -> Block:
    """Return the answers a steward can give."""
    value = nudge_subject(review.entry.id, review.due_at)
    return actions(
        f"review:{value}",
        [
            button("Still right", ids.VERIFY, value, style="primary"),
            button("Needs a change", ids.NEEDS_CHANGE, value),
            button("Snooze a week", ids.SNOOZE, value),
            open_entry(review.entry),
        ],
    )


def needs_change_form(subject: str, title: str) -> Block:
    """Return the form that asks what has to change."""
    note = text_field(
        "note", "What has to change?", multiline=True, required=True, max_length=MAX_NOTE,
        hint="A sentence is enough. Whoever edits the entry starts from it.", value=None,
    )  # fmt: skip
    blocks = [section(escape(title)), note]
    return modal(
        "Needs a change",
        blocks,
        callback_id=ids.NEEDS_CHANGE_FORM,
        submit="Send",
        close="Cancel",
        private_metadata=subject,
    )


def _reason(review: DueReview) -> str:
    by = f" by {person(review.asked_by)}" if review.asked_by else ""
    return escape(clip(review.reason or "its date has come", SHORT)) + by


def _promise() -> Block:
    return context("Only your answer moves the date; this message comes once.")
