"""`faultline writeups`: write-ups in the terminal, and as documents to hand on."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.build import offline
from bot.directory import SlackPeople
from bot.identity import who_am_i
from bot.logs import settings_with_logs
from bot.settings import Settings
from bot.slack import reading_client
from workflows.errors import NotFound, UserError
from workflows.writeups.documents import NameOf, as_json, as_markdown, file_name, people_of
from workflows.writeups.writeup import WriteUp

writing = typer.Typer()
console = Console()


@writing.command()
def writeups(
    number: Annotated[int | None, typer.Argument(help="One write-up, printed as Markdown.")] = None,
    *,
    export: Annotated[Path | None, typer.Option(help="Write a Markdown document of each into this folder.")] = None,
    as_data: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """List after-action write-ups, print one, or export all of them as documents."""
    settings = settings_with_logs()
    with offline(settings) as workflows:
        found = workflows.writeups.all()
        if number is not None:
            found = [one for one in found if one.id == number]
            if not found:
                msg = f"There is no write-up {number}; `faultline writeups` lists them."
                raise NotFound(msg)
        if as_data:
            typer.echo(json.dumps([as_json(one) for one in found], ensure_ascii=False, indent=2))
        elif export is not None:
            name_of = _names(settings, found)
            _export(found, export, lambda one: as_markdown(one, workflows.vocabulary, name_of))
        elif number is not None:
            typer.echo(as_markdown(found[0], workflows.vocabulary, _names(settings, found)), nl=False)
        else:
            console.print(_table(found))


def _names(settings: Settings, found: list[WriteUp]) -> NameOf:
    """Return what people are called: as Slack names them where it answers, else by their Slack ids."""
    if settings.slack_bot_token is None:
        return str
    client = reading_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        who_am_i(client)
    except UserError as refused:
        typer.echo(f"People are named by their Slack ids: {refused.sentence}", err=True)
        return str
    names = SlackPeople(client).names_of({person for one in found for person in people_of(one)})
    return lambda person: names.get(person, person)


def _export(found: list[WriteUp], folder: Path, document: Callable[[WriteUp], str]) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for one in found:
            (folder / file_name(one)).write_text(document(one), encoding="utf-8")
    except OSError as unwritable:
        msg = f"{folder} cannot be written ({unwritable}); name another folder with --export."
        raise UserError(msg) from None
    typer.echo(f"{len(found)} document(s) stand in {folder}.")


def _table(found: list[WriteUp]) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("no.", "severity", "state", "parts", "owner", "title"):
        table.add_column(column)
    for one in found:
        parts = f"{sum(map(one.is_done, one.steps))} of {len(one.steps)}"
        table.add_row(str(one.id), one.severity or "–", one.record.state, parts, escape(one.owner), escape(one.title))
    return table
