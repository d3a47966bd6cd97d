"""How soon a replica's search knows what another one did: `python -m benchmarks.following [ENTRIES ...]`.

Two catalogs on one PostgreSQL, each with connections of its own; the second follows as the bot does. Timed from the
moment before the transaction begins to the moment at which the second one's search finds what was changed or learned.
"""

import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from bot.following import Following
from store import Store, migrate
from store.engine import open_engine
from tests.factories import CADENCE, RESPONDER, STEWARD, House, failure_mode, house
from tests.postgres import postgres
from workflows.entries.catalog import Catalog
from workflows.incidents import Message

SIZES = (60, 2_000, 10_000)
TIMES = 30
PATIENCE = 60.0  # seconds until a change counts as lost
SYLLABLES = "ba co du fe gi ho ju ka le mi no pu ra se ti vo wu xa ye zi".split()  # noqa: SIM905 - reads best so


def main(arguments: Sequence[str]) -> None:
    """Print the delays for catalogs of these sizes."""
    with postgres(durable=True) as url:
        for size in [int(one) for one in arguments] or SIZES:
            with tempfile.TemporaryDirectory() as folder, _replicas(url, Path(folder), size) as (here, there):
                _report(f"{size:>6} entries, one changed", [_seconds(_edit, here, there, n) for n in range(TIMES)])
                _report(f"{size:>6} entries, one confirmed", [_seconds(_confirm, here, there, n) for n in range(TIMES)])


@contextmanager
def _replicas(url: str, folder: Path, size: int) -> Iterator[tuple[House, Catalog]]:
    ours, theirs = Store(open_engine(url)), Store(open_engine(url))
    migrate(ours.engine, "base")
    migrate(ours.engine)
    entries = [failure_mode(number, symptom=_made_up(number)) for number in range(1, size + 1)]
    here = house(ours, folder, *entries)
    there = Catalog(theirs, here.clock, here.catalog.people, CADENCE)
    there.refresh()
    following = Following((there,), theirs.changes())
    thread = threading.Thread(target=following.run)
    thread.start()
    try:
        yield here, there
    finally:
        following.stop()
        thread.join()
        ours.close()
        theirs.close()


def _made_up(seed: int, words: int = 30) -> str:
    chance = random.Random(seed)
    return " ".join("".join(chance.choices(SYLLABLES, k=3)) for _ in range(words))


def _edit(here: House, number: int) -> str:
    """Let a steward change an entry, and return what only it says now."""
    word = f"walrus{_made_up(-number - 1, 1)}"
    here.amendments.suggest(f"FM-{number + 1:04d}", {"summary": word}, STEWARD, reason="it was missing")
    return word


def _confirm(here: House, number: int) -> str:
    """Let an incident happen and be confirmed, and return what only it said."""
    word, channel = f"otter{_made_up(-number - 1, 1)}", f"C{number}"
    here.channels.names[channel] = f"inc-{number}"
    entry_id = f"FM-{number + 1:04d}"
    said = f"{here.catalog.entry(entry_id, RESPONDER).document.symptom} {word}"
    here.incidents.observe(Message(f"Ev{number}", channel, "1.0", None, "U1", said))
    incident = here.incidents.incident_in(channel)
    assert incident is not None
    here.incidents.judge(incident.id, entry_id, "confirmed", RESPONDER, channel_id=channel)
    return word


def _seconds(change: Callable[[House, int], str], here: House, there: Catalog, number: int) -> float:
    began = time.perf_counter()
    word = change(here, number)
    while not there.index.rank(word):
        assert time.perf_counter() - began < PATIENCE, f"{word} never arrived"
        time.sleep(0.001)
    return time.perf_counter() - began


def _report(what: str, seconds: Sequence[float]) -> None:
    p95 = sorted(seconds)[int(len(seconds) * 0.95) - 1]
    print(f"{what}: found elsewhere after {statistics.median(seconds) * 1000:.0f} ms (p50), {p95 * 1000:.0f} ms (p95)")


if __name__ == "__main__":
    main(sys.argv[1:])
