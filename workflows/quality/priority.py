"""Action priority, derived and never typed: from the worst credible severity, how often, and how well it is detected.

The idea of a look-up in which severity dominates is AIAG-VDA's Action Priority (FMEA handbook, 2019), which replaced
the product of three ordinal numbers; TABLE below is our own, simplified to four severities and three steps each.

H asks for an owner and a date for an improvement, or a written acceptance by someone above the steward.
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Final, Literal, get_args

from workflows.entries.detectors import Detector
from workflows.entries.parts import SeverityLevel

Frequency = Literal["frequent", "occasional", "rare"]
Detectability = Literal["weak", "partial", "strong"]
ActionPriority = Literal["H", "M", "L"]

YEAR: Final = timedelta(days=365)
ONE_A_QUARTER: Final = 4  # times a year
PROOF_LASTS: Final = timedelta(days=180)
RIGHT_HALF_THE_TIME: Final = 0.5
DETECTED: Final = get_args(Detectability)  # the order of the columns
TABLE: Final[Mapping[SeverityLevel, Mapping[Frequency, tuple[ActionPriority, ...]]]] = {
    "sev1": {"frequent": ("H", "H", "H"), "occasional": ("H", "H", "H"), "rare": ("H", "H", "M")},
    "sev2": {"frequent": ("H", "H", "H"), "occasional": ("H", "H", "M"), "rare": ("M", "M", "L")},
    "sev3": {"frequent": ("H", "M", "M"), "occasional": ("M", "L", "L"), "rare": ("L", "L", "L")},
    "sev4": {"frequent": ("M", "L", "L"), "occasional": ("L", "L", "L"), "rare": ("L", "L", "L")},
}


def frequency(occurrences: Iterable[date | datetime], today: date) -> Frequency:
    """Return how often it happened in the last 12 months: frequent is once a quarter or more on average."""
    days = (when.date() if isinstance(when, datetime) else when for when in occurrences)
    count = sum(today - YEAR < day <= today for day in days)
    if count >= ONE_A_QUARTER:
        return "frequent"
    return "occasional" if count else "rare"


def detectability(detectors: Iterable[Detector], today: date) -> Detectability:
    """Return how well the best automated detector is proved; a true alarm proves it as a test does."""
    grades = [_grade(detector, today) for detector in detectors if detector.automated]
    return max(grades, key=DETECTED.index, default="weak")


def action_priority(worst: SeverityLevel, often: Frequency, detected: Detectability) -> ActionPriority:
    """Return H, M or L for the worst credible severity, the frequency and the detectability."""
    return TABLE[worst][often][DETECTED.index(detected)]


def _grade(detector: Detector, today: date) -> Detectability:
    proofs = [day for day in (detector.last_tested, detector.last_true_fire) if day is not None]
    if not proofs:
        return "weak"
    is_fresh = today - max(proofs) <= PROOF_LASTS
    is_precise = detector.precision_90d is None or detector.precision_90d >= RIGHT_HALF_THE_TIME
    return "strong" if is_fresh and is_precise else "partial"
