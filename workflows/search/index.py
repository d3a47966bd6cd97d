"""An index over the entries, in memory: which of them speak of the same thing as a text.

Scores are BM25F (Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond", 2009, section 3.6):
a word counts more the rarer it is among the entries, and more in a title or an alias than in prose. Words that no
entry knows are taken for misspellings of near ones, at a discount. A log signature that matches counts like several
rare words, since nobody types it by accident.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import re2
from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from workflows.entries.document import FailureMode
from workflows.search.words import MAX_CHARACTERS, stem, words

FIELD_WEIGHTS: Mapping[str, float] = {
    "title": 3.0,
    "aliases": 3.0,
    "symptom": 2.0,
    "summary": 1.5,
    "conditions": 1.5,
    "detectors": 1.0,
    "remedies": 0.5,
    "tags": 0.5,
}
SATURATION = 1.4  # k1: how soon a repeated word stops adding
LENGTH_SHARE = 0.5  # b: how much a long entry is held against it
MISSPELLING_DISCOUNT = 0.6
SIGNATURE_WORTH = 2.5  # in units of a word that no other entry has
MAX_UNKNOWN = 300  # words of a text that are compared with the whole vocabulary, about 0.15 ms each
REMEMBERED_WORDS = 20_000  # unknown words whose near ones are kept, some 2 MB


@dataclass(frozen=True)
class Match:
    """An entry that speaks of the text.

    `score` is the weight of what they share, in units of a word that no other entry has; `coverage` (0 to 1) is the
    share of the text's own weight that the entry explains; `shared` are the text's words that did it, heaviest first;
    `signatures` the log lines found.
    """

    entry_id: str
    score: float
    coverage: float
    shared: tuple[str, ...]
    signatures: tuple[str, ...]


@dataclass(frozen=True)
class Example:
    """Words of people that were confirmed to be about an entry; `source` names where they come from."""

    entry_id: str
    text: str
    weight: float = 1.0
    source: str = ""


@dataclass(frozen=True)
class _Posting:
    entry_id: str
    weight: float


@dataclass(frozen=True)
class Searchable:
    """One entry as the index needs it: its words with their weights, its log signatures ready.

    Reading an entry's words is nearly all of what an index costs, so whoever builds indexes again and again keeps them.
    """

    entry_id: str
    terms: Mapping[str, float]
    signatures: tuple[re2._Regexp, ...]

    @classmethod
    def of(cls, entry: FailureMode) -> "Searchable":
        """Return the entry's words and signatures."""
        return cls.of_fields(entry.id, _searchable(entry), entry.log_signatures)

    @classmethod
    def of_fields(cls, entry_id: str, fields: Mapping[str, str], signatures: Iterable[str] = ()) -> "Searchable":
        """Return the words of any catalog's entry, whose fields are named as in `FIELD_WEIGHTS`."""
        return cls(entry_id, _weighted_terms(fields), tuple(_compiled(signatures)))


class SearchIndex:
    """The entries, ready to be compared with text; built once and replaced as a whole when the catalog changes."""

    def __init__(self, entries: Iterable[FailureMode | Searchable], examples: Iterable[Example] = ()) -> None:
        self._examples = tuple(examples)
        parts = [one if isinstance(one, Searchable) else Searchable.of(one) for one in entries]
        fields = {part.entry_id: part.terms for part in parts}
        self._signatures = {part.entry_id: part.signatures for part in parts if part.signatures}
        self._postings = _postings(fields)
        self._rarity = {
            term: math.log(1 + (len(fields) - len(found) + 0.5) / (len(found) + 0.5))
            for term, found in self._postings.items()
        }
        self._vocabulary = sorted(term for term in self._postings if len(term) > 3 and not term.isdigit())  # noqa: PLR2004 - shorter words have too many neighbours
        self._unknown_rarity = math.log(1 + len(fields) + 0.5)
        # The evidence of an incident is ranked again with every message, and nearly all its words were there before.
        self._near = lru_cache(REMEMBERED_WORDS)(self._nearest)
        self.size = len(fields)

    def rank(self, text: str, *, limit: int = 10) -> list[Match]:
        """Return the entries that share anything with the text, best first, at most `limit`."""
        return self.rank_weighted([(text, 1.0)], limit=limit)

    def rank_weighted(self, texts: Sequence[tuple[str, float]], *, limit: int = 10) -> list[Match]:
        """Return the entries that speak of the weighted texts together, best first, at most `limit`."""
        asked = _asked(texts)
        scores: defaultdict[str, float] = defaultdict(float)
        shared: defaultdict[str, dict[str, float]] = defaultdict(dict)
        total = 0.0
        known = self._all_known(asked)
        for word, weight in asked.items():
            terms = known[word]
            total += weight * (self._rarity[terms[0][0]] if terms else self._unknown_rarity)
            for term, likeness in terms:
                for posting in self._postings[term]:
                    worth = weight * likeness * self._rarity[term] * posting.weight
                    scores[posting.entry_id] += worth
                    shared[posting.entry_id][word] = max(worth, shared[posting.entry_id].get(word, 0.0))
        found = self._found_signatures(texts)
        for entry_id in found:
            scores[entry_id] += SIGNATURE_WORTH * self._unknown_rarity
        best = sorted(scores, key=lambda entry_id: (-scores[entry_id], entry_id))[:limit]
        worth_of = {word: self._rarity[terms[0][0]] * terms[0][1] for word, terms in known.items() if terms}
        matches = []
        for entry_id in best:
            coverage = min(1.0, sum(worth_of[word] for word in shared[entry_id]) / total) if total else 0.0
            matches.append(self._match(entry_id, scores[entry_id], shared[entry_id], found, coverage))
        return matches

    def _match(
        self,
        entry_id: str,
        score: float,
        shared: Mapping[str, float],
        found: Mapping[str, tuple[str, ...]],
        coverage: float,
    ) -> Match:
        heaviest = sorted(shared, key=lambda word: (-shared[word], word))
        return Match(entry_id, score / self._unknown_rarity, coverage, tuple(heaviest), found.get(entry_id, ()))

    def _all_known(self, asked: Mapping[str, float]) -> dict[str, Sequence[tuple[str, float]]]:
        """Return for each word the index's terms it stands for, with how like they are (1 is the same).

        Of the words that no entry knows, only the `MAX_UNKNOWN` heaviest are taken for misspellings.
        """
        known: dict[str, Sequence[tuple[str, float]]] = {}
        unknown = []
        for word in asked:
            term = stem(word)
            known[word] = [(term, 1.0)] if term in self._postings else []
            if not known[word] and not any(character.isdigit() for character in term):
                unknown.append(word)
        for word in heapq.nlargest(MAX_UNKNOWN, unknown, key=asked.__getitem__):
            known[word] = self._near(stem(word))
        return known

    def _nearest(self, term: str) -> list[tuple[str, float]]:
        """Return the terms that the term is a misspelling of, with how like they are."""
        allowance = 0 if len(term) <= 3 else 1 if len(term) <= 7 else 2  # noqa: PLR2004 - the usual allowance by length
        if not allowance:
            return []
        near = process.extract(
            term, self._vocabulary, scorer=DamerauLevenshtein.distance, score_cutoff=allowance, limit=3
        )
        return [(found, MISSPELLING_DISCOUNT / distance) for found, distance, _ in near]

    def _found_signatures(self, texts: Sequence[tuple[str, float]]) -> dict[str, tuple[str, ...]]:
        found: dict[str, tuple[str, ...]] = {}
        lines = "\n".join(text[:MAX_CHARACTERS] for text, _ in texts)
        for entry_id, patterns in self._signatures.items():
            hits = [match.group() for pattern in patterns if (match := pattern.search(lines))]
            if hits:
                found[entry_id] = tuple(hits)
        return found


def _asked(texts: Sequence[tuple[str, float]]) -> dict[str, float]:
    """Return the weight of each distinct word; a word said twice counts once, at its heaviest."""
    asked: dict[str, float] = {}
    for text, weight in texts:
        for word in words(text):
            asked[word] = max(weight, asked.get(word, 0.0))
    return asked


def _weighted_terms(fields: Mapping[str, str]) -> Counter[str]:
    terms: Counter[str] = Counter()
    for field, text in fields.items():
        for word in words(text):
            terms[stem(word)] += FIELD_WEIGHTS[field]  # type: ignore[assignment]  # Counter's stub knows whole numbers only
    return terms


def _searchable(entry: FailureMode) -> dict[str, str]:
    dimensions = entry.dimensions
    return {
        "title": entry.title,
        "aliases": " \n ".join(entry.aliases),
        "symptom": entry.symptom,
        "summary": entry.summary,
        "conditions": " \n ".join(
            [
                *(condition.text for condition in entry.latent_conditions),
                *(trigger.text or "" for trigger in entry.triggers),
                entry.failure_mechanism or "",
            ]
        ),
        "detectors": " \n ".join(detector.metric for detector in entry.detectors),
        "remedies": " \n ".join(remedy.title for remedy in entry.mitigations),
        "tags": " ".join([entry.slug, entry.cause_category, *dimensions.model_family, *dimensions.data_domain]),
    }


def _postings(fields: Mapping[str, Mapping[str, float]]) -> dict[str, list[_Posting]]:
    lengths = {entry_id: sum(terms.values()) for entry_id, terms in fields.items()}
    average = (sum(lengths.values()) / len(lengths)) if lengths else 1.0
    postings: defaultdict[str, list[_Posting]] = defaultdict(list)
    for entry_id, terms in fields.items():
        norm = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * lengths[entry_id] / (average or 1.0))
        for term, frequency in terms.items():
            postings[term].append(_Posting(entry_id, frequency * (SATURATION + 1) / (frequency + norm)))
    return dict(postings)


def _compiled(signatures: Iterable[str]) -> list[re2._Regexp]:
    """Return the signatures, ready; RE2 runs in linear time, so no signature can make a search hang."""
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    return [pattern for text in signatures if (pattern := _compile(text, options))]


def _compile(text: str, options: re2.Options) -> re2._Regexp | None:
    """Return the pattern, or None for one that RE2 cannot run; `faultline import` has refused those already."""
    try:
        return re2.compile(text, options)
    except re2.error:
        return None
