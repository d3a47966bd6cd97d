"""Entries laid out as arrays, so that comparing a text with ten thousand of them is a few operations.

A kept engine was measured first: tantivy is fast, but neither weighs fields as BM25F does nor lets a document's score
be joined with others before the best are picked; bm25s has no fields and is built anew for every change. Compressed
sparse rows in NumPy are as fast as both at this size and stay open to the joining, which is where the quality lies.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workflows.search.searchable import GRAM_KINDS, Grams, Searchable, often

FIELD_WEIGHTS: Final[Mapping[str, float]] = {
    "title": 3.0,
    "aliases": 3.0,
    "symptom": 1.5,
    "summary": 1.0,
    "conditions": 1.0,
    "detectors": 0.7,
    "remedies": 0.4,
    "tags": 1.0,
}
SATURATION: Final = 2.0  # k1: how soon a repeated word stops adding
LENGTH_SHARE: Final = 0.9  # b: how much a long field is held against it

Floats = NDArray[np.float32]
Terms = Mapping[int, float]


class Lexicon:
    """Every stem of a catalog with its number; it only grows, so numbers stay true for indexes built before."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self.numbers)

    def number(self, term: str) -> int:
        """Return the number of a stem, a new one for a new stem."""
        return self.numbers.setdefault(term, len(self.numbers))


class Postings:
    """For every stem the places it stands at and its weight there, in ascending order of places."""

    def __init__(self, rows: Iterable[Mapping[int, float]]) -> None:
        terms, places, weights = array("I"), array("I"), array("f")
        for place, row in enumerate(rows):
            terms.extend(row)
            places.extend([place] * len(row))
            weights.extend(row.values())
        numbers = np.frombuffer(terms, np.uint32) if terms else np.empty(0, np.uint32)
        order = np.argsort(numbers, kind="stable")
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(numbers))])
        self.places = (np.frombuffer(places, np.uint32) if places else numbers)[order].astype(np.int32)
        self.weights = np.frombuffer(weights, np.float32)[order] if weights else np.empty(0, np.float32)

    def stretch(self, term: int) -> slice:
        """Return where the places of one stem are; empty for a stem that was not there yet."""
        return slice(self.starts[term], self.starts[term + 1]) if term + 1 < len(self.starts) else slice(0, 0)

    def summed(self, asked: Terms, size: int) -> Floats:
        """Return for each of `size` places the asked stems' weights there, each times what it is asked with."""
        stretches = [(self.stretch(term), worth) for term, worth in asked.items()]
        places = [self.places[stretch] for stretch, _ in stretches]
        weights = [self.weights[stretch] * worth for stretch, worth in stretches]
        if not places:
            return np.zeros(size, np.float32)
        return np.bincount(np.concatenate(places), np.concatenate(weights), minlength=size).astype(np.float32)

    def weights_at(self, term: int, places: NDArray[np.int64]) -> Floats:
        """Return the weight of a stem at each of the places, 0 where it does not stand."""
        stretch = self.stretch(term)
        there = self.places[stretch]
        if not len(there):
            return np.zeros(len(places), np.float32)
        at = np.minimum(np.searchsorted(there, places), len(there) - 1)
        weights: Floats = np.where(there[at] == places, self.weights[stretch][at], np.float32(0))
        return weights

    def lengths(self, rarity: Floats, size: int) -> Floats:
        """Return for each of `size` places the length of the vector of its stems' rarities; never 0."""
        terms = np.repeat(np.arange(len(self.starts) - 1), np.diff(self.starts))
        squared = np.bincount(self.places, rarity[terms] ** 2, minlength=size)
        lengths: Floats = np.sqrt(squared).astype(np.float32) + np.float32(1e-9)
        return lengths

    def spread(self, size: int) -> NDArray[np.int64]:
        """Return at how many places each of `size` stems stands."""
        counts = np.diff(self.starts)
        return np.pad(counts, (0, size - len(counts)))


class Shelf:
    """Some entries, laid out; what it says of weights holds for the average lengths that it was laid out with."""

    def __init__(
        self, parts: Sequence[Searchable], lexicon: Lexicon, averages: Mapping[str, float] | None = None
    ) -> None:
        self.parts = parts
        self.averages = averages or _average_lengths(parts)
        self.words = Postings(self._weighted(part, lexicon) for part in parts)
        names = [(place, name) for place, part in enumerate(parts) for name in part.names]
        self.name_places = np.array([place for place, _ in names], np.int32)
        self.names = Postings(dict.fromkeys(map(lexicon.number, name), 1.0) for _, name in names)

    def _weighted(self, part: Searchable, lexicon: Lexicon) -> dict[int, float]:
        """Return the weight of each stem in an entry.

        It is BM25F's (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section
        3.6) without the stem's rarity, which changes with the catalog.
        """
        frequency: defaultdict[str, float] = defaultdict(float)
        for field, stems in part.fields.items():
            norm = 1 - LENGTH_SHARE + LENGTH_SHARE * len(stems) / (self.averages.get(field) or len(stems))
            share = FIELD_WEIGHTS.get(field, 1.0) / norm
            for term in stems:
                frequency[term] += share
        return {
            lexicon.number(term): often_there * (SATURATION + 1) / (often_there + SATURATION)
            for term, often_there in frequency.items()
        }


class Letters:
    """The runs of letters of entries, held against a text's: kin of words (`crypt`, `encrypted`) share them."""

    def __init__(self, parts: Sequence[Searchable], rarity: Floats | None = None) -> None:
        self.rarity = _gram_rarity(parts) if rarity is None else rarity
        self.lengths = np.array([self._length(part) for part in parts], np.float32)

    def _length(self, part: Searchable) -> float:
        return float(np.linalg.norm(often(part.gram_counts) * self.rarity[part.grams])) or 1.0

    def likeness(self, grams: Grams, counts: NDArray[np.int64], parts: Sequence[Searchable], lengths: Floats) -> Floats:
        """Return the cosine between a text's runs of letters and those of each of these entries, 0 to 1."""
        weights = often(counts) * self.rarity[grams]
        asked = np.zeros(GRAM_KINDS, np.float32)
        asked[grams] = weights / (np.linalg.norm(weights) or 1.0)
        # One gathering for all of them, and nearly nothing of it is asked for.
        ends = np.cumsum([len(part.grams) for part in parts])
        where = np.concatenate([part.grams for part in parts])
        hits = np.flatnonzero(asked[where])
        there = often(np.concatenate([part.gram_counts for part in parts])[hits])
        weighed = there * self.rarity[where[hits]] * asked[where[hits]]
        rows = np.searchsorted(ends, hits, side="right")
        likeness: Floats = (np.bincount(rows, weighed, minlength=len(parts)) / lengths).astype(np.float32)
        return likeness


def _average_lengths(parts: Iterable[Searchable]) -> dict[str, float]:
    lengths: defaultdict[str, list[int]] = defaultdict(list)
    for part in parts:
        for field, stems in part.fields.items():
            lengths[field].append(len(stems))
    return {field: sum(some) / len(some) for field, some in lengths.items()}


def _gram_rarity(parts: Sequence[Searchable]) -> Floats:
    spread = np.zeros(GRAM_KINDS, np.float32)
    for part in parts:
        spread[part.grams] += 1
    rarity: Floats = (np.log((1 + len(parts)) / (1 + spread)) + 1).astype(np.float32)
    return rarity
