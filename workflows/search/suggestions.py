"""Whether an incident's evidence is good enough to speak, and what to say then.

A wrong suggestion costs more than none: it takes the attention of everyone in the channel. So the score of the best
entry is turned into the chance of being right, and below the threshold nothing is shown at all.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from workflows.entries.catalog import Catalog
from workflows.search.index import Match
from workflows.search.search import why

MAX_SUGGESTIONS = 3
WORTH_A_LOOK = 0.35  # of the threshold: what the second and third entry need to stand beside a sure first one
HALF_LIFE = 12  # messages after which a word weighs half
# Logistic regression of "an expected or acceptable entry is among the three" on the best score, fitted on development
# incidents and chatter with `python -m benchmarks.speaking`; a signature's weight is in the score already.
INTERCEPT = -4.9
PER_SCORE = 1.2


@dataclass(frozen=True)
class Suggestion:
    """An entry worth showing: `chance` (0 to 1) is how likely it is the right one."""

    entry_id: str
    chance: float
    why: str


@dataclass(frozen=True)
class Suggestions:
    """Turns evidence into at most three suggestions, or into silence."""

    catalog: Catalog
    threshold: float

    def for_evidence(self, texts: Sequence[str], *, rejected: Collection[str] = ()) -> list[Suggestion]:
        """Return the suggestions for the messages (oldest first), or none while the best is not sure enough."""
        matches = self.catalog.index.rank_weighted(weighted(texts), limit=MAX_SUGGESTIONS + len(rejected))
        found = [Suggestion(m.entry_id, chance(m), why(m)) for m in matches if m.entry_id not in rejected]
        if not found or found[0].chance < self.threshold:
            return []
        return [one for one in found[:MAX_SUGGESTIONS] if one.chance >= self.threshold * WORTH_A_LOOK]


def weighted(texts: Sequence[str]) -> list[tuple[str, float]]:
    """Return the messages (oldest first) with their weights: a word weighs half after `HALF_LIFE` messages."""
    newest = len(texts) - 1
    return [(text, 0.5 ** ((newest - place) / HALF_LIFE)) for place, text in enumerate(texts)]


def chance(match: Match) -> float:
    """Return how likely the entry is the right one, from 0 to 1."""
    return 1 / (1 + math.exp(-(INTERCEPT + PER_SCORE * match.score)))
