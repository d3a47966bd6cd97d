"""`faultline outbox`: what is owed, what got stuck and why, and what to do about it."""

import json
from datetime import timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from bot.build import offline
from bot.logs import settings_with_logs
from store.outbox import OwedMessage
from workflows.people import OPERATOR
from workflows.undelivered import STATES, Standing

outbox = typer.Typer(help="What is owed to people, and what got stuck.", invoke_without_command=True)
console = Console()

Number = Annotated[int, typer.Argument(metavar="ID", help="The number that `faultline outbox` shows.")]


@outbox.callback()
def stand(
    context: typer.Context,
    *,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Show how many messages are in each state, for how long the oldest waits, and each that got stuck."""
    if context.invoked_subcommand is not None:
        return
    with offline(settings_with_logs()) as workflows:
        standing = workflows.undelivered.standing()
    if as_json:
        typer.echo(json.dumps(_as_json(standing), ensure_ascii=False, indent=2))
        return
    console.print(_sentence(standing), markup=False, highlight=False, soft_wrap=True)
    if standing.stuck:
        console.print(_table(standing))


@outbox.command()
def retry(
    number: Number,
    *,
    not_sent: Annotated[
        bool, typer.Option("--not-sent", help="You looked in Slack, and it is not there: send it without a look-up.")
    ] = False,
) -> None:
    """Send a stuck message again; one that may stand in Slack is looked up first."""
    with offline(settings_with_logs()) as workflows:
        known = workflows.undelivered.retry(number, OPERATOR, certainly_not_sent=not_sent)
    console.print(f"Message {number} ({known.kind}) waits to be sent again.", markup=False, highlight=False)


@outbox.command("retry-all")
def retry_all() -> None:
    """Send everything again that was given up, once what stood in the way is mended."""
    with offline(settings_with_logs()) as workflows:
        count = workflows.undelivered.retry_all(OPERATOR)
    console.print(f"{count} messages wait to be sent again.", markup=False, highlight=False)


@outbox.command()
def drop(
    number: Number,
    *,
    reason: Annotated[str, typer.Option(help="Why; kept with the message and in the audit trail.")] = "dropped by hand",
) -> None:
    """Send a stuck or waiting message no more."""
    with offline(settings_with_logs()) as workflows:
        known = workflows.undelivered.drop(number, OPERATOR, reason=reason)
    console.print(f"Message {number} ({known.kind}) is dropped.", markup=False, highlight=False)


def _sentence(standing: Standing) -> str:
    counted = ", ".join(f"{standing.counts[state]} {state}" for state in STATES if standing.counts.get(state))
    late = f"; the oldest is due for {_span(standing.overdue)}" if standing.overdue else ""
    return f"{counted or 'Nothing was ever owed'}{late}."


def _span(span: timedelta) -> str:
    return str(timedelta(seconds=int(span.total_seconds())))


def _table(standing: Standing) -> Table:
    table = Table(box=None, pad_edge=False)
    for column in ("id", "state", "since (UTC)", "kind", "to", "tries", "problem"):
        table.add_column(column, overflow="fold")
    for one in standing.stuck:
        since = f"{one.changed_at:%Y-%m-%d %H:%M}"
        table.add_row(str(one.id), one.state, since, one.kind, one.address, str(one.attempts), one.problem or "")
    return table


def _as_json(standing: Standing) -> dict[str, object]:
    return {
        "counts": {state: standing.counts.get(state, 0) for state in STATES},
        "overdue_seconds": round(standing.overdue.total_seconds()),
        "stuck": [_message(one) for one in standing.stuck],
    }


def _message(one: OwedMessage) -> dict[str, object]:
    shown = ("id", "key", "kind", "subject", "address", "state", "attempts", "problem")
    return {name: getattr(one, name) for name in shown} | {"since": one.changed_at.isoformat()}
