"""Merging two entries: which one stays, what it gains, and why."""

from collections.abc import Sequence

from bot import ids
from bot.blocks.elements import Block, actions, button, context, escape, modal, picked_field, section, text_field
from bot.blocks.history import difference_blocks
from workflows.entries.differences import Difference
from workflows.entries.entry import Entry


def merge_form(entry: Entry, *, target: Entry | None = None, gains: Sequence[Difference] = ()) -> Block:
    """Return the form that merges an entry into another; with a target it shows what that one gains."""
    blocks = [
        section(f"`{entry.id}` *{escape(entry.document.title)}* becomes part of another, and its id leads there."),
        picked_field(
            "target", "Which entry stays?", ids.PICK_ENTRY, required=True, hint="Type a few letters of its title.",
            value=(target.id, f"{target.id} {target.document.title}") if target else None,
        ),
        text_field(
            "reason", "Why are they one?", multiline=True, required=True, max_length=500,
            hint="It stands in the history of both.", value=None,
        ),
    ]  # fmt: skip
    if target is not None:
        blocks += [context(f"What `{target.id}` {escape(target.document.title)} gains:"), *difference_blocks(gains)]
    return modal("Merge", blocks, callback_id=ids.MERGE_FORM, submit="Merge", close="Cancel", private_metadata=entry.id)


def merged(source_id: str, target: Entry) -> Block:
    """Return what the form shows once two entries are one."""
    told = f":white_check_mark: *{source_id} is part of `{target.id}` {escape(target.document.title)} now.*"
    return modal("Merged", [section(told), actions("merged", [button("Open it", ids.OPEN_ENTRY, target.id)])])
