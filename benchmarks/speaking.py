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

import yaml

from workflows.entries.importing import read_catalog
from workflows.search.index import Match, SearchIndex
from workflows.search.suggestions import CROWD, INTERCEPT, MAX_SUGGESTIONS, PER_DISTANCE, standing_out, weighted

RUNS = (1, 3, 10, 40)  # messages of chatter in a row
IN_FORCE = (INTERCEPT, PER_DISTANCE)
STEPS = 4_000
RATE = 0.05


@dataclass(frozen=True)
class Moment:
    """What the index said at one moment, and whether an answer was right then."""

    incident: str
    matches: tuple[Match, ...]
    is_right: bool
    is_last: bool

    @property
    def features(self) -> tuple[float, float]:
        """One, and how far the best entry stands out."""
        return 1.0, standing_out(self.matches[0], self.matches) if self.matches else 0.0


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
    print("fitted weights: intercept {:.2f}, per distance {:.3f}".format(*weights))
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
    """Return the weights of a logistic regression by plain gradient descent, with a little shrinkage."""
    weights = [0.0, 0.0]
    for _ in range(STEPS):
        gradient = [0.0, 0.0]
        for moment in moments:
            error = _chance(weights, moment) - moment.is_right
            gradient = [total + error * value for total, value in zip(gradient, moment.features, strict=True)]
        weights = [
            weight - RATE * (total / len(moments) + 0.001 * weight)
            for weight, total in zip(weights, gradient, strict=True)
        ]
    return tuple(weights)


def _chance(weights: Sequence[float], moment: Moment) -> float:
    return 1 / (1 + math.exp(-sum(w * value for w, value in zip(weights, moment.features, strict=True))))


def _share(moments: Sequence[Moment]) -> float:
    return sum(moment.is_right for moment in moments) / len(moments) if moments else 0.0


if __name__ == "__main__":
    main(sys.argv[1:])
