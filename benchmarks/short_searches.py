"""Short searches: whether the right entry comes first when people type nearly one of its names.

    python -m benchmarks.short_searches [--catalog FOLDER] [--count 160]

Three kinds, each over the same aliases of up to four words: the alias with its words in another order and two letters
swapped; the alias while its entry does not have it; and that misspelt. Each with and without the bonus for names of
`workflows/search/search.py`, and then how much is shown beside at which share of the best score.
"""

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from workflows.entries.document import FailureMode
from workflows.entries.importing import read_catalog
from workflows.search.index import Match, SearchIndex
from workflows.search.search import BEST, NAME_BONUS, SHORT_QUERY, name_likeness
from workflows.search.searchable import Searchable
from workflows.search.words import words

SEED = 4
SHORTEST = 5  # letters of a word that is misspelt
LOOKED_AT = 20
SHARES = (0.0, 0.25, 0.3, 0.35, 0.4, 0.5, 0.6)


@dataclass(frozen=True)
class Asked:
    """One search, what was found for it, and which entry is right."""

    kind: str
    words: Sequence[str]
    matches: Sequence[Match]
    entries: dict[str, FailureMode]
    right: str

    def order(self, bonus: float) -> list[str]:
        """Return the ids found, best first."""
        best = max((one.score for one in self.matches), default=0.0)

        def score(one: Match) -> float:
            return one.score + bonus * best * name_likeness(self.words, self.entries[one.entry_id])

        return [one.entry_id for one in sorted(self.matches, key=score, reverse=True)]


def searches(catalog: Sequence[FailureMode], count: int) -> Iterator[Asked]:
    """Yield the searches of all kinds."""
    chance = random.Random(SEED)  # the same searches in every run
    parts = {entry.id: Searchable.of(entry) for entry in catalog}
    entries = {entry.id: entry for entry in catalog}
    index = SearchIndex(parts.values())
    named = [(entry, alias) for entry in catalog for alias in entry.aliases if 0 < len(words(alias)) <= SHORT_QUERY]
    for entry, alias in chance.sample(named, min(count, len(named))):
        typed = _misspelt(" ".join(chance.sample(alias.split(), len(alias.split()))), chance)
        yield Asked("its name, misspelt", words(typed), index.rank(typed, limit=LOOKED_AT), entries, entry.id)
        poorer = entry.model_copy(update={"aliases": [one for one in entry.aliases if one != alias]})
        without = index.holding([*(part for one, part in parts.items() if one != entry.id), Searchable.of(poorer)])
        others = entries | {entry.id: poorer}
        for kind, said in (("a name it lacks", alias), ("a name it lacks, misspelt", _misspelt(alias, chance))):
            yield Asked(kind, words(said), without.rank(said, limit=LOOKED_AT), others, entry.id)


def _misspelt(text: str, chance: random.Random) -> str:
    """Return the text with two neighbouring letters of its longest word swapped."""
    longest = max(text.split(), key=len)
    if len(longest) < SHORTEST:
        return text
    at = chance.randrange(1, len(longest) - 2)
    return text.replace(longest, longest[:at] + longest[at + 1] + longest[at] + longest[at + 2 :], 1)


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--catalog", type=Path, default=Path("catalog"))
    parser.add_argument("--count", type=int, default=160)
    given = parser.parse_args()
    asked = list(searches([file.entry for file in read_catalog(given.catalog)], given.count))
    print(f"{'searched for':<28}{'bonus':>6}{'first':>8}{'of three':>10}")
    for kind in dict.fromkeys(one.kind for one in asked):
        some = [one for one in asked if one.kind == kind]
        for bonus in (0.0, NAME_BONUS):
            orders = [(one.order(bonus), one.right) for one in some]
            first, three = (sum(right in order[:top] for order, right in orders) / len(some) for top in (1, 3))
            print(f"{kind:<28}{bonus:>6.2f}{first:>8.2f}{three:>10.2f}")
    print(f"\n{'share of the best':<28}{'right':>6}{'shown':>8}")
    for share in SHARES:
        shown = [_worth_showing(one, share) for one in asked]
        right = sum(one.right in some for one, some in zip(asked, shown, strict=True)) / len(asked)
        print(f"{share:<28.2f}{right:>6.3f}{sum(map(len, shown)) / len(asked):>8.2f}")


def _worth_showing(one: Asked, share: float) -> list[str]:
    best = max((match.score for match in one.matches), default=0.0)
    kept = {match.entry_id for match in one.matches if match.score >= share * best}
    return [entry_id for entry_id in one.order(NAME_BONUS) if entry_id in kept][:BEST]


if __name__ == "__main__":
    main()
