"""The forms of the after-action write-up, drawn from its template, and the one message that shows how far it is."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    bullets,
    button,
    choice_field,
    clip,
    context,
    divider,
    escape,
    modal,
    moment_field,
    person,
    person_field,
    section,
    several_field,
    term_field,
    text_field,
)
from bot.blocks.entries import open_entry
from bot.blocks.writeup_lists import follow_up_lines, timeline_lines
from workflows.entries.assessing import Assessment
from workflows.entries.entry import Entry
from workflows.entries.vocabulary import CAUSES, Vocabulary
from workflows.writeups.answers import Clash, moment
from workflows.writeups.hints import Hint, hints_of
from workflows.writeups.submitting import BECOMES, Likely, Published
from workflows.writeups.template import Question, Step
from workflows.writeups.writeup import AMENDMENT, CASE_STUDY, NEW, OCCURRENCE, WriteUp

BAR: Final = 10  # boxes of the bar
TITLE: Final = "After-action write-up"
AS_DOCUMENT: Final = "As a document"
MISSING_SHOWN: Final = 6
BOTH_TEXTS: Final = 600  # characters of each text of a conflict
HINTS_SHOWN: Final = 6
HINT: Final = 300  # characters of one
SYMPTOM: Final = 300  # characters of a likely entry's symptom
WHAT_BECOMES: Final = {
    OCCURRENCE: "Another case of", AMENDMENT: "A change of", CASE_STUDY: "A case study for",
}  # fmt: skip
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


def writeup_form(
    writeup: WriteUp,
    step: Step,
    vocabulary: Vocabulary,
    *,
    typed: Mapping[str, str] | None = None,
    notice: str = "",
    clashes: Sequence[Clash] = (),
    who: str = "",
    start: int = 0,
) -> Block:
    """Return the form of one step, filled with what was saved before, or with what was `typed` just now.

    Where two people answered the same, `clashes` hold both texts, and `who` wrote the one that stands. A timeline is
    shown from its point `start`.
    """
    values = {**writeup.answers, **(typed or {})}
    asked = writeup.template.fields_of(step, writeup.severity)
    clashing = {clash.key: clash for clash in clashes}
    blocks = [
        context(f"{_place(writeup, step)} · every step is saved when you press its button"),
        *([section(f":warning: {notice}")] if notice else []),
        section(f"*{escape(step.title)}*\n{escape(step.intro)}"),
        *_listed(writeup, step, start),
        *_hints([hint for hint in hints_of(writeup) if hint.step is step]),
    ]
    for question in asked:
        if (clash := clashing.get(question.key)) is not None:
            blocks.append(_both(question, clash, who))
        blocks.append(_field(question, values.get(question.key), vocabulary))
        blocks += _roots(vocabulary) if question.vocabulary == CAUSES else []
    return modal(
        TITLE,
        blocks,
        callback_id=ids.WRITEUP_FORM,
        submit="Save and go on",
        close="Finish later",
        private_metadata=noted(writeup, step.name),
    )


def noted(writeup: WriteUp, step: str) -> str:
    """Return what a form of the write-up remembers: which step, and the version it was opened at."""
    return json.dumps({"writeup": writeup.id, "step": step, "version": writeup.record.version})


def writeup_page(writeup: WriteUp, notice: str = "") -> Block:
    """Return the page with every step, how far each is, what can be done with the whole, and what was just done."""
    blocks = [
        *([context(escape(notice))] if notice else []),
        section(f"*{escape(writeup.title)}*\n{_standing(writeup)}"),
        context(bar(writeup)),
        *_hints(hints_of(writeup)),
        *(_step_line(writeup, step) for step in writeup.steps),
        divider(),
        *_later_steps(writeup),
        _deeds(writeup),
    ]
    return modal(TITLE, blocks, close="Finish later", private_metadata=noted(writeup, ""))


def submit_form(writeup: WriteUp, likely: Sequence[Likely]) -> Block:
    """Return the last form: the likely entries side by side, and what the write-up is to become."""
    chosen = [one for one in writeup.answers.get(BECOMES, "").split(",") if one]
    confirmed = [f"{OCCURRENCE}:{one.entry.id}" for one in likely if one.is_confirmed]
    offered = _becomes(likely)
    blocks = [
        context(f"Step {len(writeup.steps) + 1} of {len(writeup.steps) + 1} · the last one"),
        section(f"*What becomes of “{escape(writeup.title)}”?*\n{_missing_line(writeup)}"),
        *_hints(hints_of(writeup)),
        *(_likely(one) for one in likely),
        several_field(
            BECOMES, "It becomes", offered, required=True, values=chosen or confirmed or ([] if likely else [NEW]),
            hint="Several are possible. All but a case go to the steward before anyone else sees them.",
        ),
    ]  # fmt: skip
    return modal(
        TITLE, blocks, callback_id=ids.SUBMIT_WRITEUP_FORM, submit="Submit", close="Finish later",
        private_metadata=noted(writeup, ""),
    )  # fmt: skip


def submitted(writeup: WriteUp, draft: tuple[Entry, Assessment] | None) -> Block:
    """Return what the form shows when the write-up is in: what became of it, and what a new draft still lacks."""
    blocks = [section(f":tada: *Thank you.* {_outcome(writeup)}")]
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


def progress(writeup: WriteUp) -> Rendered:
    """Return the one message of a write-up: bar, missing parts, contributors, and the way in."""
    text = f":memo: *Write-up: {escape(writeup.title)}*\n{_standing(writeup)}"
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
    missing = _missing_line(writeup)
    return Rendered(
        f"{text}\n{missing}\n{small}", [section(f"{text}\n{missing}"), actions("write", buttons), context(small)]
    )


def unfinished(writeup: WriteUp) -> Rendered:
    """Return the question to whoever owns an unfinished write-up."""
    text = f":hourglass_flowing_sand: *{escape(writeup.title)}* is not written up yet. {_missing_line(writeup)}"
    number = str(writeup.id)
    buttons = [
        button("Continue", ids.CONTINUE_WRITEUP, number, style="primary"),
        button("Hand over", ids.HAND_OVER_WRITEUP, number),
        button("Not doing", ids.LEAVE_WRITEUP, number),
    ]
    return Rendered(f"{text}\n{bar(writeup)}", [section(text), context(bar(writeup)), actions("unfinished", buttons)])


def no_longer_asked(writeup: WriteUp) -> Rendered:
    """Return what a reminder becomes once it is answered: what became of the write-up, or who finishes it now."""
    text = f":white_check_mark: *{escape(writeup.title)}*: {_standing(writeup)}"
    return Rendered(text, [section(text)])


def hand_over_form(writeup: WriteUp) -> Block:
    """Return the form that asks who finishes it."""
    blocks = [
        section(f"*{escape(writeup.title)}* belongs to {person(writeup.owner)}. Whoever takes it over is reminded."),
        person_field("owner", "Who takes it over?", hint=None, value=None),
    ]
    return modal(
        "Hand over",
        blocks,
        callback_id=ids.HAND_OVER_WRITEUP_FORM,
        submit="Hand over",
        private_metadata=noted(writeup, ""),
    )


def leave_form(writeup: WriteUp) -> Block:
    """Return the form that asks why it is not written."""
    blocks = [
        section(f"*{escape(writeup.title)}*: nothing of it is deleted, and nobody is reminded any more."),
        text_field("reason", "Why not?", multiline=False, required=True, max_length=300, hint=None, value=None),
    ]
    return modal(
        "Not doing it", blocks, callback_id=ids.LEAVE_WRITEUP_FORM, submit="Leave it",
        private_metadata=noted(writeup, ""),
    )  # fmt: skip


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


def _place(writeup: WriteUp, step: Step) -> str:
    names = [one.name for one in writeup.steps]
    # The last form, in which people choose what becomes of it, is a step as well.
    return f"Step {names.index(step.name) + 1} of {len(names) + 1}" if step.name in names else "One step more"


def _listed(writeup: WriteUp, step: Step, start: int) -> Iterable[Block]:
    """Return what stands in the step where it is a list and no form of fields."""
    if step.kind == "timeline":
        return timeline_lines(writeup, start)
    return follow_up_lines(writeup) if step.kind == "actions" else ()


def _field(question: Question, value: str | None, vocabulary: Vocabulary) -> Block:
    if question.vocabulary is not None:
        return term_field(
            question.key, question.label, vocabulary.groups(question.vocabulary), required=question.required,
            hint=question.hint, value=value,
        )  # fmt: skip
    if question.kind == "choice":
        return choice_field(
            question.key, question.label, question.options, required=question.required, hint=question.hint, value=value
        )
    if question.kind == "moment":
        return moment_field(question.key, question.label, hint=question.hint, value=moment(value))
    return text_field(
        question.key,
        question.label,
        multiline=question.kind == "text",
        required=question.required,
        max_length=question.max_length,
        hint=question.hint,
        value=value,
    )


def _roots(vocabulary: Vocabulary) -> list[Block]:
    """Return what the roots of the causes mean, as the menu names them, and what to ask where it seems a person."""
    lines = [f"*{escape(one.root)}*: {escape(one.meaning)}" for one in vocabulary.roots]
    asked = "“Human error” is none of them: what made the slip likely, and what let it through?"
    return [context("\n".join([*lines, asked]))] if lines else []


def _both(question: Question, clash: Clash, who: str) -> Block:
    theirs, mine = (escape(clip(text, BOTH_TEXTS)) or "(nothing)" for text in (clash.theirs, clash.mine))
    by = person(who) if who else "somebody else"
    return section(
        f":left_right_arrow: *{escape(question.label)}*\n{by} wrote: {theirs}\nYou wrote: {mine}\n"
        "Yours stands below; put into it what should stay of both."
    )


def _hints(hints: Sequence[Hint]) -> Iterable[Block]:
    """Say kindly what may be put better; whoever leaves it as it is goes on all the same."""
    if hints:
        lines = [clip(f"{hint.question.label} {hint.sentence}", HINT) for hint in hints[:HINTS_SHOWN]]
        more = f"\nand {len(hints) - HINTS_SHOWN} more" if len(hints) > HINTS_SHOWN else ""
        yield section(f":bulb: *Worth a second look before others read it*\n{bullets(lines)}{more}")


def _standing(writeup: WriteUp) -> str:
    if writeup.record.state == "submitted":
        return _outcome(writeup)
    if writeup.record.state == "not_doing":
        return f"{person(writeup.owner)} will not write it: {escape(writeup.record.reason or '')}"
    severity = f"{escape(writeup.severity)}, " if writeup.severity else ""
    return f"{severity}{person(writeup.owner)} finishes it"


def _outcome(writeup: WriteUp) -> str:
    """Return what became of it, thanking those who wrote it."""
    became = [_became(choice, result) for choice, result in writeup.results.items()]
    people = ", ".join(person(one) for one in writeup.contributors)
    return f"It became {' and '.join(became) or 'nothing yet'}. Thank you, {people or 'everybody'}!"


def _became(choice: str, result: Mapping[str, object]) -> str:
    kind = choice.partition(":")[0]
    entry_id = escape(str(result.get("entry", "")))
    what = PUBLISHED_AS if result.get("published") else WAITING_AS
    return f"{what.get(kind, 'a part of')} `{entry_id}`"


def _missing_line(writeup: WriteUp) -> str:
    missing = [step.title for step in writeup.steps if not writeup.is_done(step)]
    if not missing:
        return "Everything is written; it can be submitted."
    return f"Still to write: {escape(', '.join(missing[:MISSING_SHOWN]))}"


def _step_line(writeup: WriteUp, step: Step) -> Block:
    mark = ":white_check_mark:" if writeup.is_done(step) else ":white_circle:"
    open_it = button("Write" if not writeup.is_done(step) else "Look", _step_id(step), f"{writeup.id}|{step.name}")
    return section(f"{mark} *{escape(step.title)}*\n{escape(_gist(writeup, step))}", accessory=open_it)


def _gist(writeup: WriteUp, step: Step) -> str:
    if step.kind == "timeline":
        return f"{len(writeup.moments)} points" if writeup.moments else "no points yet"
    if step.kind == "actions":
        return f"{len(writeup.follow_ups)} actions" if writeup.follow_ups else "no actions yet"
    said = [writeup.answers.get(question.key, "") for question in step.fields if question.kind in {"line", "text"}]
    return clip(" · ".join(" ".join(text.split()) for text in said if text), 140) or "nothing yet"


def _later_steps(writeup: WriteUp) -> Iterable[Block]:
    """Offer the steps that a short write-up is not asked for."""
    asked = {step.name for step in writeup.steps}
    more = [step for step in writeup.template.steps if step.name not in asked]
    if more:
        buttons = [button(clip(step.title, 70), _step_id(step), f"{writeup.id}|{step.name}") for step in more]
        yield context("Not needed for an incident of this severity, and welcome:")
        yield actions("more", buttons[:25])


def _step_id(step: Step) -> str:
    return f"{ids.WRITE_STEP}:{step.name}"


def _deeds(writeup: WriteUp) -> Block:
    number = str(writeup.id)
    document = button(AS_DOCUMENT, ids.SEND_DOCUMENT, number)
    if writeup.record.state == "submitted":
        return actions("deeds", [document])
    if writeup.record.state == "not_doing":
        return actions("deeds", [button("Write it after all", ids.TAKE_UP_WRITEUP, number), document])
    deeds = [
        button("Submit…", ids.SUBMIT_WRITEUP, number, style="primary"),
        button("Hand over", ids.HAND_OVER_WRITEUP, number),
        button("Not doing", ids.LEAVE_WRITEUP, number),
        document,
    ]
    return actions("deeds", deeds)


def _after(writeup: WriteUp) -> Iterable[Block]:
    number = str(writeup.id)
    if writeup.record.state == "not_doing":
        yield actions("after", [button("Write it after all", ids.TAKE_UP_WRITEUP, number)])
        return
    entries = dict.fromkeys(str(result["entry"]) for result in writeup.results.values() if result.get("entry"))
    shown = [button(f"Open {entry}", f"{ids.OPEN_ENTRY}:{entry}", entry) for entry in list(entries)[:5]]
    yield actions("after", [*shown, button(AS_DOCUMENT, ids.SEND_DOCUMENT, number)])


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
