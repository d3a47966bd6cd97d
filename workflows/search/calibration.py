"""What people's verdicts say of the chances that were given: too sure, too shy, or right.

The log odds are shifted so that they fit what happened (Platt's scaling, 1999, with the slope as fitted: only cards
that were shown are judged, and so narrow a range tells no slope). The shift is held back towards 0 as if `BELIEVED`
even verdicts had confirmed the fitted weights already, so a handful changes little and hundreds change much.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workflows.search.chance import logistic

BELIEVED: Final = 20.0  # verdicts; three wrong cards in a row then lower a chance of 0.9 to 0.84, thirty to 0.42
MOST: Final = 4.0  # how far log odds are ever shifted: what 0.98 was told of becomes 0.5
PRECISION: Final = 1e-9
SURE: Final = 1e-6  # chances are kept this far from 0 and 1, where log odds have no end


@dataclass(frozen=True)
class Outcome:
    """A card that people judged: the chance it was given, and whether an entry on it was confirmed."""

    chance: float
    was_right: bool


@dataclass(frozen=True)
class Calibration:
    """Chances as this organisation's history corrects them; as given without a history."""

    shift: float = 0.0

    def of(self, chance: float) -> float:
        """Return the corrected chance, from 0 to 1; a higher one never becomes the lower."""
        return logistic(self.shift + _log_odds(chance))


AS_FITTED: Final = Calibration()


def calibrated(outcomes: Sequence[Outcome]) -> Calibration:
    """Return the correction that fits the outcomes best, held back towards none."""
    low, high = -MOST, MOST
    while high - low > PRECISION:
        middle = (low + high) / 2
        low, high = (middle, high) if _pull(outcomes, middle) > 0 else (low, middle)
    return Calibration((low + high) / 2) if outcomes else AS_FITTED


def _pull(outcomes: Sequence[Outcome], shift: float) -> float:
    """Return whether the outcomes, with what is believed beside them, ask for a higher shift (above 0) or a lower."""
    shifted = Calibration(shift)
    seen = sum(one.was_right - shifted.of(one.chance) for one in outcomes)
    return seen - BELIEVED / 4 * shift  # an even verdict weighs a quarter in a logistic regression


def _log_odds(chance: float) -> float:
    kept = min(1 - SURE, max(SURE, chance))
    return math.log(kept / (1 - kept))
