"""`/failure search`: what a person finds by asking, and what is offered where they find too little."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from rapidfuzz import fuzz

from workflows.entries.catalog import Catalog, Entry
from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound, UserError
from workflows.people import Actor
from workflows.search.filters import Asked, read_query
from workflows.search.index import Match, comparable
from workflows.search.lookalikes import Check, checks_between
from workflows.search.nearby import corrected, near_names
from workflows.search.words import words

MAX_QUERY = 3_000  # characters, what a field of a form takes; of more, the beginning and the end are read
BEGINNING = 500  # characters; a long paste is a log or a trace, whose last lines say what went wrong
MAX_RESULTS = 20
BEST = 5
LISTED = 10
SHORT_QUERY = 4  # words; so few say little, and how like a name they are decides among equals
# python -m benchmarks.short_searches: of 160 aliases in another order and misspelt, 99 of 100 find their entry first
# instead of 93; where the entry lacks the alias, as many as without.
NAMED: Final = 0.7  # likeness to a title or alias from which it counts
NAME_BONUS: Final = 0.7
# Of the same searches 88.3 of 100 find the right entry among five, of 89.0 at most, with 3.8 entries shown and not 4.6.
WORTH_SHOWING: Final = 0.35  # of the best score; what lies below shares a word by chance
STALE: Final = 0.9  # what the score of an entry counts whose verification ran out: it loses to an equal, not to a worse

# One message of three that were confirmed is 0.44 near and more; what was confirmed of other entries 0.17 in 99 of 100.
LIKE_BEFORE: Final = 0.3

_ID = re.compile(r"(?<![\w-])FM[- ]?[0-9]{1,6}(?![\w-])", re.IGNORECASE)
_EMPTY: Final = (
    "Say what you see, for example: `/failure search loss is NaN after the driver update`; `model:llm` narrows it."
)
_SEVERITIES: Final = ("sev1", "sev2", "sev3", "sev4")


@dataclass(frozen=True)
class Found:
    """An entry that answers the search, its score, and in a few words why."""

    entry: Entry
    score: float
    why: str


@dataclass(frozen=True)
class Answer:
    """What a search found, best first, and where that is little, other searches to try.

    `total` is how many there were, of those that words found at most `MAX_RESULTS`.
    `checks` tell those of the found entries apart that look alike. `unfiltered` is the same search without its filters,
    where they alone left nothing of it.
    """

    query: str
    asked: Asked
    found: Sequence[Found] = ()
    total: int = 0
    nearby: Sequence[str] = ()
    checks: Sequence[Check] = ()
    unfiltered: str | None = None

    @property
    def is_gap(self) -> bool:
        """Whether the catalog lacks what was asked for: words, and nothing found."""
        return not self.found and bool(words(self.asked.words))


@dataclass(frozen=True)
class Search:
    """Finds published entries by words, with spelling mistakes forgiven, and by what they are about."""

    catalog: Catalog
    vocabulary: Vocabulary

    def answer(self, query: str, actor: Actor, *, limit: int | None = None) -> Answer:
        """Return what was found and what else to try; raises UserError for an empty query or an unknown filter.

        Unless limited, words bring the best `BEST` entries and filters alone the first `LISTED`.

        Entries that are too vague to suggest (`mapping_use: discouraged`) are found by their id alone.
        """
        self.catalog.people.require_reader(actor)
        if not query.strip():
            raise UserError(_EMPTY)
        asked = read_query(_shortened(query), self.vocabulary)
        if not asked.words and not asked.filters:
            raise UserError(_EMPTY)
        matches = self._named_by_id(asked, actor) or (
            self._matching(asked, actor) if asked.words else self._listed(asked, actor)
        )
        shown = limit or (BEST if asked.words else LISTED)
        first = matches[: max(1, min(shown, MAX_RESULTS))]
        found = [replace(one, entry=self.catalog.as_of_now(one.entry)) for one in first]
        return Answer(
            query,
            asked,
            found,
            total=len(matches),
            nearby=self._nearby(asked, actor, found),
            checks=checks_between([one.entry.document for one in found]) if asked.words else (),
            unfiltered=None if found else self._unfiltered(asked, actor),
        )

    def _named_by_id(self, asked: Asked, actor: Actor) -> list[Found]:
        """Return the entries whose ids are all that was typed; of any text, those it cites would hide what it says."""
        named = _ID.findall(asked.words)
        if not named or words(_ID.sub("", asked.words)):
            return []
        found: dict[str, Entry] = {}
        for reference in named[:MAX_RESULTS]:
            try:
                entry = self.catalog.entry(reference, actor)
            except NotFound:
                continue
            if entry.is_published and asked.admits(entry.document):
                found[entry.id] = entry
        return [Found(entry, 1.0, "its id") for entry in found.values()]

    def _matching(self, asked: Asked, actor: Actor) -> list[Found]:
        index, visible = self.catalog.index_for(actor), self.catalog.published_to(actor)
        among = None
        if asked.filters:
            among = {one for one, entry in visible.items() if asked.admits(entry.document)}
        matches = index.rank(asked.words, limit=MAX_RESULTS, among=among)
        worth_showing = max((match.score for match in matches), default=0.0) * WORTH_SHOWING
        weighed = [
            _weighed(asked.words, match, self.catalog.as_of_now(visible[match.entry_id]), matches[0].score)
            for match in matches
            if match.score >= worth_showing and match.entry_id in visible
        ]
        return sorted(weighed, key=lambda one: -comparable(one.score))

    def _listed(self, asked: Asked, actor: Actor) -> list[Found]:
        """Return what passes the filters: what they name before what can occur anywhere, the most severe first."""
        passing = [
            entry
            for entry in self.catalog.published_to(actor).values()
            if entry.document.mapping_use != "discouraged" and asked.admits(entry.document)
        ]

        def place(entry: Entry) -> tuple[int, int, str]:
            document = entry.document
            return -asked.precise(document), _SEVERITIES.index(document.severity.typical), document.title.casefold()

        return [Found(entry, 0.0, asked.narrowing) for entry in sorted(passing, key=place)]

    def _unfiltered(self, asked: Asked, actor: Actor) -> str | None:
        if not asked.filters or not self.catalog.index_for(actor).rank(asked.words, limit=1):
            return None
        return asked.words

    def _nearby(self, asked: Asked, actor: Actor, found: Sequence[Found]) -> list[str]:
        """Return searches to try instead: one with words that the catalog knows, or else names that are near."""
        if not asked.words:
            return []
        visible = self.catalog.published_to(actor)

        def document(entry_id: str) -> FailureMode | None:
            return visible[entry_id].document if entry_id in visible else None

        better = corrected(asked.words, self.catalog.index_for(actor), document)
        if better is not None:
            return [better]
        passing = (entry.document for entry in visible.values() if asked.admits(entry.document))
        return [] if found else near_names(asked.words, passing)


def _weighed(query: str, match: Match, entry: Entry, best: float) -> Found:
    """Return the match with its score: more where the words name it, a little less where nobody verified it lately."""
    said = words(query)
    named = NAME_BONUS * best * name_likeness(said, entry.document) if len(said) <= SHORT_QUERY else 0.0
    return Found(entry, (match.score + named) * (STALE if entry.is_stale else 1.0), why(match))


def name_likeness(said: Sequence[str], entry: FailureMode) -> float:
    """Return how nearly the words are the entry's title or one of its aliases, in any order: 0 to 1."""
    names = (" ".join(words(name)) for name in (entry.title, *entry.aliases))
    likeness = max(fuzz.token_sort_ratio(" ".join(said), name) for name in names) / 100
    return max(0.0, likeness - NAMED) / (1 - NAMED)


def _shortened(query: str) -> str:
    """Return the beginning and the end of what is too long to be read."""
    if len(query) <= MAX_QUERY:
        return query
    return f"{query[:BEGINNING]}\n{query[-(MAX_QUERY - BEGINNING - 1) :]}"


def why(match: Match) -> str:
    """Return in a few words what the text and the entry share."""
    parts = []
    if match.signatures:
        parts.append(f"log line “{match.signatures[0][:60]}”")
    if match.shared:
        parts.append("words: " + ", ".join(match.shared[:5]))
    if match.nearness >= LIKE_BEFORE or (match.nearness > 0 and not parts):
        parts.append("like a past incident")
    if not parts:
        parts.append("means nearly the same" if match.meaning > 0 else "spelled alike")
    return " · ".join(parts)
