"""How likely one of the entries on top is the right one, from what can be counted.

A score says which entry fits best and little about whether any does: the more people write, the more words every entry
shares with them by chance. So what counts is how far the first stands out from those behind, how much is explained,
and whether anything was said to be wrong at all; a logistic regression turns that into a chance.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from workflows.search.index import Match
from workflows.search.trouble import trouble
from workflows.search.words import words

FEW: Final = 2  # messages; a single one gets no credit for saying little, or every stray remark would be answered
TELLING: Final = 3  # words that are no stop words
CROWD: Final = slice(4, 12)  # the ranks that stand for entries which share words by chance
# Fitted with `python -m benchmarks.speaking` on incidents read message by message, chatter and technical prose. The
# columns are those of `Signs.values`, the intercept comes first; without a sentence model the last one is missing.
WITHOUT_MODEL: Final = (-1.32, 0.88, 1.55, 1.26, 1.85, -3.11, 2.25)
WITH_MODEL: Final = (-2.01, 0.75, 1.16, 0.97, 1.67, -2.92, 1.51, 4.83)


@dataclass(frozen=True)
class Signs:
    """What speaks for the right entry being among those shown.

    `standing_out` is how far the first one's weight lies above the crowd's, in units of a word that no other entry has;
    `name` (0 to 1) how much of a name of any was said; `coverage` (0 to 1) how much of what was said the first
    explains; `signature` whether a log line of any was found; `length` the logarithm of the number of messages that
    tell something (at least `FEW`); `trouble` how dense all are with words of trouble; `meaning` the cosine of the
    first, 0 without a sentence model.
    """

    standing_out: float
    name: float
    coverage: float
    signature: bool
    length: float
    trouble: float
    meaning: float

    @classmethod
    def of(cls, shown: Sequence[Match], ranked: Sequence[Match], texts: Sequence[str]) -> "Signs":
        """Return the signs for those shown (at least one) among those ranked for the texts (at least one)."""
        first = shown[0]
        return cls(
            standing_out=first.weight - _crowd(ranked),
            name=max(one.name for one in shown),
            coverage=first.coverage,
            signature=any(one.signatures for one in shown),
            length=math.log(max(FEW, sum(map(tells, texts)))),
            trouble=trouble(texts),
            meaning=first.meaning,
        )

    @property
    def values(self) -> tuple[float, ...]:
        """The signs as columns of the regression; that of the meaning only where there is one."""
        told = (self.standing_out, self.name, self.coverage, float(self.signature), self.length, self.trouble)
        return (*told, self.meaning) if self.meaning else told

    @property
    def chance(self) -> float:
        """How likely (0 to 1) the right entry is among those shown."""
        intercept, *weights = WITH_MODEL if self.meaning else WITHOUT_MODEL
        return logistic(intercept + sum(weight * value for weight, value in zip(weights, self.values, strict=True)))


def logistic(log_odds: float) -> float:
    """Return the chance (0 to 1) with these log odds."""
    return 1 / (1 + math.exp(-log_odds))


def _crowd(ranked: Sequence[Match]) -> float:
    crowd = [other.weight for other in ranked[CROWD]]
    return sum(crowd) / len(crowd) if crowd else 0.0


def tells(text: str) -> bool:
    """Return whether a message tells something; “on it” and “thanks” do not make what was said before any older."""
    return len(words(text)) >= TELLING
