"""What the write-up asks, step by step; the forms are drawn from this table and the answers checked against it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from workflows.entries.parts import without_unstorable_characters
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm

Answers = Mapping[str, str]


@dataclass(frozen=True)
class Question:
    """One field of a form: a line, a longer text, or a choice among the terms of a vocabulary.

    `max_length` is in characters; `lines` bounds the number of lines where each line is an item of its own.
    """

    key: str
    label: str
    kind: Literal["line", "text", "choice"]
    required: bool = True
    hint: str | None = None
    vocabulary: str | None = None
    max_length: int = 3000
    lines: int | None = None


@dataclass(frozen=True)
class Step:
    """One form of the write-up."""

    name: str
    title: str
    intro: str
    questions: tuple[Question, ...]


STEPS = (
    Step(
        "what",
        "What happened",
        "Describe what people saw, before anyone knew the cause. The next responder will recognise it by these words.",
        (
            Question("title", "Name the failure mode", "line", max_length=80, hint="A condition, not a person."),
            Question("symptom", "What did people see?", "text"),
            Question(
                "aliases",
                "What would you have typed to find this?",
                "text",
                required=False,
                hint="One phrase per line, in the words of chat.",
                lines=20,
            ),
            Question("severity", "How bad was it?", "choice", vocabulary="severity"),
        ),
    ),
    Step(
        "why",
        "Why it could happen",
        "The condition that was there before, and what set it off. If a person slipped: what made that likely?",
        (
            Question("cause_category", "What kind of cause?", "choice", vocabulary="cause_category"),
            Question("latent_condition", "What was wrong before anything happened?", "text"),
            Question("trigger", "What set it off?", "choice", vocabulary="trigger"),
            Question("domain", "Who should own the entry?", "choice", vocabulary="domain"),
        ),
    ),
    Step(
        "response",
        "What helped",
        "What the next responder should do, in order. Steps that can be checked are worth most at night.",
        (
            Question("mitigation", "What contained it? Give the remedy a name", "line", max_length=200),
            Question("checklist", "The steps, one per line", "text", lines=12),
            Question("owner", "Who carries it out?", "line", max_length=200, hint="A role or a rota, never a person."),
            Question("rollback", "How is it undone?", "text", required=False),
            Question("fallback", "What if it does not work?", "text", required=False),
        ),
    ),
)


def step_named(name: str) -> Step | None:
    """Return the step of this name, or None."""
    return next((step for step in STEPS if step.name == name), None)


def step_after(step: Step) -> Step | None:
    """Return the step that follows, or None after the last."""
    place = STEPS.index(step) + 1
    return STEPS[place] if place < len(STEPS) else None


def checked_answers(step: Step, given: Answers, vocabulary: Vocabulary) -> dict[str, str]:
    """Return the step's answers, trimmed; raises InvalidForm with a sentence for every one that needs correcting."""
    answers: dict[str, str] = {}
    problems: dict[str, str] = {}
    for question in step.questions:
        answer = without_unstorable_characters(given.get(question.key) or "").strip()
        problem = _problem(question, answer, vocabulary)
        if problem:
            problems[question.key] = problem
        elif answer:
            answers[question.key] = answer
    if problems:
        raise InvalidForm(problems)
    return answers


def items(answer: str) -> list[str]:
    """Return the lines of an answer, without blanks and list marks."""
    stripped = (line.strip().lstrip("-*•").strip() for line in answer.splitlines())
    return [line for line in stripped if line]


def _problem(question: Question, answer: str, vocabulary: Vocabulary) -> str | None:
    if not answer:
        return "This one is needed; a short answer is enough." if question.required else None
    if len(answer) > question.max_length:
        return f"Please keep this within {question.max_length} characters; it has {len(answer)}."
    if question.vocabulary and answer not in vocabulary.definitions(question.vocabulary):
        return "Choose one of the terms in the list."
    if question.lines is not None:
        return _problem_of_lines(question.lines, items(answer))
    return None


def _problem_of_lines(most: int, lines: list[str]) -> str | None:
    longest = 300
    if not lines:
        return "Write at least one line with words in it."
    if len(lines) > most:
        return f"Please keep this to {most} lines; it has {len(lines)}."
    if any(len(line) > longest for line in lines):
        return f"Please keep each line within {longest} characters; split the long one."
    return None
