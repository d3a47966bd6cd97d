"""“Did you mean”: words and names of the catalog that stand near to what was searched for."""

import re
from collections.abc import Callable, Iterable
from itertools import islice

from rapidfuzz import fuzz, process

from workflows.entries.document import FailureMode
from workflows.search.index import SearchIndex
from workflows.search.searchable import fields_of
from workflows.search.words import stem, words

Lookup = Callable[[str], FailureMode | None]  # an entry of those that the person may see, by its id

MOST_WORDS = 12  # of a search; in more, one that nobody wrote into the catalog is no reason to ask
MOST_NAMES = 3
NEAR_NAME = 62  # of 100, of letters in the best order of words; below it names share them by chance
LONGEST = 120  # characters of a search that is compared with names


def corrected(asked: str, index: SearchIndex, entries: Lookup) -> str | None:
    """Return the search with its unknown words replaced by near ones of the catalog, or None where none is near."""
    if len(asked.split()) > MOST_WORDS:
        return None
    better = asked
    for word, near in index.unknown(asked).items():
        if near is not None and (spelled := _spelled(*near, entries)) is not None:
            better = re.sub(rf"(?<!\w){re.escape(word)}(?!\w)", spelled, better, flags=re.IGNORECASE)
    return better if better != asked else None


def near_names(asked: str, entries: Iterable[FailureMode]) -> list[str]:
    """Return the titles and aliases that are spelled most like the search, nearest first, at most one an entry."""
    names = {name: entry.id for entry in entries for name in (entry.title, *entry.aliases)}
    sought = " ".join(words(asked[:LONGEST]))
    if not sought:
        return []
    found = process.extract(
        sought, list(names), scorer=fuzz.token_sort_ratio, processor=str.lower, score_cutoff=NEAR_NAME, limit=20
    )
    best: dict[str, str] = {}
    for name, _, _ in found:
        best.setdefault(names[name], name)
    return list(islice(best.values(), MOST_NAMES))


def _spelled(near: str, entry_id: str, entries: Lookup) -> str | None:
    """Return the word as the entry spells it of which only the stem is known."""
    entry = entries(entry_id)
    said = words_of(entry) if entry else ()
    return next((word for word in said if stem(word) == near), None)


def words_of(entry: FailureMode) -> Iterable[str]:
    """Return the words of an entry, field by field: of a whole long entry only the first would be read."""
    return (word for text in fields_of(entry).values() for word in words(text))
