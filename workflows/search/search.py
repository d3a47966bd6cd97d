"""`/failure search`: what a person finds by asking."""

from dataclasses import dataclass

from rapidfuzz import fuzz

from workflows.entries.catalog import Catalog, Entry
from workflows.errors import UserError
from workflows.people import Actor, require_colleague
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
        require_colleague(actor)
        if not query.strip():
            msg = "Say what you see, for example: `/failure search loss is NaN after the driver update`."
            raise UserError(msg)
        asked = query[:MAX_QUERY]
        matches = self.catalog.index.rank(asked, limit=MAX_RESULTS)
        if len(words(asked)) <= SHORT_QUERY:
            matches = self._reranked(asked, matches)
        worth_showing = max((match.score for match in matches), default=0.0) * WORTH_SHOWING
        found = [self._found(match) for match in matches if match.score >= worth_showing]
        return [one for one in found if one is not None][: max(1, min(limit, MAX_RESULTS))]

    def _reranked(self, query: str, matches: list[Match]) -> list[Match]:
        best = max((match.score for match in matches), default=0.0)
        return sorted(matches, key=lambda match: -(match.score + best * TITLE_BONUS * self._likeness(query, match)))

    def _likeness(self, query: str, match: Match) -> float:
        """Return how like the query the entry's title or nearest alias is, from 0 to 1."""
        entry = self.catalog.published_entry(match.entry_id)
        if entry is None:
            return 0.0
        names = (entry.document.title, *entry.document.aliases)
        return max(fuzz.token_sort_ratio(query.lower(), name.lower()) for name in names) / 100

    def _found(self, match: Match) -> Found | None:
        entry = self.catalog.published_entry(match.entry_id)
        return Found(entry, match.score, why(match)) if entry else None


def why(match: Match) -> str:
    """Return in a few words what the text and the entry share."""
    parts = []
    if match.signatures:
        parts.append(f"log line “{match.signatures[0][:60]}”")
    if match.shared:
        parts.append("words: " + ", ".join(match.shared[:5]))
    return " · ".join(parts)
