"""What people confirmed to be about an entry, as neighbours that a text may be near to.

Each example stays a text of its own: joined into one text with the entry they would drown its words, and one odd
example would spoil the rest.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from workflows.search.searchable import often
from workflows.search.shelf import Floats, Lexicon, Postings
from workflows.search.words import stems

NEAREST: Final = 5  # examples of an entry that count: the nearest whole, each further one half of the one before


@dataclass(frozen=True)
class Example:
    """Words of people that were confirmed to be about an entry; `source` names where they come from.

    With a negative `weight` they were confirmed not to be about it.
    """

    entry_id: str
    text: str
    weight: float = 1.0
    source: str = ""


class Neighbours:
    """The examples of the entries of an index; those of other entries are left out."""

    def __init__(self, examples: Iterable[Example], places: Mapping[str, int], lexicon: Lexicon) -> None:
        self.examples = tuple(example for example in examples if example.entry_id in places)
        counted = [Counter(map(lexicon.number, stems(example.text))) for example in self.examples]
        spread = Counter(term for counts in counted for term in counts)
        of_all = len(places) + len(self.examples)
        self.rarity = {term: math.log((1 + of_all) / (1 + there)) + 1 for term, there in spread.items()}
        self._unknown_rarity = math.log(1 + of_all) + 1
        self._postings = Postings(self._unit(counts) for counts in counted)
        self._entries = np.array([places[example.entry_id] for example in self.examples], np.int32)
        self._weights = np.array([example.weight for example in self.examples], np.float32)

    def nearness(self, asked: Mapping[int, float], size: int) -> tuple[Floats, dict[int, list[int]]]:
        """Return for each of `size` entries how near its examples are to the text, and the places of those examples.

        Nearness is the cosine of the weighted words, so one example of the very same words gives 1.
        """
        near = np.zeros(size, np.float32)
        behind: defaultdict[int, list[int]] = defaultdict(list)
        length = math.sqrt(sum((worth * self.rarity.get(term, 1.0)) ** 2 for term, worth in asked.items()))
        if not self.examples or not length:
            return near, behind
        worths = {term: worth * self.rarity[term] / length for term, worth in asked.items() if term in self.rarity}
        likeness = self._postings.summed(worths, len(self.examples)) * self._weights
        for place in np.argsort(-np.abs(likeness), kind="stable"):
            if not likeness[place]:
                break
            entry = int(self._entries[place])
            if len(behind[entry]) < NEAREST:
                near[entry] += likeness[place] * 0.5 ** len(behind[entry])
                behind[entry].append(int(place))
        return near, behind

    def _unit(self, counts: Mapping[int, int]) -> dict[int, float]:
        weights = {term: float(often(np.array(count))) * self.rarity[term] for term, count in counts.items()}
        length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
        return {term: weight / length for term, weight in weights.items()}
