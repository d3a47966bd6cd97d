"""A practice incident: its beginning, its signals and its result, each marked as a drill."""

from bot.blocks.elements import Rendered, bullets, context, escape, person, section
from workflows.drills import Begun, Drill, told

MARK = ":dart: *DRILL, practice only.*"


def begun(one: Begun) -> Rendered:
    """Return the answer to whoever began the drill, for their eyes only: what is practised, how to facilitate it."""
    document = one.entry.document
    text = (
        f":dart: The drill of `{one.entry.id}` {escape(document.title)} begins in <#{one.channel_id}>; nobody there is "
        "told which entry it is. `/failure drill stop` there ends it."
    )
    blocks = [section(text)]
    if document.exercise:
        blocks.append(section("*As the facilitator*\n" + bullets(document.exercise.steps, "1.")))
        if document.exercise.stop_if:
            blocks.append(context("Stop if: " + escape("; ".join(document.exercise.stop_if))))
    return Rendered(text, blocks)


def intro(drill: Drill) -> Rendered:
    """Return the first message of a drill: everybody sees that it is none in earnest."""
    record = drill.record
    over = ":checkered_flag: This drill is over." if record.state == "over" else ""
    scenario = drill.entry.document.exercise if drill.entry else None
    played = f"{MARK} {person(record.started_by)} plays a failure into this thread."
    lines = [
        f"{played} Treat it as if it were real, but change nothing outside the practice environment.",
        f"*Scenario* {escape(scenario.scenario)}" if scenario else "",
        "Find the entry, press *This is it*, carry its remedy out. Nobody outside is paged, and nothing is counted.",
        over,
    ]
    text = "\n".join(line for line in lines if line)
    return Rendered(text, [section(text)])


def signal(drill: Drill, place: int) -> Rendered | None:
    """Return one signal of a drill, or None where the drill was ended before it came."""
    if drill.record.state == "over" or place >= len(drill.record.signals):
        return None
    text = f":dart: *DRILL* {escape(drill.record.signals[place])}"
    return Rendered(text, [section(text)])


def result(drill: Drill) -> Rendered | None:
    """Return what came of a drill, or None while it runs."""
    record = drill.record
    if record.result is None or drill.entry is None:
        return None
    document = drill.entry.document
    text = f":checkered_flag: *DRILL over.* It was `{drill.entry.id}` {escape(document.title)}. {told(record.result)}"
    blocks = [section(text)]
    minutes = record.result["step_min"]
    if minutes:
        blocks.append(context("Minutes from step to step: " + ", ".join(str(one) for one in minutes)))
    kept = "Kept on the entry as its rehearsal, which counts for 180 days."
    blocks.append(context(kept if record.result["found_min"] is not None else "Nothing is kept on the entry."))
    return Rendered(text, blocks)
