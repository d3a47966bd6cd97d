"""Answers of the write-up: checked against the template, and joined where several people answer at once."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Final

from workflows.entries.parts import without_unstorable_characters
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm
from workflows.masking import masked
from workflows.writeups.template import MOST_TIMES, Question, numbered

Answers = Mapping[str, str]
LONGEST_LINE: Final = 300  # characters of an item
PERSON: Final = re.compile(r"[UW][A-Z0-9]{2,29}")  # how Slack names people
WRITTEN: Final = frozenset({"line", "text"})  # the kinds of question that are answered in people's own words
# The times in the order in which they can only come, with the words for the one before.
TIMES: Final = {"started": "it started", "detected": "it was detected", "contained": "it was contained", "resolved": ""}


@dataclass(frozen=True)
class Clash:
    """A question that two people answered differently at the same time."""

    key: str
    mine: str
    theirs: str


@dataclass(frozen=True)
class Joined:
    """What one person's answers change of those that stand there by now; clashing ones change nothing."""

    changed: dict[str, str]
    clashes: tuple[Clash, ...]


def join(base: Answers, mine: Answers, theirs: Answers) -> Joined:
    """Return what my answers change, given since `base`, of theirs; an answer only one of us touched is no clash."""
    changed: dict[str, str] = {}
    clashes: list[Clash] = []
    for key, answer in mine.items():
        before, standing = base.get(key, ""), theirs.get(key, "")
        if answer in (before, standing):
            continue
        if standing == before:
            changed[key] = answer
        else:
            clashes.append(Clash(key, answer, standing))
    return Joined(changed, tuple(clashes))


def checked(
    questions: Iterable[Question], given: Answers, vocabulary: Vocabulary, *, known: Answers, now: datetime
) -> dict[str, str]:
    """Return the answers as they are kept, an empty text for each left empty; `known` are those of other steps.

    Raises InvalidForm with a sentence for every one that needs correcting.
    """
    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    for question in questions:
        answer = normal(question, given.get(question.key) or "")
        if (problem := _problem(question, answer, vocabulary)) is not None:
            problems[question.key] = problem
        answers[question.key] = answer
    asked = set(answers) - set(problems)
    impossible = _impossible_times({**known, **answers}, now) | _impossible_range({**known, **answers})
    problems |= {key: sentence for key, sentence in impossible.items() if key in asked}
    if problems:
        raise InvalidForm(problems)
    return answers


def words(given: str) -> str:
    """Return what somebody wrote in their own words as it is kept: without secrets and characters no database holds."""
    return masked(given).strip()


def normal(question: Question, given: str) -> str:
    """Return an answer as it is kept, without secrets; a moment to the minute, as Slack's field has it."""
    answer = without_unstorable_characters(given).strip()
    if question.kind in WRITTEN:
        return words(answer)
    if question.kind == "moment" and _is_moment(answer) and (at := moment(answer)) is not None:
        return to_the_minute(at)
    return answer


def items(answer: str) -> list[str]:
    """Return the lines of an answer, without blanks and list marks."""
    stripped = (line.strip().lstrip("-*•").strip() for line in answer.splitlines())
    return [line for line in stripped if line]


def each_time(answers: Answers, *keys: str) -> Iterator[tuple[int, Answers]]:
    """Return what was answered each time to questions that may be asked more than once, under their plain keys."""
    for n in range(1, MOST_TIMES + 1):
        given = {key: text for key in keys if (text := answers.get(numbered(key, n)))}
        if given:
            yield n, given


def repeated(answers: Answers, *keys: str) -> Iterator[Answers]:
    """Return the answers to questions that may be asked more than once, each time under their plain keys."""
    return (given for _, given in each_time(answers, *keys))


def moment(answer: str | None) -> datetime | None:
    """Return the moment that an answer names, or None; Slack gives it in seconds since 1970, we keep it as ISO 8601."""
    if not answer:
        return None
    if answer.isdecimal() and len(answer) <= len("9999999999"):
        return datetime.fromtimestamp(int(answer), UTC)
    return datetime.fromisoformat(answer)


def to_the_minute(at: datetime) -> str:
    """Return a moment as it is kept."""
    return at.replace(second=0, microsecond=0).isoformat()


def number(answer: str | None) -> float | None:
    """Return the number that an answer is, or None where it is none; a decimal comma is one too."""
    try:
        found = float((answer or "").replace(",", ".").replace("\N{MINUS SIGN}", "-"))
    except ValueError:
        return None
    return found if abs(found) < 1e15 else None  # noqa: PLR2004 - beyond this, and for infinity, no figure is meant


def _problem(question: Question, answer: str, vocabulary: Vocabulary) -> str | None:
    if not answer:
        return "This one is needed; a short answer is enough." if question.required else None
    longest = min(question.max_length, LONGEST_LINE) if question.kind == "line" else question.max_length
    if len(answer) > longest:
        return f"Please keep this within {longest} characters; it has {len(answer)}."
    if question.lines is not None:
        return _problem_of_lines(question.lines, items(answer))
    return _problem_of_kind(question, answer, vocabulary)


def _problem_of_kind(question: Question, answer: str, vocabulary: Vocabulary) -> str | None:
    if question.kind == "choice" and answer not in question.choices(vocabulary):
        return "Choose one of the terms in the list."
    if question.kind == "number" and number(answer) is None:
        return "Write a number alone, such as 12 or 0.5; its unit has a field of its own."
    if question.kind == "moment" and not _is_moment(answer):
        return "Choose a day and a time."
    if question.kind == "people" and not all(map(PERSON.fullmatch, answer.split(","))):
        return "Choose people of this workspace."
    return None


def _problem_of_lines(most: int, lines: list[str]) -> str | None:
    if not lines:
        return "Write at least one line with words in it."
    if len(lines) > most:
        return f"Please keep this to {most} lines; it has {len(lines)}."
    if any(len(line) > LONGEST_LINE for line in lines):
        return f"Please keep each line within {LONGEST_LINE} characters; split the long one."
    return None


def _is_moment(answer: str) -> bool:
    try:
        at = moment(answer)
    except (ValueError, OverflowError):
        return False
    return at is not None and at.tzinfo is not None


def _impossible_times(answers: Answers, now: datetime) -> dict[str, str]:
    known = [(name, at) for name in TIMES if _is_moment(said := answers.get(name) or "") and (at := moment(said))]
    problems = {
        name: f"This is before {TIMES[earlier]}; correct one of the two."
        for (earlier, before), (name, at) in pairwise(known)
        if at < before
    }
    return problems | {name: "This lies in the future; say when it was." for name, at in known if at > now}


def _impossible_range(answers: Answers) -> dict[str, str]:
    problems = {}
    for n in range(1, MOST_TIMES + 1):
        low, high = number(answers.get(numbered("kpi_low", n))), number(answers.get(numbered("kpi_high", n)))
        if low is not None and high is not None and low > high:
            problems[numbered("kpi_high", n)] = "This is less than the least; correct one of the two."
    return problems
