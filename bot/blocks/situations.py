"""An incident as a whole: how it stands, the brief for the commander, and why the bot says nothing."""

import json
from collections.abc import Iterator, Mapping

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    button,
    choice_field,
    choices_field,
    clip,
    clock_time,
    context,
    escape,
    modal,
    moment_field,
    person,
    person_field,
    section,
    sections,
    text_field,
)
from bot.blocks.entries import SEVERITY_MARK, day
from bot.blocks.occurrences import CERTAINTIES
from bot.blocks.runs import STATES, run_line
from workflows.entries.vocabulary import Vocabulary
from workflows.runs.run import Run
from workflows.silence import Explanation
from workflows.situations import TIMES, Situation
from workflows.thresholds import Threshold

STATUS_MARK = {
    "open": ":rotating_light: open",
    "mitigating": ":fire_engine: mitigating",
    "mitigated": ":adhesive_bandage: mitigated",
    "resolved": ":white_check_mark: resolved",
}
EDITED_TIMES = ("detected", "mitigated", "resolved")
PERCENT = 100


def status(situation: Situation) -> Rendered:
    """Return the answer to `/failure status`: how the incident stands, with buttons to change it."""
    incident = situation.incident
    lines = [f"*{_headline(situation)}*", *_known(situation)]
    blocks = [*sections(lines), context(" · ".join(_times(situation)) or "No time is known yet.")]
    blocks += [section(run_line(run)) for run in situation.runs if run.record.is_open][:5]
    value = str(incident.id)
    following = [name for name in STATUS_MARK if name != incident.status]
    buttons = [
        *(button(_capital(name), f"{ids.SET_STATUS}:{name}", f"{value}|{name}") for name in following),
        button("I command", ids.TAKE_COMMAND, value),
        button("Change…", ids.EDIT_SITUATION, value),
    ]
    blocks.append(actions("situation", buttons))
    if situation.is_gap:
        stub = button("Describe it as new", ids.NEW_STUB, value)
        blocks += [context("Nothing of the catalog was confirmed for it."), actions("gap", [stub])]
    return Rendered("\n".join([*lines, *_times(situation)]), blocks)


def brief(situation: Situation) -> Rendered:
    """Return the answer to `/failure brief`: one message that can be pasted to stakeholders."""
    text = "\n".join(_brief(situation))
    return Rendered(text, [*sections([text]), context("Copy it as it stands; only you see this message.")])


def explanation(told: Explanation) -> Rendered:
    """Return the answer to `/failure explain`: why the bot spoke or was silent."""
    text = "\n".join(_explained(told))
    return Rendered(text, [section(text)])


def threshold(told: Threshold, *, changed: bool = False) -> Rendered:
    """Return the answer to `/failure threshold`: how sure we must be here, and why."""
    needed, usual = (f"{round(one * PERCENT)} %" for one in (told.value, told.usual))
    if told.set_by is None:
        why = f"the one of all channels (FAULTLINE_SUGGESTION_THRESHOLD = {told.usual:g})"
    else:
        why = f"{person(told.set_by)} set it for this channel; elsewhere it is {usual}"
    begin = "From now on" if changed else "Here"
    text = f"{begin} I speak when the chance that one of my first three entries is right is *{needed}* or more: {why}."
    ways = (
        "`/failure threshold 0.7` changes it, `default` takes the usual one; `/failure explain` tells the chance now."
    )
    return Rendered(f"{text} {ways}", [section(text), context(ways)])


def situation_form(situation: Situation, vocabulary: Vocabulary) -> Block:
    """Return the form for everything that people say of an incident."""
    incident = situation.incident
    times = {one.name: one.at for one in situation.times}
    severities = {name: f"{name}: {meaning}" for name, meaning in vocabulary.definitions("severity").items()}
    blocks = [
        choice_field("status", "Status", {n: n for n in STATUS_MARK}, required=True, hint=None, value=incident.status),
        choice_field("severity", "Severity", severities, required=False, hint=None, value=incident.severity),
        person_field("commander", "Commander", hint=None, value=incident.commander),
        text_field(
            "services", "Affected services", multiline=False, required=False, max_length=1_000,
            hint="Parted by commas.", value=", ".join(incident.services),
        ),
        choices_field(
            "model_families", "Model families", vocabulary.definitions("model_family"), required=False, hint=None,
            values=incident.model_families,
        ),
        choice_field(
            "environment", "Environment", {n: n for n in vocabulary.definitions("deployment_environment")},
            required=False, hint=None, value=incident.environment,
        ),
        *(
            moment_field(name, f"When was it {TIMES[name]}?", hint=None, value=times.get(name))
            for name in EDITED_TIMES
        ),
    ]  # fmt: skip
    known = [name for name in ("severity", "commander", "environment") if getattr(incident, name)]
    noted = json.dumps(
        {"incident": incident.id, "channel": incident.channel_id, "times": _noted(times), "known": known}
    )
    return modal("The incident", blocks, callback_id=ids.SITUATION_FORM, submit="Keep it", private_metadata=noted)


def _noted(times: Mapping[str, object]) -> dict[str, str]:
    """Return the times as the form shows them, so that only what was changed in it counts as said."""
    return {name: str(int(at.timestamp())) for name, at in times.items() if hasattr(at, "timestamp")}


def _headline(situation: Situation) -> str:
    incident = situation.incident
    severity = f"{SEVERITY_MARK[incident.severity]} {incident.severity} · " if incident.severity else ""
    practice = ":dart: DRILL · " if incident.is_drill else ""
    return f"{practice}{severity}{STATUS_MARK[incident.status]}"


def _known(situation: Situation) -> Iterator[str]:
    incident = situation.incident
    yield f"Commander: {person(incident.commander)}" if incident.commander else "Nobody commands it yet."
    if incident.services:
        yield "Services: " + escape(", ".join(incident.services))
    if incident.model_families:
        yield "Model families: " + escape(", ".join(incident.model_families))
    if incident.environment:
        yield f"Environment: {escape(incident.environment)}"
    for one in situation.matched:
        yield f"It is `{one.entry.id}` {escape(one.entry.document.title)} ({CERTAINTIES[one.certainty]})"


def _times(situation: Situation) -> list[str]:
    return [f"{TIMES.get(one.name, one.name)} {clock_time(one.at)} ({_source(one.source)})" for one in situation.times]


def _source(text: str) -> str:
    said, by, who = text.rpartition("said by ")
    return f"{escape(said + by)}{person(who)}" if by else escape(text)


def _brief(situation: Situation) -> Iterator[str]:
    incident = situation.incident
    began = next((one.at for one in situation.times if one.name == "detected"), incident.opened_at)
    what = "DRILL, no incident," if incident.is_drill else "Incident"
    yield f"*{what} of {day(began)}: {incident.severity or 'severity not set'}, {incident.status}*"
    yield from _known(situation)
    if over := [one for one in situation.runs if not one.record.is_open]:
        yield "*Tried*"
        yield from (f"• {_tried(run)}" for run in over)
    if running := [one for one in situation.runs if one.record.is_open]:
        yield "*Running*"
        yield from (f"• {run_line(run)}" for run in running)
    if not situation.runs:
        yield "No remedy was started yet."
    if situation.times:
        yield "*Times*"
        yield from (f"• {line}" for line in _times(situation))
    yield f"As of {clock_time(situation.at)}."


def _tried(run: Run) -> str:
    after = f" after {run.minutes} min" if run.minutes is not None else ""
    return f"{escape(run.remedy.title)} (`{run.entry_id}`): {STATES[run.record.state]}{after}"


def _explained(told: Explanation) -> Iterator[str]:
    if not told.is_watched:
        yield "I do not listen in this channel, so I say nothing here. `/failure watch` starts it."
        return
    if told.muted_until is not None:
        yield f":mute: This channel is muted until {clock_time(told.muted_until)}; `/failure mute off` ends it."
    if told.best is None:
        yield f"I read {told.messages} message(s) here, and none shares a telling word with any entry."
    else:
        best = f"`{told.best.id}` {escape(told.best.document.title)}"
        chance, needed = round(told.chance * PERCENT), round(told.threshold * PERCENT)
        verdict = "so I speak" if told.chance >= told.threshold else "so I am silent"
        likely = f"The chance that one of the first three is right is *{chance} %*"
        yield f"I read {told.messages} message(s) here. They point most to {best}: {escape(clip(told.why, 300))}."
        whose = f" ({person(told.threshold_by)} set this for the channel)" if told.threshold_by else ""
        yield f"{likely}; I speak from *{needed} %* on{whose}, {verdict}."
    if told.on_card:
        yield "On the card: " + ", ".join(f"`{one}`" for one in told.on_card)
    if told.rejected:
        yield "Said not to be it, and never shown again here: " + ", ".join(f"`{one}`" for one in told.rejected)


def _capital(name: str) -> str:
    return name[:1].upper() + name[1:]
