"""What other weights of `workflows/search/weights.py` would do, judged on queries that the choice did not see.

    python -m benchmarks.search_weights SET …

A SET is a folder as `benchmarks/search_quality.py` reads it. Each weight is tried at a quarter to four times its number
while the others stay. “tuned” is hit@3 on ten held-out folds where the other nine choose the number; where it is not
above that of the number in force, there is nothing to be gained.
"""

import sys
import zlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from benchmarks.search_quality import FOLDS, OUR_LINE, Labelled
from workflows.evaluation.engines import Faultline
from workflows.search.weights import AS_TUNED, Weights

TIMES: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 4.0)
TRIED: Final = ("name", "letters", "examples")  # the others need log lines, a model or the trade's abbreviations
EXAMPLES: Final = 3

Hits = NDArray[np.bool_]


def main(folders: Sequence[str]) -> None:
    """Print a table for each set."""
    console = Console(width=140)
    for folder in folders:
        labelled = Labelled.read(Path(folder))
        folds = np.array([zlib.crc32(group.encode()) % FOLDS for group in labelled.groups])
        table = Table(title=labelled.name, title_justify="left", box=None, pad_edge=False)
        for column in ("weight", *(f"× {times:g}" for times in TIMES), "in force", "tuned"):
            table.add_column(column, justify="right")
        for name in TRIED:
            tried = np.array([_hits(labelled, name, times) for times in TIMES])
            in_force = tried[TIMES.index(1.0)].mean()
            figures = [*tried.mean(axis=1), in_force, _tuned(tried, folds)]
            table.add_row(f"{name} {getattr(AS_TUNED, name):g}", *(f"{figure:.3f}" for figure in figures))
        console.print(table)


def _hits(labelled: Labelled, name: str, times: float) -> Hits:
    """Return for each query whether it is found with the weight so many times as large."""
    weights: Weights = replace(AS_TUNED, **{name: times * getattr(AS_TUNED, name)})
    engine = Faultline(OUR_LINE, weights=weights)
    found = labelled.hits_with_examples(engine, EXAMPLES) if name == "examples" else labelled.hits(engine)
    return found[""]


def _tuned(tried: Hits, folds: NDArray[np.int64]) -> float:
    """Return the share found where each fold is judged by the number that does best on the others."""
    found = np.zeros(tried.shape[1], bool)
    for fold in range(FOLDS):
        held_out = folds == fold
        found[held_out] = tried[int(tried[:, ~held_out].mean(axis=1).argmax())][held_out]
    return float(found.mean())


if __name__ == "__main__":
    main(sys.argv[1:])
