"""`/failure search`: what a person finds by asking."""

from collections.abc import Mapping
from dataclasses import dataclass

from rapidfuzz import fuzz

from workflows.entries.catalog import Catalog, Entry
from workflows.errors import UserError
from workflows.people import Actor
from workflows.search.index import Match
from workflows.search.words import words

MAX_QUERY = 500  # characters; what is typed beyond them adds cost, not meaning
MAX_RESULTS = 20
SHORT_QUERY = 4  # words; so few say little, and the likeness of the title decides among equals
WORTH_SHOWING = 0.25  # of the best score; what lies below shares a word by chance
TITLE_BONUS = 0.35


@dataclass(frozen=True)
class Found:
    """An entry that answers the search, its score, and in a few words why."""

    entry: Entry
    score: float
    why: str


@dataclass(frozen=True)
class Search:
    """Finds published entries by words, with spelling mistakes forgiven."""

    catalog: Catalog

    def find(self, query: str, actor: Actor, *, limit: int = 5) -> list[Found]:
        """Return the entries that speak of the query, best first; raises UserError for an empty query."""
        self.catalog.people.require_reader(actor)
        if not query.strip():
            msg = "Say what you see, for example: `/failure search loss is NaN after the driver update`."
            raise UserError(msg)
        asked = query[:MAX_QUERY]
        index, closed = self.catalog.closed_to_most(actor)
        matches = self.catalog.index.rank(asked, limit=MAX_RESULTS)
        if closed:
            more = [match for match in index.rank(asked, limit=MAX_RESULTS) if match.entry_id in closed]
            matches = sorted([*matches, *more], key=lambda match: -match.score)
        known = {match.entry_id: self.catalog.published_entry(match.entry_id) for match in matches} | closed
        if len(words(asked)) <= SHORT_QUERY:
            matches = _reranked(asked, matches, known)
        worth_showing = max((match.score for match in matches), default=0.0) * WORTH_SHOWING
        found = [
            Found(entry, match.score, why(match))
            for match in matches
            if match.score >= worth_showing and (entry := known[match.entry_id]) is not None
        ]
        return found[: max(1, min(limit, MAX_RESULTS))]


def _reranked(query: str, matches: list[Match], known: Mapping[str, Entry | None]) -> list[Match]:
    best = max((match.score for match in matches), default=0.0)

    def weight(match: Match) -> float:
        return match.score + best * TITLE_BONUS * _likeness(query, known[match.entry_id])

    return sorted(matches, key=weight, reverse=True)


def _likeness(query: str, entry: Entry | None) -> float:
    """Return how like the query the entry's title or nearest alias is, from 0 to 1."""
    if entry is None:
        return 0.0
    names = (entry.document.title, *entry.document.aliases)
    return max(fuzz.token_sort_ratio(query.lower(), name.lower()) for name in names) / 100


def why(match: Match) -> str:
    """Return in a few words what the text and the entry share."""
    parts = []
    if match.signatures:
        parts.append(f"log line “{match.signatures[0][:60]}”")
    if match.shared:
        parts.append("words: " + ", ".join(match.shared[:5]))
    return " · ".join(parts)
