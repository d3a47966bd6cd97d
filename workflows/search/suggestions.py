"""Whether an incident's evidence is good enough to speak, and what to say then.

A wrong suggestion costs more than none: it takes the attention of everyone in the channel. The more people write, the
more words any entry shares with them by chance; so what counts is how far an entry stands out from those behind it.
That distance is turned into the chance of being right, and below the threshold nothing is shown at all.
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
# Logistic regression of "an expected or acceptable entry is among the three" on how far the best one stands out, fitted
# on development incidents and chatter with `python -m benchmarks.speaking` (-3.6 and 1.35), and moved towards silence:
# in a channel there is far more chatter than in that data, and the entries were written with those incidents in view.
INTERCEPT = -4.3
PER_DISTANCE = 1.2
CROWD = slice(4, 12)  # the ranks that stand for entries which share words by chance


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
        ranked = self.catalog.index.rank_weighted(weighted(texts), limit=CROWD.stop + len(rejected))
        matches = [match for match in ranked if match.entry_id not in rejected]
        found = [Suggestion(m.entry_id, chance(m, matches), why(m)) for m in matches[:MAX_SUGGESTIONS]]
        if not found or found[0].chance < self.threshold:
            return []
        return [one for one in found if one.chance >= self.threshold * WORTH_A_LOOK]

    def reasons(self, texts: Sequence[str]) -> dict[str, str]:
        """Return for every entry of which the messages speak at all why they do."""
        ranked = self.catalog.index.rank_weighted(weighted(texts), limit=self.catalog.index.size)
        return {match.entry_id: why(match) for match in ranked}


def chance(match: Match, ranked: Sequence[Match]) -> float:
    """Return how likely the entry is the right one among those ranked, from 0 to 1."""
    return 1 / (1 + math.exp(-(INTERCEPT + PER_DISTANCE * standing_out(match, ranked))))


def standing_out(match: Match, ranked: Sequence[Match]) -> float:
    """Return how far the entry's score lies above the crowd's, in units of a word that no other entry has."""
    crowd = [other.weight for other in ranked[CROWD]]
    return match.weight - (sum(crowd) / len(crowd) if crowd else 0.0)


def weighted(texts: Sequence[str]) -> list[tuple[str, float]]:
    """Return the messages (oldest first) with their weights: a word weighs half after `HALF_LIFE` messages."""
    newest = len(texts) - 1
    return [(text, 0.5 ** ((newest - place) / HALF_LIFE)) for place, text in enumerate(texts)]
