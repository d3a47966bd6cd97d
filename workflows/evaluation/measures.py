"""How good an answer is, and how sure one can be of that.

    hit@k               share of queries with a right entry among the first k
    mrr@10              mean of one over the rank of the first right entry, 0 behind rank 10
    lenient@k           hit@k with the acceptable entries counted as right
    coverage            share of incidents on which anything is shown
    precision           share of those shown where a right or acceptable entry is among what is shown
    silence             share of the negatives that stay unanswered
    calibration_error   mean gap between the chance that was stated and how often it was right, in bins of equal size

Intervals are 95 % percentile bootstraps over the queries (Efron and Tibshirani, "An Introduction to the Bootstrap",
1993) with a fixed seed. The calibration error is Naeini and others' (2015) with bins of equal size.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

DEPTH: Final = 10  # ranks that are looked at
RESAMPLES: Final = 1_000
SEED: Final = 0
BINS: Final = 10


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


def _values(answers: Sequence[Answer]) -> Mapping[str, NDArray[np.float64]]:
    right = np.array([answer.right_at for answer in answers], float)
    acceptable = np.array([answer.acceptable_at for answer in answers], float)
    inverse = np.divide(1, right, out=np.zeros_like(right), where=right > 0)
    return {
        **{f"hit@{depth}": _within(right, depth) for depth in (1, 3, 5)},
        "mrr@10": inverse,
        **{f"lenient@{depth}": _within(acceptable, depth) for depth in (1, 3, 5)},
    }


def _within(ranks: NDArray[np.float64], depth: int) -> NDArray[np.float64]:
    return ((ranks > 0) & (ranks <= depth)).astype(float)


def _mean(values: Sequence[float] | NDArray[np.float64]) -> float | None:
    return round(float(np.mean(values)), 4) if len(values) else None


def _interval(values: NDArray[np.float64]) -> tuple[float, float] | None:
    if not len(values):
        return None
    drawn = np.random.default_rng(SEED).integers(0, len(values), (RESAMPLES, len(values)))
    low, high = np.percentile(values[drawn].mean(axis=1), (2.5, 97.5))
    return round(float(low), 4), round(float(high), 4)


def _calibration_error(stated: Sequence[Decision]) -> float | None:
    if not stated:
        return None
    ordered = sorted(stated, key=lambda one: (one.chance, one.is_right))
    bins = [part for part in np.array_split(np.arange(len(ordered)), BINS) if len(part)]
    gaps = [
        abs(np.mean([ordered[at].chance for at in part]) - np.mean([ordered[at].is_right for at in part])) * len(part)
        for part in bins
    ]
    return round(float(sum(gaps)) / len(ordered), 4)
