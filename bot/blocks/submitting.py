"""Handing a write-up in: what it is to become, beside the entries it may belong to, and what became of it."""

from collections.abc import Mapping, Sequence
from typing import Final

from bot import ids
from bot.blocks.elements import (
    Block,
    actions,
    bullets,
    button,
    clip,
    context,
    escape,
    modal,
    section,
    several_field,
    telling,
)
from bot.blocks.entries import open_entry
from bot.blocks.writeup_forms import HINT, LEFT, TITLE, hint_lines, noted
from bot.blocks.writeups import MISSING_SHOWN, missing_line, outcome
from workflows.entries.assessing import Assessment
from workflows.entries.entry import Entry
from workflows.writeups.hints import hints_of
from workflows.writeups.submitting import BECOMES, Likely
from workflows.writeups.template import Step
from workflows.writeups.writeup import AMENDMENT, BECOMING, CASE_STUDY, NEW, OCCURRENCE, WriteUp

SYMPTOM: Final = 300  # characters of a likely entry's symptom
WHAT_BECOMES: Final = {
    OCCURRENCE: "Another case of", AMENDMENT: "A change of", CASE_STUDY: "A case study for",
}  # fmt: skip


def submit_form(
    writeup: WriteUp,
    likely: Sequence[Likely],
    unsaved: Sequence[Step] = (),
    typed: Mapping[str, str] | None = None,
) -> Block:
    """Return the last form: the likely entries side by side, and what the write-up is to become.

    `unsaved` are the steps in whose forms its reader typed something and did not save it; `typed` is what
    was chosen before the form was closed.
    """
    names = ", ".join(f"“{escape(step.title)}”" for step in unsaved)
    forgotten = f":floppy_disk: You typed something into {names} and did not save it. It stands there still."
    left = (typed or {}).get(BECOMES, "")
    chosen = [one for one in (left or writeup.answers.get(BECOMES, "")).split(",") if one]
    confirmed = [f"{OCCURRENCE}:{one.entry.id}" for one in likely if one.is_confirmed]
    offered = _becomes(likely)
    blocks = [
        context(f"Step {len(writeup.steps) + 1} of {len(writeup.steps) + 1} · the last one"),
        section(f"*What becomes of “{escape(writeup.title)}”?*\n{missing_line(writeup)}"),
        *([section(LEFT)] if left else []),
        *([section(forgotten)] if unsaved else []),
        *hint_lines(hints_of(writeup)),
        *(_likely(one) for one in likely),
        several_field(
            BECOMES, "It becomes", offered, required=True, values=chosen or confirmed or ([] if likely else [NEW]),
            hint="Several are possible. All but a case go to the steward before anyone else sees them.",
        ),
    ]  # fmt: skip
    return modal(
        TITLE, telling(blocks), callback_id=ids.SUBMIT_WRITEUP_FORM, submit="Submit", close="Finish later",
        private_metadata=noted(writeup, BECOMING),
    )  # fmt: skip


def submitted(writeup: WriteUp, draft: tuple[Entry, Assessment] | None) -> Block:
    """Return what the form shows when the write-up is in: what became of it, and what a new draft still lacks."""
    blocks = [section(f":tada: *Thank you.* {outcome(writeup)}")]
    if draft is not None:
        entry, assessment = draft
        edit = button("Add to it", ids.EDIT_ENTRY, entry.id)
        missing = [finding.sentence for finding in assessment.missing][:MISSING_SHOWN]
        blocks += [
            section(f"`{entry.id}` *{escape(entry.document.title)}* is saved as a draft, and its steward is told."),
            actions("made", [edit, open_entry(entry)]),
        ]
        if missing:
            blocks.append(section(f"To be published it still needs:\n{bullets(missing)}"))
    blocks.append(context("The next team that meets this will not start from nothing."))
    return modal("Submitted", blocks)


def _likely(one: Likely) -> Block:
    entry = one.entry
    said = ":dart: people confirmed it during the incident" if one.is_confirmed else "it reads alike"
    fields = escape(", ".join(field.replace("_", " ") for field in one.adds))
    adds = f"\nYour write-up would add: {fields}" if fields else ""
    lacks = "; ".join(one.rstrip(".") for one in one.lacks[:MISSING_SHOWN])
    waits = (
        f"\n:construction: Its steward could approve that only with more: {escape(clip(lacks, HINT))}" if lacks else ""
    )
    symptom = escape(clip(entry.document.symptom, SYMPTOM))
    return section(f"`{entry.id}` *{escape(entry.document.title)}* ({said})\n{symptom}{adds}{waits}")


def _becomes(likely: Sequence[Likely]) -> dict[str, str]:
    offered: dict[str, str] = {}
    for one in likely:
        for kind, words in WHAT_BECOMES.items():
            is_possible = kind == OCCURRENCE or (one.entry.is_published and (kind == CASE_STUDY or one.adds))
            if is_possible:
                offered[f"{kind}:{one.entry.id}"] = f"{words} {one.entry.id} {one.entry.document.title}"
    return {**offered, NEW: "A new entry"}
