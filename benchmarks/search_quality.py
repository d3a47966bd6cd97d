"""How well search finds on labelled sets, ours beside every engine one could use instead, as ratios with intervals.

    python -m benchmarks.search_quality SET … [--examples 10] [--model FOLDER]

A SET is a folder with `catalog.jsonl` ({"id", "title", "summary", "tags"}) and `queries.jsonl` ({"text", "relevant",
"group"}). All engines answer the same queries, as written and with typos. With `--examples N` ours is given up to N
confirmed examples an entry, and so is the best peer: the queries of other groups, none of which is nearly the query's
own wording, in ten folds. The ratio to the best peer of each set is resampled over the queries, the geometric mean over
the sets (Efron and Tibshirani, "An Introduction to the Bootstrap", 1993).
"""

import argparse
import json
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from bot.evaluating import OURS
from bot.peers.table import peers
from tests.postgres import postgres
from workflows.evaluation.engines import Engine, Faultline, Missing
from workflows.evaluation.material import Item, Query, read_material
from workflows.evaluation.measures import rank_of
from workflows.search.examples import Example
from workflows.search.words import stems

AT: Final = 3  # hit@3
FOLDS: Final = 10
NEARLY_THE_SAME: Final = 0.6  # of the words shared; such a query is no example for the other
RESAMPLES: Final = 1_000
NOISES: Final = ("", "typo")
OUR_LINE: Final = 0.8  # the threshold, which ranking does not use
SLOW: Final = ("rapidfuzz WRatio", "postgres pg_trgm")  # asked without examples only: minutes for a fold

Hits = NDArray[np.bool_]


@dataclass(frozen=True)
class Labelled:
    """One labelled set, and the group that each query belongs to."""

    name: str
    items: Sequence[Item]
    queries: Sequence[Query]
    groups: Sequence[str]

    @classmethod
    def read(cls, folder: Path) -> "Labelled":
        """Return the set in the folder."""
        material = read_material(folder / "catalog.jsonl", folder / "queries.jsonl")
        rows = [json.loads(line) for line in (folder / "queries.jsonl").read_text().splitlines() if line.strip()]
        groups = [str(row.get("group", at)) for at, row in enumerate(rows)]
        return cls(folder.name, material.items, material.queries, groups)

    def hits(self, engine: Engine) -> dict[str, Hits]:
        """Return by noise for each query whether the engine finds it."""
        ranker = engine.build(self.items, ())
        return {
            noise: np.array([_is_hit(query, ranker.rank(_said(query, noise), AT)) for query in self.queries])
            for noise in NOISES
        }

    def hits_with_examples(self, engine: Engine, most: int) -> dict[str, Hits]:
        """Return the same where the queries of other folds are known, at most so many an entry."""
        found = {noise: np.zeros(len(self.queries), bool) for noise in NOISES}
        folds = np.array([zlib.crc32(group.encode()) % FOLDS for group in self.groups])
        for fold in range(FOLDS):
            held_out = np.flatnonzero(folds == fold).tolist()
            ranker = engine.build(self.items, tuple(self._examples(folds != fold, held_out, most)))
            for noise in NOISES:
                for at in held_out:
                    query = self.queries[at]
                    found[noise][at] = _is_hit(query, ranker.rank(_said(query, noise), AT))
        return found

    def _examples(self, known: Hits, held_out: Sequence[int], most: int) -> Iterator[Example]:
        asked = [set(stems(self.queries[at].text)) for at in held_out]
        given: Counter[str] = Counter()
        for at in np.random.default_rng(0).permutation(np.flatnonzero(known)).tolist():
            query = self.queries[at]
            own = set(stems(query.text))
            if any(len(own & other) > NEARLY_THE_SAME * len(own | other) for other in asked):
                continue
            for entry_id in sorted(query.relevant):
                if given[entry_id] < most:
                    given[entry_id] += 1
                    yield Example(entry_id, query.text)


def main() -> None:
    """Print a table for each set and noise, and the ratios over all."""
    given = _arguments()
    console = Console(width=120)
    sets = [Labelled.read(folder) for folder in given.sets]
    plain: list[dict[str, dict[str, Hits]]] = []
    taught: list[dict[str, dict[str, Hits]]] = []
    with postgres() as url:
        engines = [
            Faultline(OUR_LINE, given.model),
            *(one for one in peers(OUR_LINE, postgres=url, model=given.model) if not one.name.startswith("faultline ")),
        ]
        for one in sets:
            plain.append(_measured(one, engines, console))
            if given.examples:
                quick = [engine for engine in engines if engine.name not in SLOW]
                taught.append(_measured(one, quick, console, most=given.examples))
    for noise in NOISES:
        told = noise or "as written"
        console.print(f"{told}: ours × best peer: {_ratio(plain, plain, noise)}")
        if taught:
            console.print(f"{told}, examples for ours only: {_ratio(taught, plain, noise)}")
            console.print(f"{told}, the same examples for all: {_ratio(taught, taught, noise)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", type=Path, nargs="+")
    parser.add_argument("--examples", type=int, default=0)
    parser.add_argument("--model", type=Path)
    return parser.parse_args()


def _measured(
    labelled: Labelled, engines: Sequence[Engine], console: Console, *, most: int = 0
) -> dict[str, dict[str, Hits]]:
    found: dict[str, dict[str, Hits]] = {}
    for engine in engines:
        try:
            found[engine.name] = labelled.hits_with_examples(engine, most) if most else labelled.hits(engine)
        except Missing as reason:
            console.print(f"{engine.name} is left out: {reason}")
    examples = f", up to {most} examples an entry" if most else ""
    title = f"{labelled.name}: hit@{AT} of {len(labelled.queries)} queries, {len(labelled.items)} entries{examples}"
    table = Table(title=title, title_justify="left", box=None, pad_edge=False)
    for column in ("engine", *(noise or "as written" for noise in NOISES)):
        table.add_column(column)
    for name, hits in found.items():
        table.add_row(name, *(f"{hits[noise].mean():.3f}  {_interval(hits[noise])}" for noise in NOISES))
    console.print(table)
    return found


def _ratio(
    ours: Sequence[Mapping[str, Mapping[str, Hits]]], theirs: Sequence[Mapping[str, Mapping[str, Hits]]], noise: str
) -> str:
    """Return the geometric mean over the sets of ours by the best peer's, with its interval, and each set's own."""
    pairs = [
        (mine[OURS][noise], max((hits[noise] for name, hits in peer.items() if name != OURS), key=np.mean))
        for mine, peer in zip(ours, theirs, strict=True)
    ]
    chance = np.random.default_rng(0)
    resampled = [
        _mean_ratio([(mine[at], best[at]) for mine, best in pairs for at in [chance.integers(0, len(mine), len(mine))]])
        for _ in range(RESAMPLES)
    ]
    low, high = np.percentile(resampled, (2.5, 97.5))
    each = ", ".join(f"{mine.mean() / best.mean():.2f}" for mine, best in pairs)
    return f"{_mean_ratio(pairs):.2f} ({low:.2f} to {high:.2f}); each set: {each}"


def _mean_ratio(pairs: Sequence[tuple[Hits, Hits]]) -> float:
    return float(np.exp(np.mean([np.log(max(mine.mean(), 1e-9) / max(best.mean(), 1e-9)) for mine, best in pairs])))


def _interval(hits: Hits) -> str:
    chance = np.random.default_rng(0)
    low, high = np.percentile(
        [hits[chance.integers(0, len(hits), len(hits))].mean() for _ in range(RESAMPLES)], (2.5, 97.5)
    )
    return f"({low:.2f}–{high:.2f})"


def _said(query: Query, noise: str) -> tuple[str, ...]:
    return (query.heard_through(noise) if noise else query).messages


def _is_hit(query: Query, ranked: Sequence[str]) -> bool:
    return 0 < rank_of(query.relevant, ranked) <= AT


if __name__ == "__main__":
    main()
