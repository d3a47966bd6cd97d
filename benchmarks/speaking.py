"""When to speak: fits the chance of being right, and shows what each threshold would do.

    python -m benchmarks.speaking [--incidents FILE …] [--negatives FILE …] [--catalog FOLDER] [--model FOLDER]

Incidents are YAML (`incidents: [{id, messages, expected, also_acceptable}]` with slugs of the catalog), read message by
message, as live; negatives hold one message a line that must stay unanswered, read in runs of 1, 3, 10 and 40. The
files of this folder are always read as well. All negatives together count as much as all incidents, as if a watched
channel held half of each. The table is cross-validated: nothing is judged by weights that saw it.
With a sentence model the weights of `chance.WITH_MODEL` are fitted, without one those of `chance.WITHOUT_MODEL`.
"""

import argparse
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from numpy.typing import NDArray

from workflows.entries.importing import read_catalog
from workflows.evaluation.engines import Read
from workflows.search.chance import CROWD, Signs
from workflows.search.index import SearchIndex
from workflows.search.semantic import SentenceEncoder
from workflows.search.suggestions import MAX_SUGGESTIONS, weighted
from workflows.search.synonyms import Synonyms

DATA = Path(__file__).parent / "data"
RUNS = (1, 3, 10, 40)  # negatives in a row
FOLDS, DEALS = 8, 4  # an incident is in one fold as a whole; the folds are dealt several times and averaged
STEPS = 40
SHRINKAGE = 1.0  # of the squared weights, as in most libraries
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Moment:
    """What could be told at one moment of a conversation, and whether an answer was right then."""

    source: str
    conversation: str
    signs: tuple[float, ...]
    is_right: bool
    is_incident: bool
    length: int
    is_last: bool = False


@dataclass(frozen=True)
class Listener:
    """Hears conversations as the bot does."""

    index: SearchIndex
    slugs: dict[str, str]

    def incidents(self, path: Path) -> Iterator[Moment]:
        """Yield the moments after each message of each incident."""
        for incident in yaml.safe_load(path.read_text())["incidents"]:
            right = {*incident["expected"], *incident["also_acceptable"]}
            for count in range(1, len(incident["messages"]) + 1):
                last = count == len(incident["messages"])
                yield self._moment(path, incident["id"], incident["messages"][:count], right, last=last)

    def negatives(self, path: Path) -> Iterator[Moment]:
        """Yield a moment for each run of lines."""
        lines = [line for line in path.read_text().splitlines() if line.strip()]
        for length in RUNS:
            for start in range(len(lines) - length + 1):
                run = lines[start : start + length]
                yield self._moment(path, f"{path.name} {start // 10}", run, None, last=False)

    def _moment(self, path: Path, name: str, texts: Sequence[str], right: set[str] | None, *, last: bool) -> Moment:
        matches = self.index.rank_weighted(weighted(texts), limit=CROWD.stop)
        shown = matches[:MAX_SUGGESTIONS]
        signs = Signs.of(shown, matches, texts).values if shown else ()
        hit = right is not None and any(self.slugs[one.entry_id] in right for one in shown)
        return Moment(path.parent.name + "/" + path.stem, name, signs, hit, right is not None, len(texts), last)


def main() -> None:
    """Print the fitted weights and what every threshold would do."""
    given = _arguments()
    files = read_catalog(given.catalog)
    meaning = Read(SentenceEncoder.load(given.model)) if given.model else None
    listener = Listener(
        SearchIndex([file.entry for file in files], (), meaning, Synonyms.load(given.catalog)),
        {file.entry.id: file.entry.slug for file in files},
    )
    incidents = [one for path in [DATA / "incidents.yaml", *given.incidents] for one in listener.incidents(path)]
    chat = [one for path in [DATA / "negatives.txt", *given.negatives] for one in listener.negatives(path)]
    moments = [*incidents, *chat]
    columns = max(len(one.signs) for one in moments)
    told = np.array([(1.0, *one.signs, *[0.0] * (columns - len(one.signs))) for one in moments])
    right = np.array([one.is_right for one in moments], float)
    share = np.where([one.is_incident for one in moments], 1.0, len(incidents) / len(chat))
    print("fitted: intercept and weights", *(f"{weight:.2f}" for weight in _fitted(told, right, share)))
    _print_table(moments, _cross_validated(moments, told, right, share))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--incidents", type=Path, nargs="*", default=[])
    parser.add_argument("--negatives", type=Path, nargs="*", default=[])
    parser.add_argument("--catalog", type=Path, default=Path("catalog"))
    parser.add_argument("--model", type=Path)
    return parser.parse_args()


def _cross_validated(moments: Sequence[Moment], told: Floats, right: Floats, share: Floats) -> Floats:
    chances = np.zeros(len(moments))
    for deal in range(DEALS):
        fold = np.array([zlib.crc32(f"{deal} {one.conversation}".encode()) % FOLDS for one in moments])
        for held_out in range(FOLDS):
            weights = _fitted(told[fold != held_out], right[fold != held_out], share[fold != held_out])
            chances[fold == held_out] += 1 / (1 + np.exp(-told[fold == held_out] @ weights)) / DEALS
    return chances


def _print_table(moments: Sequence[Moment], chances: Floats) -> None:
    sources = list(dict.fromkeys(one.source for one in moments))
    whole = {name: _where(moments, lambda one, name=name: one.source == name and one.is_last) for name in sources}
    runs = {
        f"{name} × {run}": _where(
            moments, lambda one, name=name, run=run: one.source == name and not one.is_incident and one.length == run
        )
        for name in sources
        for run in RUNS
    }
    right = np.array([one.is_right for one in moments])
    for threshold in (0.5, 0.6, 0.7, 0.75, 0.8, 0.85, 0.9):
        spoken = chances >= threshold
        print(f"threshold {threshold:.2f}")
        for name, here in whole.items():
            if here.any():
                print(f"  {name}: speaks on {spoken[here].mean():.2f}, right {right[here & spoken].mean():.2f}")
        print(
            "  silent:", ", ".join(f"{name} {1 - spoken[here].mean():.3f}" for name, here in runs.items() if here.any())
        )
    bins = np.array_split(np.argsort(chances), 10)
    error = sum(abs(chances[one].mean() - right[one].mean()) * len(one) for one in bins) / len(chances)
    print(f"calibration error {error:.3f}")


def _where(moments: Sequence[Moment], holds: Any) -> NDArray[np.bool_]:
    return np.array([bool(holds(one)) for one in moments])


def _fitted(told: Floats, right: Floats, share: Floats) -> Floats:
    """Return the weights of a logistic regression by Newton's method, with a little shrinkage.

    Each row counts with its share.
    """
    shrinkage = SHRINKAGE * np.diag([0.0, *(1.0 for _ in range(told.shape[1] - 1))])
    weights = np.zeros(told.shape[1])
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-told @ weights))
        slope = told.T @ (share * (right - chance)) - shrinkage @ weights
        weights += np.linalg.solve(told.T @ (told * (share * chance * (1 - chance))[:, None]) + shrinkage, slope)
    return weights


if __name__ == "__main__":
    main()
