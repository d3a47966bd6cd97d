"""The timeline and the follow-up actions of a write-up: their lines, and the forms of one line."""

import json
from collections.abc import Iterable
from typing import Final

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    button,
    choice_field,
    clip,
    context,
    date_field,
    escape,
    link,
    modal,
    moment_field,
    person,
    person_field,
    section,
    telling,
    text_field,
)
from workflows.writeups.lists import LONGEST, Action, Point
from workflows.writeups.writeup import PREFILLED_BY, FollowUp, Moment, WriteUp

SHOWN: Final = 80  # lines of one view, which holds 100 blocks
LINE: Final = 600  # characters shown of one
PLACES: Final = {
    "stay": "Stays where it is",
    "up": "One place up",
    "down": "One place down",
    "first": "To the beginning",
    "last": "To the end",
    "out": "Is taken out",
}
STATES: Final = {"open": "To be done", "done": "Done", "dropped": "Not done, because…"}
MARKS: Final = {"open": ":white_circle:", "done": ":white_check_mark:", "dropped": ":no_entry_sign:"}


def timeline_lines(writeup: WriteUp, start: int = 0) -> Iterable[Block]:
    """Return the points of the timeline from `start`, one paragraph each, and the ways to more and to a new one."""
    shown = writeup.moments[start : start + SHOWN]
    for one in shown:
        yield section(_point(one), accessory=button("Change", ids.CHANGE_POINT, f"{writeup.id}|{one.id}"))
    if not writeup.moments:
        yield context("Nothing was gathered: add what happened, with its time where somebody knows it.")
    turns = [button("Add a point", ids.ADD_POINT, str(writeup.id))]
    if start:
        turns.append(button("Earlier points", f"{ids.TURN_TIMELINE}:back", f"{writeup.id}|{max(0, start - SHOWN)}"))
    if (after := len(writeup.moments) - start - SHOWN) > 0:
        turns.append(button(f"{after} more", f"{ids.TURN_TIMELINE}:on", f"{writeup.id}|{start + SHOWN}"))
    yield actions("timeline", turns)


def follow_up_lines(writeup: WriteUp) -> Iterable[Block]:
    """Return the follow-up actions, one paragraph each, and the way to a new one."""
    for one in writeup.follow_ups[:SHOWN]:
        yield section(follow_up_line(one), accessory=button("Change", ids.CHANGE_ACTION, str(one.id)))
    if len(writeup.follow_ups) > SHOWN:
        yield context(f"{len(writeup.follow_ups) - SHOWN} more stand in the exported document.")
    yield actions("actions", [button("Add an action", ids.ADD_ACTION, str(writeup.id))])


def follow_up_line(one: FollowUp) -> str:
    """Return an action in one line: what, by whom, until when, and how it stands."""
    note = f"\n{escape(clip(one.note, LINE))}" if one.note else ""
    return f"{MARKS[one.state]} {escape(clip(one.text, LINE))}\n{person(one.owner)}, until {one.due.isoformat()}{note}"


def undone(one: FollowUp, address: str) -> Rendered:
    """Return the reminder of an action to whoever does it, or to their team."""
    who = "You" if address == one.owner else person(one.owner)
    text = f":alarm_clock: {who} wanted to do this after an incident:\n{follow_up_line(one)}"
    buttons = [
        button("Done", ids.FINISH_ACTION, str(one.id), style="primary"),
        button("Change", ids.CHANGE_ACTION, str(one.id)),
    ]
    return Rendered(text, [section(text), actions("undone", buttons)])


def finished(one: FollowUp) -> Rendered:
    """Return what the reminder becomes once the action is done, dropped or somebody else's."""
    thanks = "\nThank you." if one.state == "done" else ""
    text = follow_up_line(one) + thanks
    return Rendered(text, [section(text)])


def point_form(
    writeup_id: int, known: Moment | None, *, typed: Point | None = None, notice: str = "", version: int | None = None
) -> Block:
    """Return the form of one point; `typed` is what stands in it in place of what is saved, and `notice` says why."""
    given = typed or (Point(known.text, known.at) if known else Point("", None))
    blocks = [
        *([section(escape(notice))] if notice else []),
        _words("What happened?", given.text),
        moment_field("at", "When?", hint="Empty where nobody knows.", value=given.at),
    ]
    if known is not None:
        blocks.append(choice_field("place", "And it", PLACES, required=True, hint=None, value=given.place))
    noted = _noted(writeup_id, "point", known, version)
    return modal(
        "Point of the timeline", telling(blocks), callback_id=ids.POINT_FORM, submit="Save", close="Finish later",
        private_metadata=noted,
    )  # fmt: skip


def action_form(
    writeup_id: int,
    known: FollowUp | None,
    *,
    typed: Action | None = None,
    notice: str = "",
    version: int | None = None,
) -> Block:
    """Return the form of one follow-up action; `typed` as above."""
    given = typed or standing_action(known)
    blocks = [
        *([section(escape(notice))] if notice else []),
        _words("What is done?", given.text),
        person_field("owner", "By whom?", hint="Reminded the working day before it is due.", value=given.owner or None),
        date_field("due", "Until when?", required=True, hint=None, value=given.due or None),
    ]
    if known is not None:
        blocks += [
            choice_field("state", "It is", STATES, required=True, hint=None, value=given.state),
            _why(given.note),
        ]
    noted = _noted(writeup_id, "action", known, version)
    return modal(
        "Follow-up action", telling(blocks), callback_id=ids.ACTION_FORM, submit="Save", close="Finish later",
        private_metadata=noted,
    )  # fmt: skip


def standing_action(known: FollowUp | None) -> Action:
    """Return what the form of an action is filled with."""
    if known is None:
        return Action("", "", "")
    return Action(known.text, known.owner, known.due.isoformat(), known.state, known.note or "")


def _why(note: str) -> Block:
    label = "Why, or what came of it?"
    return text_field("note", label, multiline=False, required=False, max_length=300, hint=None, value=note)


def _words(label: str, value: str) -> Block:
    return text_field("text", label, multiline=True, required=True, max_length=LONGEST, hint=None, value=value)


def _noted(writeup_id: int, kind: str, known: Moment | FollowUp | None, version: int | None) -> str:
    """Return what a form of a line remembers: which one, and the version it was opened at."""
    opened_at = version if version is not None else known.version if known else 0
    line = known.id if known else None
    form = f"{kind}:{line or 'new'}"
    return json.dumps({"writeup": writeup_id, kind: line, "form": form, "version": opened_at})


def _point(one: Moment) -> str:
    stamp = int(one.at.timestamp()) if one.at else None
    when = f"<!date^{stamp}^{{date_short}} {{time}}|{one.at:%Y-%m-%d %H:%M} UTC>" if stamp else "no time"
    by = "" if one.author in {PREFILLED_BY, ""} else f" · {person(one.author)}"
    source = f" · {link('message', one.link)}" if one.link else ""
    return f"*{when}*{by}{source}\n{escape(clip(one.text, LINE))}"
