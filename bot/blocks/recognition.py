"""A word of thanks to authors, and the monthly digest for everybody."""

from collections.abc import Mapping, Sequence
from datetime import date

from bot.blocks.elements import Block, Rendered, actions, context, escape, person, section
from bot.blocks.entries import open_entry
from workflows.entries.entry import Entry
from workflows.recognition import Digest, Thanks

LISTED = 15  # entries of each kind in a digest
THANKED = 100  # people


def thanks(word: Thanks) -> Rendered:
    """Return the message to an author whose entry helped."""
    entry = word.entry
    text = (
        f":seedling: Your entry `{entry.id}` *{escape(entry.document.title)}* was the right one in an incident: "
        f"{person(word.confirmed_by)} confirmed it. Thank you for writing it down."
    )
    return Rendered(text, [section(text), actions("thanks", [open_entry(entry)])])


def digest(month: Digest, names: Mapping[str, str]) -> Rendered:
    """Return the digest of a month; `names` gives people's names, by which they are put in alphabetical order."""
    year, number = (int(part) for part in month.month.split("-"))
    title = f"*The failure catalog in {date(year, number, 1):%B %Y}*"
    blocks: list[Block] = [section(title)]
    if month.useful:
        lines = [f"{_entry(entry)}: right in {_incidents(count)}" for entry, count in month.useful]
        blocks.append(section(":dart: *Helped most*\n" + _listed(lines)))
    if month.new:
        blocks.append(section(":sparkles: *New*\n" + _listed([_entry(entry) for entry in month.new])))
    if month.changed:
        blocks.append(section(":pencil2: *Changed*\n" + _listed([_entry(entry) for entry in month.changed])))
    if month.contributors:
        named = sorted(month.contributors, key=lambda one: (names.get(one, one).lower(), one))
        blocks.append(section("*Thank you,* " + ", ".join(person(one) for one in named[:THANKED])))
    blocks.append(context("`/failure show FM-0012` opens an entry; `/failure subscribe` tells you of changes."))
    told = " ".join(str(block["text"]["text"]) for block in blocks if block["type"] == "section")
    return Rendered(told, blocks)


def _entry(entry: Entry) -> str:
    return f"`{entry.id}` {escape(entry.document.title)}"


def _incidents(count: int) -> str:
    return "one incident" if count == 1 else f"{count} incidents"


def _listed(lines: Sequence[str]) -> str:
    more = [f"and {len(lines) - LISTED} more"] if len(lines) > LISTED else []
    return "\n".join(f"• {line}" for line in [*lines[:LISTED], *more])
