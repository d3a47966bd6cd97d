"""One quiet message about what changed: field by field, who did it and why, and how to hear no more of it."""

from collections.abc import Iterator

from bot import ids
from bot.blocks.elements import Block, Rendered, actions, button, clip, context, escape, person, section
from bot.blocks.entries import card_text, one_line, open_entry
from workflows.entries.differences import Difference
from workflows.notices import ChangedEntry, Notice

MAX_ENTRIES = 12  # in full; the rest are named
MAX_DIFFERENCES = 6  # of one entry; the rest are counted
MAX_VALUE = 160  # characters of what a field said or says
MAX_REASON = 200
NOW = {
    "deprecated": "is *deprecated*",
    "archived": "is *archived*",
    "merged": "became part of another entry",
    "published": "was changed",
}


def change_notice(notice: Notice) -> Rendered:
    """Return the message: each changed entry with its differences and two buttons."""
    count = len(notice.changed)
    what = "An entry that concerns you has changed" if count == 1 else f"{count} entries that concern you have changed"
    blocks: list[Block] = [section(f"*{what}.*")]
    for changed in notice.changed[:MAX_ENTRIES]:
        blocks += _entry_blocks(changed)
    if rest := notice.changed[MAX_ENTRIES:]:
        blocks.append(context("Also: " + ", ".join(f"`{one.entry.id}`" for one in rest[:60])))
    if notice.has_more:
        blocks.append(context("There were more changes than one message can hold."))
    summary = " ".join(_sentence(changed) for changed in notice.changed)
    return Rendered(f"{what}. {summary}", blocks)


def _entry_blocks(changed: ChangedEntry) -> list[Block]:
    entry = changed.entry
    mark = ":rotating_light: *Urgent correction:* " if changed.is_urgent else ""
    lines = [f"{mark}`{entry.id}` *{escape(entry.document.title)}* {_became(changed)}", *_difference_lines(changed)]
    reasons = " / ".join(escape(clip(reason, MAX_REASON)) for reason in changed.reasons)
    by = ", ".join(person(one) for one in changed.by[:10])
    because = "you follow it" if changed.is_followed else "you were shown it lately"
    buttons = [open_entry(entry), button("Stop telling me about this", ids.STOP_TELLING, entry.id)]
    return [
        section("\n".join(lines)),
        context(f"By {by} · Why: {reasons} · You hear of it because {because}"),
        actions(f"notice:{entry.id}", buttons),
    ]


def _became(changed: ChangedEntry) -> str:
    entry = changed.entry
    if changed.is_new and entry.is_published:
        return f"is new: {escape(one_line(entry.document.symptom))}"
    why = f": {escape(clip(entry.status_reason, MAX_REASON))}" if entry.status_reason else ""
    instead = f" Use `{entry.successor_id}` instead." if entry.successor_id else ""
    return f"{NOW.get(entry.status, 'was changed')}{why if not entry.is_published else ''}.{instead}"


def _difference_lines(changed: ChangedEntry) -> Iterator[str]:
    for one in changed.differences[:MAX_DIFFERENCES]:
        yield f"• {_difference(one)}"
    if len(changed.differences) > MAX_DIFFERENCES:
        yield f"• and {len(changed.differences) - MAX_DIFFERENCES} more"


def _difference(one: Difference) -> str:
    label = f"*{escape(one.label)}*"
    if one.before is None:
        return f"{label}, new: {_value(one.after)}"
    if one.after is None:
        return f"{label}, gone: ~{_value(one.before)}~"
    return f"{label}: {_value(one.before)} → {_value(one.after)}"


def _value(text: str | None) -> str:
    return escape(clip(" ".join((text or "nothing").split()), MAX_VALUE)).replace("~", "˜")


def _sentence(changed: ChangedEntry) -> str:
    urgent = "Urgent correction. " if changed.is_urgent else ""
    labels = ", ".join(dict.fromkeys(escape(one.label) for one in changed.differences[:MAX_DIFFERENCES]))
    what = "It is new." if changed.is_new else (f"Changed: {labels}." if labels else f"It is {changed.entry.status}.")
    return f"{urgent}{card_text(changed.entry)}. {what}"
