"""The other entries of a catalog, indexed once, so that judging each of thousands stays cheap."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from workflows.entries.document import FailureMode
from workflows.search.words import stems

CANDIDATES: Final = 25  # compared letter by letter; a double is among the first few by shared rare words
POSTINGS: Final = 500  # looked at per entry, rarest words first: bounds the work where all entries are alike
# Which relations order entries, and whether they are read from the entry to the other one or back.
RELATION_ORDERS: Final[Mapping[str, Mapping[str, bool]]] = {
    "above": {"broader": False, "narrower": True},
    "supersedes": {"supersedes": False},
}
GONE: Final = frozenset({"archived", "rejected", "merged"})


@dataclass(frozen=True)
class Sketch:
    """What of an entry is compared to find doubles: words in alphabetical order, so that their order does not count."""

    title: str
    prose: str
    title_stems: tuple[str, ...]
    aliases: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, entry: FailureMode) -> "Sketch":
        """Return the sketch of an entry."""
        aliases = frozenset(tuple(sorted(stems(alias))) for alias in entry.aliases)
        prose = f"{entry.summary} {entry.symptom}"
        return cls(_in_order(entry.title), _in_order(prose), tuple(sorted(stems(entry.title))), aliases)


class Neighbourhood(Mapping[str, FailureMode]):
    """The entries by slug, with what is looked up across entries ready at hand."""

    def __init__(self, entries: Mapping[str, FailureMode] | Iterable[FailureMode]) -> None:
        found = entries.values() if isinstance(entries, Mapping) else entries
        self._entries = {entry.slug: entry for entry in found}
        self._sketches: dict[str, Sketch] = {}
        self._words: dict[str, frozenset[str]] = {}

    def __getitem__(self, slug: str) -> FailureMode:
        return self._entries[slug]

    def __iter__(self) -> Iterator[str]:
        return iter(self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def published_with_alias(self, alias: str) -> list[FailureMode]:
        """Return the published entries that carry the alias, whatever its case and spacing."""
        return self._by_alias.get(plain(alias), [])

    def candidates(self, entry: FailureMode) -> list[FailureMode]:
        """Return the living entries that share this one's rarest words, the most alike first, without itself."""
        shared: defaultdict[str, float] = defaultdict(float)
        for slug in self._by_title.get(plain(entry.title), ()):
            shared[slug] += 1
        looked_at = 0
        held = ((word, self._by_word[word]) for word in self._words_of(entry) if word in self._by_word)
        for _, holders in sorted(held, key=lambda pair: (len(pair[1]), pair[0])):
            looked_at += len(holders)
            if looked_at > POSTINGS and shared:
                break
            for slug in holders[:POSTINGS]:
                shared[slug] += 1 / len(holders)
        best = sorted(shared, key=lambda slug: (-shared[slug], slug))[: CANDIDATES + 1]
        return [found for slug in best if (found := self._entries[slug]).id != entry.id]

    def after(self, slug: str, order: str) -> list[tuple[str, str]]:
        """Return what comes after the slug in an order of relations, each with the slug of the entry that says so."""
        return self._orders[order].get(slug, [])

    def sketch(self, entry: FailureMode) -> Sketch:
        """Return what of one of these entries is compared to find doubles."""
        if entry.slug not in self._sketches:
            self._sketches[entry.slug] = Sketch.of(entry)
        return self._sketches[entry.slug]

    @cached_property
    def _orders(self) -> dict[str, dict[str, list[tuple[str, str]]]]:
        orders: dict[str, dict[str, list[tuple[str, str]]]] = {order: {} for order in RELATION_ORDERS}
        for entry in self._entries.values():
            for order, graph in orders.items():
                for before, behind in ordered_pairs(entry, order):
                    graph.setdefault(before, []).append((behind, entry.slug))
        return orders

    @cached_property
    def _by_alias(self) -> dict[str, list[FailureMode]]:
        by_alias: defaultdict[str, list[FailureMode]] = defaultdict(list)
        for entry in self._entries.values():
            if entry.status == "published":
                for alias in {plain(alias) for alias in entry.aliases}:
                    by_alias[alias].append(entry)
        return dict(by_alias)

    @cached_property
    def _by_word(self) -> dict[str, list[str]]:
        by_word: defaultdict[str, list[str]] = defaultdict(list)
        for entry in self._living:
            for word in self._words_of(entry):
                by_word[word].append(entry.slug)
        return dict(by_word)

    def _words_of(self, entry: FailureMode) -> frozenset[str]:
        if entry is not self._entries.get(entry.slug):  # a revision that is being written
            return _distinctive(entry)
        if entry.slug not in self._words:
            self._words[entry.slug] = _distinctive(entry)
        return self._words[entry.slug]

    @cached_property
    def _by_title(self) -> dict[str, list[str]]:
        by_title: defaultdict[str, list[str]] = defaultdict(list)
        for entry in self._living:
            by_title[plain(entry.title)].append(entry.slug)
        return {title: slugs[:CANDIDATES] for title, slugs in by_title.items()}

    @property
    def _living(self) -> Iterable[FailureMode]:
        return (entry for entry in self._entries.values() if entry.status not in GONE)


def ordered_pairs(entry: FailureMode, order: str) -> Iterator[tuple[str, str]]:
    """Yield what the entry's relations put before and after each other in the order, as slugs."""
    for relation in entry.related:
        is_reversed = RELATION_ORDERS[order].get(relation.type)
        if is_reversed is not None:
            yield (relation.slug, entry.slug) if is_reversed else (entry.slug, relation.slug)


def plain(text: str) -> str:
    """Return the text as it is compared: lower case, one space between words, no outer punctuation."""
    return re.sub(r"[^\w]+", " ", text.casefold()).strip()


def _in_order(text: str) -> str:
    return " ".join(sorted(plain(text).split()))


def _distinctive(entry: FailureMode) -> frozenset[str]:
    """Return the stems by which doubles find each other: of title, aliases and summary, or of the symptom."""
    texts = (entry.title, *entry.aliases, entry.summary or entry.symptom[:280])
    return frozenset(stem for text in texts for stem in stems(text))
