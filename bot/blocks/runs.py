"""A remedy under way: the checklist everybody shares, words on its clock, and the question how it went."""

import json
from collections.abc import Iterator, Sequence
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
    clock_time,
    context,
    escape,
    fitting,
    link,
    mention,
    menu,
    modal,
    person,
    section,
    sections,
    text_field,
)
from bot.blocks.occurrences import HELPED
from bot.blocks.sheets import COMPARED
from workflows.entries.detectors import Detector
from workflows.runs.escalation import path_of
from workflows.runs.outcomes import MAX_DIFFERED
from workflows.runs.run import REMEDY, ROLLBACK, Escalation, Run, Step
from workflows.runs.runs import MAX_COMMENT

STEP_LONG: Final = 280  # characters of a step
NAME_IN_VALUE: Final = 100  # characters of a remedy's name that a menu carries back
MARKS = {"open": ":white_large_square:", "done": ":white_check_mark:", "skipped": ":heavy_minus_sign:"}
STATES = {
    "running": ":wrench: under way",
    "failed": ":x: did not work",
    "fallback": ":twisted_rightwards_arrows: fallback under way",
    "rolling_back": ":leftwards_arrow_with_hook: rolling back",
    "worked": ":white_check_mark: worked",
    "rolled_back": ":leftwards_arrow_with_hook: rolled back",
    "given_up": ":black_square_for_stop: ended without success",
    "called_off": ":black_square_for_stop: called off: it was not this",
}
SAID = {"done": "Done", "skipped": "It does not apply here", "open": "Not done after all"}


def checklist(run: Run) -> Rendered:
    """Return the one message of a run: where it stands, signals first, then its steps, and what can be done."""
    blocks = [*_head(run), *_signals(run.detectors), *_care(run), *_steps(run, REMEDY)]
    if run.record.fallback_at is not None:
        blocks.append(section(f":twisted_rightwards_arrows: *Fallback* {escape(run.remedy.fallback or '')}"))
    if run.record.rollback_at is not None:
        blocks += [section(":leftwards_arrow_with_hook: *Way back*"), *_steps(run, ROLLBACK)]
    blocks += [*_degraded(run), *_path(run)]
    return Rendered(_summary(run), fitting(blocks, ending=_deeds(run)))


def runs_here(runs: Sequence[Run]) -> Rendered:
    """Return the answer to `/failure runs`."""
    if not runs:
        text = "No remedy is under way here. *This is it* on the card starts one, and so does `/failure runs FM-0012`."
        return Rendered(text, [section(text)])
    text = "\n".join(run_line(run) for run in runs)
    return Rendered(text, sections([text]))


def run_line(run: Run) -> str:
    """Return a run in one escaped line."""
    known = [f"{_mark(run)}*{escape(run.remedy.title)}* `{run.entry_id}`: {_state(run)}", _progress(run)]
    if run.record.due_at is not None:
        known.append(f"expected by {clock_time(run.record.due_at)}")
    if run.people:
        known.append("by " + ", ".join(person(one) for one in run.people))
    return " · ".join(one for one in known if one)


def word(run: Run, what: str, about: str) -> Rendered | None:
    """Return what is said beside the checklist when a time is over, or None where that is past already."""
    if not run.record.is_open:
        return None
    title = f"{_mark(run)}*{escape(run.remedy.title)}* `{run.entry_id}`"
    if what == "overdue" and run.record.state == about and run.is_overdue:
        text = f":alarm_clock: {title} takes longer than expected: {_progress(run) or 'it goes on'}. {_next(run)}"
        return Rendered(text, [section(text), actions(f"overdue:{run.id}", list(_decisions(run)))])
    if what == "degraded_too_long" and run.remedy.degraded_mode and run.record.degraded_at:
        leave = escape(run.remedy.degraded_mode.exit_when or "the failure is over")
        text = f":hourglass: Degraded mode has lasted its longest time in {title}. Leave it when: {leave}"
        return Rendered(text, [section(text), actions(f"degraded:{run.id}", [_leave_degraded(run)])])
    if what == "asked":
        asked = next((one for one in run.escalation if str(one.place) == about), None)
        return _asking(run, asked, title) if asked else None
    return None


def call_for_help(run: Run, place: int, address: str = "") -> Rendered | None:
    """Return the message to a person, or to a channel of theirs, that asks for help; None where the run is over."""
    asked = next((one for one in run.escalation if one.place == place), None)
    if not run.record.is_open or asked is None or asked.asked_at is None:
        return None
    in_a_room = asked.asked_in is not None and address == asked.asked_in
    whom = f"*{escape(asked.role)}* is asked to come." if in_a_room else f"You are asked as {escape(asked.role)}."
    text = (
        f":rotating_light: Help is needed in <#{run.channel_id}>: `{run.entry_id}` {escape(run.entry_title)}. "
        f"*{escape(run.remedy.title)}* began at {clock_time(run.record.started_at)} and has not worked yet. {whom}"
    )
    return Rendered(text, [section(text)])


def how_it_went(run: Run) -> Rendered:
    """Return the question to those who ran it, with the answers so far."""
    asked = " ".join(person(one) for one in run.people)
    ended = f"{_state(run)} after {run.minutes} min" if run.minutes is not None else _state(run)
    text = f"{_mark(run)}{asked} *{escape(run.remedy.title)}* `{run.entry_id}`: {ended}. Did it help?"
    labels = {"yes": "It helped", "partly": "Partly", "no": "It did not help"}
    buttons = [button(label, f"{ids.RUN_HELPED}:{key}", f"{run.id}|{key}") for key, label in labels.items()]
    blocks = [section(text), actions(f"helped:{run.id}", buttons)]
    said = [f"{person(one.user_id)}: {HELPED[one.helped]}" + _differed(one.differed) for one in run.outcomes]
    blocks.append(context(*said) if said else context("Your answer joins the record of the entry."))
    return Rendered(" ".join([text, *said]), blocks)


def outcome_form(run: Run) -> Block:
    """Return the form that asks what differed and whether the entry is still right."""
    blocks = [
        section(f"Noted, thank you. `{run.entry_id}` *{escape(run.entry_title)}*: {escape(run.remedy.title)}"),
        text_field(
            "differed", "What differed from the entry?", multiline=True, required=False, max_length=MAX_DIFFERED,
            hint="A step that was missing or wrong, a command that changed, a number that did not fit.", value=None,
        ),
        choice_field(
            "still_right", "Is the entry still right?",
            {"yes": "Yes, still right", "no": "No, its steward should look at it"},
            required=False, hint=None, value=None,
        ),
    ]  # fmt: skip
    noted = json.dumps({"run": run.id, "channel": run.channel_id})
    return modal("How it went", blocks, callback_id=ids.OUTCOME_FORM, submit="Keep it", private_metadata=noted)


def step_form(run: Run) -> Block:
    """Return the form that says more of a step: that it does not apply, a comment, that it is not done after all."""
    options = {
        f"{step.part}|{step.place}": f"{'Back ' if step.part == ROLLBACK else ''}{step.place + 1}. {step.text}"
        for step in (*run.part(REMEDY), *run.part(ROLLBACK))
    }
    first = next((f"{one.part}|{one.place}" for one in run.part(REMEDY) if one.state == "open"), None)
    blocks = [
        choice_field("step", "Which step?", options, required=True, hint=None, value=first),
        choice_field("state", "How does it stand?", SAID, required=False, hint="Empty leaves it as it is.", value=None),
        text_field(
            "comment", "A comment", multiline=True, required=False, max_length=MAX_COMMENT,
            hint="What you saw, what you did instead, why it does not apply.", value=None,
        ),
    ]  # fmt: skip
    noted = json.dumps({"run": run.id, "channel": run.channel_id})
    return modal("About a step", blocks, callback_id=ids.STEP_NOTE_FORM, submit="Keep it", private_metadata=noted)


def roll_back_form(run: Run) -> Block:
    """Return the confirmation of a rollback: what it does to data, where there is no return, and its steps."""
    back = run.remedy.rollback
    if back is None:
        return modal("Roll back", [section("This remedy has no way back.")])
    lines = [f"*Roll back: {escape(run.remedy.title)}*", escape(back.text)]
    if back.data_consequences:
        lines.append(f":warning: *Data:* {escape(back.data_consequences)}")
    if back.point_of_no_return:
        lines.append(f":warning: *No return after:* {escape(back.point_of_no_return)}")
    if back.estimated_min is not None:
        lines.append(f"Takes about {back.estimated_min} min.")
    blocks = sections([*lines, bullets(back.steps, "1.")] if back.steps else lines)
    blocks.append(context("These steps join the checklist, and everybody sees that you began."))
    noted = json.dumps({"run": run.id, "channel": run.channel_id})
    return modal("Roll back?", blocks, callback_id=ids.ROLL_BACK_FORM, submit="Roll back", private_metadata=noted)


def _head(run: Run) -> Iterator[Block]:
    title = f"{_mark(run)}*{escape(run.remedy.title)}*  `{run.entry_id}` {escape(run.entry_title)}"
    yield section(f"{title}\n*{_state(run)}* · {_progress(run)}{_late(run)}")
    record = run.record
    known = [f"started by {person(record.started_by)}, {clock_time(record.started_at)}", _owner(run)]
    if record.due_at is not None:
        known.append(f"expected by {clock_time(record.due_at)}")
    if record.ended_at is not None and record.ended_by is not None:
        known.append(f"ended by {person(record.ended_by)} after {run.minutes} min")
    yield context(" · ".join(known))


def _late(run: Run) -> str:
    return f"\n:alarm_clock: It takes longer than expected. {_next(run)}" if run.is_overdue else ""


def _owner(run: Run) -> str:
    role = escape(run.remedy.owner)
    held = " ".join(mention(one) for one in run.owner_holders)
    return f"owner {held} ({role})" if held else f"owner {role}"


def _signals(detectors: Sequence[Detector]) -> Iterator[Block]:
    if detectors:
        yield section("*Look here first*\n" + "\n".join(f"• {_signal(one)}" for one in detectors[:4]))


def _signal(detector: Detector) -> str:
    """Return a signal in one line: where people are told, and beside it where a machine acts by itself."""
    unit = f" {detector.unit}" if detector.unit else ""
    compared = COMPARED[detector.comparison]
    limits = f"alert {compared} {_threshold(detector.threshold)}{unit} over {detector.window}"
    if detector.intervention_threshold is not None:
        limits += f" · acts by itself {compared} {detector.intervention_threshold:g}{unit}"
    source = f" · {link(detector.source.title, detector.source.uri)}" if detector.source else ""
    return f"{escape(clip(detector.metric, STEP_LONG))}: {escape(limits)}{source}"


def _threshold(value: float | list[float] | str) -> str:
    if isinstance(value, list):
        return " to ".join(f"{one:g}" for one in value)
    return f"{value:g}" if isinstance(value, float | int) else value


def _care(run: Run) -> Iterator[Block]:
    remedy = run.remedy
    lines = []
    if remedy.preconditions:
        lines.append("*Only if* " + _in_a_row(remedy.preconditions))
    if remedy.stop_if:
        lines.append(":no_entry: *Stop if* " + _in_a_row(remedy.stop_if))
    if remedy.automation and remedy.automation.kill_switch:
        lines.append(f"*Automation:* {remedy.automation.level}, stopped by {escape(remedy.automation.kill_switch)}")
    if remedy.communications:
        lines.append(f"*Tell* {escape(remedy.communications)}")
    if lines:
        yield context(*lines)


def _in_a_row(sentences: Sequence[str]) -> str:
    return escape("; ".join(one.rstrip(".") for one in sentences)) + "."


def _steps(run: Run, part: str) -> Iterator[Block]:
    for step in run.part(part):
        check = None
        if run.record.is_open and step.state == "open":
            check = button("Done", ids.CHECK_STEP, f"{run.id}|{step.part}|{step.place}")
        yield section(_step(step), accessory=check)


def _step(step: Step) -> str:
    line = f"{MARKS[step.state]} {step.place + 1}. {escape(clip(step.text, STEP_LONG))}"
    small = []
    if step.by and step.at:
        skipped = "does not apply, says " if step.state == "skipped" else ""
        small.append(f"{skipped}{person(step.by)}, {clock_time(step.at)}")
    if step.comment:
        small.append(f"“{escape(step.comment)}”")
    return f"{line}\n      {' · '.join(small)}" if small else line


def _degraded(run: Run) -> Iterator[Block]:
    mode = run.remedy.degraded_mode
    if mode is None:
        return
    since = run.record.degraded_at
    head = f":small_orange_diamond: *Degraded mode* since {clock_time(since)}" if since else "*Degraded mode*"
    lines = [f"{head}: off {escape(mode.what_is_off.rstrip('.'))}; on {escape(mode.what_stays.rstrip('.'))}."]
    if not since:
        lines.append(f"Enter when {escape(mode.enter_when.rstrip('.'))}.")
    lines.append(f"Leave when {escape((mode.exit_when or 'nobody stated it').rstrip('.'))}.")
    if mode.max_duration_min:
        lines.append(f"At most {mode.max_duration_min} min.")
    yield context(" ".join(lines))


def _path(run: Run) -> Iterator[Block]:
    if run.escalation:
        stopped = run.record.escalation_stopped_by
        ending = f" · stopped by {person(stopped)}" if stopped else ""
        yield context("*Escalation* " + " → ".join(_place(one) for one in run.escalation) + ending)


def _place(one: Escalation) -> str:
    role = escape(one.role)
    if one.asked_at is not None:
        return f":white_check_mark: {role} asked {clock_time(one.asked_at)}"
    return f"{role} {clock_time(one.due_at)}" if one.due_at is not None else role


def _deeds(run: Run) -> list[Block]:
    if not run.record.is_open:
        return []
    return [
        actions(f"run:{run.id}", [*_decisions(run), button("About a step…", ids.NOTE_STEP, str(run.id))]),
        actions(f"more:{run.id}", list(_more(run))),
    ]


def _decisions(run: Run) -> Iterator[Block]:
    """Yield the buttons that decide over what runs now; the next resort comes first once it did not work."""
    seen = f"{run.id}|{run.record.state}"
    offered = {
        "fallback": ("Try the fallback", ids.RUN_FALLBACK, str(run.id)),
        "rollback": ("Roll back…", ids.RUN_ROLL_BACK, str(run.id)),
        "escalation": ("Escalate now", ids.RUN_ESCALATE, _asked_next(run)),
    }
    needed = run.record.state == "failed" or run.is_overdue
    if needed and run.offer is not None:
        label, action, value = offered[run.offer]
        yield button(label, f"{action}:offered", value, style="primary")
    over = "Rolled back" if run.record.state == "rolling_back" else "It worked"
    yield button(over, ids.RUN_WORKED, seen, style=None if needed else "primary")
    if run.record.state != "failed":
        yield button("It did not work", ids.RUN_FAILED, seen)


def _more(run: Run) -> Iterator[Block]:
    if run.may_roll_back:
        yield button("Roll back…", ids.RUN_ROLL_BACK, str(run.id))
    if run.next_to_ask is not None:
        yield button("Escalate now", ids.RUN_ESCALATE, _asked_next(run))
    if any(one.due_at for one in run.escalation):
        yield button("Stop escalation", ids.RUN_STOP_ESCALATION, str(run.id))
    if run.remedy.degraded_mode is not None:
        entering = button("Enter degraded mode", ids.RUN_DEGRADE, f"{run.id}|on")
        yield _leave_degraded(run) if run.record.degraded_at else entering
    yield button("End without success", ids.RUN_GIVE_UP, str(run.id))
    if run.others:
        options = {f"{run.id}|{name[:NAME_IN_VALUE]}": title for name, title in run.others}
        yield menu(ids.RUN_OTHER, "Another remedy as well", options)


def _leave_degraded(run: Run) -> Block:
    return button("Leave degraded mode", ids.RUN_DEGRADE, f"{run.id}|off")


def _asked_next(run: Run) -> str:
    return f"{run.id}|{run.next_to_ask.place if run.next_to_ask else 0}"


def _next(run: Run) -> str:
    match run.offer:
        case "fallback":
            return f"*Next:* {escape(run.remedy.fallback or '')}"
        case "rollback":
            return "*Next:* roll back."
        case "escalation":
            return f"*Next:* ask {escape(run.next_to_ask.role if run.next_to_ask else 'for help')}."
        case _:
            return "Nothing else is written down; end it, or ask whom you trust."


def _asking(run: Run, asked: Escalation, title: str) -> Rendered:
    minutes = round((asked.asked_at - run.record.started_at).total_seconds() / 60) if asked.asked_at else 0
    held = " ".join(mention(one) for one in asked.holders)
    whom = f"{held} ({escape(asked.role)})" if held else f"*{escape(asked.role)}*"
    how = f"asked by {person(asked.asked_by)}" if asked.asked_by else f"asked by itself after {minutes} min"
    text = f":rotating_light: {whom}: help is needed with {title} {escape(run.entry_title)}. {_progress(run)}; {how}."
    unknown = [] if held else [context("Nobody is named for this role in FAULTLINE_ROTAS, so nobody was pinged.")]
    unknown += _room(run, asked)
    stop = [actions(f"asked:{run.id}:{asked.place}", [_stop(run)])] if any(one.due_at for one in run.escalation) else []
    return Rendered(text, [section(text), *unknown, *stop])


def _room(run: Run, asked: Escalation) -> Iterator[Block]:
    """Yield where they were asked as well, or why not in the channel that the entry names."""
    named = path_of(run.remedy)[asked.place].channel if asked.place < len(run.remedy.escalation) else None
    if asked.asked_in is not None:
        if asked.asked_in != run.channel_id:
            yield context(f"Asked in <#{asked.asked_in}> as well.")
    elif named and not run.is_drill:
        yield context(f"The entry names {escape(named)} too, where I may not post: `/invite @Faultline` there.")


def _stop(run: Run) -> Block:
    return button("Stop escalation", ids.RUN_STOP_ESCALATION, str(run.id))


def _progress(run: Run) -> str:
    part = ROLLBACK if run.record.rollback_at is not None else REMEDY
    steps = run.part(part)
    return f"{sum(one.state != 'open' for one in steps)} of {len(steps)} steps done" if steps else ""


def _mark(run: Run) -> str:
    return ":dart: *DRILL* " if run.is_drill else ""


def _state(run: Run) -> str:
    return STATES[run.record.state]


def _differed(text: str) -> str:
    return f", “{escape(clip(text, STEP_LONG))}”" if text else ""


def _summary(run: Run) -> str:
    return f"{_mark(run)}{escape(run.remedy.title)} ({run.entry_id}): {_state(run)}; {_progress(run)}; {_owner(run)}"
