"""The forms in which entries are written: the new entry, the desk with all sections, each section, a conflict."""

import json
from collections.abc import Mapping, Sequence
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
    modal,
    person,
    picked_field,
    section,
    text_field,
)
from bot.blocks.fields import drawn, severity_scale
from bot.forms.fields import fields_of
from bot.forms.sections import NEW_ENTRY, NEW_FROM_SEARCH, NEW_ITEM, SECTIONS, Page, Section, fields_on, items_of
from workflows.entries.assessing import Assessment
from workflows.entries.differences import name_of
from workflows.entries.document import FailureMode
from workflows.entries.editing import EditConflict, WorkingCopy
from workflows.entries.vocabulary import Vocabulary
from workflows.quality.completeness import Completeness

MAX_ALIAS = 100  # characters of a search that become an alias; a longer one is a sentence that nobody types again
BAR = 10  # boxes of the bar of completeness
BOTH_TEXTS = 600  # characters of each text of a conflict
SHOWN_ITEMS = 20
MISSING_SHOWN = 8
# What each step of the lifecycle is called on its button, and whether it asks for more first.
STEP_LABELS: Mapping[str, str] = {
    "submit": "Send to review",
    "withdraw": "Take back from review",
    "publish": "Publish",
    "reject": "Reject",
    "reopen": "Open again",
    "deprecate": "Deprecate",
    "archive": "Archive",
    "bring back": "Publish again",
}


@dataclass(frozen=True)
class Opened:
    """Which form is open, as noted in it: entry, section, page, item, and the version it was opened at."""

    entry_id: str
    section: str
    page: str
    item: int
    version: int

    def noted(self) -> str:
        """Return it for the form's private metadata."""
        return json.dumps(vars(self))

    def value(self) -> str:
        """Return it for a button."""
        return f"{self.entry_id}|{self.section}|{self.page}|{self.item}|{self.version}"


def new_entry_form(vocabulary: Vocabulary, searched: str = "") -> Block:
    """Return the short form of a new entry; words that were searched for in vain become a way to find it."""
    asked = NEW_FROM_SEARCH if searched else NEW_ENTRY
    fields = fields_of(FailureMode, asked.fields, vocabulary)
    blocks = [
        context("Two minutes: this is saved as a draft, and everything else can be added section by section."),
        *drawn(fields, {"aliases": clip(" ".join(searched.split()), MAX_ALIAS)}),
        *severity_scale(fields, vocabulary),
    ]
    return modal("New entry", blocks, callback_id=ids.NEW_ENTRY_FORM, submit="Save draft", close="Cancel")


def desk(copy: WorkingCopy, assessment: Assessment, steps: Sequence[str]) -> Block:
    """Return the form with every section of the entry, how complete it is, and what can be done with it."""
    entry = copy.entry
    blocks = [
        section(f"*{escape(copy.document.title)}*\n{_standing(copy)}"),
        context(bar(assessment.completeness)),
        *_next_best(assessment),
        _deeds(copy, steps),
        divider(),
        *(_section_line(one, copy) for one in SECTIONS),
        *_missing(assessment),
    ]
    return modal(f"Edit {entry.id}", blocks, private_metadata=entry.id)


def bar(completeness: Completeness) -> str:
    """Return the completeness as a bar with its figure."""
    full = round(completeness.score / 100 * BAR)
    return f"{'▰' * full}{'▱' * (BAR - full)} {completeness.score} of 100, {completeness.band}"


def section_form(
    opened: Opened,
    one: Section,
    page: Page,
    values: Mapping[str, str],
    vocabulary: Vocabulary,
    *,
    conflict: EditConflict | None = None,
) -> Block:
    """Return the form of one page, filled; after a conflict with both texts above what the person typed."""
    fields = fields_on(one, page, vocabulary)
    blocks = [context(escape(one.intro)), *drawn(fields, values), *severity_scale(fields, vocabulary)]
    if conflict is not None:
        blocks = [*_both_texts(conflict), *blocks]
    return modal(
        page.title, blocks, callback_id=ids.SECTION_FORM, submit="Save", close="Back", private_metadata=opened.noted()
    )


def items_form(opened: Opened, one: Section, copy: WorkingCopy) -> Block:
    """Return the list of a section's items, each with the buttons of its pages."""
    blocks: list[Block] = [context(escape(one.intro))]
    for place, item in enumerate(items_of(one, copy.document)[:SHOWN_ITEMS]):
        kind = f" ({item.kind})" if hasattr(item, "kind") else ""
        blocks.append(section(f"*{place + 1}. {escape(clip(name_of(item), 150))}*{escape(kind)}"))
        buttons = [
            button(page.title, f"{ids.EDIT_ITEM}:{page.name}", _at(opened, page.name, place).value())
            for page in one.pages
        ]
        remove = button("Remove", ids.REMOVE_ITEM, _at(opened, "", place).value(), style="danger")
        remove["confirm"] = _confirmation(name_of(item))
        blocks.append(actions(f"item:{place}", [*buttons, remove]))
    add = button("Add one", ids.EDIT_ITEM, _at(opened, one.pages[0].name, NEW_ITEM).value(), style="primary")
    blocks.append(actions("add", [add]))
    return modal(one.title, blocks, close="Back", private_metadata=opened.noted())


def send_form(copy: WorkingCopy) -> Block:
    """Return the form that sends a working copy to whoever decides."""
    reason = text_field(
        "reason", "Why?", multiline=True, required=True, max_length=1000,
        hint="The steward reads this beside the differences.", value=None,
    )  # fmt: skip
    blocks = [section(f"*{escape(copy.document.title)}*"), reason, urgent_field()]
    return modal(
        "Send the change",
        blocks,
        callback_id=ids.SEND_FORM,
        submit="Send",
        close="Cancel",
        private_metadata=f"{copy.amendment_id}",
    )


def urgent_field() -> Block:
    """Return the field that asks whether a correction cannot wait."""
    return {
        "type": "input",
        "block_id": "urgent",
        "optional": True,
        "label": {"type": "plain_text", "text": "Urgent?"},
        "element": {
            "type": "checkboxes",
            "action_id": "answer",
            "options": [
                {
                    "text": {"type": "plain_text", "text": "Somebody could be harmed by what it says now"},
                    "value": "urgent",
                    "description": {"type": "plain_text", "text": "From an editor it is published at once."},
                }
            ],
        },
    }


def reason_form(step: str, subject: str, title: str) -> Block:
    """Return the form that asks why an entry is rejected, deprecated or archived, and what to use instead."""
    blocks = [
        section(escape(title)),
        text_field(
            "reason", "Why?", multiline=True, required=True, max_length=1000,
            hint="Whoever finds the entry later reads this.", value=None,
        ),
    ]  # fmt: skip
    if step == "deprecate":
        blocks.append(
            picked_field(
                "successor", "Which entry to use instead?", ids.PICK_ENTRY, required=False,
                hint="Type a few letters of its title.",
            )
        )  # fmt: skip
    return modal(
        STEP_LABELS[step], blocks, callback_id=ids.STEP_FORM, submit=STEP_LABELS[step], close="Cancel",
        private_metadata=subject,
    )  # fmt: skip


def _standing(copy: WorkingCopy) -> str:
    if copy.amendment_id is not None:
        return "Your working copy of a published entry; readers see it once it is sent and approved."
    if copy.entry.is_published:
        return "Published. What you change here stays yours until you send it."
    return {"in_review": "In review; a change makes it a draft again.", "rejected": "Rejected."}.get(
        copy.entry.status, "A draft; every save is kept."
    )


def _next_best(assessment: Assessment) -> list[Block]:
    best = assessment.completeness.next_best
    blocks = [context(f":bulb: Worth most next: {escape(best.sentence)} (+{best.points})")] if best else []
    blocks += [
        context(f":warning: Like `{one.entry_id}` {escape(one.title)}: {escape(one.why)}")
        for one in assessment.look_alikes[:2]
    ]
    return blocks


def _deeds(copy: WorkingCopy, steps: Sequence[str]) -> Block:
    entry = copy.entry
    buttons = [
        button(
            STEP_LABELS[step],
            f"{ids.TAKE_STEP}:{step}",
            f"{entry.id}|{entry.revision}|{step}",
            style="primary" if step in {"submit", "publish"} else None,
        )
        for step in steps
    ]
    if copy.amendment_id is not None:
        buttons = [
            button("Send the change", ids.SEND_AMENDMENT, str(copy.amendment_id), style="primary"),
            button("Discard it", ids.DISCARD_AMENDMENT, str(copy.amendment_id)),
            *buttons,
        ]
    return actions("deeds", [*buttons, button("History", ids.OPEN_HISTORY, entry.id)])


def _section_line(one: Section, copy: WorkingCopy) -> Block:
    opened = Opened(copy.entry.id, one.name, "all" if not one.items else "", NEW_ITEM, copy.version)
    edit = button("Edit", f"{ids.EDIT_SECTION}:{one.name}", opened.value())
    return section(f"*{escape(one.title)}*  {_gist(one, copy.document)}", accessory=edit)


def _gist(one: Section, document: FailureMode) -> str:
    """Return in a few words what the section holds."""
    if one.items:
        names = [clip(name_of(item), 60) for item in items_of(one, document)]
        return escape("; ".join(names[:3])) or "_nothing yet_"
    filled = sum(bool(getattr(document, name.partition(".")[0])) for name in one.pages[0].fields)
    return "_nothing yet_" if not filled else f"{filled} of {len(one.pages[0].fields)} filled in"


def _missing(assessment: Assessment) -> list[Block]:
    if not assessment.missing:
        return [divider(), context(":white_check_mark: Everything that publication needs is there.")]
    lines = [f"• {escape(finding.sentence)}" for finding in assessment.missing[:MISSING_SHOWN]]
    more = len(assessment.missing) - len(lines)
    lines += [f"and {more} more"] if more > 0 else []
    return [divider(), section("*Before it can be published*\n" + "\n".join(lines))]


def _at(opened: Opened, page: str, item: int) -> Opened:
    return Opened(opened.entry_id, opened.section, page, item, opened.version)


def _confirmation(name: str) -> Block:
    return {
        "title": {"type": "plain_text", "text": "Remove it?"},
        "text": {"type": "plain_text", "text": clip(f"{name} is taken out; the history keeps it.", 300)},
        "confirm": {"type": "plain_text", "text": "Remove"},
        "deny": {"type": "plain_text", "text": "Keep"},
    }


def _both_texts(conflict: EditConflict) -> list[Block]:
    blocks = [section(f":warning: {person(conflict.who)} changed the same in the meantime. Yours stands below; "
                      "saving again puts it in place of theirs.")]  # fmt: skip
    for one in conflict.conflicts[:5]:
        theirs = clip(str(one.theirs if one.theirs is not None else "taken out"), BOTH_TEXTS)
        blocks.append(section(f"*{escape(one.path)}* now says:\n{escape(theirs)}"))
    return blocks
