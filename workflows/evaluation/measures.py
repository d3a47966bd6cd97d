"""How good an answer is, and how sure one can be of that.

    hit@k               share of queries with a right entry among the first k
    mrr@10              mean of one over the rank of the first right entry, 0 behind rank 10
    lenient@k           hit@k with the acceptable entries counted as right
    coverage            share of incidents on which anything is shown
    precision           share of those shown where a right or acceptable entry is among what is shown
    silence             share of the negatives that stay unanswered
    calibration_error   mean gap between the chance that was stated and how often it was right, in bins of equal size
    first_card          median number of messages after which a card stands, where one ever does

Intervals are 95 % percentile bootstraps over the queries (Efron and Tibshirani, "An Introduction to the Bootstrap",
1993) with a fixed seed. The calibration error is Naeini and others' (2015) with bins of equal size.
"""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

DEPTH: Final = 10  # ranks that are looked at
RESAMPLES: Final = 1_000
SEED: Final = 0
BINS: Final = 10
MOST_COUNTED: Final = 40  # messages; a card that comes later is of no use to anybody

Values = NDArray[np.float64]


@dataclass(frozen=True)
class Answer:
    """What one engine made of one query: the rank (from 1) of the first right entry, and of the first acceptable one.

    0 stands for none among the first `DEPTH`.
    """

    right_at: int
    acceptable_at: int
    milliseconds: float


@dataclass(frozen=True)
class Decision:
    """Whether to speak: the chance that was stated, whether it was enough, and whether what is shown is right."""

    chance: float
    speaks: bool
    is_right: bool


def rank_of(wanted: Collection[str], ranked: Sequence[str]) -> int:
    """Return the rank (from 1) of the first wanted entry, or 0."""
    return next((rank for rank, one in enumerate(ranked[:DEPTH], 1) if one in wanted), 0)


def quality(answers: Sequence[Answer]) -> dict[str, float | None]:
    """Return the figures of ranking, None where there was no query."""
    return {name: _mean(values) for name, values in _values(answers).items()}


def intervals(answers: Sequence[Answer]) -> dict[str, tuple[float, float] | None]:
    """Return between which bounds each figure lies in 95 % of resamples, None where there was no query."""
    return {name: _interval(values) for name, values in _values(answers).items()}


def latency(answers: Sequence[Answer]) -> dict[str, float | None]:
    """Return the median and the 95th percentile of the time for one query, in milliseconds."""
    times = [answer.milliseconds for answer in answers]
    return {f"p{part}_ms": round(float(np.percentile(times, part)), 3) if times else None for part in (50, 95)}


def decisions(incidents: Sequence[Decision], negatives: Sequence[Decision]) -> dict[str, float | None]:
    """Return coverage, precision, silence and calibration error; None for what nothing was measured of."""
    spoken = [one for one in incidents if one.speaks]
    return {
        "coverage": _mean([one.speaks for one in incidents]),
        "precision": _mean([one.is_right for one in spoken]),
        "silence": _mean([not one.speaks for one in negatives]),
        "calibration_error": _calibration_error([*incidents, *negatives]),
    }


def decision_intervals(
    incidents: Sequence[Decision], negatives: Sequence[Decision]
) -> dict[str, tuple[float, float] | None]:
    """Return between which bounds the figures of `decisions` lie in 95 % of resamples."""
    spoken = [one for one in incidents if one.speaks]
    return {
        "coverage": _interval(np.array([one.speaks for one in incidents], float)),
        "precision": _interval(np.array([one.is_right for one in spoken], float)),
        "silence": _interval(np.array([not one.speaks for one in negatives], float)),
        "calibration_error": _interval_of_calibration([*incidents, *negatives]),
    }


def first_cards(firsts: Sequence[int], longest: int) -> dict[str, Any]:
    """Return when cards came in incidents of at most `longest` messages.

    `firsts` are the messages (from 1) after which each incident's first card stood, 0 for never.
    """
    there = [first for first in firsts if first]
    return {
        "first_card": float(np.median(there)) if there else None,
        "shown_after": {
            str(count): _mean([0 < first <= count for first in firsts])
            for count in range(1, min(longest, MOST_COUNTED) + 1)
        },
    }


def first_card_interval(firsts: Sequence[int]) -> tuple[float, float] | None:
    """Return between which bounds the median number of messages to the first card lies in 95 % of resamples."""
    return _interval(np.array([first for first in firsts if first], float), np.median)


def _values(answers: Sequence[Answer]) -> Mapping[str, Values]:
    right = np.array([answer.right_at for answer in answers], float)
    acceptable = np.array([answer.acceptable_at for answer in answers], float)
    inverse = np.divide(1, right, out=np.zeros_like(right), where=right > 0)
    return {
        **{f"hit@{depth}": _within(right, depth) for depth in (1, 3, 5)},
        "mrr@10": inverse,
        **{f"lenient@{depth}": _within(acceptable, depth) for depth in (1, 3, 5)},
    }


def _within(ranks: Values, depth: int) -> Values:
    return ((ranks > 0) & (ranks <= depth)).astype(float)


def _mean(values: Sequence[float] | Values) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None


def _interval(values: Values, figure: Callable[..., Values] = np.mean) -> tuple[float, float] | None:
    if not len(values):
        return None
    resamples = np.array([figure(values[drawn]) for drawn in _drawn(len(values))])
    return _bounds(resamples)


def _drawn(count: int) -> Iterator[NDArray[np.int64]]:
    chosen = np.random.default_rng(SEED)
    return (chosen.integers(0, count, count) for _ in range(RESAMPLES))


def _bounds(resamples: Values) -> tuple[float, float]:
    low, high = np.percentile(resamples, (2.5, 97.5))
    return round(float(low), 4), round(float(high), 4)


def _calibration_error(stated: Sequence[Decision]) -> float | None:
    return round(_gap(*_ordered(stated)), 4) if stated else None


def _interval_of_calibration(stated: Sequence[Decision]) -> tuple[float, float] | None:
    if not stated:
        return None
    chances, right = _ordered(stated)
    drawn = (np.sort(places) for places in _drawn(len(chances)))  # what is drawn in order stays in order
    return _bounds(np.array([_gap(chances[places], right[places]) for places in drawn]))


def _ordered(stated: Sequence[Decision]) -> tuple[Values, Values]:
    """Return the chances in ascending order, and what came of each."""
    ordered = sorted((one.chance, one.is_right) for one in stated)
    return np.array([chance for chance, _ in ordered], float), np.array([right for _, right in ordered], float)


def _gap(chances: Values, right: Values) -> float:
    """Return the mean gap between chance and outcome over bins of (nearly) equal size."""
    edges = [int(part[0]) for part in np.array_split(np.arange(len(chances)), BINS) if len(part)]
    return float(np.abs(np.add.reduceat(chances - right, edges)).sum()) / len(chances)
