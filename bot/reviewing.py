"""`faultline reviews`: due reviews in the terminal."""

from typing import Annotated

import typer
from rich.console import Console

from bot.build import offline
from bot.logs import settings_with_logs
from workflows.people import OPERATOR, Actor

reviewing = typer.Typer()
console = Console(soft_wrap=True)


@reviewing.command()
def reviews(
    request: Annotated[str, typer.Option(metavar="ID", help="Make this entry's review due now.")] = "",
    reason: Annotated[
        str, typer.Option(help="Why it is due; its steward reads this.")
    ] = "asked for on the command line",
    domain: Annotated[str, typer.Option(help="Only those of this domain.")] = "all",
    steward: Annotated[str, typer.Option(metavar="U…", help="Only those that wait for this person.")] = "",
) -> None:
    """List due reviews, or make one due now."""
    with offline(settings_with_logs()) as workflows:
        if request:
            workflows.reviews.request(request, reason, OPERATOR)
        scope = "mine" if steward else workflows.reviews.scope_named(domain)
        due = workflows.reviews.due_for(Actor(steward) if steward else OPERATOR, scope)
    for review in due:
        line = f"{review.entry.id}  {review.due_at:%Y-%m-%d}  {review.entry.document.title}: {review.reason}"
        console.print(line, markup=False, highlight=False)
    if not due:
        console.print("No review is due.")
