"""The history of an entry: its states, what differs between any two, and the form that brings one back."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from bot import ids
from bot.blocks.elements import (
    Block,
    actions,
    button,
    clip,
    context,
    divider,
    escape,
    menu,
    modal,
    person,
    section,
    text_field,
)
from bot.blocks.entries import day
from workflows.entries.differences import Difference
from workflows.entries.entry import Entry
from workflows.entries.history import Comparison, Revision

SHOWN_REVISIONS = 15
SHOWN_DIFFERENCES = 30
LONGEST_TEXT = 500  # characters of each side of a difference
KINDS = {
    "import": "imported", "draft": "drafted", "edit": "edited", "amendment": "amended", "restore": "restored",
    "merge": "merged", "status": "moved on",
}  # fmt: skip


@dataclass(frozen=True)
class Compared:
    """Which two states a history form compares."""

    entry_id: str
    before: int
    after: int

    def noted(self) -> str:
        """Return it for the form's private metadata."""
        return json.dumps(vars(self))


def history(entry: Entry, revisions: Sequence[Revision], compared: Comparison) -> Block:
    """Return the modal with the entry's states and the difference of two of them."""
    before = compared.before.number if compared.before else 0
    chosen = Compared(entry.id, before, compared.after.number)
    options = {str(one.number): _name(one) for one in revisions[:100]}
    choose = actions(
        "compare",
        [
            menu(ids.COMPARE_BEFORE, f"From revision {before or 'nothing'}", options),
            menu(ids.COMPARE_AFTER, f"to revision {compared.after.number}", options),
        ],
    )
    blocks = [
        section(f"*{escape(entry.document.title)}*\n{len(revisions)} revision(s); nothing is ever overwritten."),
        *(_line(entry, one, revisions[0].number) for one in revisions[:SHOWN_REVISIONS]),
        divider(),
        choose,
        section(f"*From {before or 'nothing'} to {compared.after.number}*"),
        *difference_blocks(compared.differences),
    ]
    return modal(f"History {entry.id}", blocks, private_metadata=chosen.noted())


def difference_blocks(differences: Sequence[Difference], *, most: int = SHOWN_DIFFERENCES) -> list[Block]:
    """Return the differences, each with its text before and after, and how many more there are."""
    if not differences:
        return [context("Nothing differs.")]
    blocks = [section(difference_text(one)) for one in differences[:most]]
    more = len(differences) - most
    return [*blocks, context(f"and {more} more")] if more > 0 else blocks


def difference_text(one: Difference, *, longest: int = LONGEST_TEXT) -> str:
    """Return one difference: what was struck out and what stands there now, each side cut at `longest`."""
    lines = [f"*{escape(one.label)}*"]
    if one.before is not None:
        lines.append(f":heavy_minus_sign: {escape(clip(one.before, longest))}")
    if one.after is not None:
        lines.append(f":heavy_plus_sign: {escape(clip(one.after, longest))}")
    return "\n".join(lines)


def restore_form(entry: Entry, number: int) -> Block:
    """Return the form that asks why an earlier state is brought back."""
    reason = text_field(
        "reason", "Why?", multiline=True, required=True, max_length=500, hint="It stands in the history.", value=None
    )
    told = f"*{entry.id} {escape(entry.document.title)}*\nRevision {number} becomes the newest one; none is lost."
    return modal(
        "Restore", [section(told), reason], callback_id=ids.RESTORE_FORM, submit="Restore", close="Cancel",
        private_metadata=f"{entry.id}|{number}|{entry.revision}",
    )  # fmt: skip


def _name(one: Revision) -> str:
    return f"{one.number}: {KINDS.get(one.kind, one.kind)}, {one.reason}"


def _line(entry: Entry, one: Revision, newest: int) -> Block:
    helped = f" with {', '.join(person(who) for who in one.co_authors[:5])}" if one.co_authors else ""
    text = (
        f"*{one.number}* · {KINDS.get(one.kind, one.kind)} {day(one.created_at)} by {person(one.author)}{helped} · "
        f"{one.status.replace('_', ' ')}\n{escape(clip(one.reason, 200))}"
    )
    if one.number == newest:
        return section(text)
    return section(text, accessory=button("Restore", f"{ids.RESTORE}:{one.number}", f"{entry.id}|{one.number}"))
