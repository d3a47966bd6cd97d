"""What people confirmed to be about an entry, as neighbours that a text may be near to.

Each example stays a text of its own: joined into one text with the entry they would drown its words, and one odd
example would spoil the rest. The examples nearest to a text, and the entries that lead by their own words, are told
apart together by kernel ridge regression (Saunders, Gammerman and Vovk, "Ridge Regression Learning Algorithm in Dual
Variables", 1998) over the words and letters they share: ten examples that say the same count little more than one, and
an example that is near to everything counts for nothing. Solving it for the few near ones only costs a millisecond at
any size, and on labelled data it finds as much as for all of them.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workflows.search.searchable import GRAM_KINDS, Grams, Searchable, counted_grams, often
from workflows.search.shelf import Floats, Lexicon, Postings
from workflows.search.words import stem, words

NEAREST: Final = 40  # examples that are looked at; more of them change nothing on labelled data
LEADING: Final = 30  # entries that are looked at beside them
HELD_BACK: Final = 3.0  # the ridge; 1 to 10 do about as well
NAMED: Final = 3  # of the examples behind an entry that are told

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Example:
    """Words of people that were confirmed to be about an entry; `source` names where they come from.

    With a negative `weight` they were confirmed not to be about it.
    """

    entry_id: str
    text: str
    weight: float = 1.0
    source: str = ""


@dataclass(frozen=True)
class Entries:
    """The entries that examples are about: all that are laid out, those that are live, and how rare things are there.

    `spread` says in how many of them each stem of the lexicon stands, `gram_rarity` how rare each run of letters is.
    """

    parts: Sequence[Searchable]
    places: Mapping[str, int]
    spread: NDArray[np.int64]
    gram_rarity: Floats


@dataclass(frozen=True)
class Told:
    """What the examples tell of each entry: `scores`, 0 to 1 for the best times how much they have to say at all.

    `nearness` is how near the entry's own examples are to the text, 1 for one of its very words and below 0 where they
    were rejected; `behind` names the places of the examples that did most for it.
    """

    scores: Floats
    nearness: Floats
    behind: Mapping[int, Sequence[int]] = field(default_factory=dict)


@dataclass(frozen=True)
class _Vector:
    """A text as a vector of length 1: the numbers of its runs of letters and stems, and the weight of each."""

    numbers: NDArray[np.int64]
    weights: Floats


class Neighbours:
    """The examples of the entries of an index; those of other entries are left out."""

    def __init__(self, examples: Iterable[Example], entries: Entries, lexicon: Lexicon) -> None:
        self.examples = tuple(example for example in examples if example.entry_id in entries.places)
        self._entries, self._lexicon = entries, lexicon
        if not self.examples:
            return
        said = [words(example.text) for example in self.examples]
        counted = [Counter(lexicon.number(stem(word)) for word in some) for some in said]
        self._rarity = self._word_rarity(counted)
        units = [_unit(counts, self._rarity) for counts in counted]
        self._postings = Postings.of_rows(units)
        self._of = np.array([entries.places[example.entry_id] for example in self.examples])
        self._worth = np.array([example.weight for example in self.examples], np.float32)
        self._vectors = [self._vector(unit, *counted_grams(some)) for unit, some in zip(units, said, strict=True)]
        self._read: dict[int, _Vector] = {}

    def told(self, asked: Mapping[int, float], grams: Grams, counts: NDArray[np.int64], scores: Floats) -> Told:
        """Return what the examples tell of a text with these stems and runs of letters.

        `scores` are those that the entries have by their own words.
        """
        size = len(self._entries.parts)
        nothing = Told(np.zeros(size, np.float32), np.zeros(size, np.float32))
        if not self.examples:
            return nothing
        unit = _unit({term: worth for term, worth in asked.items() if term < len(self._rarity)}, self._rarity)
        near = highest(self._postings.summed(unit, len(self.examples)), NEAREST)
        if not len(near):
            return nothing
        leading = highest(scores, LEADING)
        vectors = [*(self._vectors[place] for place in near), *(self._vector_of(int(place)) for place in leading)]
        pull = _solved(vectors, self._vector(unit, grams, counts), GRAM_KINDS + len(self._rarity))
        return self._summed(pull, near, leading)

    def _summed(self, pull: Floats, near: Places, leading: Places) -> Told:
        size = len(self._entries.parts)
        of_examples = pull[: len(near)] * self._worth[near]
        nearness = np.bincount(self._of[near], of_examples, minlength=size)
        total = nearness + np.bincount(leading, pull[len(near) :], minlength=size)
        drawn = np.maximum(pull, 0)
        share = float(drawn[: len(near)].sum()) / (float(drawn.sum()) or 1.0)
        best = float(total.max(initial=0.0)) or float(np.abs(total).max(initial=0.0)) or 1.0
        behind: dict[int, list[int]] = {}
        for at in np.argsort(-np.abs(of_examples), kind="stable"):
            of_entry = behind.setdefault(int(self._of[near[at]]), [])
            if len(of_entry) < NAMED:
                of_entry.append(int(near[at]))
        scores = (share * total / best).astype(np.float32)
        return Told(scores, ((1 + HELD_BACK) * nearness).astype(np.float32), behind)

    def _word_rarity(self, counted: Sequence[Mapping[int, int]]) -> Floats:
        spread = np.zeros(len(self._lexicon), np.float32)
        spread[: len(self._entries.spread)] += self._entries.spread
        for counts in counted:
            spread[list(counts)] += 1
        rarity: Floats = np.log((1 + len(self._entries.places) + len(counted)) / (1 + spread)) + 1
        return rarity

    def _vector_of(self, place: int) -> _Vector:
        """Return an entry as a vector, computed when it leads for the first time."""
        if place not in self._read:
            part = self._entries.parts[place]
            counts = Counter(self._lexicon.number(term) for terms in part.fields.values() for term in terms)
            self._read[place] = self._vector(_unit(counts, self._rarity), part.grams, part.gram_counts)
        return self._read[place]

    def _vector(self, unit: Mapping[int, float], grams: Grams, counts: NDArray[np.integer]) -> _Vector:
        """Return stems and runs of letters as one vector in which both weigh the same."""
        runs = often(counts) * self._entries.gram_rarity[grams]
        runs /= float(np.linalg.norm(runs)) or 1.0
        stems = np.fromiter(unit.values(), np.float32, len(unit))
        numbers = np.concatenate([grams.astype(np.int64), GRAM_KINDS + np.fromiter(unit, np.int64, len(unit))])
        return _Vector(numbers, np.concatenate([runs, stems]) * np.float32(math.sqrt(0.5)))


def _solved(vectors: Sequence[_Vector], asked: _Vector, kinds: int) -> Floats:
    """Return how much each of the vectors pulls the asked one, by kernel ridge regression over all of them."""
    numbers = np.concatenate([vector.numbers for vector in vectors])
    stands = np.zeros(kinds, bool)
    stands[numbers] = True
    present = np.flatnonzero(stands)
    columns = np.empty(kinds, np.int64)
    columns[present] = np.arange(len(present))
    rows = np.repeat(np.arange(len(vectors)), [len(vector.numbers) for vector in vectors])
    laid_out = np.zeros((len(vectors), len(present)), np.float32)
    laid_out[rows, columns[numbers]] = np.concatenate([vector.weights for vector in vectors])
    shared = stands[asked.numbers]
    likeness = laid_out[:, columns[asked.numbers[shared]]] @ asked.weights[shared]
    pull: Floats = np.linalg.solve(laid_out @ laid_out.T + HELD_BACK * np.eye(len(vectors)), likeness)
    return pull


def _unit(counts: Mapping[int, float], rarity: Floats) -> dict[int, float]:
    """Return the weights of stems as a vector of length 1; a count weighs one and its logarithm, a fraction itself."""
    weights = {
        term: (1 + math.log(count) if count > 1 else count) * float(rarity[term]) for term, count in counts.items()
    }
    length = math.sqrt(sum(weight**2 for weight in weights.values())) or 1.0
    return {term: weight / length for term, weight in weights.items()}


def highest(scores: Floats, count: int) -> Places:
    """Return the places of the highest scores above 0, in no order."""
    above = np.flatnonzero(scores > 0)
    return above if len(above) <= count else above[np.argpartition(-scores[above], count)[:count]]
