"""The domains: who answers for each and how its entries stand, and the list of one domain's entries."""

from collections.abc import Sequence

from bot import ids
from bot.blocks.elements import Block, Rendered, actions, button, context, escape, modal, person, section
from bot.blocks.entries import SEVERITY_MARK, open_entry
from workflows.domains import Domain
from workflows.entries.entry import Entry

PAGE = 25  # entries of a domain shown at a time


def domains(overview: Sequence[Domain]) -> Rendered:
    """Return every domain with its owners, its entries and what its ownership lacks."""
    blocks: list[Block] = []
    for domain in overview:
        blocks += [section(_owned(domain)), context(_counted(domain))]
    told = "; ".join(f"{one.name}: {sum(one.entries.values())} entries. {' '.join(one.gaps)}" for one in overview)
    return Rendered(escape(told), blocks)


def entries_of(name: str, entries: Sequence[Entry], start: int = 0) -> Block:
    """Return the modal with one page of a domain's entries, from the entry at `start` on."""
    shown = entries[start : start + PAGE]
    blocks: list[Block] = [context(f"{len(entries)} published entries that you may see, in alphabetical order")]
    for entry in shown:
        severity = entry.document.severity.typical
        text = f"{SEVERITY_MARK[severity]} *{escape(entry.document.title)}*  `{entry.id}` · {severity}"
        blocks.append(section(text, accessory=open_entry(entry)))
    turns = [("Back", max(0, start - PAGE))] if start else []
    if start + PAGE < len(entries):
        turns.append(("Further", start + PAGE))
    if turns:
        pages = [button(label, f"{ids.BROWSE_ON}:{label}", f"{name}|{place}") for label, place in turns]
        blocks.append(actions("pages", pages))
    return modal(f"Domain {name}", blocks)


def _owned(domain: Domain) -> str:
    stewards = ", ".join(person(one) for one in domain.stewards) or "nobody"
    backups = f" · Backup: {', '.join(person(one) for one in domain.backups)}" if domain.backups else ""
    gaps = "".join(f"\n:warning: {escape(gap)}" for gap in domain.gaps)
    return f"*{escape(domain.name)}*  {escape(domain.meaning)}\nSteward: {stewards}{backups}{gaps}"


def _counted(domain: Domain) -> str:
    counted = ", ".join(f"{count} {status.replace('_', ' ')}" for status, count in domain.entries.items())
    overdue = f" · :hourglass: {domain.overdue} overdue for review" if domain.overdue else ""
    return (counted or "no entries yet") + overdue
