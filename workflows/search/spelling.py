"""Words that nobody wrote into the catalog, taken for misspellings of those that stand there."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from operator import or_
from typing import Final

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import process
from rapidfuzz.distance import OSA

DISCOUNT: Final = 0.7  # what a word counts that is one letter off; two letters off is half of it
LONG: Final = 7  # letters; longer words may be two letters off, as in most search engines
SHORT: Final = 3  # letters; shorter words have too many neighbours to be mended
MOST_READINGS: Final = 3
REMEMBERED: Final = 20_000  # unknown words whose near ones are kept, some 2 MB


class Spelling:
    """The words of a catalog by their length, so that only those are compared which can be near enough."""

    def __init__(self, terms: Iterable[str]) -> None:
        by_length: defaultdict[int, list[str]] = defaultdict(list)
        for term in terms:
            if len(term) > SHORT and term.isalpha():
                by_length[len(term)].append(term)
        self._by_length = {length: (some, _letters(some)) for length, some in by_length.items()}
        # The evidence of an incident is ranked again with every message, and nearly all its words were there before.
        self.readings = lru_cache(REMEMBERED)(self._readings)

    def _readings(self, term: str) -> tuple[tuple[str, float], ...]:
        """Return the words that the term may be a misspelling of, nearest first, with what each counts (0 to 1).

        The distance is Damerau-Levenshtein's in its restricted form, which is several times faster: a letter too many,
        too few, wrong, or two neighbours swapped.
        """
        if len(term) <= SHORT or not term.isalpha():
            return ()
        allowed = 1 if len(term) <= LONG else 2
        found: list[tuple[int, str]] = []
        for length in range(len(term) - allowed, len(term) + allowed + 1):
            near = process.extract(
                term,
                self._perhaps(term, length, allowed),
                scorer=OSA.distance,
                score_cutoff=allowed,
                limit=MOST_READINGS,
            )
            found += [(distance, word) for word, distance, _ in near]
        return tuple((word, DISCOUNT / distance) for distance, word in sorted(found)[:MOST_READINGS])

    def _perhaps(self, term: str, length: int, allowed: int) -> list[str]:
        """Return the words of the length that may be near enough, going by which letters they are made of.

        A wrong letter changes two letters of the set, a letter too many or too few one, and a swap none.
        """
        if length not in self._by_length:
            return []
        words, letters = self._by_length[length]
        differing = np.bitwise_count(letters ^ _letters([term])[0])
        return [words[at] for at in np.flatnonzero(differing <= 2 * allowed - abs(length - len(term)))]


def _letters(words: Sequence[str]) -> NDArray[np.uint32]:
    """Return the set of letters of each word as bits; letters beyond the alphabet share bits with others."""
    sets = (reduce(or_, (1 << (ord(letter) % 32) for letter in word)) for word in words)
    return np.fromiter(sets, np.uint32, len(words))
