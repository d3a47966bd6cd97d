"""An index over the entries, in memory: which of them speak of the same thing as a text.

Five things are joined, each measured on labelled data: the words that text and entry share (BM25F), how much of an
entry's name the text says, how like their letters are, how near the text is to what people confirmed before, and, where
a model is there, how like their meanings are. A log signature that matches counts like a whole name, since nobody types
it by accident. Words that no entry knows are taken for misspellings of near ones, at a discount.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final, Protocol

import numpy as np
from numpy.typing import NDArray
from rapidfuzz import fuzz, process

from workflows.entries.document import FailureMode
from workflows.search.examples import Entries, Example, Neighbours, highest
from workflows.search.searchable import Grams, Searchable, counted_grams
from workflows.search.shelf import Floats, Letters, Lexicon, Shelf
from workflows.search.signatures import REMEMBERED, Signatures
from workflows.search.spelling import Spelling
from workflows.search.synonyms import NO_SYNONYMS, Synonyms
from workflows.search.weights import AS_TUNED, Weights
from workflows.search.words import MAX_CHARACTERS, is_telling, stem, words

SAME_EVERYWHERE: Final = 5  # decimals; sums of 32-bit numbers differ from the seventh on
CANDIDATES: Final = 100  # entries whose letters are compared; the right one is hardly ever behind them
ALIKE: Final = 0.35  # cosine of meaning from which an entry is looked at that shares no word; unrelated ones have 0.1
AS_READ: Final = 1_000  # characters of the newest texts whose meaning is taken, about what a model reads at once
MAX_UNKNOWN: Final = 150  # words of a text that are compared with the whole vocabulary, about 0.2 ms each
ALIKE_LETTERS: Final = 75  # of 100: how like an unknown word the known one is that people are asked about
SMALL: Final = 500  # entries; fewer are laid out anew with every change, in a tenth of a second
CHANGED_SHARE: Final = 20  # a part in so many that changed, and a larger catalog is laid out anew too


def comparable(score: float) -> float:
    """Return a score without the digits that depend on which processor added it up, so that equals stay equal."""
    return round(float(score), SAME_EVERYWHERE)


@dataclass(frozen=True)
class Match:
    """An entry that speaks of the text.

    `score` ranks the entries of one text and says little by itself. `weight` is that of the words they share, in
    units of a word that no other entry has; `coverage` (0 to 1) is the share of the text's own weight that the entry
    explains; `name` how much of one of its names the text says and `likeness` the cosine of their letters;
    `nearness` how near the text is to what was confirmed before, `meaning` the cosine of what both mean (0 without a
    model). `shared` are the text's words that did it, heaviest
    first, `signatures` the log lines found, and `sources` where the near examples come from.
    """

    entry_id: str
    score: float
    weight: float
    coverage: float
    name: float
    likeness: float
    nearness: float
    meaning: float
    shared: tuple[str, ...]
    signatures: tuple[str, ...]
    sources: tuple[str, ...]


class Meaning(Protocol):
    """What knows the meaning of texts as vectors of length 1; all zeros is what it does not know yet."""

    def of(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of entries' texts, one a row."""
        ...

    def asked(self, text: str) -> Floats:
        """Return the vector of what somebody asks or says."""
        ...


class SearchIndex:
    """The entries, ready to be compared with text; a changed entry gives a new index that shares the rest."""

    def __init__(
        self,
        entries: Iterable[FailureMode | Searchable],
        examples: Iterable[Example] = (),
        meaning: Meaning | None = None,
        synonyms: Synonyms = NO_SYNONYMS,
        weights: Weights = AS_TUNED,
    ) -> None:
        parts = [_searchable(entry) for entry in entries]
        lexicon = Lexicon()
        self._synonyms, self._weights = synonyms, weights
        base = Shelf(parts, lexicon)
        self._ground = _Ground(lexicon, base, Letters(parts), Spelling(list(lexicon.numbers)))
        self._meaning = meaning
        self._lay_out({part.entry_id: part for part in parts}, tuple(examples))

    def holding(
        self, entries: Iterable[FailureMode | Searchable], examples: Iterable[Example] | None = None
    ) -> "SearchIndex":
        """Return an index over exactly these entries; this one stays as it is.

        What both hold is shared, so a few changed entries cost milliseconds; after many all is laid out anew.
        """
        parts = {part.entry_id: part for part in map(_searchable, entries)}
        kept = self._examples if examples is None else tuple(examples)
        if len(parts) < SMALL or self._ground.distance(parts) > len(parts) // CHANGED_SHARE:
            return SearchIndex(parts.values(), kept, self._meaning, self._synonyms, self._weights)
        index = object.__new__(SearchIndex)
        index._meaning, index._synonyms, index._weights = self._meaning, self._synonyms, self._weights
        index._ground = self._ground
        index._lay_out(parts, kept)
        return index

    def _lay_out(self, parts: Mapping[str, Searchable], examples: tuple[Example, ...]) -> None:
        """Lay out what is not in the ground, and count how rare each stem is in both together."""
        ground = self._ground
        self._parts, self._examples, self.size = parts, examples, len(parts)
        fresh = [part for part in parts.values() if part not in ground.known]
        self._shelves = (ground.base, Shelf(fresh, ground.lexicon, ground.base.averages))
        self._all_parts = [*ground.base.parts, *fresh]
        self._is_live = np.array([parts.get(part.entry_id) is part for part in self._all_parts], bool)
        places = {self._all_parts[place].entry_id: int(place) for place in np.flatnonzero(self._is_live)}
        self._fresh_signatures = _signatures(fresh, len(ground.base.parts))
        spread = self._spread(len(ground.lexicon))
        about = Entries(self._all_parts, places, spread, ground.letters.rarity)
        self._neighbours = Neighbours(examples, about, ground.lexicon)
        spread = self._spread(len(ground.lexicon))  # examples brought stems that stand in no entry
        self._rarity = np.log(1 + np.maximum(self.size - spread + 0.5, 0.5) / (spread + 0.5)).astype(np.float32)
        self._stands = spread > 0
        self._unknown_rarity = math.log(1 + self.size + 0.5)
        self._name_lengths = [shelf.names.lengths(self._rarity, len(shelf.name_places)) for shelf in self._shelves]
        letters = Letters(fresh, ground.letters.rarity)
        self._letter_lengths = np.concatenate([ground.letters.lengths, letters.lengths])
        self._vectors = self._meaning.of([part.text for part in self._all_parts]) if self._meaning else None

    def _spread(self, size: int) -> NDArray[np.int64]:
        """Return in how many entries each of `size` stems stands."""
        return sum((shelf.words.spread(size) for shelf in self._shelves), np.zeros(size, np.int64))

    def rank(self, text: str, *, limit: int = 10, among: Collection[str] | None = None) -> list[Match]:
        """Return the entries that share anything with the text, best first, at most `limit`; of those ids if given."""
        return self.rank_weighted([(text, 1.0)], limit=limit, among=among)

    def rank_weighted(
        self, texts: Sequence[tuple[str, float]], *, limit: int = 10, among: Collection[str] | None = None
    ) -> list[Match]:
        """Return the entries that speak of the weighted texts together, best first, at most `limit`."""
        asked = self._read(texts)
        found = self._found_signatures(texts)
        weights = self._on_shelves(lambda shelf, _: shelf.words.summed(self._rare(asked), len(shelf.parts)))
        names = self._on_shelves(lambda shelf, lengths: self._named(shelf, lengths, asked))
        grams = counted_grams(asked.said)
        scores = weights / (float(weights.max(initial=0.0)) or 1.0) + self._weights.name * names
        told = self._neighbours.told(asked.worths, *grams, scores * self._is_live)
        scores += self._weights.examples * told.scores
        scores[list(found)] += self._weights.signature
        meaning = self._meant(texts)
        worth_a_look = np.where(meaning >= ALIKE, self._weights.meaning * meaning, 0)
        chosen = highest((scores + worth_a_look) * self._eligible(among), max(CANDIDATES, limit))
        likeness = self._likeness(grams, chosen)
        scores += self._weights.meaning * _standing_out(meaning)
        final = scores[chosen] + self._weights.letters * likeness / (float(likeness.max(initial=0.0)) or 1.0)
        order = sorted(
            range(len(chosen)), key=lambda at: (-comparable(final[at]), self._all_parts[chosen[at]].entry_id)
        )[:limit]
        rare = self._rare(asked)
        worths = self._worths(rare, chosen[order])
        return [
            self._match(
                int(chosen[at]),
                asked,
                rare,
                worths[:, row],
                score=float(final[at]),
                weight=float(weights[chosen[at]]) / self._unknown_rarity,
                name=float(names[chosen[at]]),
                likeness=float(likeness[at]),
                nearness=float(told.nearness[chosen[at]]),
                meaning=float(meaning[chosen[at]]),
                signatures=found.get(int(chosen[at]), ()),
                sources=tuple(self._neighbours.examples[one].source for one in told.behind.get(int(chosen[at]), ())),
            )
            for row, at in enumerate(order)
        ]

    def unknown(self, text: str) -> dict[str, tuple[str, str] | None]:
        """Return the text's words that no entry has, each with the nearest stem and the id of an entry that has that.

        None is a word that is like no other.
        """
        said = [word for word in dict.fromkeys(_said(text[:MAX_CHARACTERS])) if not self._has(stem(word))]
        return {word: self._nearest(word) for word in said[:MAX_UNKNOWN]}

    def _nearest(self, word: str) -> tuple[str, str] | None:
        if not word.isalpha():
            return None
        known = list(filter(self._has, list(self._ground.lexicon.numbers)))
        alike = process.extractOne(stem(word), known, scorer=fuzz.ratio, score_cutoff=ALIKE_LETTERS)
        readings = (near for near, _ in self._near(word) if self._has(near))
        near = next(readings, alike[0] if alike else None)
        return (near, holder) if near is not None and (holder := self._holder(near)) is not None else None

    def _holder(self, term: str) -> str | None:
        """Return the first entry that has the stem."""
        number = self._ground.lexicon.numbers[term]
        has = self._on_shelves(lambda shelf, _: shelf.words.summed({number: 1.0}, len(shelf.parts)))
        places = np.flatnonzero((has > 0) & self._is_live)
        return self._all_parts[places[0]].entry_id if len(places) else None

    def _has(self, term: str) -> bool:
        """Return whether the stem stands in any entry."""
        number = self._ground.lexicon.numbers.get(term)
        return number is not None and number < len(self._stands) and bool(self._stands[number])

    def _eligible(self, among: Collection[str] | None) -> NDArray[np.bool_]:
        if among is None:
            return self._is_live
        wanted = np.array([part.entry_id in among for part in self._all_parts], bool)
        eligible: NDArray[np.bool_] = self._is_live & wanted
        return eligible

    def _meant(self, texts: Sequence[tuple[str, float]]) -> Floats:
        """Return for each entry how like its meaning is to what the newest texts mean; all 0 without a model."""
        if self._meaning is None or self._vectors is None:
            return np.zeros(len(self._all_parts), np.float32)
        newest = "\n".join(text[:MAX_CHARACTERS] for text, _ in texts)[-AS_READ:]
        likeness: Floats = np.maximum(self._vectors @ self._meaning.asked(newest), 0) * self._is_live
        return likeness

    def _on_shelves(self, look: Callable[[Shelf, Floats], Floats]) -> Floats:
        return np.concatenate([look(*pair) for pair in zip(self._shelves, self._name_lengths, strict=True)])

    def _rare(self, asked: "_Asked") -> dict[int, float]:
        return {term: worth * float(self._rarity[term]) for term, worth in asked.worths.items() if self._stands[term]}

    def _named(self, shelf: Shelf, lengths: Floats, asked: "_Asked") -> Floats:
        """Return for each entry how much of the name that the text says most of it says."""
        said = shelf.names.summed(self._rare(asked), len(lengths)) / lengths
        best = np.zeros(len(shelf.parts), np.float32)
        np.maximum.at(best, shelf.name_places, said)
        return best

    def _likeness(self, grams: tuple[Grams, NDArray[np.int64]], chosen: NDArray[np.int64]) -> Floats:
        if not len(chosen):
            return np.zeros(0, np.float32)
        parts = [self._all_parts[place] for place in chosen]
        return self._ground.letters.likeness(*grams, parts, self._letter_lengths[chosen])

    def _worths(self, rare: Mapping[int, float], places: NDArray[np.int64]) -> Floats:
        """Return what each stem adds to the weight of each place, a row a stem."""
        worths = np.zeros((len(rare), len(places)), np.float32)
        start = 0
        for shelf in self._shelves:
            here = (places >= start) & (places < start + len(shelf.parts))
            if rare and here.any():
                worths[:, here] = [
                    worth * shelf.words.weights_at(term, places[here] - start) for term, worth in rare.items()
                ]
            start += len(shelf.parts)
        return worths

    def _match(self, place: int, asked: "_Asked", rare: Mapping[int, float], worths: Floats, **figures: Any) -> Match:
        added = [(-worth, term) for term, worth in zip(rare, worths.tolist(), strict=True) if worth > 0]
        shared = [term for _, term in sorted(added)]
        explained: dict[str, float] = {}
        for term in shared:
            word = asked.read_from[term]
            explained[word] = max(rare[term], explained.get(word, 0.0))
        coverage = min(1.0, sum(explained.values()) / asked.total) if asked.total else 0.0
        return Match(self._all_parts[place].entry_id, coverage=coverage, shared=tuple(explained), **figures)

    def _read(self, texts: Sequence[tuple[str, float]]) -> "_Asked":
        """Return the worth of each stem that the texts ask for; a word said twice counts once, at its heaviest.

        Of the words that no entry knows, only the `MAX_UNKNOWN` heaviest are taken for misspellings.
        """
        said = [(word, weight) for text, weight in texts for word in _said(text[:MAX_CHARACTERS])]
        asked: dict[str, float] = {}
        for word, weight in said:
            asked[word] = max(weight, asked.get(word, 0.0))
        known: dict[str, list[tuple[int, float]]] = {}
        unknown = []
        for word in asked:
            term = self._ground.lexicon.numbers.get(stem(word))
            known[word] = [(term, 1.0)] if term is not None and term < len(self._stands) else []
            if not known[word] or not self._stands[known[word][0][0]]:
                unknown.append(word)
        for word in heapq.nlargest(MAX_UNKNOWN, unknown, key=asked.__getitem__):
            known[word] += [(self._ground.lexicon.numbers[term], share) for term, share in self._near(word)]
        meant = (
            [pair for text, _ in texts for pair in self._synonymous(text[:MAX_CHARACTERS])] if self._synonyms else []
        )
        return self._weighed(asked, known, meant, [word for word, _ in said])

    def _synonymous(self, text: str) -> Iterator[tuple[str, int]]:
        """Yield the known stems that the text's words stand for, each with the word that was said."""
        for said, meant in self._synonyms.meant(text):
            numbers = (self._ground.lexicon.numbers.get(stem(word)) for word in meant if is_telling(word))
            yield from ((said, term) for term in numbers if term is not None and term < len(self._stands))

    def _near(self, word: str) -> Sequence[tuple[str, float]]:
        return self._ground.spelling.readings(stem(word))

    def _weighed(
        self,
        asked: Mapping[str, float],
        known: Mapping[str, Sequence[tuple[int, float]]],
        meant: Sequence[tuple[str, int]],
        said: Sequence[str],
    ) -> "_Asked":
        """Weigh the stems; what a word stands for adds to an entry's weight, not to what is there to be explained."""
        worths: dict[int, float] = {}
        read_from: dict[int, str] = {}
        total = 0.0
        for word, weight in asked.items():
            total += weight * max((float(self._rarity[term]) for term, _ in known[word]), default=self._unknown_rarity)
        readings = [(word, term, share) for word in asked for term, share in known[word]]
        for word, term, share in [
            *readings,
            *((word, term, self._weights.synonym) for word, term in meant if word in asked),
        ]:
            if asked[word] * share > worths.get(term, 0.0):
                worths[term], read_from[term] = asked[word] * share, word
        return _Asked(worths, read_from, total, said)

    def _found_signatures(self, texts: Sequence[tuple[str, float]]) -> dict[int, tuple[str, ...]]:
        found: defaultdict[int, list[str]] = defaultdict(list)
        for text in dict.fromkeys(text[:MAX_CHARACTERS] for text, _ in texts):
            for signatures in (self._ground.signatures, self._fresh_signatures):
                for place, hits in signatures.found(text).items():
                    found[place] += hits
        return {place: tuple(dict.fromkeys(hits)) for place, hits in found.items() if self._is_live[place]}


@dataclass(frozen=True)
class _Asked:
    """A text as the index reads it: the worth of each stem's number, the word it was read from, and all its words."""

    worths: Mapping[int, float]
    read_from: Mapping[int, str]
    total: float
    said: Sequence[str]


class _Ground:
    """What an index and those that follow it share: the entries as they were when all was laid out last."""

    def __init__(self, lexicon: Lexicon, base: Shelf, letters: Letters, spelling: Spelling) -> None:
        self.lexicon, self.base, self.letters, self.spelling = lexicon, base, letters, spelling
        self.signatures = _signatures(base.parts)
        self.known = frozenset(base.parts)

    def distance(self, parts: Mapping[str, Searchable]) -> int:
        """Return how many entries are new, changed or gone since."""
        return len(self.known.symmetric_difference(parts.values()))


def _signatures(parts: Sequence[Searchable], start: int = 0) -> Signatures:
    """Return the signatures of the entries, whose places count from `start`."""
    return Signatures({place: part.signatures for place, part in enumerate(parts, start) if part.signatures})


@lru_cache(REMEMBERED)
def _said(text: str) -> tuple[str, ...]:
    """Return the text's words; those of an incident's messages are asked for again with every further one."""
    return tuple(words(text))


def _standing_out(meaning: Floats) -> Floats:
    """Return the likenesses so that the best is 1 and the usual one 0; how like everything is anyway says nothing."""
    usual = float(meaning.mean()) if len(meaning) else 0.0
    best = float(meaning.max(initial=0.0))
    return (meaning - usual) / (best - usual) if best > usual else meaning


def _searchable(entry: FailureMode | Searchable) -> Searchable:
    return entry if isinstance(entry, Searchable) else Searchable.of(entry)


__all__ = ["Example", "Match", "SearchIndex", "Searchable"]
