"""The forms of the after-action write-up, drawn from its template, and the page that shows them all."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from bot import ids
from bot.blocks.elements import (
    Block,
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
    people_field,
    person,
    person_field,
    section,
    telling,
    term_field,
    text_field,
)
from bot.blocks.writeup_lists import follow_up_lines, timeline_lines
from bot.blocks.writeups import AS_DOCUMENT, bar, standing
from workflows.entries.vocabulary import CAUSES, Vocabulary
from workflows.writeups.answers import Clash, moment
from workflows.writeups.hints import Hint, hints_of
from workflows.writeups.template import Question, Step, numbered
from workflows.writeups.writeup import LEAVING, WriteUp

TITLE: Final = "After-action write-up"
# What a form says above its fields.
LEFT: Final = ":floppy_disk: You closed this form before it was saved. What you typed stands below again."
BOTH_TEXTS: Final = 600  # characters of each text of a conflict
HINTS_SHOWN: Final = 6
HINT: Final = 300  # characters of one


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
    version: int | None = None,
    shown: Mapping[str, int] | None = None,
) -> Block:
    """Return the form of one step, filled with what was saved before, or with what was `typed` just now.

    Where two people answered the same, `clashes` hold both texts, and `who` wrote the one that stands. A timeline is
    shown from its point `start`. `version` is what was typed upon, where that is not what stands now, and
    `shown` how often the fields of a repeat are there at least.
    """
    values = {**writeup.answers, **(typed or {})}
    asked = writeup.template.fields_of(step, writeup.severity, answers=values, shown=shown)
    # What somebody typed before the write-up got shorter is not taken from them.
    asked += tuple(one for one in step.asked(values, shown) if one not in asked and (typed or {}).get(one.key))
    clashing = {clash.key: clash for clash in clashes}
    blocks = [
        context(f"{_place(writeup, step)} · every step is saved when you press its button"),
        *([section(notice)] if notice else []),
        section(f"*{escape(step.title)}*\n{escape(step.intro)}"),
        *_listed(writeup, step, start),
        *hint_lines([hint for hint in hints_of(writeup) if hint.step is step]),
    ]
    for question in asked:
        if (clash := clashing.get(question.key)) is not None:
            blocks.append(_both(question, clash, who))
        blocks.append(_field(question, values.get(question.key), vocabulary))
        blocks += _roots(vocabulary) if question.vocabulary == CAUSES else []
        blocks += _another(writeup, step, question, [one.key for one in asked])
    return modal(
        TITLE,
        telling(blocks),
        callback_id=ids.WRITEUP_FORM,
        submit="Save and go on",
        close="Finish later",
        private_metadata=noted(writeup, step.name, version, shown),
        tells_when_closed=True,
    )


def noted(writeup: WriteUp, step: str, version: int | None = None, shown: Mapping[str, int] | None = None) -> str:
    """Return what a form of the write-up remembers: which step, the version it was opened at, what it shows again."""
    opened_at = writeup.record.version if version is None else version
    more = {"shown": dict(shown)} if shown else {}
    return json.dumps({"writeup": writeup.id, "step": step, "version": opened_at, **more})


def writeup_page(writeup: WriteUp, notice: str = "") -> Block:
    """Return the page with every step, how far each is, what can be done with the whole, and what was just done."""
    blocks = [
        *([context(escape(notice))] if notice else []),
        section(f"*{escape(writeup.title)}*\n{standing(writeup)}"),
        context(bar(writeup)),
        *hint_lines(hints_of(writeup)),
        *(_step_line(writeup, step) for step in writeup.steps),
        divider(),
        *_later_steps(writeup),
        _deeds(writeup),
    ]
    return modal(TITLE, blocks, close="Finish later", private_metadata=noted(writeup, ""))


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


def leave_form(writeup: WriteUp, typed: Mapping[str, str] | None = None) -> Block:
    """Return the form that asks why it is not written, with what was `typed` into it before it was closed."""
    reason = (typed or {}).get("reason")
    blocks = [
        *([section(LEFT)] if reason else []),
        section(f"*{escape(writeup.title)}*: nothing of it is deleted, and nobody is reminded any more."),
        text_field("reason", "Why not?", multiline=False, required=True, max_length=300, hint=None, value=reason),
    ]
    return modal(
        "Not doing it", telling(blocks), callback_id=ids.LEAVE_WRITEUP_FORM, submit="Leave it",
        private_metadata=noted(writeup, LEAVING),
    )  # fmt: skip


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
    if question.kind == "people":
        chosen = [one for one in (value or "").split(",") if one]
        return people_field(question.key, question.label, required=question.required, hint=question.hint, values=chosen)
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


def _another(writeup: WriteUp, step: Step, question: Question, asked: Sequence[str]) -> list[Block]:
    """Return the button behind the last field of a repeat that asks its fields once more, as long as it may."""
    for repeat in step.repeats:
        times = [n for n in range(1, repeat.most + 1) if numbered(repeat.fields[-1], n) in asked]
        if times and len(times) < repeat.most and question.key == numbered(repeat.fields[-1], times[-1]):
            value = f"{writeup.id}|{step.name}|{repeat.name}|{len(times) + 1}"
            press = button(clip(repeat.another, 70), f"{ids.ASK_ANOTHER}:{repeat.name}", value)
            return [actions(f"another:{repeat.name}", [press])]
    return []


def _roots(vocabulary: Vocabulary) -> list[Block]:
    """Return what the roots of the causes mean, as the menu names them, and what to ask where it seems a person."""
    lines = [f"*{escape(one.root)}*: {escape(one.meaning)}" for one in vocabulary.roots]
    asked = "“Human error” is none of them: what made the slip likely, and what let it through?"
    return [context("\n".join([*lines, asked]))] if lines else []


def _both(question: Question, clash: Clash, who: str) -> Block:
    theirs, mine = (_shown(question, text) or "(nothing)" for text in (clash.theirs, clash.mine))
    by = person(who) if who else "somebody else"
    return section(
        f":left_right_arrow: *{escape(question.label)}*\n{by} wrote: {theirs}\nYou wrote: {mine}\n"
        "Yours stands below; put into it what should stay of both."
    )


def _shown(question: Question, text: str) -> str:
    if question.kind == "people":
        return ", ".join(person(one) for one in text.split(",") if one)
    return escape(clip(text, BOTH_TEXTS))


def hint_lines(hints: Sequence[Hint]) -> Iterable[Block]:
    """Say kindly what may be put better; whoever leaves it as it is goes on all the same."""
    if hints:
        lines = [clip(f"{hint.question.label} {hint.sentence}", HINT) for hint in hints[:HINTS_SHOWN]]
        more = f"\nand {len(hints) - HINTS_SHOWN} more" if len(hints) > HINTS_SHOWN else ""
        yield section(f":bulb: *Worth a second look before others read it*\n{bullets(lines)}{more}")


def _step_line(writeup: WriteUp, step: Step) -> Block:
    mark = ":white_check_mark:" if writeup.is_done(step) else ":white_circle:"
    open_it = button("Write" if not writeup.is_done(step) else "Look", _step_id(step), f"{writeup.id}|{step.name}")
    return section(f"{mark} *{escape(step.title)}*\n{escape(_gist(writeup, step))}", accessory=open_it)


def _gist(writeup: WriteUp, step: Step) -> str:
    if step.kind == "timeline":
        return f"{len(writeup.moments)} points" if writeup.moments else "no points yet"
    if step.kind == "actions":
        return f"{len(writeup.follow_ups)} actions" if writeup.follow_ups else "no actions yet"
    asked = (question for question in writeup.asked(step) if question.kind in {"line", "text"})
    said = [writeup.answers.get(question.key, "") for question in asked]
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
