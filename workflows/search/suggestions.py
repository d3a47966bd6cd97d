"""Whether an incident's evidence is good enough to speak, and what to say then.

A wrong suggestion costs more than none: it takes the attention of everyone in the channel. The more people write, the
more words any entry shares with them by chance; so what counts is how far an entry stands out from those behind it.
That distance is turned into the chance of being right, and below the threshold nothing is shown at all.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol

from workflows.search.index import Match, SearchIndex
from workflows.search.search import why

MAX_SUGGESTIONS = 3
WORTH_A_LOOK = 0.35  # of the threshold: what the second and third entry need to stand beside a sure first one
HALF_LIFE = 12  # messages after which a word weighs half
# Logistic regression of "an expected or acceptable entry is among the three" on what `evidence` tells of them, fitted
# on development incidents, chatter and technical prose with `python -m benchmarks.speaking` (-6.5; 0.5, 1.4, 4.1, 3.8).
# A log signature weighs less than was fitted, since the entries were written with those incidents in view, and the
# intercept is set so that the default threshold keeps silent on 99.5 % of the chatter and prose.
INTERCEPT = -5.2
WEIGHTS = (0.5, 1.5, 4.0, 3.0)
CROWD = slice(4, 12)  # the ranks that stand for entries which share words by chance


@dataclass(frozen=True)
class Suggestion:
    """An entry worth showing: `chance` (0 to 1) is how likely it is the right one."""

    entry_id: str
    chance: float
    why: str


@dataclass(frozen=True)
class Weighed:
    """What the evidence points to, best first, and how likely (0 to 1) one of the first three is right."""

    matches: Sequence[Match]
    chance: float

    @property
    def first(self) -> Sequence[Match]:
        """The matches that may be shown."""
        return self.matches[:MAX_SUGGESTIONS]


class Indexed(Protocol):
    """What has an index over the entries: the catalog, or a collection that is measured with."""

    @property
    def index(self) -> SearchIndex:
        """The index as it is now."""
        ...


@dataclass(frozen=True)
class Suggestions:
    """Turns evidence into at most three suggestions, or into silence."""

    catalog: Indexed
    threshold: float

    def for_evidence(self, texts: Sequence[str], *, rejected: Collection[str] = ()) -> list[Suggestion]:
        """Return the suggestions for the messages (oldest first), or none while the best is not sure enough."""
        return self.shown(self.weigh(texts, rejected=rejected))

    def weigh(self, texts: Sequence[str], *, rejected: Collection[str] = ()) -> Weighed:
        """Return what the messages (oldest first) point to, sure enough or not."""
        ranked = self.catalog.index.rank_weighted(weighted(texts), limit=CROWD.stop + len(rejected))
        matches = [match for match in ranked if match.entry_id not in rejected]
        shown = matches[:MAX_SUGGESTIONS]
        return Weighed(matches, _likely(evidence(shown, matches)) if shown else 0.0)

    def shown(self, weighed: Weighed) -> list[Suggestion]:
        """Return what is shown of it: nothing below the threshold, else what does not fall far behind it."""
        if not weighed.matches or weighed.chance < self.threshold:
            return []
        found = [Suggestion(m.entry_id, chance(m, weighed.matches), why(m)) for m in weighed.first]
        return [one for one in found if one.chance >= self.threshold * WORTH_A_LOOK] or [
            max(found, key=lambda one: one.chance)
        ]

    def reasons(self, texts: Sequence[str]) -> dict[str, str]:
        """Return for every entry of which the messages speak at all why they do."""
        ranked = self.catalog.index.rank_weighted(weighted(texts), limit=self.catalog.index.size)
        return {match.entry_id: why(match) for match in ranked}


def chance(match: Match, ranked: Sequence[Match]) -> float:
    """Return how likely the entry is the right one among those ranked, from 0 to 1."""
    return _likely(evidence([match], ranked))


def evidence(shown: Sequence[Match], ranked: Sequence[Match]) -> tuple[float, float, float, float]:
    """Return what speaks for the right entry being among those shown, of which there is at least one.

    It is how far the first of them stands out and how much of what was said it explains, how much of the name of any
    of them was said, and whether a log signature of any was found.
    """
    name = max(one.name for one in shown)
    return standing_out(shown[0], ranked), name, shown[0].coverage, float(any(one.signatures for one in shown))


def _likely(told: Sequence[float]) -> float:
    return 1 / (1 + math.exp(-(INTERCEPT + sum(weight * value for weight, value in zip(WEIGHTS, told, strict=True)))))


def standing_out(match: Match, ranked: Sequence[Match]) -> float:
    """Return how far the entry's score lies above the crowd's, in units of a word that no other entry has."""
    crowd = [other.weight for other in ranked[CROWD]]
    return match.weight - (sum(crowd) / len(crowd) if crowd else 0.0)


def weighted(texts: Sequence[str]) -> list[tuple[str, float]]:
    """Return the messages (oldest first) with their weights: a word weighs half after `HALF_LIFE` messages."""
    newest = len(texts) - 1
    return [(text, 0.5 ** ((newest - place) / HALF_LIFE)) for place, text in enumerate(texts)]
