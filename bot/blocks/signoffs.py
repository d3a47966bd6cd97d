"""Sign-offs as people see them: the question with its difference, how far it is, remarks, and the form for changes."""

from collections.abc import Iterator, Sequence
from typing import Literal

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    bullets,
    button,
    clip,
    context,
    escape,
    fitting,
    modal,
    person,
    pieces,
    section,
    text_field,
)
from bot.blocks.entries import card_blocks, card_text, day, open_entry
from bot.blocks.history import difference_blocks, difference_text
from workflows.disciplines import PEER
from workflows.entries.differences import Difference
from workflows.entries.document import FailureMode
from workflows.matters import Progress, Said, SignOff
from workflows.remarks import MAX_REMARK, Remark
from workflows.signoffs import MAX_COMMENT

IN_MESSAGE = 6  # differences a message shows; the rest is one button away
REMARKS_SHOWN = 5
LONGEST_LIST = 6  # items of a list in the short form of a new entry
NAMED = 10  # people named in a line
WHOLE_SIDE = 2_900  # characters of one side of a difference in the modal, as many as a section takes
WHOLE = 60_000  # characters of a modal, so that a view stays below Slack's 250 kB in any script
MAX_SECTIONS = 96  # and a line for the rest; a view takes 100 blocks

PURPOSES = {
    "publication": "before it is published",
    "amendment": "of a change, before it is published",
    "afterwards": "of what is published already",
    "sampling": "because it was picked for this month's peer review",
}
ENDS = {
    "approved": ":white_check_mark: Approved by {who} on {day}.",
    "changes_requested": ":pencil2: {who} asked for changes on {day}.",
    "cancelled": ":heavy_minus_sign: Not needed any more: it was changed, published or taken back on {day}.",
}
OUTDATED = ":heavy_minus_sign: It was changed after this was asked, so nobody has to decide any more."
CLOSED = "This question is closed."
REPLY = "What you write in this thread reaches the authors and everybody else who was asked."


def sign_off_message(one: SignOff) -> Rendered:
    """Return the question to a reviewer; once somebody decided it says so and has no buttons."""
    head = question(one)
    if not one.is_open:
        blocks = [section(head), *card_blocks(one.entry), section(ending(one)), *_said(one.remarks)]
        return Rendered(f"{head} {ending(one)}", blocks)
    reason = [section(f"*Why:* {escape(clip(one.reason, 600))}")] if one.reason else []
    if one.is_new_entry:
        told = list(_short_form(one.entry.document))
    else:
        told = difference_blocks(one.differences, most=IN_MESSAGE)
    blocks = [section(head), *card_blocks(one.entry), *reason, *_said(one.remarks), *told]
    return Rendered(f"{head} {card_text(one.entry)}", fitting(blocks, ending=[_decisions(one), context(REPLY)]))


def closed() -> Rendered:
    """Return what a message becomes for somebody whom it no longer concerns."""
    return Rendered(CLOSED, [section(CLOSED)])


def waiting(found: Sequence[SignOff]) -> Rendered:
    """Return the list of what waits for a person's decision, each with its buttons."""
    if not found:
        text = "Nobody waits for your sign-off. `/failure review FM-0012` asks colleagues for theirs."
        return Rendered(text, [section(text)])
    blocks = [section(f"*{len(found)} sign-off(s) wait for you.*")]
    for one in found[:12]:
        blocks += [*card_blocks(one.entry, _why(one)), _decisions(one)]
    return Rendered("Sign-offs that wait for you: " + "; ".join(card_text(one.entry) for one in found[:12]), blocks)


def asked(found: Sequence[SignOff]) -> Rendered:
    """Return the answer to whoever asked: who was asked in the name of what."""
    lines = [f"• *{discipline_name(one)}*: {state_of(one)}" for one in found]
    entry = found[0].entry
    text = f"`{entry.id}` *{escape(entry.document.title)}*: sign-offs asked for\n" + "\n".join(lines)
    return Rendered(text, [section(text), context("You are told here what they decide.")])


def progress_message(progress: Progress) -> Rendered:
    """Return how far the approvals are, for whoever asked, the authors, and the steward who can publish."""
    entry = progress.entry
    lines = [f"*Sign-offs for* `{entry.id}` *{escape(entry.document.title)}*"]
    lines += [f"• *{discipline_name(one)}*: {state_of(one)}" for one in progress.sign_offs]
    if progress.publishes:
        lines.append(":tada: Everybody who was asked has approved; it is yours to publish.")
    blocks = [section("\n".join(lines)), *_said(progress.remarks)]
    if progress.publishes:
        blocks.append(actions("publish", [_publish(progress), open_entry(entry)]))
    return Rendered("\n".join(lines), [*blocks, context(REPLY)])


def remark_message(remark: Remark) -> Rendered:
    """Return a remark as it is passed on into a thread, whoever wrote it named."""
    head = f"{person(remark.author)} on `{remark.entry.id}`:"
    text = clip(remark.text, MAX_REMARK)
    return Rendered(f"{head} {escape(text)}", [section(head), *map(section, pieces(text, WHOLE_SIDE))])


def changes_form(one: SignOff) -> Block:
    """Return the form that asks what has to change."""
    comment = text_field(
        "comment", "What has to change?", multiline=True, required=True, max_length=MAX_COMMENT,
        hint="The authors read this, and it stands in the history.", value=None,
    )  # fmt: skip
    blocks = [section(f"`{one.entry.id}` {escape(one.entry.document.title)}"), comment]
    return modal(
        "Request changes", blocks, callback_id=ids.REQUEST_CHANGES_FORM, submit="Send", close="Cancel",
        private_metadata=str(one.id),
    )  # fmt: skip


def whole_difference(one: SignOff) -> Block:
    """Return the modal with everything that differs, or that a new entry says, as far as one view holds it."""
    sections, room = [section(question(one))], WHOLE
    for told, difference in enumerate(one.differences):
        texts = list(_whole(difference))
        room -= sum(map(len, texts))
        if room < 0 or len(sections) + len(texts) > MAX_SECTIONS:
            sections.append(context(f"and {len(one.differences) - told} more, which one window does not hold"))
            break
        sections += map(section, texts)
    else:
        if not one.differences:
            sections.append(context(ending(one) if not one.is_open else "Nothing differs."))
    return modal(f"Sign-off {one.entry.id}", sections)


def question(one: SignOff) -> str:
    """Return who asks for what in a sentence."""
    role = "a peer" if one.discipline == PEER else escape(one.discipline)
    who = f"{person(one.asked_by)} asks" if one.asked_by else "You are asked"
    return f"*{who} for your sign-off as {role}* of `{one.entry.id}`, {PURPOSES[one.purpose]}."


def ending(one: SignOff) -> str:
    """Return how it ended, or that it is open."""
    if one.state in ENDS and one.decided_at is not None:
        return ENDS[one.state].format(who=person(one.decided_by or ""), day=day(one.decided_at))
    return OUTDATED if one.is_outdated else ":hourglass_flowing_sand: Nobody has decided yet."


def state_of(one: SignOff) -> str:
    """Return how it stands, and who was asked while nobody has decided."""
    if not one.is_open:
        return ending(one)
    named = ", ".join(person(who) for who in one.asked_people[:NAMED])
    more = f" and {len(one.asked_people) - NAMED} more" if len(one.asked_people) > NAMED else ""
    return f":hourglass_flowing_sand: asked {named}{more}"


def discipline_name(one: SignOff) -> str:
    """Return the discipline as people read it."""
    return "a peer" if one.discipline == PEER else escape(one.discipline)


def _why(one: SignOff) -> str:
    return f"asked for as {one.discipline}, {PURPOSES[one.purpose]}"


def _decisions(one: SignOff) -> Block:
    value = str(one.id)
    whole = "See all of it" if one.is_new_entry else f"See all {len(one.differences)} difference(s)"
    return actions(
        f"signoff:{one.id}",
        [
            button("Approve", ids.APPROVE_SIGN_OFF, value, style="primary"),
            button("Request changes", ids.REQUEST_CHANGES, value),
            button(whole, ids.WHOLE_SIGN_OFF, value),
            open_entry(one.entry),
        ],
    )


def _publish(progress: Progress) -> Block:
    if progress.purpose == "amendment":
        return button("Approve and publish", ids.APPROVE_AMENDMENT, progress.state, style="primary")
    return button("Publish", ids.PUBLISH, progress.state, style="primary")


def _said(remarks: Sequence[Said]) -> list[Block]:
    latest = remarks[-REMARKS_SHOWN:]
    lines = [f"{person(one.author)}: {escape(clip(one.text, 500))}" for one in latest]
    if len(remarks) > len(latest):
        lines.insert(0, f"_{len(remarks) - len(latest)} earlier_")
    return [section("*Said about it*\n" + "\n".join(lines))] if lines else []


def _short_form(document: FailureMode) -> Iterator[Block]:
    """Return the parts of a new entry that decide whether it may stand; the rest is one button away."""
    if document.summary:
        yield section(f"*Summary*\n{escape(clip(document.summary, 600))}")
    parts = {
        "Also called": document.aliases,
        "Effects": [f"{one.category}: {one.text or one.level}" for one in document.effects],
        "Remedies": [f"{one.kind}: {one.title}" for one in document.mitigations],
        "Signals": [f"{one.metric} {one.comparison} {one.threshold}" for one in document.detectors],
        "Evidence": [one.title for one in document.evidence],
    }
    for title, items in parts.items():
        if items:
            more = [f"and {len(items) - LONGEST_LIST} more"] if len(items) > LONGEST_LIST else []
            yield section(f"*{title}*\n" + bullets([clip(item, 200) for item in items[:LONGEST_LIST]] + more))


def _whole(one: Difference) -> Iterator[str]:
    """Return a difference uncut: in one section where it fits, else each side in sections of its own."""
    short = difference_text(one, longest=WHOLE_SIDE)
    if len(short) <= WHOLE_SIDE:
        yield short
        return
    yield f"*{escape(one.label)}*"
    sides: tuple[tuple[Literal["minus", "plus"], str | None], ...] = (("minus", one.before), ("plus", one.after))
    for sign, text in sides:
        for place, piece in enumerate(pieces(text or "", WHOLE_SIDE)):
            yield (f":heavy_{sign}_sign: " if place == 0 else "") + piece
