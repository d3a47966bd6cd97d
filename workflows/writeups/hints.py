"""Gentle hints at words that blame, that a team elsewhere could not use, or that no entry can be made of as they are.

They keep nobody from saving.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from workflows.masking import MASK
from workflows.quality.checks.wording import blaming_word_in, looks_like_a_person, private_name_in
from workflows.writeups.answers import WRITTEN
from workflows.writeups.composing import left_out
from workflows.writeups.template import Question, Step
from workflows.writeups.writeup import WriteUp

# Answers that name a role; a whole name in them is a person, who may have left when somebody reads it.
ROLES: Final = frozenset({"owner"})


@dataclass(frozen=True)
class Hint:
    """What may be put better in one answer: the step and the question that ask for it, and a sentence."""

    step: Step
    question: Question
    sentence: str


def hints_of(writeup: WriteUp) -> tuple[Hint, ...]:
    """Return what may be put better before others read it, in the order of the steps."""
    lacking = dict(left_out(writeup.answers))
    return tuple(
        Hint(step, question, sentence)
        for step in writeup.template.steps
        for question in writeup.asked(step)
        if question.kind in WRITTEN
        for sentence in (
            *_sentences(question, writeup.answers.get(question.key) or ""),
            *([lacking[question.key]] if question.key in lacking else []),
        )
    )


def _sentences(question: Question, answer: str) -> Iterator[str]:
    if MASK in answer:
        yield f"{MASK} stands where something looked like a secret or personal data; say in words what it was."
    if (blaming := blaming_word_in(answer)) is not None:
        yield f"“{blaming}” blames somebody. What made it likely that this happened to them?"
    if (private := private_name_in(answer)) is not None:
        kind, words = private
        yield f"“{words}” looks like {kind}; a team elsewhere needs the kind of thing, the role or the rota instead."
    elif question.key in ROLES and looks_like_a_person(answer):
        yield f"“{answer}” looks like a person; a role or a rota outlives who fills it."
