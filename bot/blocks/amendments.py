"""Suggested changes: the small form on one field, the steward's message with the difference, and what became of it."""

import json
from collections.abc import Mapping, Sequence

from bot import ids
from bot.blocks.editing import urgent_field
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    bullets,
    button,
    clip,
    context,
    escape,
    menu,
    modal,
    person,
    section,
    text_field,
)
from bot.blocks.entries import card_text, day, open_entry
from bot.blocks.fields import drawn
from bot.blocks.history import difference_blocks
from bot.forms.fields import Field
from workflows.amendments.amendment import Amendment
from workflows.entries.entry import Entry

MISSING_SHOWN = 6
IN_MESSAGE = 8  # differences a message shows; the rest is one button away
WEIGHTS = {"minor": "words and links", "major": "changes what people do", "urgent": ":rotating_light: urgent"}
OUTCOMES = {
    "published": ":white_check_mark: Published by {who} on {day}. Thank you: the next responder reads it right.",
    "declined": ":no_entry_sign: Declined by {who} on {day}: {why}",
    "withdrawn": "Taken back by {who} on {day}.",
}


def suggest_form(
    entry: Entry, choices: Mapping[str, str], chosen: str, fields: Sequence[Field], values: Mapping[str, str]
) -> Block:
    """Return the small form: which part is wrong, what it should say instead, and why."""
    pick = section("Which part is wrong?", accessory=menu(ids.CHOOSE_FIELD, "Choose a part", choices))
    blocks = [context(f"`{entry.id}` {escape(entry.document.title)}"), pick]
    noted = json.dumps({"entry": entry.id, "field": chosen})
    if not chosen:
        return modal("Suggest a correction", blocks, callback_id=ids.SUGGEST_FORM, private_metadata=noted)
    blocks += [section(f"*{escape(choices[chosen])}*"), *drawn(fields, values), reason_field(), urgent_field()]
    return modal(
        "Suggest a correction",
        blocks,
        callback_id=ids.SUGGEST_FORM,
        submit="Suggest",
        close="Cancel",
        private_metadata=noted,
    )


def reason_field() -> Block:
    """Return the field that asks why."""
    return text_field(
        "reason", "Why?", multiline=True, required=True, max_length=1000,
        hint="What you saw, or where it is written.", value=None,
    )  # fmt: skip


def proposal(amendment: Amendment) -> Rendered:
    """Return the message to a steward: the difference and the buttons, or what became of it."""
    entry = amendment.entry
    who = person(amendment.proposed_by)
    head = f"*{who} suggests a change of* `{entry.id}` *{escape(entry.document.title)}*"
    blocks = [
        section(f"{head}\n{escape(clip(amendment.reason, 600))}"),
        context(WEIGHTS[amendment.weight]),
        *difference_blocks(amendment.differences, most=IN_MESSAGE),
        *lacking(amendment, "Before it can be approved it still needs (“Edit” adds it)"),
    ]
    if amendment.is_open:
        blocks.append(decisions(amendment))
    else:
        blocks.append(section(outcome_text(amendment)))
    text = f"{amendment.reason} ({len(amendment.differences)} difference(s)) {card_text(entry)}"
    return Rendered(f"{who} suggests a change of {entry.id}: {escape(clip(text, 2000))}", blocks)


def outcome(amendment: Amendment) -> Rendered:
    """Return the message to whoever suggested it: what became of it, and thanks."""
    entry = amendment.entry
    text = f"Your suggestion for `{entry.id}` *{escape(entry.document.title)}*: {outcome_text(amendment)}"
    blocks = [
        section(text),
        *difference_blocks(amendment.differences, most=IN_MESSAGE),
        actions("outcome", [open_entry(entry)]),
    ]
    return Rendered(text, blocks)


def outcome_text(amendment: Amendment) -> str:
    """Return in a sentence what became of a suggestion."""
    if amendment.state not in OUTCOMES or amendment.decided_at is None:
        return "It waits for its steward."
    return OUTCOMES[amendment.state].format(
        who=person(amendment.decided_by or ""),
        day=day(amendment.decided_at),
        why=escape(clip(amendment.decision or "", 600)),
    )


def sent(amendment: Amendment) -> Block:
    """Return what the form shows once a suggestion is sent."""
    if amendment.state == "published":
        told = f":white_check_mark: *{amendment.entry.id} is changed.* Those who follow it or were shown it are told."
    else:
        steward = person(amendment.entry.steward) if amendment.entry.steward else "its steward, once one is named"
        told = f":incoming_envelope: *Sent to {steward}.* You are told what becomes of it."
    lacks = lacking(amendment, "Before it can be approved, its steward has to add")
    return modal("Thank you", [section(told), *lacks, *difference_blocks(amendment.differences, most=IN_MESSAGE)])


def lacking(amendment: Amendment, asks: str) -> list[Block]:
    """Return what stands between the suggestion and its approval, if anything does."""
    missing = [finding.sentence for finding in amendment.gaps][:MISSING_SHOWN]
    return [section(f":construction: {asks}:\n{bullets(missing)}")] if missing else []


def whole_difference(amendment: Amendment) -> Block:
    """Return the modal with every difference of a suggestion."""
    blocks = [section(escape(clip(amendment.reason, 1000))), *difference_blocks(amendment.differences, most=90)]
    return modal(f"Change of {amendment.entry.id}", blocks)


def decline_form(amendment: Amendment) -> Block:
    """Return the form that asks why a suggestion is declined."""
    blocks = [section(f"`{amendment.entry.id}` {escape(amendment.entry.document.title)}"), reason_field()]
    return modal(
        "Decline", blocks, callback_id=ids.DECLINE_FORM, submit="Decline", close="Cancel",
        private_metadata=str(amendment.id),
    )  # fmt: skip


def amendment_form(amendment: Amendment, fields: Sequence[Field], values: Mapping[str, str]) -> Block:
    """Return the form in which a steward puts the suggested parts right before approving."""
    blocks = [
        context(f"Suggested by {person(amendment.proposed_by)}; what you save replaces it."),
        *drawn(fields, values),
    ]
    return modal(
        "Edit the suggestion", blocks, callback_id=ids.AMENDMENT_FORM, submit="Save", close="Cancel",
        private_metadata=f"{amendment.id}|{amendment.version}",
    )  # fmt: skip


def decisions(amendment: Amendment) -> Block:
    """Return the buttons with which a steward decides."""
    value = f"{amendment.id}|{amendment.version}"
    return actions(
        f"amendment:{amendment.id}",
        [
            button("Approve", ids.APPROVE_AMENDMENT, value, style="primary"),
            button("Edit", ids.EDIT_AMENDMENT, value),
            button("Decline", ids.DECLINE_AMENDMENT, value),
            button("Whole difference", ids.OPEN_AMENDMENT, value),
            open_entry(amendment.entry),
        ],
    )
