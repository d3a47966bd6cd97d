"""Whether an incident's evidence is good enough to speak, and what to say then.

A wrong suggestion costs more than none: it takes the attention of everyone in the channel. So what the evidence points
to is turned into the chance of being right, and below the threshold nothing is shown at all.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import accumulate
from types import MappingProxyType
from typing import Final, Protocol

from workflows.search.calibration import AS_FITTED, Calibration
from workflows.search.chance import CROWD, Signs, tells
from workflows.search.index import Match, SearchIndex
from workflows.search.search import why

MAX_SUGGESTIONS = 3
WORTH_A_LOOK = 0.35  # of the threshold: what the second and third entry need to stand beside a sure first one
HALF_LIFE = 12  # messages after which a word weighs half
NOTHING: Final[Mapping[str, float]] = MappingProxyType({})


@dataclass(frozen=True)
class Suggestion:
    """An entry worth showing: `chance` (0 to 1) is how likely it is the right one, before people's verdicts count."""

    entry_id: str
    chance: float
    why: str


@dataclass(frozen=True)
class Weighed:
    """What the messages point to, best first, and how likely (0 to 1) one of the first three is right."""

    texts: Sequence[str]
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


class Judged(Protocol):
    """What knows how people's verdicts correct the chances."""

    @property
    def calibration(self) -> Calibration:
        """The correction as it is now."""
        ...


@dataclass(frozen=True)
class Unjudged:
    """Nobody said anything of the suggestions yet."""

    calibration: Calibration = AS_FITTED


@dataclass(frozen=True)
class Suggestions:
    """Turns evidence into at most three suggestions, or into silence."""

    catalog: Indexed
    threshold: float
    feedback: Judged = field(default=Unjudged())

    def for_evidence(
        self,
        texts: Sequence[str],
        *,
        lasting: Mapping[str, float] = NOTHING,
        rejected: Collection[str] = (),
        threshold: float | None = None,
    ) -> list[Suggestion]:
        """Return the suggestions for the messages (oldest first), or none while the best is not sure enough.

        `lasting` are texts that do not fade, with their weights. `threshold` is the channel's own; without it the one
        of all channels holds.
        """
        return self.shown(self.weigh(texts, lasting=lasting, rejected=rejected), threshold=threshold)

    def weigh(
        self, texts: Sequence[str], *, lasting: Mapping[str, float] = NOTHING, rejected: Collection[str] = ()
    ) -> Weighed:
        """Return what the messages (oldest first) and what does not fade point to, sure enough or not."""
        evidence = [*lasting.items(), *weighted(texts)]
        ranked = self.catalog.index.rank_weighted(evidence, limit=CROWD.stop + len(rejected))
        matches = [match for match in ranked if match.entry_id not in rejected]
        if not matches:
            return Weighed(texts, (), 0.0)
        signs = Signs.of(matches[:MAX_SUGGESTIONS], matches, texts)
        return Weighed(texts, matches, self.feedback.calibration.of(signs.chance))

    def shown(self, weighed: Weighed, *, threshold: float | None = None) -> list[Suggestion]:
        """Return what is shown of it: nothing below the threshold, else what does not fall far behind it."""
        asked = self.threshold if threshold is None else threshold
        if not weighed.matches or weighed.chance < asked:
            return []
        found = [
            Suggestion(one.entry_id, Signs.of([one], weighed.matches, weighed.texts).chance, why(one))
            for one in weighed.first
        ]
        correct = self.feedback.calibration.of
        return [one for one in found if correct(one.chance) >= asked * WORTH_A_LOOK] or [
            max(found, key=lambda one: one.chance)
        ]

    def reasons(self, texts: Sequence[str]) -> dict[str, str]:
        """Return for every entry of which the messages speak at all why they do."""
        ranked = self.catalog.index.rank_weighted(weighted(texts), limit=self.catalog.index.size)
        return {match.entry_id: why(match) for match in ranked}


def weighted(texts: Sequence[str]) -> list[tuple[str, float]]:
    """Return the messages (oldest first) with their weights: half after `HALF_LIFE` messages that tell something."""
    newer = accumulate((tells(text) for text in reversed(texts)), initial=0)
    return [(text, 0.5 ** (count / HALF_LIFE)) for text, count in zip(reversed(texts), newer, strict=False)][::-1]
