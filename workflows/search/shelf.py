"""Entries laid out as arrays, so that comparing a text with ten thousand of them is a few operations.

A kept engine was measured first: tantivy is fast, but neither weighs fields as BM25F does nor lets a document's score
be joined with others before the best are picked; bm25s has no fields and is built anew for every change. Compressed
sparse rows in NumPy are as fast as both at this size and stay open to the joining, which is where the quality lies.
"""

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, TypeVar

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

_Number = TypeVar("_Number", bound=np.generic)
Floats = NDArray[np.float32]
Terms = Mapping[int, float]


class Lexicon:
    """Every stem of a catalog with its number; it only grows, so numbers stay true for indexes built before."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = _Numbers()

    def __len__(self) -> int:
        return len(self.numbers)

    def number(self, term: str) -> int:
        """Return the number of a stem, a new one for a new stem."""
        return self.numbers[term]

    def numbered(self, terms: Iterable[str]) -> Iterator[int]:
        """Return the number of each stem; millions are asked for when a catalog is laid out."""
        return map(self.numbers.__getitem__, terms)


class _Numbers(dict[str, int]):
    def __missing__(self, term: str) -> int:
        return self.setdefault(term, len(self))


class Postings:
    """For every stem the places it stands at and its weight there, in ascending order of places."""

    def __init__(self, terms: NDArray[np.int64], places: NDArray[np.int64], weights: Floats) -> None:
        order = np.argsort(terms, kind="stable")
        self.starts = np.concatenate([[0], np.cumsum(np.bincount(terms))])
        self.places = places[order].astype(np.int32)
        self.weights = weights[order]

    @classmethod
    def of_rows(cls, rows: Iterable[Mapping[int, float]]) -> "Postings":
        """Return the postings of places in order, each with the weights of its stems."""
        terms, weights, lengths = array("q"), array("f"), array("q")
        for row in rows:
            terms.extend(row)
            weights.extend(row.values())
            lengths.append(len(row))
        return cls(_as_array(terms, np.int64), _places(lengths), _as_array(weights, np.float32))

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
        self.words = self._weighted(lexicon)
        names = [(place, name) for place, part in enumerate(parts) for name in part.names]
        self.name_places = np.array([place for place, _ in names], np.int32)
        self.names = Postings.of_rows(dict.fromkeys(lexicon.numbered(name), 1.0) for _, name in names)

    def _weighted(self, lexicon: Lexicon) -> Postings:
        """Return the weight of each stem in each entry.

        It is BM25F's (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section
        3.6) without the stem's rarity, which changes with the catalog.
        """
        terms, lengths, shares, fields = array("q"), array("q"), array("d"), array("q")
        for part in self.parts:
            for field, stems in part.fields.items():
                terms.extend(lexicon.numbered(stems))
                lengths.append(len(stems))
                shares.append(self._share(field, len(stems)))
            fields.append(len(part.fields))
        of_fields = _places(lengths)
        places = _places(fields)[of_fields]
        size = max(1, len(self.parts))
        # One number for a stem at a place; sorted they stand by stem, then by place.
        pairs, which = np.unique(_as_array(terms, np.int64) * size + places, return_inverse=True)
        often_there = np.bincount(which, _as_array(shares, np.float64)[of_fields], minlength=len(pairs))
        weights = often_there * (SATURATION + 1) / (often_there + SATURATION)
        return Postings(pairs // size, pairs % size, weights.astype(np.float32))

    def _share(self, field: str, length: int) -> float:
        """Return what a word of a field counts there, less in a long one."""
        norm = 1 - LENGTH_SHARE + LENGTH_SHARE * length / (self.averages.get(field) or length)
        return FIELD_WEIGHTS.get(field, 1.0) / norm


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


def _as_array(numbers: "array[Any]", kind: type[_Number]) -> NDArray[_Number]:
    return np.frombuffer(numbers, kind) if numbers else np.empty(0, kind)


def _places(lengths: "array[int]") -> NDArray[np.int64]:
    """Return for stretches of these lengths, one after the other, which stretch each element belongs to."""
    return np.repeat(np.arange(len(lengths)), _as_array(lengths, np.int64))


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
