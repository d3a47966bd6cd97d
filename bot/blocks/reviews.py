"""Reviews as people see them: one alone, the digest, what became of each, the forms behind the buttons, the list."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    button,
    clip,
    context,
    date_field,
    escape,
    menu,
    modal,
    person,
    person_field,
    section,
    text_field,
)
from bot.blocks.entries import SEVERITY_MARK, SHORT, card_blocks, card_text, day, last_verified, one_line, open_entry
from workflows.entries.catalog import STARTING_REASON
from workflows.reviews.absences import Absence
from workflows.reviews.messages import nudge_subject
from workflows.reviews.ownership import OwnershipGap
from workflows.reviews.reviews import MAX_NOTE, DueReview, ReviewList

MAX_ROWS: Final = 12  # of one message; the rest are counted
PAGE: Final = 8  # rows of one page of `/failure reviews`
ANSWERED: Final = {
    "verified": ":white_check_mark: Verified by {who} on {day}. It is due again in time.",
    "snoozed": ":zzz: Snoozed until {until} by {who} on {day}.",
    "needs_change": ":pencil2: {who} asked for a change on {day}: {note}",
    "handed_over": ":handshake: {who} handed it over to {to} on {day}.",
}
HEADLINES: Final = {
    "soon": "*{count} of yours to verify this week*",
    "overdue": "*{count} of yours overdue for a review*",
    "backup": "*{count} you are the backup for, overdue for a review:* the steward has not answered.",
    "team": "*{count} of this team's overdue for a review:* neither steward nor backup has answered.",
    "champions": "*{count} that nobody has verified in spite of all reminders.* No more come for these.",
}


ALL_ANSWERED: Final = "*All of these are answered.* Thank you."


def review_nudge(review: DueReview) -> Rendered:
    """Return the message about one review: is this entry still right? Once settled it says so, without buttons."""
    if not review.is_open:
        done = settled(review)
        edit = [_edit(review)] if review.answer is not None and review.answer.answer == "needs_change" else []
        return Rendered(f"{card_text(review.entry)} {done}", [*card_blocks(review.entry), section(done), *edit])
    ask = f"*Is this entry still right?* It is due for review: {_reason(review)}."
    blocks = [section(ask), *card_blocks(review.entry), review_buttons(review), _promise()]
    return Rendered(f"Is this entry still right? {card_text(review.entry)}", blocks)


def review_list(told: ReviewList) -> Rendered:
    """Return the message about several reviews, the severest first; each row says when it is settled, and by whom."""
    count = len(told.reviews)
    waiting = [review for review in told.reviews if review.is_open]
    headline = HEADLINES[told.stage].format(count="1 entry" if count == 1 else f"{count} entries")
    if not waiting:
        headline = ALL_ANSWERED
    blocks: list[Block] = [section(headline)]
    # What waits stands above what was answered, in the order of the message.
    shown = sorted(told.reviews, key=lambda review: not review.is_open)[:MAX_ROWS] if count > MAX_ROWS else told.reviews
    for review in shown:
        blocks += row(review)
    hidden = max(len(waiting) - MAX_ROWS, 0) + told.others
    if hidden:
        blocks.append(context(f"{hidden} more wait for you: `/failure reviews` lists them all."))
    blocks.append(_promise())
    plain = headline.replace("*", "")
    return Rendered(plain + " " + "; ".join(card_text(one.entry) for one in shown), blocks)


def row(review: DueReview) -> list[Block]:
    """Return one review among several: what it is, why it is due, and its buttons or what became of it."""
    entry = review.entry
    mark = SEVERITY_MARK[entry.document.severity.typical]
    title = f"{mark} *{escape(entry.document.title)}*  `{entry.id}` · {entry.document.severity.typical}"
    if not review.is_open:
        edit = [_edit(review)] if review.answer is not None and review.answer.answer == "needs_change" else []
        return [section(f"{title}\n{settled(review)}"), *edit]
    since = "" if review.reason == STARTING_REASON else f" · {last_verified(entry)}"
    due = f"Due {day(review.due_at)}: {_reason(review)}{since}"
    return [section(f"{title}\n{escape(one_line(entry.document.symptom))}\n{due}"), review_buttons(review)]


def settled(review: DueReview) -> str:
    """Return in a sentence what became of a review that waits no longer."""
    given = review.answer
    if given is None:
        if review.entry.status != "published":
            why = f": {escape(clip(review.entry.status_reason, SHORT))}" if review.entry.status_reason else ""
            return f":file_cabinet: It is {review.entry.status.replace('_', ' ')}{why}. Nobody needs to verify it."
        return f":calendar: Its review was moved to {day(review.next_due)}." if review.next_due else "Nothing to do."
    return ANSWERED[given.answer].format(
        who=person(given.answered_by),
        day=day(given.answered_at),
        note=escape(given.note or ""),
        to=person(given.note or ""),
        until=_until(given.note),
    )


def due_reviews(
    reviews: Sequence[DueReview], scope: str = "mine", page: int = 1, *, may_answer: Callable[[DueReview], bool]
) -> Rendered:
    """Return one page of the due reviews, each with its buttons for who may answer it, and how many more there are."""
    if not reviews:
        whose = {"mine": "your review", "all": "a review"}.get(scope, f"a review in {escape(scope)}")
        text = f"Nothing waits for {whose}."
        more = "" if scope == "all" else " `/failure reviews all` shows everybody's."
        return Rendered(text, [section(text + more)])
    pages = -(-len(reviews) // PAGE)
    start = (min(max(page, 1), pages) - 1) * PAGE
    shown = reviews[start : start + PAGE]
    count = "1 review waits" if len(reviews) == 1 else f"{len(reviews)} reviews wait"
    whose = {"mine": " for you", "all": ""}.get(scope, f" in {escape(scope)}")
    blocks: list[Block] = [section(f"*{count}{whose}.*")]
    for review in shown:
        blocks += row(review) if may_answer(review) else row(review)[:1]
    if rest := len(reviews) - start - len(shown):
        blocks.append(actions("more_reviews", [button(f"Show {rest} more", ids.MORE_REVIEWS, f"{scope}|{page + 1}")]))
    return Rendered(f"{count}{whose}: " + "; ".join(card_text(one.entry) for one in shown), blocks)


def review_buttons(review: DueReview) -> Block:
    """Return the answers a steward can give."""
    entry = review.entry
    value = nudge_subject(entry.id, review.due_at)
    later = {f"{value}|week": "A week", f"{value}|month": "A month", f"{value}|day": "Until a day …"}
    return actions(
        f"review:{value}",
        [
            button("Still right", ids.VERIFY, value, style="primary"),
            button("Needs a change", ids.NEEDS_CHANGE, value),
            menu(ids.SNOOZE, "Snooze", later),
            button("Hand over", ids.HAND_OVER_REVIEW, value),
            button("Deprecate", f"{ids.TAKE_STEP}:deprecate", f"{entry.id}|{entry.revision}|deprecate"),
            open_entry(entry, "Open"),
        ],
    )


def needs_change_form(subject: str, title: str) -> Block:
    """Return the form that asks what has to change."""
    note = text_field(
        "note", "What has to change?", multiline=True, required=True, max_length=MAX_NOTE,
        hint="A sentence is enough. Whoever edits the entry starts from it.", value=None,
    )  # fmt: skip
    return _form("Needs a change", title, note, callback_id=ids.NEEDS_CHANGE_FORM, submit="Send", subject=subject)


def snooze_form(subject: str, title: str) -> Block:
    """Return the form that asks until when."""
    until = date_field(
        "until",
        "Until when?",
        required=True,
        hint="From that day on you hear of it again: alone where it is severe, else in the digest.",
        value=None,
    )
    return _form("Snooze", title, until, callback_id=ids.SNOOZE_FORM, submit="Snooze", subject=subject)


def hand_over_form(subject: str, title: str) -> Block:
    """Return the form that asks who is to look at it instead."""
    hint = "They are told the same working day, and may answer this one review."
    to = person_field("to", "Who looks at it instead of you?", hint=hint, value=None)
    return _form("Hand over", title, to, callback_id=ids.HAND_OVER_REVIEW_FORM, submit="Hand over", subject=subject)


def ownership_gaps(gaps: Sequence[OwnershipGap]) -> Rendered:
    """Return what champions are told of domains that nobody looks after, and of which somebody does again."""
    lines = [
        f"• ~{escape(gap.domain)}~ has somebody again"
        if gap.is_closed
        else f"• *{escape(gap.domain)}:* {escape(gap.sentence)}"
        for gap in gaps
    ]
    text = "Parts of the catalog have nobody who looks after them."
    hint = context("Name people in FAULTLINE_STEWARDS or in its user group; `/failure domains` shows all domains.")
    return Rendered(f"{text} " + " ".join(lines), [section("\n".join([f"*{text}*", *lines])), hint])


def absence_told(absence: Absence | None) -> Rendered:
    """Return when somebody is away, as we know it, and what happens meanwhile."""
    if absence is None:
        text = "You are not away, as far as I know; `/failure away 2026-12-21 2027-01-03` tells me when you are."
        return Rendered(text, [section(text)])
    first = f"from {absence.first}" if absence.first else "from now on"
    text = f":palm_tree: You are away {first} until {absence.last}, that day included."
    hint = "Meanwhile your reviews go to a colleague or a backup, and reminders wait. `/failure away off` ends it."
    return Rendered(text, [section(text), context(hint)])


def calendar_address(address: str) -> Rendered:
    """Return the address of somebody's calendar, which is shown this once."""
    text = f":date: Your reviews as a calendar, to subscribe to by its address:\n```{escape(address)}```"
    hint = (
        "Whoever has the address can read it: keep it to yourself. `/failure calendar new` replaces it, `off` ends it."
    )
    return Rendered(text, [section(text), context(hint)])


def calendar_told(*, is_open: bool) -> Rendered:
    """Return whether somebody has a calendar, where its address is not shown."""
    has = "You have a calendar; its address was shown once and is not kept. `/failure calendar new` gives you another."
    text = has if is_open else "You have no calendar (any more). `/failure calendar new` opens one."
    return Rendered(text, [section(text)])


def _form(name: str, title: str, field: Block, *, callback_id: str, submit: str, subject: str) -> Block:
    return modal(
        name,
        [section(escape(title)), field],
        callback_id=callback_id,
        submit=submit,
        close="Cancel",
        private_metadata=subject,
    )


def _edit(review: DueReview) -> Block:
    edit = button("Edit the entry", ids.EDIT_ENTRY, review.entry.id, style="primary")
    return actions(f"edit:{nudge_subject(review.entry.id, review.due_at)}", [edit])


def _reason(review: DueReview) -> str:
    by = f" by {person(review.asked_by)}" if review.asked_by else ""
    return escape(clip(review.reason or "its date has come", SHORT)) + by


def _until(note: str | None) -> str:
    try:
        return day(datetime.fromisoformat(note or ""))
    except ValueError:  # an older version of us noted no day
        return "a week later"


def _promise() -> Block:
    return context("Only your answer moves the date; this message comes once.")
