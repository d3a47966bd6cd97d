"""The form of two fields for an incident that nothing in the catalog fits."""

import json

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    bullets,
    button,
    choice_field,
    context,
    escape,
    modal,
    section,
    text_field,
)
from workflows.entries.entry import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.stubs import LONGEST_SYMPTOM, Offered


def stub_form(offered: Offered, vocabulary: Vocabulary) -> Block:
    """Return the form: what people saw, and how bad it was."""
    severities = {name: f"{name}: {meaning}" for name, meaning in vocabulary.definitions("severity").items()}
    blocks = [
        text_field(
            "symptom", "What did people see?", multiline=True, required=True, max_length=LONGEST_SYMPTOM,
            hint="As they put it in the channel, before anybody knew the cause.", value=offered.symptom,
        ),
        choice_field("severity", "How bad was it?", severities, required=True, hint=None, value=None),
    ]  # fmt: skip
    if offered.aliases:
        blocks.append(context("It will be found by the words people used:\n" + bullets(offered.aliases)))
    noted = json.dumps({"incident": offered.incident_id, "channel": offered.channel_id})
    return modal("A new failure mode", blocks, callback_id=ids.STUB_FORM, submit="Save draft", private_metadata=noted)


def stub_made(entry: Entry) -> Rendered:
    """Return the word to whoever made a stub, with the way to write more."""
    text = (
        f":seedling: `{entry.id}` *{escape(entry.document.title)}* is saved as a draft, with the incident as its first "
        "case. Its domain and cause are a guess; mend them when it is calm again."
    )
    edit = button("Edit", ids.EDIT_ENTRY, entry.id)
    return Rendered(text, [section(text), actions("stub", [edit])])
