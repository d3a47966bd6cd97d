"""From a message in an incident channel to the card under it, in a large catalog: the shipped bot, the local Slack.

    python -m benchmarks.card_time [ENTRIES] [INCIDENTS]

Over real HTTP and WebSocket, with a catalog like the pilot's many times over (benchmarks/large_catalog.py), beside
which the pilot's own entries stand; every incident is a channel of its own with one message. The goal is a 95th
percentile of 300 ms at 10,000 entries. Printed beside it: start-up with the catalog in the database, and memory.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Final

import psutil
import yaml

import sandbox
from benchmarks.large_catalog import PILOT, documents
from tests.e2e.stage import MANIFEST, RESPONDER, running_bot

GOAL_MS: Final = 300
LONG: Final = timedelta(seconds=60)
SAID: Final = "torch.cuda.OutOfMemoryError: CUDA out of memory. gpu oom again on the big batch"


def main(arguments: Sequence[str]) -> None:
    """Measure and print."""
    entries = int(arguments[0]) if arguments else 10_000
    incidents = int(arguments[1]) if len(arguments) > 1 else 40
    with sandbox.running(manifest=MANIFEST, port=0) as slack, tempfile.TemporaryDirectory() as folder:
        catalog = Path(folder) / "catalog"
        _write(catalog, entries)
        begun = time.perf_counter()
        with running_bot(slack, Path(folder), FAULTLINE_CATALOG_DIR=str(catalog)):
            print(f"first start, which imports {entries:,} entries: {time.perf_counter() - begun:.1f} s")
        begun = time.perf_counter()
        with running_bot(slack, Path(folder), FAULTLINE_CATALOG_DIR=str(catalog)) as bot:
            print(f"later start: {time.perf_counter() - begun:.1f} s")
            seconds = sorted(_card(slack, number) for number in range(incidents))
            memory = psutil.Process(bot.process.pid).memory_info().rss / 2**20
    p95 = seconds[min(len(seconds) - 1, int(len(seconds) * 0.95))]
    print(
        f"message to card: p50 {statistics.median(seconds) * 1000:.0f} ms, p95 {p95 * 1000:.0f} ms, goal {GOAL_MS} ms"
    )
    print(f"memory: {memory:.0f} MB")


def _write(folder: Path, count: int) -> None:
    """Write the pilot's entries and as many copies of other failures as make up the count."""
    entries = folder / "entries"
    entries.mkdir(parents=True)
    own = sorted((PILOT / "entries").glob("*.yaml"))
    for path in own[:count]:
        (entries / path.name).write_bytes(path.read_bytes())
    for number, document in enumerate(documents(count)):
        if number >= len(own):
            text = yaml.dump(document, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True)
            (entries / f"{document['id']}-{document['slug']}.yaml").write_text(text, encoding="utf-8")
    (folder / "vocabulary.yaml").write_bytes((PILOT / "vocabulary.yaml").read_bytes())


def _card(slack: sandbox.Slack, number: int) -> float:
    channel = f"inc-bench-{number}"
    slack.channel(channel, members=[RESPONDER], bot=True)
    slack.settled()
    begun = time.perf_counter()
    slack.user(RESPONDER).says(f"{SAID}, job {number}", channel=channel)
    slack.user(RESPONDER).sees("happened before", channel=channel, within=LONG)
    return time.perf_counter() - begun


if __name__ == "__main__":
    main(sys.argv[1:])
