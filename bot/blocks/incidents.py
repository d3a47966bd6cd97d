"""The one card of an incident."""

from bot import ids
from bot.blocks.elements import Block, Rendered, actions, button, context, escape, menu, person, section
from bot.blocks.entries import card_blocks, card_text, open_entry
from bot.blocks.occurrences import CERTAINTIES
from workflows.incidents import Card, CardLine
from workflows.runs.outcomes import TrackRecord

NOTHING_LEFT = (
    "There is nothing to suggest here any more: the messages behind it were changed or deleted, or the entry is no "
    "longer published."
)


def incident_card(card: Card) -> Rendered:
    """Return the card: at most three suggestions with their buttons, and what people said of them."""
    if not card.lines:
        return Rendered(NOTHING_LEFT, [section(NOTHING_LEFT)])
    blocks: list[Block] = [section(":mag: *This may have happened before.*")]
    for line in card.lines:
        blocks += _suggestion(card.incident_id, line)
    blocks.append(
        context("Shown because the messages here match. Press *Not this* and it will not come back in this incident.")
    )
    open_lines = [line for line in card.lines if line.verdict != "rejected"] or card.lines
    return Rendered(
        "This may have happened before: " + " / ".join(card_text(line.entry) for line in open_lines), blocks
    )


def _suggestion(incident_id: int, line: CardLine) -> list[Block]:
    value = f"{incident_id}|{line.entry.id}"
    if line.verdict == "rejected":
        text = f"~{escape(line.entry.document.title)}~  `{line.entry.id}`: not this, says {_judge(line)}"
        return [section(text, accessory=button("Undo", ids.UNDO, value))]
    blocks = card_blocks(line.entry, line.why)
    if line.record is not None and line.record.tried:
        blocks.append(context(track_record(line.record)))
    whole = open_entry(line.entry)
    more = [whole, _outdated(value), button("Suggest a correction", ids.SUGGEST, value)]
    if line.verdict == "confirmed":
        sure = menu(ids.CERTAINTY, "How sure?", {f"{value}|{key}": label for key, label in CERTAINTIES.items()})
        said = f" · {CERTAINTIES[line.certainty]}" if line.certainty else ""
        blocks.append(section(f":white_check_mark: *This is it*, says {_judge(line)}{said}", accessory=sure))
        return [*blocks, actions(f"line:{value}", [button("Undo", ids.UNDO, value), *more])]
    this = button("This is it", ids.CONFIRM, value, style="primary")
    return [*blocks, actions(f"line:{value}", [this, button("Not this", ids.REJECT, value), *more])]


def track_record(record: TrackRecord) -> str:
    """Return how often the entry's remedies helped here."""
    took = f", median {record.median_min} min" if record.median_min is not None else ""
    return f":chart_with_upwards_trend: Worked {record.helped} of {record.tried}{took}"


def _judge(line: CardLine) -> str:
    return person(line.verdict_by) if line.verdict_by else "somebody"


def _outdated(value: str) -> Block:
    return button("Outdated", ids.OUTDATED, value)
