"""Figures for a monitoring system, in Prometheus' text format (prometheus.io/docs/instrumenting/exposition_formats)."""

from collections.abc import Callable, Mapping, Sequence

from fastapi import Response
from fastapi.concurrency import run_in_threadpool

from store import Unavailable
from workflows.undelivered import STATES, Undelivered

Figures = Callable[[], Mapping[str, float]]
TEXT = "text/plain; version=0.0.4; charset=utf-8"

# Every figure once: its name -> what it says.
MEANINGS = {
    "faultline_owed_messages": "Messages in each state of the outbox; alarm on failed and uncertain.",
    "faultline_owed_overdue_seconds": "How long the message waits that is due for longest; alarm above 600.",
    "faultline_slack_connections": "Socket Mode connections as Slack last counted them; alarm above your replicas.",
    "faultline_slack_silence_seconds": "Seconds since Slack last sent anything over Socket Mode.",
}


def exposition(figures: Mapping[str, float]) -> str:
    """Return the figures; a name may carry labels in braces."""
    lines = []
    for name, meaning in MEANINGS.items():
        found = {given: value for given, value in figures.items() if given.partition("{")[0] == name}
        if found:
            lines += [f"# HELP {name} {meaning}", f"# TYPE {name} gauge"]
            lines += [f"{given} {value:g}" for given, value in found.items()]
    return "\n".join([*lines, ""])


def owed_figures(undelivered: Undelivered) -> Mapping[str, float]:
    """Return the figures of delivery; raises Unavailable."""
    standing = undelivered.standing()
    by_state = {f'faultline_owed_messages{{state="{state}"}}': standing.counts.get(state, 0) for state in STATES}
    return {**by_state, "faultline_owed_overdue_seconds": round(standing.overdue.total_seconds(), 1)}


def metrics_route(figures: Sequence[Figures]) -> Callable[[], object]:
    """Return the route of the figures: 503 where the database does not answer."""

    def gathered() -> dict[str, float]:
        return {name: value for asked in figures for name, value in asked().items()}

    async def metrics() -> Response:
        try:
            return Response(exposition(await run_in_threadpool(gathered)), media_type=TEXT)
        except Unavailable:
            return Response("the database does not answer", status_code=503)

    return metrics
