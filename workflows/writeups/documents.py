"""A write-up as a document: Markdown to hand to management, JSON for machines."""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from workflows.entries.vocabulary import Vocabulary
from workflows.writeups.answers import TIMES, each_time, moment
from workflows.writeups.template import Question, Repeat, Step
from workflows.writeups.writeup import AMENDMENT, CASE_STUDY, NEW, OCCURRENCE, PREFILLED_BY, WriteUp

STATES: Final = {"open": "being written", "submitted": "submitted", "not_doing": "not written"}
ACTION_STATES: Final = {"open": "to be done", "done": "done", "dropped": "not done"}
BECAME: Final = {
    NEW: "the draft", OCCURRENCE: "another case of", AMENDMENT: "a suggested change of", CASE_STUDY: "a case study for",
}  # fmt: skip
HEADED: Final = frozenset({"title", "severity"})  # they stand at the head of the document
NameOf = Callable[[str], str]
# What would begin a heading, a list, a quotation, a table or markup at the beginning of a line, and markup within.
_BEGINS = re.compile(r"^[ \t]*([#>|+=~-]|\d+(?=[.)]))?", re.MULTILINE)
_WORDS = re.compile(r"[a-z0-9]+")
_WITHIN = re.compile(r"([\\`*_\[\]<>])")


def as_markdown(writeup: WriteUp, vocabulary: Vocabulary, name_of: NameOf) -> str:
    """Return the whole write-up; times are UTC, and what nobody answered is left out."""
    parts = [
        f"# {_plain(writeup.title)}",
        _head(writeup, vocabulary, name_of),
        *(part for step in writeup.template.steps if (part := _step(writeup, step, vocabulary, name_of))),
        _became(writeup),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def people_of(writeup: WriteUp) -> tuple[str, ...]:
    """Return everybody whom the document names, each once."""
    authors = (one.author for one in writeup.moments)
    asked = (one for step in writeup.template.steps for one in writeup.asked(step) if one.kind == "people")
    chosen = [person for one in asked for person in writeup.answers.get(one.key, "").split(",")]
    owners = (one.owner for one in writeup.follow_ups)
    named = [writeup.owner, *writeup.contributors, *chosen, *authors, *owners]
    return tuple(dict.fromkeys(one for one in named if one not in {PREFILLED_BY, ""}))


def as_json(writeup: WriteUp) -> dict[str, Any]:
    """Return all of it as it is kept; times are ISO 8601 in UTC."""
    record = writeup.record
    return {
        "id": writeup.id,
        "title": writeup.title,
        "state": record.state,
        "reason": record.reason,
        "severity": writeup.severity,
        "owner": writeup.owner,
        "contributors": list(writeup.contributors),
        "incident": record.incident_id,
        "channel": record.channel_id,
        "answers": dict(writeup.answers),
        "timeline": [
            {"at": _iso(one.at), "text": one.text, "author": one.author, "kind": one.kind, "link": one.link}
            for one in writeup.moments
        ],
        "follow_ups": [
            {
                "text": one.text, "owner": one.owner, "due": one.due.isoformat(), "state": one.state, "note": one.note,
            }
            for one in writeup.follow_ups
        ],
        "results": {choice: dict(result) for choice, result in writeup.results.items()},
        "created_at": _iso(record.created_at),
        "updated_at": _iso(record.updated_at),
    }  # fmt: skip


def file_name(writeup: WriteUp) -> str:
    """Return the name of its document within a directory: its number and what it is about."""
    about = "-".join(_WORDS.findall(writeup.title.lower()))[:60].strip("-")
    return f"{writeup.id:04d}-{about or 'write-up'}.md"


def _head(writeup: WriteUp, vocabulary: Vocabulary, name_of: NameOf) -> str:
    people = ", ".join(_plain(name_of(one)) for one in writeup.contributors) or "nobody yet"
    facts = {
        "Severity": _severity(writeup, vocabulary),
        "State": STATES[writeup.record.state] + (f": {_plain(writeup.record.reason)}" if writeup.record.reason else ""),
        **dict(_spans(writeup)),
        "Owner": _plain(name_of(writeup.owner)),
        "Written by": people,
        "Last change": _utc(writeup.record.updated_at),
    }
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {told} |" for name, told in facts.items())])


def _severity(writeup: WriteUp, vocabulary: Vocabulary) -> str:
    severity = writeup.severity or "not said"
    meaning = vocabulary.definitions("severity").get(severity)
    return _cell(f"{severity}: {meaning}" if meaning else severity)


def _spans(writeup: WriteUp) -> Iterator[tuple[str, str]]:
    """Return how long it took, from when it started or, where nobody knows that, from when it was detected."""
    times = {name: at for name in TIMES if (at := moment(writeup.answers.get(name)))}
    begins = next((name for name in ("started", "detected") if name in times), None)
    if begins is None:
        return
    since = "" if begins == "started" else ", counted from its detection"
    for name, at in times.items():
        if name != begins and at >= times[begins]:
            yield f"{name.capitalize()} after", _lasted(at - times[begins]) + since


def _lasted(span: timedelta) -> str:
    minutes = round(span / timedelta(minutes=1))
    parts = ((minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "less than a minute"


def _step(writeup: WriteUp, step: Step, vocabulary: Vocabulary, name_of: NameOf) -> str:
    lines = list(
        _timeline(writeup, name_of)
        if step.kind == "timeline"
        else _actions(writeup, name_of)
        if step.kind == "actions"
        else _answers(writeup, step, vocabulary, name_of)
    )
    return f"## {_plain(step.title)}\n\n" + "\n".join(lines) if lines else ""


def _answers(writeup: WriteUp, step: Step, vocabulary: Vocabulary, name_of: NameOf) -> Iterator[str]:
    for question in step.fields:
        repeat = step.repeat_of(question.key)
        if repeat is not None and not _is_told(step, repeat):
            yield from _table(writeup, step, repeat, vocabulary, name_of)
        elif repeat is not None:
            for one in _told_again(writeup, step, repeat):
                yield f"**{_plain(one.label)}**  \n{_answer(one, writeup.answers[one.key], vocabulary, name_of)}\n"
        elif question.key in HEADED or any(question.key in one.fields for one in step.repeats):
            continue
        elif said := writeup.answers.get(question.key):
            yield f"**{_plain(question.label)}**  \n{_answer(question, said, vocabulary, name_of)}\n"


def _is_told(step: Step, repeat: Repeat) -> bool:
    """Return whether what repeats is told in sentences, which a table would flatten."""
    return any(one.kind == "text" for one in step.fields if one.key in repeat.fields)


def _told_again(writeup: WriteUp, step: Step, repeat: Repeat) -> Iterator[Question]:
    for one in writeup.asked(step):
        if (one.repeats or one.key) in repeat.fields and writeup.answers.get(one.key):
            yield one


def _table(writeup: WriteUp, step: Step, repeat: Repeat, vocabulary: Vocabulary, name_of: NameOf) -> Iterator[str]:
    """Return what may be answered more than once as a table, a row each time; without the columns nobody filled."""
    answers = writeup.answers
    rows = [one for _, one in each_time(answers, *repeat.fields)]
    asked = [one for one in step.fields if one.key in repeat.fields and any(one.key in row for row in rows)]
    if rows:
        yield f"| {' | '.join(_cell(one.label) for one in asked)} |"
        yield "|---" * len(asked) + "|"
    for row in rows:
        cells = (_flat(_answer(one, row[one.key], vocabulary, name_of)) if one.key in row else "" for one in asked)
        yield f"| {' | '.join(cells)} |"
    if rows:
        yield ""


def _answer(question: Question, said: str, vocabulary: Vocabulary, name_of: NameOf) -> str:
    if question.kind == "people":
        return ", ".join(_plain(name_of(one)) for one in said.split(","))
    if question.kind == "choice":
        options: Mapping[str, str] = question.options
        return _plain(options.get(said) or question.choices(vocabulary).get(said, said))
    if question.kind == "moment" and (at := moment(said)) is not None:
        return _utc(at)
    if question.lines is not None:
        return "\n" + "\n".join(f"- {_plain(line)}" for line in said.splitlines() if line.strip())
    return _plain(said)


def _timeline(writeup: WriteUp, name_of: NameOf) -> Iterator[str]:
    if writeup.moments:
        yield from ("| when (UTC) | what | who |", "|---|---|---|")
    for one in writeup.moments:
        who = "" if one.author in {PREFILLED_BY, ""} else _plain(name_of(one.author))
        what = _cell(one.text) + (f" ([message]({one.link}))" if one.link else "")
        yield f"| {_utc(one.at) if one.at else ''} | {what} | {who} |"


def _actions(writeup: WriteUp, name_of: NameOf) -> Iterator[str]:
    if writeup.follow_ups:
        yield from ("| what | by whom | until | state |", "|---|---|---|---|")
    for one in writeup.follow_ups:
        note = f": {_cell(one.note)}" if one.note else ""
        state = f"{ACTION_STATES[one.state]}{note}"
        yield f"| {_cell(one.text)} | {_plain(name_of(one.owner))} | {one.due.isoformat()} | {state} |"


def _became(writeup: WriteUp) -> str:
    told = [
        f"- {BECAME.get(choice.partition(':')[0], 'a part of')} {result.get('entry', '')}"
        f"{' (published)' if result.get('published') else ''}"
        for choice, result in writeup.results.items()
    ]
    return "\n".join(["## What became of it", "", *told]) if told else ""


def _plain(text: str) -> str:
    """Return the text so that Markdown shows it as it was typed."""
    return _BEGINS.sub(_harmless, _WITHIN.sub(r"\\\1", text.replace("\r", "")))


def _harmless(beginning: re.Match[str]) -> str:
    """Return the beginning of a line without indentation, which would make it code, and without what makes a list."""
    mark = beginning[1] or ""
    if mark.isdecimal():
        return f"{mark}\\"
    return f"\\{mark}" if mark else ""


def _cell(text: str) -> str:
    return _flat(_plain(text))


def _flat(markdown: str) -> str:
    """Return Markdown as it can stand in a cell of a table."""
    return " ".join(markdown.replace("|", "\\|").split())


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(UTC).isoformat() if at else None
