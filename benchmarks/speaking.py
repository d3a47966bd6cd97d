"""When to speak: fits the chance of being right, and shows what each threshold would do.

    python -m benchmarks.speaking INCIDENTS.yaml CHATTER.txt [CATALOG]

INCIDENTS.yaml holds `incidents: [{messages, expected, also_acceptable}]` with slugs of the catalog, CHATTER.txt one
message a line that must stay unanswered. Incidents are read message by message, as live; chatter in runs of 1 to 40.
"""

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import yaml

from workflows.entries.importing import read_catalog
from workflows.search.index import Match, SearchIndex
from workflows.search.suggestions import CROWD, INTERCEPT, MAX_SUGGESTIONS, WEIGHTS, evidence, weighted

RUNS = (1, 3, 10, 40)  # messages of chatter in a row
IN_FORCE = (INTERCEPT, *WEIGHTS)
STEPS = 30
SHRINKAGE = 1.0  # of the squared weights, as in most libraries


@dataclass(frozen=True)
class Moment:
    """What the index said at one moment, and whether an answer was right then."""

    incident: str
    matches: tuple[Match, ...]
    is_right: bool
    is_last: bool

    @property
    def features(self) -> tuple[float, ...]:
        """One, and what speaks for the entries that would be shown."""
        shown = self.matches[:MAX_SUGGESTIONS]
        return (1.0, *evidence(shown, self.matches)) if shown else (1.0, *(0.0 for _ in WEIGHTS))


def main(arguments: Sequence[str]) -> None:
    """Print the fitted weights and what every threshold would do."""
    incidents_path, chatter_path = Path(arguments[0]), Path(arguments[1])
    catalog = Path(arguments[2]) if len(arguments) > 2 else Path("catalog")
    entries = [file.entry for file in read_catalog(catalog)]
    index = SearchIndex(entries)
    slugs = {entry.id: entry.slug for entry in entries}
    told = list(_incidents(index, slugs, incidents_path))
    chatter = list(_chatter(index, chatter_path))
    weights = _fitted([*told, *chatter])
    last = [moment for moment in told if moment.is_last]
    print(f"entries {len(entries)}, incidents {len(last)}, moments {len(told)}, chatter {len(chatter)}")
    print(f"right among three: whole incident {_share(last):.2f}, each moment {_share(told):.2f}")
    print("fitted: intercept and weights", *(f"{weight:.2f}" for weight in weights))
    print("with the weights in force:")
    print("threshold  speaks on incidents  precision  silent on chatter")
    for threshold in (0.3, 0.4, 0.5, 0.6, 0.7, 0.8):
        spoken = [moment for moment in last if _chance(IN_FORCE, moment) >= threshold]
        silent = sum(_chance(IN_FORCE, moment) < threshold for moment in chatter) / len(chatter)
        print(f"{threshold:9.2f}  {len(spoken) / len(last):19.2f}  {_share(spoken):9.2f}  {silent:17.3f}")


def _incidents(index: SearchIndex, slugs: dict[str, str], path: Path) -> list[Moment]:
    moments = []
    for incident in yaml.safe_load(path.read_text())["incidents"]:
        right = {*incident["expected"], *incident["also_acceptable"]}
        for count in range(1, len(incident["messages"]) + 1):
            matches = tuple(index.rank_weighted(weighted(incident["messages"][:count]), limit=CROWD.stop))
            hit = any(slugs[match.entry_id] in right for match in matches[:MAX_SUGGESTIONS])
            moments.append(Moment(incident["id"], matches, hit, count == len(incident["messages"])))
    return moments


def _chatter(index: SearchIndex, path: Path) -> list[Moment]:
    lines = [line for line in path.read_text().splitlines() if line.strip()]
    runs = [lines[start : start + length] for length in RUNS for start in range(len(lines) - length + 1)]
    return [
        Moment("chatter", tuple(index.rank_weighted(weighted(run), limit=CROWD.stop)), False, False) for run in runs
    ]


def _fitted(moments: Sequence[Moment]) -> tuple[float, ...]:
    """Return the weights of a logistic regression by Newton's method, with a little shrinkage."""
    told = np.array([moment.features for moment in moments])
    right = np.array([moment.is_right for moment in moments], float)
    shrinkage = SHRINKAGE * np.diag([0.0, *(1.0 for _ in WEIGHTS)])
    weights = np.zeros(told.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-told @ weights))
        slope = told.T @ (right - chance) - shrinkage @ weights
        weights += np.linalg.solve(told.T @ (told * (chance * (1 - chance))[:, None]) + shrinkage, slope)
    return tuple(map(float, weights))


def _chance(weights: Sequence[float], moment: Moment) -> float:
    return 1 / (1 + math.exp(-sum(w * value for w, value in zip(weights, moment.features, strict=True))))


def _share(moments: Sequence[Moment]) -> float:
    return sum(moment.is_right for moment in moments) / len(moments) if moments else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
