"""How an entry looks: as a short card among others, and whole in a modal."""

from collections.abc import Sequence
from datetime import datetime

from bot import ids
from bot.blocks.elements import (
    Block,
    Rendered,
    actions,
    button,
    clip,
    context,
    escape,
    person,
    section,
)
from workflows.entries.catalog import Entry
from workflows.writeups.writeup import WriteUp

SEVERITY_MARK = {
    "sev1": ":red_circle:",
    "sev2": ":large_orange_circle:",
    "sev3": ":large_yellow_circle:",
    "sev4": ":white_circle:",
}
STALE_MARK = ":hourglass:"  # beside what nobody verified here, or too long ago
SHORT = 200  # characters of a step on a card
ONE_LINE = 140  # characters of a symptom on a card


def one_entry(entry: Entry) -> Rendered:
    """Return the answer to `/failure show`: the card with its button."""
    blocks = [
        *card_blocks(entry),
        actions(f"shown:{entry.id}", [open_entry(entry), *case_studies(entry), suggest(entry)]),
    ]
    return Rendered(card_text(entry), blocks)


def open_entry(entry: Entry, label: str = "Open the whole entry") -> Block:
    """Return the button that opens the whole entry; a shorter label where it stands in a row with many others."""
    return button(label, ids.OPEN_ENTRY, entry.id)


def case_studies(entry: Entry) -> list[Block]:
    """Return the button that opens the entry where its stories stand; none where it has none."""
    count = len(entry.document.case_studies)
    label = "1 case study" if count == 1 else f"{count} case studies"
    return [button(label, f"{ids.OPEN_ENTRY}:stories", f"{entry.id}|stories")] if count else []


def suggest(entry: Entry) -> Block:
    """Return the button that opens the form for a correction."""
    return button("Suggest a correction", ids.SUGGEST, entry.id)


def card_blocks(entry: Entry, why: str | None = None) -> list[Block]:
    """Return the card of an entry: title, symptom, first containment step, owner, last verified, why it is here."""
    document = entry.document
    severity = document.severity.typical
    lines = [
        f"{SEVERITY_MARK[severity]} *{escape(document.title)}*  `{entry.id}` · {severity}",
        escape(one_line(document.symptom)),
    ]
    if step := document.first_containment_step:
        lines.append(f":point_right: *First:* {escape(clip(step, SHORT))}")
    small = [f"Owner: {owner(entry)}", last_verified(entry)]
    if why:
        small.insert(0, f"Why: {escape(why)}")
    return [section("\n".join(lines)), context(" · ".join(small))]


def one_line(text: str) -> str:
    """Return the beginning of a text as one line: its first sentence, and the next where that says little."""
    first, *others = " ".join(text.split()).split(". ")
    line = f"{first}. {others[0]}" if others and len(first) < ONE_LINE / 2 else first
    return clip(line.rstrip("."), ONE_LINE)


def card_text(entry: Entry) -> str:
    """Return the card in plain words, for notifications and screen readers."""
    document = entry.document
    step = document.first_containment_step
    first = f" First: {step}" if step else ""
    return escape(f"{entry.id} {document.title} ({document.severity.typical}).{first} ") + last_verified(entry)


def owner(entry: Entry) -> str:
    """Return who to turn to: the rota that carries out the containment, and the steward of the entry."""
    remedy = entry.document.containment
    named = escape(remedy.owner) if remedy else ""
    steward = f"steward {person(entry.steward)}" if entry.steward else f"no steward for {entry.document.domain} yet"
    return f"{named} ({steward})" if named else steward


def last_verified(entry: Entry) -> str:
    """Return when a person last found the entry right, or that nobody has."""
    if entry.document.status == "draft":
        return ":pencil2: draft, not validated"
    if entry.last_verified_at is None:
        return f"{STALE_MARK} never verified here"
    by = f" by {person(entry.last_verified_by)}" if entry.last_verified_by else ""
    verified = f"verified {day(entry.last_verified_at)}{by}"
    return f"{STALE_MARK} {verified}, due again" if entry.is_stale else verified


def day(moment: datetime) -> str:
    """Return the day, shown by Slack in the reader's own time zone."""
    return f"<!date^{int(moment.timestamp())}^{{date_short}}|{moment:%Y-%m-%d}>"


def drafts(entries: Sequence[Entry], unfinished: Sequence[WriteUp]) -> Rendered:
    """Return a person's drafts: entries that wait for review, and write-ups to continue."""
    if not entries and not unfinished:
        text = "You have no drafts. `/failure write-up` starts one; every step is saved as you go."
        return Rendered(text, [section(text)])
    blocks: list[Block] = []
    for writeup in unfinished[:10]:
        continue_it = button("Continue", ids.CONTINUE_WRITEUP, str(writeup.id))
        blocks.append(section(f":hourglass_flowing_sand: *{escape(writeup.title)}*, unfinished", accessory=continue_it))
    for entry in entries[:10]:
        blocks += card_blocks(entry)
        blocks.append(actions(f"draft:{entry.id}", [open_entry(entry)]))
    names = [escape(writeup.title) for writeup in unfinished] + [
        f"{one.id} {escape(one.document.title)}" for one in entries
    ]
    return Rendered("Your drafts: " + "; ".join(names), blocks)
