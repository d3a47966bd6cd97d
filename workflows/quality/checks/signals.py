"""Checks of detectors: thresholds that can be met, windows that are short enough, metrics that fit the model."""

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from workflows.entries.detectors import Detector
from workflows.entries.document import FailureMode
from workflows.quality.findings import Flaw
from workflows.quality.surroundings import Surroundings

UPWARD: Final = frozenset({"gt", "gte", "abs_gt", "ratio_gt", "pct_change_gt", "abs_change_gt", "absent_for"})
DOWNWARD: Final = frozenset({"lt", "lte", "ratio_lt", "pct_change_lt", "abs_change_lt"})
PLAIN: Final = frozenset({"gt", "gte", "lt", "lte", "eq", "neq"})
RATIOS: Final = frozenset({"ratio_gt", "ratio_lt", "ratio_outside"})
SECONDS: Final[Mapping[str, int]] = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
TEMPLATE_LASTS: Final = 2  # occurrences

PROBABILITY: Final = re.compile(r"\bp[- ]?values?\b|\bprobabilit(y|ies)\b", re.IGNORECASE)
SHARE: Final = re.compile(r"\b(share|fraction|proportion|percentage)\b", re.IGNORECASE)
# A ratio of two quantities may pass 1; a ratio of a part to its whole may not.
OF_TWO_QUANTITIES: Final = re.compile(r"\bdivided by\b|\bvs\.?\b|\bversus\b|\bper\b|\bover\b|:1\b", re.IGNORECASE)

GENERATING: Final = frozenset({"llm-hosted", "llm-self-hosted", "agent"})
TABULAR: Final = frozenset({"linear", "tree-ensemble", "deep-tabular", "forecaster"})
CLASSIFYING: Final = re.compile(
    r"\b(roc[- ]?auc|pr[- ]?auc|auc|auroc|gini|ks statistic|log[- ]?loss|rmse|mape)\b", re.IGNORECASE
)
TOKENS: Final = re.compile(
    r"\b(tokens? per|tokenizers?|perplexity|bleu|rouge|groundedness|hallucinations?|time to first token|n-gram)\b",
    re.IGNORECASE,
)


def milder_intervention(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find automation that would act before people are told."""
    for place, detector in enumerate(entry.detectors):
        acts = detector.intervention_threshold
        if acts is not None and _is_milder(acts, detector):
            yield Flaw(
                f"detectors.{place}.intervention_threshold",
                f"Automation would act at {acts:g}, before people are told at {_shown(detector.threshold)}; make the"
                " intervention threshold at least as severe as the alert threshold.",
            )


def impossible_threshold(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find thresholds of the wrong type or outside the range that their metric can take."""
    for place, detector in enumerate(entry.detectors):
        sentence = _wrong_type(detector) or _wrong_sign(detector) or _wrong_range(detector)
        if sentence:
            yield Flaw(f"detectors.{place}.threshold", sentence)
        for name in ("window", "persistence"):
            if (length := getattr(detector, name)) is not None and not window(length):
                yield Flaw(
                    f"detectors.{place}.{name}", f"{name} {length} is no span of time; write one such as 15m or 24h."
                )


def slow_signals(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find entries whose quickest signal takes longer than containing the failure, so it tells after the fact."""
    remedy = entry.containment
    if remedy is None or remedy.expected_time is None or not entry.detectors:
        return
    spans = [window(one.window) + window(one.persistence or "0s") for one in entry.detectors]
    quickest = min(range(len(spans)), key=spans.__getitem__)
    contained = timedelta(minutes=remedy.expected_time.contain_p90_min)
    if spans[quickest] > contained:
        yield Flaw(
            f"detectors.{quickest}.window",
            f"Even the quickest signal looks back {spans[quickest].total_seconds() / 60:g} minutes, while containing"
            f" takes {contained.total_seconds() / 60:g}; add a quicker signal or shorten the window.",
        )


def template_thresholds(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find tunable thresholds that nobody tried although the failure happened here more than once.

    A threshold counts as tried once its detector carries a test, a true alarm or a precision.
    """
    happened = len(surroundings.facts.occurrences) if surroundings.facts else 0
    if happened < TEMPLATE_LASTS:
        return
    for place, detector in enumerate(entry.detectors):
        was_tried = detector.last_tested or detector.last_true_fire or detector.precision_90d is not None
        if detector.tunable and not was_tried:
            yield Flaw(
                f"detectors.{place}.threshold",
                f"The failure happened {happened} times and this threshold is still a starting point; set it from what"
                " those occurrences showed and note when it was tested.",
            )


def unfitting_metric(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find metrics that the entry's model families do not have: AUC for generation, tokens for tables."""
    families = frozenset(entry.dimensions.model_family)
    if not families:
        return
    for place, detector in enumerate(entry.detectors):
        for kind, pattern, homeless in (("text generation", CLASSIFYING, GENERATING), ("tables", TOKENS, TABULAR)):
            if families <= homeless and (named := pattern.search(detector.metric)):
                yield Flaw(
                    f"detectors.{place}.metric",
                    f"“{named.group()}” does not measure models of {kind}, the only ones this entry names; choose a"
                    " metric they have, or add the model family that is meant.",
                )


def incomplete_detector(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find signals that nobody could build from what is written."""
    for place, detector in enumerate(entry.detectors):
        if missing := missing_of(detector):
            yield Flaw(f"detectors.{place}", f"Nobody can build the signal from this; add {_joined(missing)}.")


def missing_of(detector: Detector) -> list[str]:
    """Return what a complete signal has and this one lacks, in words."""
    needs_unit = detector.comparison not in RATIOS and not isinstance(detector.threshold, str)
    needs_unit &= not detector.comparison.startswith("pct_")
    lacks = {
        "a definition of what is measured on what population": detector.definition is None,
        "a unit": needs_unit and detector.unit is None,
        "the parameters that each service tunes, and why": not detector.tunable,
    }
    return [part for part, is_lacking in lacks.items() if is_lacking]


def window(length: str) -> timedelta:
    """Return the span that `90s`, `15m`, `24h`, `7d` or `2w` means."""
    return timedelta(seconds=int(length[:-1]) * SECONDS[length[-1]])


def _is_milder(acts: float, detector: Detector) -> bool:
    tells = detector.threshold
    if isinstance(tells, list):  # outside a range: within it, automation would act while nothing is wrong
        return bool(tells) and min(tells) < acts < max(tells)
    if isinstance(tells, str):
        return False
    if detector.comparison in UPWARD:
        return acts < tells
    return detector.comparison in DOWNWARD and acts > tells


def _wrong_type(detector: Detector) -> str | None:
    threshold = detector.threshold
    if detector.comparison == "ratio_outside":
        if not isinstance(threshold, list) or len(threshold) != 2 or not threshold[0] < threshold[1]:  # noqa: PLR2004 - a range has two ends
            return "ratio_outside needs a range of two numbers, the lower one first, such as [0.5, 2.0]."
        return None
    if isinstance(threshold, list):
        return f"{detector.comparison} compares with one number; write one, or use ratio_outside for a range."
    if isinstance(threshold, str) and re.fullmatch(r"[-+]?\d+([.,]\d+)?\s*%?", threshold):
        return f"The threshold “{threshold}” is text; write the bare number, and its unit under unit."
    return None


def _wrong_sign(detector: Detector) -> str | None:
    value = detector.threshold
    if not isinstance(value, int | float):
        return None
    always = {
        "pct_change_gt": value < 0,
        "pct_change_lt": value > 0,
        "abs_change_lt": value > 0,
        "abs_gt": value < 0,
        "ratio_gt": value <= 0,
        "ratio_lt": value <= 0,
        "absent_for": value <= 0,
    }
    if always.get(detector.comparison):
        return f"{detector.comparison} {value:g} is always or never true; a fall is written as a negative change."
    return None


def _wrong_range(detector: Detector) -> str | None:
    value = detector.threshold
    if not isinstance(value, int | float) or detector.comparison not in PLAIN:
        return None
    if PROBABILITY.search(detector.metric) and not 0 <= value <= 1:
        return f"A probability lies between 0 and 1, and the threshold is {value:g}; correct it or the metric."
    unit = (detector.unit or "").casefold()
    if unit in {"%", "percent"} and SHARE.search(detector.metric) and not 0 <= value <= 100:  # noqa: PLR2004 - per cent
        return f"A share in per cent lies between 0 and 100, and the threshold is {value:g}; correct it or the unit."
    is_share = bool(re.match(r"share|fraction", unit)) or (
        unit in {"", "ratio"} and bool(SHARE.search(detector.metric))
    )
    is_part = is_share or unit == "ratio"
    if is_part and not OF_TWO_QUANTITIES.search(detector.metric) and not 0 <= value <= 1:
        return f"A ratio lies between 0 and 1, and the threshold is {value:g}; correct it, or give the unit it is in."
    return None


def _shown(threshold: float | list[float] | str) -> str:
    return f"{threshold:g}" if isinstance(threshold, int | float) else str(threshold)


def _joined(parts: list[str]) -> str:
    return ", ".join(parts[:-1]) + " and " + parts[-1] if len(parts) > 1 else parts[0]
