"""One case of a failure mode: a line in its entry, and the form in which people describe it."""

import json
from collections.abc import Iterator

from bot import ids
from bot.blocks.elements import (
    Block,
    bullets,
    button,
    choice_field,
    clip,
    context,
    escape,
    link,
    modal,
    moment_field,
    person,
    section,
    text_field,
)
from bot.blocks.entries import day
from workflows.entries.entry import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.occurrences import MAX_LESSONS, MAX_LINK, Case

HELPED = {"yes": "yes, it helped", "partly": "it helped a little", "no": "no, it did not help"}
CERTAINTIES = {"known": "known: it was this", "likely": "likely this", "guess": "a guess"}
TIMES = {
    "started": ("When did it start?", "The first harm, as far as it is known."),
    "detected": ("When was it noticed?", None),
    "contained": ("When was it contained?", "When the harm stopped growing."),
    "resolved": ("When was it over?", None),
}
MAX_TRIED = 6  # remedies asked about; more would make the form long, and responders try few
LESSONS_SHOWN = 300  # characters


def told_case(case: Case, *, may_describe: bool) -> Block:
    """Return a case as a paragraph, with a button to say more of it."""
    describe = button("Say more", ids.DESCRIBE_OCCURRENCE, str(case.id)) if may_describe else None
    return section("\n".join(_lines(case)), accessory=describe)


def occurrence_form(entry: Entry, vocabulary: Vocabulary, case: Case | None = None) -> Block:
    """Return the form for a new case of the entry, or for what more is known of one."""
    said = case.description if case else None
    severity = said.severity if said else entry.document.severity.typical
    tried = {one.mitigation: one.helped for one in said.tried} if said else {}
    names = [remedy.key or remedy.title for remedy in entry.document.mitigations[:MAX_TRIED]]
    levels = vocabulary.definitions("severity")
    blocks = [
        section(f"`{entry.id}` *{escape(entry.document.title)}*\nSay what is known and leave the rest empty."),
        *(
            moment_field(name, label, hint=hint, value=getattr(said, name) if said else None)
            for name, (label, hint) in TIMES.items()
        ),
        choice_field(
            "severity", "How bad was it?", {level: level for level in levels}, required=True, hint=None, value=severity
        ),
        context(bullets(f"{level}: {examples}" for level, examples in levels.items())),
        choice_field(
            "certainty", "How sure is it that it was this?", CERTAINTIES, required=True, hint=None,
            value=said.certainty if said else "likely",
        ),
        *(
            choice_field(
                f"tried:{place}", f"Did this help? {remedy.title}", HELPED, required=False,
                hint="Leave it empty where it was not tried.", value=tried.get(remedy.key or remedy.title),
            )
            for place, remedy in enumerate(entry.document.mitigations[:MAX_TRIED])
        ),
        text_field(
            "lessons", "What did you learn?", multiline=True, required=False, max_length=MAX_LESSONS,
            hint="What else was tried, what surprised you, what the next team should know.",
            value=said.lessons if said else None,
        ),
        text_field(
            "link", "Link to the incident", multiline=False, required=False, max_length=MAX_LINK,
            hint="Its channel, ticket or report.", value=said.link if said else None,
        ),
    ]  # fmt: skip
    noted = {
        "entry": entry.id,
        "tried": names,
        "case": case.id if case else None,
        "version": case.version if case else 0,
    }
    return modal(
        "Say more of it" if case else "Record an occurrence",
        blocks,
        callback_id=ids.OCCURRENCE_FORM,
        submit="Keep it",
        close="Cancel",
        private_metadata=json.dumps(noted),
    )


def _lines(case: Case) -> Iterator[str]:
    said = case.description
    where = " · from an incident channel" if case.incident_id else ""
    by = f"recorded by {person(case.recorded_by)}"
    yield f"*{day(case.happened_at)}* · {said.severity} · {said.certainty}{where} · {by}"
    if said.started and said.contained:
        minutes = round((said.contained - said.started).total_seconds() / 60)
        yield f"Contained after {minutes} min"
    for one in said.tried:
        yield f"{escape(one.mitigation)}: {HELPED[one.helped]}"
    if said.lessons:
        yield escape(clip(said.lessons, LESSONS_SHOWN))
    if said.link:
        yield link("The incident's own record", said.link)
