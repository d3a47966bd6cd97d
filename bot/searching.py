"""`faultline search` and `faultline gaps`: what people find in Slack, and what they do not, in the terminal."""

import json
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.build import offline
from bot.logs import settings_with_logs
from store.gaps import GapRecord
from store.incidents import UnmatchedRecord
from workflows.entries.entry import Entry
from workflows.exchange.portrait import found_as_json
from workflows.people import OPERATOR
from workflows.search.search import Answer, Found

searching = typer.Typer()
console = Console()


# A filter that leaves out, such as -model:llm, is no option of ours.
@searching.command(context_settings={"ignore_unknown_options": True})
def search(
    words: Annotated[
        list[str], typer.Argument(help="What you see, in your own words; filters such as model:llm severity:sev1.")
    ],
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=20, help="How many entries at most.")] = 5,
) -> None:
    """Find failure modes by what you see; `-env:batch` leaves out."""
    with offline(settings_with_logs()) as workflows:
        answer = workflows.search.answer(" ".join(words), OPERATOR, limit=limit)
    if as_json:
        typer.echo(json.dumps([found_as_json(one) for one in answer.found], ensure_ascii=False, indent=2))
        return
    if answer.found:
        console.print(_table(answer.found))
    for line in _beside(answer):
        console.print(line, markup=False, highlight=False, soft_wrap=True)


@searching.command()
def gaps(
    *,
    forget: Annotated[str, typer.Option(metavar="WORDS", help="Drop the searches for these words.")] = "",
    incidents: Annotated[bool, typer.Option("--incidents", help="List incidents that no entry was found for.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List what people searched for in Slack and the catalog still does not have, the most often first."""
    settings = settings_with_logs()
    with offline(settings) as workflows:
        if incidents:
            _print_incidents(workflows.situations.unmatched(quiet=settings.incident_quiet), as_json=as_json)
            return
        if forget:
            console.print(f"{workflows.gaps.forget(forget)} searches forgotten.", highlight=False)
            return
        found = workflows.gaps.open()
    if as_json:
        told = [{**vars(one), "last_at": one.last_at.isoformat(timespec="seconds")} for one in found]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        console.print(_gap_table(found) if found else "No search waits for an entry.")


def _print_incidents(found: Sequence[UnmatchedRecord], *, as_json: bool) -> None:
    if as_json:
        told = [{**vars(one), "opened_at": one.opened_at.isoformat(timespec="seconds")} for one in found]
        typer.echo(json.dumps(told, ensure_ascii=False, indent=2))
        return
    if not found:
        console.print("An entry was found for every incident that is over.")
        return
    table = Table(box=None, pad_edge=False)
    for column in ("incident", "channel", "began (UTC)", "severity", "status", "messages"):
        table.add_column(column)
    for one in found:
        began, severity = f"{one.opened_at:%Y-%m-%d %H:%M}", one.severity or "–"
        table.add_row(str(one.id), escape(one.channel), began, severity, one.status, str(one.heard))
    console.print(table)


def _gap_table(found: Sequence[GapRecord]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("times", "people", "last (UTC)", "filters"):
        table.add_column(column, no_wrap=True)
    table.add_column("searched for", overflow="fold")
    for one in found:
        people = str(one.people or "–")
        table.add_row(str(one.times), people, f"{one.last_at:%Y-%m-%d %H:%M}", one.narrowing, escape(one.text))
    return table


def _table(found: Sequence[Found]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("id", "severity", "failure mode", "first step", "verified", "why"):
        table.add_column(column)
    for one in found:
        document = one.entry.document
        told = (document.title, document.first_containment_step or "", _verified(one.entry), one.why)
        table.add_row(document.id, document.severity.typical, *map(escape, told))
    return table


def _verified(entry: Entry) -> str:
    if entry.last_verified_at is None:
        return "never"
    return f"{entry.last_verified_at:%Y-%m-%d}{', due again' if entry.is_stale else ''}"


def _beside(answer: Answer) -> list[str]:
    """Return the lines below the table: what was left out, what tells look-alikes apart, and what to try instead."""
    lines = []
    if not answer.found:
        lines.append("Nothing in the catalog matches; try fewer or other words.")
    elif answer.total > len(answer.found):
        lines.append(f"{answer.total - len(answer.found)} more; --limit 20 shows them, another filter narrows them.")
    lines += [f"{one.first.id} or {one.second.id}? {one.check} {one.result}" for one in answer.checks]
    lines += [f"Did you mean: {words}" for words in answer.nearby]
    if answer.unfiltered:
        lines.append(f"Without {answer.asked.narrowing} there is more.")
    return lines
