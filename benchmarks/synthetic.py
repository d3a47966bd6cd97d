"""Catalogs of any size that read like the pilot's: its words by how often they stand there, and a tail that grows.

New entries bring new words (Heaps, "Information Retrieval", 1978): the vocabulary grows with the square root of the
text, and a word's share falls with its rank (Zipf). A third of an entry's words are its own subject's, drawn from the
tail, as those of a real failure mode are. Lengths of fields and the shape of log signatures are the pilot entries' own.
"""

import random
from bisect import bisect
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Final

from workflows.entries.importing import read_catalog
from workflows.evaluation.material import Item, Query
from workflows.search.searchable import APART, fields_of
from workflows.search.words import words

PILOT: Final = Path("catalog")
SYLLABLES: Final = "ba ce di fo gu ha je ki lo mu na pe ri so tu va we xi yo zu".split()  # noqa: SIM905 - reads best so
GROWTH: Final = 12.0  # words of the vocabulary for the square root of all words of the catalog, the pilot's own figure
SUBJECT_WORDS: Final = 12  # an entry's own, drawn from the tail
SUBJECT_SHARE: Final = 0.35  # of the places in a field; the pilot's entries use about that many rare words
QUERY_WORDS: Final = 30
ASKED_SHARE: Final = 0.2  # of a query's words that stand in the entry meant; the rest is how people talk


@dataclass(frozen=True)
class Pilot:
    """What the pilot entries teach: how often words stand there, how long fields are, what signatures look like."""

    counts: Mapping[str, int]
    lengths: Sequence[Mapping[str, int]]
    signatures: Sequence[Sequence[str]]

    @classmethod
    def read(cls) -> "Pilot":
        """Return what the pilot catalog teaches."""
        entries = [file.entry for file in read_catalog(PILOT)]
        fields = [fields_of(entry) for entry in entries]
        counts = Counter(word for some in fields for text in some.values() for word in words(text))
        lengths = [{name: len(words(text)) for name, text in some.items() if text} for some in fields]
        return cls(counts, lengths, [entry.log_signatures for entry in entries])


class Wording:
    """Words in the proportions in which a catalog of so many entries would use them."""

    def __init__(self, pilot: Pilot, entries: int, chance: random.Random) -> None:
        known = [word for word, _ in sorted(pilot.counts.items(), key=lambda one: (-one[1], one[0]))]
        total = sum(pilot.counts.values()) * entries / len(pilot.lengths)
        invented = (_made_up(chance) for _ in range(int(GROWTH * total**0.5)))
        self.words = list(dict.fromkeys([*known, *invented]))
        self._shares = list(accumulate(1 / (rank + 2.7) for rank in range(len(self.words))))  # Zipf and Mandelbrot
        self._tail = len(self.words) // 20

    def common(self, chance: random.Random) -> str:
        """Return any word, frequent ones often."""
        return self.words[bisect(self._shares, chance.random() * self._shares[-1])]

    def rare(self, chance: random.Random) -> str:
        """Return a word of the tail."""
        return self.words[chance.randrange(self._tail, len(self.words))]


def catalog(count: int, *, seed: int = 0) -> Iterator[Item]:
    """Yield so many entries, the same ones every time."""
    chance, pilot = random.Random(seed), Pilot.read()
    wording = Wording(pilot, count, chance)
    for number in range(count):
        model = number % len(pilot.lengths)
        subject = [wording.rare(chance) for _ in range(SUBJECT_WORDS)]
        fields = {name: _text(wording, subject, length, chance) for name, length in pilot.lengths[model].items()}
        third = len(fields["aliases"]) // 3
        fields["aliases"] = APART.join([fields["aliases"][:third], fields["aliases"][third:]])
        signatures = tuple(f"{text}.{{0,40}}{chance.choice(subject)}" for text in pilot.signatures[model])
        yield Item(f"FM-{number + 1:06d}", fields, signatures)


def queries(items: Sequence[Item], count: int, *, seed: int = 1) -> list[Query]:
    """Return messages of 30 words, each about one entry: some of its words among those of everybody's talk."""
    chance = random.Random(seed)
    talk = [word for item in chance.sample(items, min(200, len(items))) for word in words(item.text)]
    asked = []
    for number, item in enumerate(chance.choices(items, k=count)):
        said = words(" ".join(item.fields.get(name, "") for name in ("title", "symptom", "summary")))
        own = chance.sample(said, min(len(said), int(QUERY_WORDS * ASKED_SHARE)))
        text = [*own, *chance.choices(talk, k=QUERY_WORDS - len(own))]
        chance.shuffle(text)
        asked.append(Query(str(number), (" ".join(text),), frozenset({item.entry_id}), frozenset({item.entry_id})))
    return asked


def _text(wording: Wording, subject: Sequence[str], length: int, chance: random.Random) -> str:
    return " ".join(
        chance.choice(subject) if chance.random() < SUBJECT_SHARE else wording.common(chance) for _ in range(length)
    )


def _made_up(chance: random.Random) -> str:
    return "".join(chance.choices(SYLLABLES, k=chance.choice((2, 3, 3, 4))))
