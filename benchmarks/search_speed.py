"""Search at three sizes, ours beside the engines one could use instead, each in a process and on a core of its own.

    python -m benchmarks.search_speed [ENTRIES ...]

Catalogs and queries are those of benchmarks/synthetic.py: 30 words about one entry, as written and with typos. Quality
is hit@3 on those very queries. Memory is what the built engine keeps; “bad” is the 99th percentile over
tests/bad_input.py; “change” is the time until one changed entry is found, where an engine need not be built anew.
A slow peer is asked for so many seconds, not so many queries; the slowest are left out above a size, which is said.
"""

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from rich.console import Console
from rich.table import Table

from benchmarks.synthetic import catalog, queries
from bot.evaluating import ResidentMemory, apart
from bot.peers.table import peers
from tests.bad_input import BAD_TEXTS
from tests.postgres import postgres
from workflows.evaluation.engines import Engine, Faultline, Missing, Ranker, Searched
from workflows.evaluation.material import Item, Query
from workflows.evaluation.measures import rank_of

SIZES: Final = (1_000, 10_000, 100_000)
ASKED: Final = 200  # queries, or fewer where PATIENCE runs out
PATIENCE: Final = 20.0  # seconds that an engine is asked
THRESHOLD: Final = 0.8
CHANGED: Final = 10
EQUAL: Final = 0.02  # hit@3 below ours that still counts as equal quality
GOAL_MS: Final[Mapping[int, float]] = {1_000: 2, 10_000: 5, 100_000: 30}
GOALS: Final = (
    "goals for a query of 30 words, typos included: p95 ≤ 2 ms at 1,000, ≤ 5 ms at 10,000, ≤ 30 ms at 100,000 entries;",
    "at 10,000 no slower than the fastest peer of equal quality, ≤ 3 s to build, ≤ 150 MB, one changed entry ≤ 50 ms;",
    "bad input p99 < 100 ms at 10,000 entries",
)
# Entries above which a peer needs more than a second for a query.
MOST: Final[Mapping[str, int]] = {
    "rapidfuzz WRatio": 1_000,
    "rapidfuzz token_set_ratio": 10_000,
    "postgres pg_trgm": 1_000,
    "postgres full text": 10_000,
    "tantivy fuzzy": 10_000,
}


@dataclass(frozen=True)
class Measured:
    """What one engine needs at one size: hit@3 and milliseconds, as written and with typos."""

    hits: tuple[float, float]
    clean: Sequence[float]
    typo: Sequence[float]
    build_s: float
    megabytes: float
    change_ms: float | None
    bad_ms: float | None


@dataclass(frozen=True)
class Run:
    """One engine at one size; runs in a process of its own, so it brings its catalog itself."""

    engine: Engine
    size: int

    def measured(self) -> Measured:
        """Return the figures; raises Missing."""
        items = list(catalog(self.size))
        asked = queries(items, ASKED)
        memory = ResidentMemory()
        used, begun = memory.used(), time.perf_counter()
        ranker = self.engine.build(items, ())
        build_s, megabytes = time.perf_counter() - begun, (memory.used() - used) / 2**20
        for query in asked[:5]:
            ranker.rank(query.messages, 10)
        clean_hits, clean = _asked(ranker, asked)
        typo_hits, typo = _asked(ranker, [query.heard_through("typo") for query in asked])
        bad = _bad(ranker) if isinstance(ranker, Searched) else None
        change = _change(ranker, items) if isinstance(ranker, Searched) else None
        return Measured((clean_hits, typo_hits), clean, typo, build_s, megabytes, change, bad)


def main(arguments: Sequence[str]) -> None:
    """Print a table for each size."""
    console = Console(width=150)
    console.print(*GOALS, sep="\n")
    with postgres() as url:
        for size in [int(one) for one in arguments] or SIZES:
            engines: list[Engine] = [Faultline(THRESHOLD), *peers(THRESHOLD, postgres=url, model=None)]
            measured: dict[str, Measured] = {}
            for engine in engines:
                if size > MOST.get(engine.name, size):
                    console.print(f"{engine.name} is left out above {MOST[engine.name]:,} entries: seconds for a query")
                    continue
                try:
                    measured[engine.name] = apart(Run(engine, size).measured)
                except Missing as reason:
                    console.print(f"{engine.name} is left out: {reason}")
            console.print(_table(size, measured), *_verdict(size, measured), sep="\n")


def _asked(ranker: Ranker, asked: Sequence[Query]) -> tuple[float, list[float]]:
    hits, times = 0, []
    until = time.perf_counter() + PATIENCE
    for query in asked:
        if time.perf_counter() > until:
            break
        begun = time.perf_counter()
        ranked = ranker.rank(query.messages, 10)
        times.append((time.perf_counter() - begun) * 1000)
        hits += 0 < rank_of(query.relevant, ranked) <= 3
    return hits / len(times), times


def _bad(ranker: Searched) -> float:
    """Return the 99th percentile over all bad texts, each asked for when it is new and alone in its message."""
    times = []
    for text in BAD_TEXTS.values():
        begun = time.perf_counter()
        ranker.rank([text], 10)
        times.append((time.perf_counter() - begun) * 1000)
    return float(np.percentile(times, 99))


def _change(ranker: Searched, items: Sequence[Item]) -> float:
    """Return how long it takes until one changed entry is found."""
    parts = [item.searchable() for item in items]
    index, times = ranker.index.holding(parts), []
    for number in range(CHANGED):
        item = replace(items[number], fields={**items[number].fields, "symptom": f"walrus{number}xyz alone"})
        begun = time.perf_counter()
        parts[number] = item.searchable()
        index = index.holding(parts)
        assert index.rank(f"walrus{number}xyz")[0].entry_id == item.entry_id
        times.append((time.perf_counter() - begun) * 1000)
    return float(np.percentile(times, 95))


def _table(size: int, measured: Mapping[str, Measured]) -> Table:
    table = Table(title=f"{size:,} entries", title_justify="left", box=None, pad_edge=False)
    columns = (
        "hit@3",
        "p50",
        "p95",
        "p99 ms",
        "typos: hit@3",
        "p50",
        "p95",
        "p99 ms",
        "build s",
        "MB",
        "change ms",
        "bad",
    )
    table.add_column("engine")
    for column in columns:
        table.add_column(column, justify="right")
    for name, one in measured.items():
        table.add_row(
            name,
            *(f"{one.hits[0]:.2f}", *_percentiles(one.clean)),
            *(f"{one.hits[1]:.2f}", *_percentiles(one.typo)),
            *(f"{one.build_s:.2f}", f"{one.megabytes:.0f}"),
            *("–" if value is None else f"{value:.1f}" for value in (one.change_ms, one.bad_ms)),
        )
    return table


def _percentiles(times: Sequence[float]) -> list[str]:
    return [f"{value:.2f}" for value in np.percentile(times, (50, 95, 99))]


def _verdict(size: int, measured: Mapping[str, Measured]) -> list[str]:
    """Return how ours stands beside the fastest peer of equal quality, as written and with typos."""
    ours = measured["faultline"]
    told = []
    for at, kind in enumerate(("as written", "with typos")):
        p95 = {name: float(np.percentile((one.clean, one.typo)[at], 95)) for name, one in measured.items()}
        equal = {
            name: p95[name]
            for name, one in measured.items()
            if name != "faultline" and one.hits[at] >= ours.hits[at] - EQUAL
        }
        fastest = min(equal, key=equal.__getitem__, default="")
        beside = f"{p95['faultline'] / equal[fastest]:.2f} × {fastest}" if fastest else "no peer is as good"
        goal = f", goal {GOAL_MS[size]:g} ms" if size in GOAL_MS else ""
        told.append(f"{kind}: p95 {p95['faultline']:.2f} ms{goal}; of equal quality: {beside}")
    return told


if __name__ == "__main__":
    main(sys.argv[1:])
