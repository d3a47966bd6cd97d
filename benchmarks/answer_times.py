"""How long people wait: the shipped bot through the local Slack, over real HTTP and WebSocket.

    python -m benchmarks.answer_times [ROUNDS]

Prints medians and 95th percentiles of command to answer and message to card, the start-up time and the memory.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import psutil

import sandbox
from tests.e2e.stage import MANIFEST, RESPONDER, running_bot

QUERIES = ("cuda out of memory", "loss is nan", "p99 up after the deploy", "5xx in waves", "colunm renamed upstreem")
OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory. gpu oom again on the big batch"
LONG = timedelta(seconds=30)


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    rounds = int(arguments[0]) if arguments else 40
    with sandbox.running(manifest=MANIFEST, port=0) as slack, tempfile.TemporaryDirectory() as folder:
        slack.channel("general", members=[RESPONDER])
        started = time.perf_counter()
        with running_bot(slack, Path(folder)) as bot:
            first_start = time.perf_counter() - started
            answers = [_answer(slack, QUERIES[place % len(QUERIES)]) for place in range(rounds)]
            cards = [_card(slack, place) for place in range(rounds)]
            memory = psutil.Process(bot.process.pid).memory_info().rss / 1e6
        started = time.perf_counter()
        with running_bot(slack, Path(folder)):
            second_start = time.perf_counter() - started
    _report("command to answer", answers)
    _report("message to card", cards)
    print(f"start-up: first {first_start:.2f} s (migrates, imports the catalog), later {second_start:.2f} s")
    print(f"memory after {rounds} commands and {rounds} incidents: {memory:.0f} MB")


def _answer(slack: sandbox.Slack, query: str) -> float:
    started = time.perf_counter()
    slack.user(RESPONDER).command(f"/failure search {query}", channel="general").sees("FM-", within=LONG)
    return time.perf_counter() - started


def _card(slack: sandbox.Slack, place: int) -> float:
    channel = f"inc-bench-{place}"
    slack.channel(channel, members=[RESPONDER], bot=True)
    slack.settled()
    started = time.perf_counter()
    slack.user(RESPONDER).says(OOM, channel=channel)
    slack.user(RESPONDER).sees("happened before", channel=channel, within=LONG)
    return time.perf_counter() - started


def _report(what: str, seconds: Sequence[float]) -> None:
    ordered = sorted(seconds)
    p95 = ordered[min(len(ordered) - 1, int(len(ordered) * 0.95))]
    print(f"{what}: median {statistics.median(ordered) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, n {len(ordered)}")


if __name__ == "__main__":
    main(sys.argv[1:])
