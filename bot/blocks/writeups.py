"""The messages about an after-action write-up: how far it is, what is still asked, and what came of it."""

from collections.abc import Iterable, Mapping
from typing import Final

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    bullets,
    button,
    context,
    escape,
    person,
    section,
)
from bot.blocks.entries import open_entry
from workflows.entries.assessing import Assessment
from workflows.entries.entry import Entry
from workflows.writeups.submitting import Published
from workflows.writeups.writeup import AMENDMENT, CASE_STUDY, NEW, OCCURRENCE, WriteUp

BAR: Final = 10  # boxes of the bar
AS_DOCUMENT: Final = "As a document"
MISSING_SHOWN: Final = 6
WAITING_AS: Final = {
    NEW: "the draft", OCCURRENCE: "another case of", AMENDMENT: "a suggested change of",
    CASE_STUDY: "a suggested case study for",
}  # fmt: skip
NOW_THERE: Final = {
    NEW: "is in the catalog now:", AMENDMENT: "was changed by", CASE_STUDY: "has a new case study:",
}  # fmt: skip
PUBLISHED_AS: Final = {
    NEW: "the published entry", AMENDMENT: "a published change of", CASE_STUDY: "a published case study for",
}  # fmt: skip


def progress(writeup: WriteUp) -> Rendered:
    """Return the one message of a write-up: bar, missing parts, contributors, and the way in."""
    text = f":memo: *Write-up: {escape(writeup.title)}*\n{standing(writeup)}"
    if not writeup.is_open:
        return Rendered(text, [section(text), *_after(writeup)])
    people = ", ".join(person(one) for one in writeup.contributors) or "nobody yet"
    small = f"{bar(writeup)} · written by {people}"
    buttons = [
        button("Continue", ids.CONTINUE_WRITEUP, str(writeup.id), style="primary"),
        button("All parts", ids.OPEN_WRITEUP, str(writeup.id)),
        button("Hand over", ids.HAND_OVER_WRITEUP, str(writeup.id)),
        button("Not doing", ids.LEAVE_WRITEUP, str(writeup.id)),
    ]
    missing = missing_line(writeup)
    return Rendered(
        f"{text}\n{missing}\n{small}", [section(f"{text}\n{missing}"), actions("write", buttons), context(small)]
    )


def unfinished(writeup: WriteUp) -> Rendered:
    """Return the question to whoever owns an unfinished write-up."""
    text = f":hourglass_flowing_sand: *{escape(writeup.title)}* is not written up yet. {missing_line(writeup)}"
    number = str(writeup.id)
    buttons = [
        button("Continue", ids.CONTINUE_WRITEUP, number, style="primary"),
        button("Hand over", ids.HAND_OVER_WRITEUP, number),
        button("Not doing", ids.LEAVE_WRITEUP, number),
    ]
    return Rendered(f"{text}\n{bar(writeup)}", [section(text), context(bar(writeup)), actions("unfinished", buttons)])


def no_longer_asked(writeup: WriteUp) -> Rendered:
    """Return what a reminder becomes once it is answered: what became of the write-up, or who finishes it now."""
    text = f":white_check_mark: *{escape(writeup.title)}*: {standing(writeup)}"
    return Rendered(text, [section(text)])


def handed_in(writeup: WriteUp, entry: Entry, assessment: Assessment) -> Rendered:
    """Return the word to a steward: a write-up became a draft in their domain."""
    missing = [finding.sentence for finding in assessment.missing][:MISSING_SHOWN]
    people = ", ".join(person(one) for one in writeup.contributors)
    text = f":inbox_tray: A write-up by {people} became the draft `{entry.id}` *{escape(entry.document.title)}*."
    lacks = f"\nTo be published it still needs:\n{bullets(missing)}" if missing else "\nNothing is missing any more."
    buttons = [button("Edit", ids.EDIT_ENTRY, entry.id), open_entry(entry)]
    return Rendered(text + lacks, [section(text + lacks), actions("handed_in", buttons)])


def published(found: Published) -> Rendered:
    """Return the word, where the incident happened, that everybody has from now on what came of its write-up."""
    entry, people = found.entry, ", ".join(person(one) for one in found.writeup.contributors)
    # Whoever reads the channel may not read an entry that is kept to some.
    title = f" *{escape(entry.document.title)}*" if entry.document.visibility == "org" else ""
    what = NOW_THERE.get(found.choice.partition(":")[0], "now says more:")
    said = f":seedling: `{entry.id}`{title} {what} what was written up here. Thank you, {people or 'everybody'}!"
    return Rendered(said, [section(said), actions("published", [open_entry(entry)])])


def bar(writeup: WriteUp) -> str:
    """Return how much is done, as a bar with its figure."""
    full = round(writeup.share * BAR)
    done = sum(map(writeup.is_done, writeup.steps))
    return f"{'▰' * full}{'▱' * (BAR - full)} {done} of {len(writeup.steps)} parts"


def standing(writeup: WriteUp) -> str:
    """Return who finishes it, why nobody does, or what became of it."""
    if writeup.record.state == "submitted":
        return outcome(writeup)
    if writeup.record.state == "not_doing":
        return f"{person(writeup.owner)} will not write it: {escape(writeup.record.reason or '')}"
    severity = f"{escape(writeup.severity)}, " if writeup.severity else ""
    return f"{severity}{person(writeup.owner)} finishes it"


def outcome(writeup: WriteUp) -> str:
    """Return what became of it, thanking those who wrote it."""
    became = [_became(choice, result) for choice, result in writeup.results.items()]
    people = ", ".join(person(one) for one in writeup.contributors)
    return f"It became {' and '.join(became) or 'nothing yet'}. Thank you, {people or 'everybody'}!"


def _became(choice: str, result: Mapping[str, object]) -> str:
    kind = choice.partition(":")[0]
    entry_id = escape(str(result.get("entry", "")))
    what = PUBLISHED_AS if result.get("published") else WAITING_AS
    return f"{what.get(kind, 'a part of')} `{entry_id}`"


def missing_line(writeup: WriteUp) -> str:
    """Return which parts are still to be written."""
    missing = [step.title for step in writeup.steps if not writeup.is_done(step)]
    if not missing:
        return "Everything is written; it can be submitted."
    return f"Still to write: {escape(', '.join(missing[:MISSING_SHOWN]))}"


def _after(writeup: WriteUp) -> Iterable[Block]:
    number = str(writeup.id)
    if writeup.record.state == "not_doing":
        yield actions("after", [button("Write it after all", ids.TAKE_UP_WRITEUP, number)])
        return
    entries = dict.fromkeys(str(result["entry"]) for result in writeup.results.values() if result.get("entry"))
    shown = [button(f"Open {entry}", f"{ids.OPEN_ENTRY}:{entry}", entry) for entry in list(entries)[:5]]
    yield actions("after", [*shown, button(AS_DOCUMENT, ids.SEND_DOCUMENT, number)])
