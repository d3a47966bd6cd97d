"""`faultline examples` and `faultline forget`: what search learned from people, where from, and how it is removed."""

import json
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.build import offline
from bot.logs import settings_with_logs
from workflows.errors import UserError
from workflows.people import OPERATOR
from workflows.search.learning import Lesson

lessons = typer.Typer()
console = Console()


@lessons.command()
def examples(
    entry: Annotated[str, typer.Argument(help="An id such as FM-0012.")],
    *,
    remove: Annotated[int, typer.Option(min=0, max=2**31 - 1, metavar="NUMBER", help="Remove this example.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List what people's verdicts taught search about an entry, with source and weight, or remove one of it."""
    with offline(settings_with_logs()) as workflows:
        if remove:
            workflows.learning.remove(entry, remove, OPERATOR)
        learned = workflows.learning.of(entry)
    if as_json:
        typer.echo(json.dumps([lesson_as_json(one) for one in learned], ensure_ascii=False, indent=2))
    else:
        console.print(lesson_table(learned) if learned else f"Nothing was learned about {entry}.", markup=False)


@lessons.command()
def forget(
    incident: Annotated[str, typer.Argument(metavar="[INCIDENT]", help="An incident's number.")] = "",
    *,
    channel: Annotated[str, typer.Option(help="All incidents of this channel, by id or name.")] = "",
) -> None:
    """Forget what was said in an incident, and what search learned from it; counts and verdicts stay."""
    if bool(incident) == bool(channel):
        msg = "Name either an incident or a channel: `faultline forget 12` or `faultline forget --channel C0123456789`."
        raise UserError(msg)
    with offline(settings_with_logs()) as workflows:
        forgetting = workflows.forgetting
        gone = forgetting.channel(channel, OPERATOR) if channel else [forgetting.incident(incident, OPERATOR)]
    for one in gone:
        console.print(
            f"Incident {one.incident_id}: {one.messages} messages and {one.examples} examples forgotten.",
            highlight=False,
        )


def lesson_table(learned: Sequence[Lesson]) -> Table:
    """Return the lessons as a table, newest first."""
    table = Table(box=None, pad_edge=False)
    for column in ("number", "weight", "counts", "from", "channel", "by", "when (UTC)"):
        table.add_column(column, no_wrap=True)
    table.add_column("words", overflow="fold")
    for one in learned:
        kept = one.example
        table.add_row(
            str(kept.id), f"{kept.weight:+g}", "yes" if one.counts else "no", one.source, kept.channel_id or "–",
            kept.learned_from, f"{kept.learned_at:%Y-%m-%d %H:%M}", escape(kept.text),
        )  # fmt: skip
    return table


def lesson_as_json(lesson: Lesson) -> dict[str, Any]:
    """Return one lesson for machines."""
    return {
        **vars(lesson.example),
        "learned_at": lesson.example.learned_at.isoformat(timespec="seconds"),
        "source": lesson.source,
        "counts": lesson.counts,
    }
