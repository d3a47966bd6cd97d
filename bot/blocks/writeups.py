"""The forms of the after-action write-up, drawn from the table of its questions."""

import json
from collections.abc import Mapping

from bot import ids
from bot.blocks.elements import Block, actions, choice_field, context, modal, section, text_field
from bot.blocks.entries import card_blocks, open_entry
from workflows.entries.catalog import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.writeups.questions import STEPS, Question, Step
from workflows.writeups.writeups import WriteUp


def writeup_form(writeup: WriteUp, step: Step, vocabulary: Vocabulary) -> Block:
    """Return the form of one step, filled with what was saved before."""
    place = STEPS.index(step) + 1
    saved = writeup.answers.get(step.name, {})
    blocks = [
        context(f"Step {place} of {len(STEPS)} · every step is saved when you press its button"),
        section(f"*{step.title}*\n{step.intro}"),
        *(_field(question, saved, vocabulary) for question in step.questions),
    ]
    return modal(
        "After-action write-up",
        blocks,
        callback_id=ids.WRITEUP_FORM,
        submit="Save and finish" if place == len(STEPS) else "Save and go on",
        close="Finish later",
        private_metadata=json.dumps({"writeup": writeup.id, "step": step.name}),
    )


def draft_made(entry: Entry) -> Block:
    """Return what the form shows when the last step made a draft entry."""
    thanks = f":tada: *{entry.id} is saved as a draft.* The next team that meets this will not start from nothing."
    blocks = [
        section(thanks),
        *card_blocks(entry),
        actions("made", [open_entry(entry)]),
        context("Find it again with `/failure drafts`. A steward reviews it before it is suggested to anyone."),
    ]
    return modal("Draft saved", blocks)


def _field(question: Question, saved: Mapping[str, str], vocabulary: Vocabulary) -> Block:
    value = saved.get(question.key)
    if question.kind == "choice":
        terms = vocabulary.definitions(question.vocabulary or "")
        options = {term: f"{term}: {meaning}" for term, meaning in terms.items()}
        return choice_field(
            question.key, question.label, options, required=question.required, hint=question.hint, value=value
        )
    return text_field(
        question.key,
        question.label,
        multiline=question.kind == "text",
        required=question.required,
        max_length=question.max_length,
        hint=question.hint,
        value=value,
    )
