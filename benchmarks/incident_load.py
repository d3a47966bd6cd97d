"""A bad day: fifty incident channels in which two hundred messages a second are written for a minute, and commands.

    python -m benchmarks.incident_load [SECONDS] [MESSAGES_A_SECOND]

Prints how long commands took to be acknowledged (Slack gives 3 s), whether each channel got exactly one card, how long
it took from the telling message to the card, and how often a card was edited.
"""

import random
import statistics
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import psutil

import sandbox
from sandbox.driver import LocalSlack
from tests.e2e.stage import MANIFEST, RESPONDER, running_bot

CHANNELS = 50
WRITERS = 8
SLACKS_PATIENCE = 3.0  # seconds
TELLING = (
    "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB",
    "RuntimeError: CUDA out of memory, workers restart with exit code 137 since the engine upgrade",
)
CHATTER = (
    "looking", "same here", "joining the call", "who is on call today?", "let me check the dashboard", "any update?",
    "can somebody restart it", "I see it too", "thanks, on it", "customers are asking", "rolling logs now", "ok",
)  # fmt: skip


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    seconds = int(arguments[0]) if arguments else 60
    rate = int(arguments[1]) if len(arguments) > 1 else 200
    with sandbox.running(manifest=MANIFEST, port=0) as slack, tempfile.TemporaryDirectory() as folder:
        names = [f"inc-load-{number}" for number in range(CHANNELS)]
        for name in names:
            slack.channel(name, members=[RESPONDER], bot=True)
        slack.channel("general", members=[RESPONDER])
        with running_bot(slack, Path(folder)) as bot:
            slack.settled(within=timedelta(seconds=60))
            acknowledged, told, took = _storm(slack, names, seconds, rate)
            slack.settled(within=timedelta(minutes=5), quiet=timedelta(seconds=5))
            memory = psutil.Process(bot.process.pid).memory_info().rss / 1e6
        _report(slack, names, acknowledged, told)
        print(f"written: {seconds * rate} messages in {took:.1f} s; memory of the bot afterwards: {memory:.0f} MB")


def _storm(
    slack: LocalSlack, names: Sequence[str], seconds: int, rate: int
) -> tuple[list[float], dict[str, float], float]:
    """Write, type commands beside it, and return how long those took and when each channel was told what it is."""
    chance, told = random.Random(7), dict[str, float]()
    over, acknowledged = threading.Event(), list[float]()
    turns = [chance.choice(names) for _ in range(seconds * rate)]
    first = {name: turns.index(name) + 5 * CHANNELS for name in names}  # somewhat into the channel's chatter

    def write(place: int) -> None:
        name = turns[place]
        is_telling = name not in told and place >= first[name]
        note = slack.user(RESPONDER).says(
            chance.choice(TELLING if is_telling else CHATTER) + ("" if is_telling else f" {place}"), channel=name
        )
        if is_telling:
            told[name] = float(note.ts)

    def command() -> None:
        while not over.is_set():
            before = time.perf_counter()
            slack.user(RESPONDER).command("/failure search cuda out of memory", channel="general")
            acknowledged.append(time.perf_counter() - before)
            over.wait(0.25)

    started = time.perf_counter()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        typing = pool.submit(command)
        list(pool.map(write, _paced(len(turns), rate, started)))
        took = time.perf_counter() - started
        over.set()
        typing.result()
    return acknowledged, told, took


def _paced(count: int, rate: int, started: float) -> Iterator[int]:
    for place in range(count):
        time.sleep(max(0.0, started + place / rate - time.perf_counter()))
        yield place


def _report(slack: LocalSlack, names: Sequence[str], acknowledged: list[float], told: dict[str, float]) -> None:
    ids = {slack.channel(name).id: name for name in names}
    posts = [one for one in slack.calls("chat.postMessage") if "happened before" in str(one.arguments.get("text"))]
    carded = [(ids[one.arguments["channel"]], float(one.answer["ts"])) for one in posts]
    cards = Counter(name for name, _ in carded)
    edits = Counter(one.arguments["channel"] for one in slack.calls("chat.update"))
    late = sum(one > SLACKS_PATIENCE for one in acknowledged)
    _line("command to acknowledgement", acknowledged)
    print(f"   commands: {len(acknowledged)}, later than {SLACKS_PATIENCE:g} s: {late}")
    _line("telling message to card", [max(0.0, ts - told[name]) for name, ts in carded if name in told])
    print(f"channels: {len(names)}, told what it is: {len(told)}")
    print(
        f"with one card: {sum(count == 1 for count in cards.values())}, with more: {sum(n > 1 for n in cards.values())}"
    )
    print(f"edits of one channel's card at most: {max(edits.values(), default=0)}")
    print(f"refused by Slack: {len(slack.refusals())}")


def _line(what: str, seconds: list[float]) -> None:
    if not seconds:
        print(f"{what}: none")
        return
    p95 = statistics.quantiles(seconds, n=20)[-1] if len(seconds) > 1 else seconds[0]
    print(f"{what}: median {statistics.median(seconds):.3f} s, p95 {p95:.3f} s, longest {max(seconds):.3f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
