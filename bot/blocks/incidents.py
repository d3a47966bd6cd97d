"""The one card of an incident."""

from collections.abc import Iterator, Sequence

from bot import ids
from bot.blocks.drills import MARK
from bot.blocks.elements import Block, Rendered, actions, button, context, escape, menu, person, section
from bot.blocks.entries import card_blocks, card_text, case_studies, open_entry
from bot.blocks.occurrences import CERTAINTIES
from bot.blocks.search import check_blocks, check_text
from workflows.cards import Card, CardLine
from workflows.runs.outcomes import TrackRecord
from workflows.search.lookalikes import Check, checks_between
from workflows.silence import Unsaid

# What the menu at the card's foot offers, each for the eyes of whoever chooses it.
MORE = {
    "next": "Next suggestions",
    "why": "Why these?",
    "mute": "Mute me for two hours",
    "stub": "Describe it as new",
}
NOTHING_LEFT = (
    "There is nothing to suggest here any more: the messages behind it were changed or deleted, or the entry is no "
    "longer published."
)


def incident_card(card: Card) -> Rendered:
    """Return the card: at most three suggestions with their buttons, and what people said of them."""
    if not card.lines:
        return Rendered(NOTHING_LEFT, [section(NOTHING_LEFT)])
    practice = f"{MARK} " if card.is_drill else ""
    blocks: list[Block] = [section(f"{practice}:mag: *This may have happened before.*")]
    is_found = any(line.verdict == "confirmed" for line in card.lines)
    for line in card.lines:
        aside = is_found and line.verdict == "shown"
        blocks += [_set_aside(card.incident_id, line)] if aside else _suggestion(card.incident_id, line)
    checks = _checks(card)
    blocks += check_blocks(checks)
    blocks.append(
        context("Shown because the messages here match. Press *Not this* and it will not come back in this incident.")
    )
    open_lines = [line for line in card.lines if line.verdict != "rejected"]
    blocks.append(actions("further", list(_further(card, is_found=is_found, is_empty=not open_lines))))
    told = " / ".join(card_text(line.entry) for line in open_lines or card.lines)
    return Rendered(f"{practice}This may have happened before: {told}\n{check_text(checks)}".strip(), blocks)


def unsaid(further: Sequence[Unsaid]) -> Rendered:
    """Return the answer to “Next suggestions”: what comes below those on the card, each in short."""
    if not further:
        text = (
            "Nothing else in the catalog shares a telling word with what was said here. *Search* looks for your words."
        )
        return Rendered(text, [section(text)])
    head = "Less likely, by what was said here so far; only you see this."
    blocks: list[Block] = [section(head)]
    for one in further:
        this = button("This is it", ids.CONFIRM_UNSAID, one.entry.id)
        blocks += [*card_blocks(one.entry, one.why), actions(f"unsaid:{one.entry.id}", [this, open_entry(one.entry)])]
    return Rendered(" / ".join([head, *(card_text(one.entry) for one in further)]), blocks)


def _further(card: Card, *, is_found: bool, is_empty: bool) -> Iterator[Block]:
    yield button("Search", ids.OPEN_SEARCH, "-")
    if is_empty:
        yield button("Describe it as new", ids.NEW_STUB, str(card.incident_id))
    left_out = {"stub"} if is_found or is_empty else set()
    offered = {f"{card.incident_id}|{name}": label for name, label in MORE.items() if name not in left_out}
    yield menu(ids.CARD_MORE, "More", offered)


def _checks(card: Card) -> list[Check]:
    """Return what tells the suggestions apart that look alike, while nobody said which one it is."""
    if any(line.verdict == "confirmed" for line in card.lines):
        return []
    return checks_between([line.entry.document for line in card.lines if line.verdict != "rejected"])


def _set_aside(incident_id: int, line: CardLine) -> Block:
    """Return a suggestion in one line, once people found another to be the right one."""
    text = f"Also suggested: {escape(line.entry.document.title)}  `{line.entry.id}`"
    return section(text, accessory=button("This is it", ids.CONFIRM, f"{incident_id}|{line.entry.id}"))


def _suggestion(incident_id: int, line: CardLine) -> list[Block]:
    value = f"{incident_id}|{line.entry.id}"
    if line.verdict == "rejected":
        text = f"~{escape(line.entry.document.title)}~  `{line.entry.id}`: not this, says {_judge(line)}"
        return [section(text, accessory=button("Undo", ids.UNDO, value))]
    blocks = card_blocks(line.entry, line.why)
    if proof := list(_proof(line)):
        blocks.append(context(" · ".join(proof)))
    whole = open_entry(line.entry)
    more = [_outdated(value), whole, *case_studies(line.entry), button("Suggest a correction", ids.SUGGEST, value)]
    if line.verdict == "confirmed":
        options = {f"{value}|{key}": label for key, label in CERTAINTIES.items()}
        sure = menu(ids.CERTAINTY, "How sure?", options) if line.certainty else None
        said = f" · {CERTAINTIES[line.certainty]}" if line.certainty else ""
        blocks.append(section(f":white_check_mark: *This is it*, says {_judge(line)}{said}", accessory=sure))
        return [*blocks, actions(f"line:{value}", [button("Undo", ids.UNDO, value), *more])]
    this = button("This is it", ids.CONFIRM, value, style="primary")
    return [*blocks, actions(f"line:{value}", [this, button("Not this", ids.REJECT, value), *more])]


def _proof(line: CardLine) -> Iterator[str]:
    if line.record is not None and line.record.tried:
        yield track_record(line.record)
    if line.rehearsed_on is not None:
        yield f":dart: rehearsed on {line.rehearsed_on.isoformat()}"


def track_record(record: TrackRecord) -> str:
    """Return how often the entry's remedies helped here."""
    took = f", median {record.median_min} min" if record.median_min is not None else ""
    return f":chart_with_upwards_trend: Worked {record.helped} of {record.tried}{took}"


def _judge(line: CardLine) -> str:
    return person(line.verdict_by) if line.verdict_by else "somebody"


def _outdated(value: str) -> Block:
    return button("Outdated", ids.OUTDATED, value)
