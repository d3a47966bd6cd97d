"""What an engine must be able to do to be measured, and ours as it runs in the bot."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from workflows.evaluation.material import Item
from workflows.incidents import LATEST_EVIDENCE
from workflows.search.examples import Example
from workflows.search.index import SearchIndex
from workflows.search.semantic import Floats, SentenceEncoder
from workflows.search.suggestions import Suggestions, weighted
from workflows.search.synonyms import NO_SYNONYMS, Synonyms
from workflows.search.weights import AS_TUNED, Weights


class Ranker(Protocol):
    """A catalog made searchable by one engine."""

    def rank(self, messages: Sequence[str], limit: int) -> list[str]:
        """Return the ids of the entries that fit the messages (oldest first), best first, at most `limit`."""
        ...


@runtime_checkable
class Decider(Protocol):
    """A ranker that also knows when to keep silent."""

    def decide(self, messages: Sequence[str]) -> tuple[float, list[str]]:
        """Return the chance (0 to 1) that the best three hold a right entry, and the ids shown; none is silence."""
        ...


class Engine(Protocol):
    """Something that makes catalogs searchable; `name` is what the figures are told under."""

    @property
    def name(self) -> str:
        """The name in the figures."""
        ...

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> Ranker:
        """Return the catalog made searchable, with what was confirmed before; raises Missing where it cannot run."""
        ...


class Missing(Exception):
    """An engine cannot run here; the sentence says what it lacks."""


@dataclass(frozen=True)
class Faultline:
    """Search and suggestions of the bot, with the threshold, the sentence model and the synonyms in force."""

    threshold: float
    model: Path | None = None
    synonyms: Synonyms = NO_SYNONYMS
    weights: Weights = AS_TUNED
    name: str = "faultline"

    def build(self, items: Sequence[Item], examples: Sequence[Example]) -> "Searched":
        """Return our index over the entries."""
        meaning = Read(SentenceEncoder.load(self.model)) if self.model else None
        index = SearchIndex([item.searchable() for item in items], examples, meaning, self.synonyms, self.weights)
        return Searched(index, self.threshold)


@dataclass(frozen=True)
class Searched:
    """Our index over entries that lie in no database."""

    index: SearchIndex
    threshold: float

    def rank(self, messages: Sequence[str], limit: int) -> list[str]:
        """Return the entries as the live code ranks them for an incident with these messages."""
        latest = weighted(messages[-LATEST_EVIDENCE:])
        return [match.entry_id for match in self.index.rank_weighted(latest, limit=limit)]

    def decide(self, messages: Sequence[str]) -> tuple[float, list[str]]:
        """Return what the live code would show in the incident's channel after these messages."""
        suggestions = Suggestions(self, self.threshold)
        weighed = suggestions.weigh(messages[-LATEST_EVIDENCE:])
        return weighed.chance, [one.entry_id for one in suggestions.shown(weighed)]


@dataclass(frozen=True)
class Read:
    """The meanings of texts, each computed when asked for."""

    encoder: SentenceEncoder

    def of(self, texts: Sequence[str]) -> Floats:
        """Return the vectors of entries' texts, one a row."""
        return self.encoder.encode(texts)

    def asked(self, text: str) -> Floats:
        """Return the vector of a query."""
        return self.encoder.encode_one(text)
