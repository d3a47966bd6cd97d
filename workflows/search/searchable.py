"""One entry as the index needs it: its words field by field, its names, its letters and its log signatures, ready."""

import math
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from workflows.entries.document import FailureMode
from workflows.search.words import stem, words

GRAM_SIZES: Final = (3, 4)
GRAM_KINDS: Final = 1 << 18  # numbers that runs of letters are hashed to; two of them share one now and then
MOST_COUNTED: Final = 255
NAMES: Final = ("title", "aliases")
APART: Final = " \n "  # between texts of one field, so that no name runs into the next

Grams = NDArray[np.uint32]


@dataclass(frozen=True, eq=False)
class Searchable:
    """What an index keeps of an entry; reading it is nearly all of an index's cost, so it is kept between indexes.

    `fields` are the stems of each field in order, `names` those of the title and of each alias; `grams` are the
    hashed runs of letters of all its words, ascending, and `gram_counts` how often each stands there.
    """

    entry_id: str
    fields: Mapping[str, tuple[str, ...]]
    names: tuple[tuple[str, ...], ...]
    grams: Grams
    gram_counts: NDArray[np.uint8]
    signatures: tuple[str, ...]
    text: str

    @classmethod
    def of(cls, entry: FailureMode) -> "Searchable":
        """Return the entry's words and signatures."""
        return cls.of_fields(entry.id, fields_of(entry), entry.log_signatures)

    @classmethod
    def of_fields(cls, entry_id: str, fields: Mapping[str, str], signatures: Iterable[str] = ()) -> "Searchable":
        """Return the words of any catalog's entry, whose fields are named as the index weighs them."""
        said = {field: words(text) for field, text in fields.items()}
        grams, counts = counted_grams([*said.get("title", []), *(word for some in said.values() for word in some)])
        names = (name for field in NAMES for name in fields.get(field, "").split(APART))
        return cls(
            entry_id,
            {field: _stems(some) for field, some in said.items() if some},
            tuple(name for name in (_stems(words(name)) for name in names) if name),
            grams,
            np.minimum(counts, MOST_COUNTED).astype(np.uint8),
            tuple(signatures),
            ". ".join(fields[field] for field in ("title", "summary", "symptom") if fields.get(field)),
        )


def counted_grams(said: Iterable[str]) -> tuple[Grams, NDArray[np.int64]]:
    """Return the runs of letters within the words, each once in ascending order, and how often each stands there."""
    runs = [_grams_of(word) for word in said]
    if not runs:
        return np.empty(0, np.uint32), np.empty(0, np.int64)
    return np.unique(np.concatenate(runs), return_counts=True)


@lru_cache(100_000)
def _grams_of(word: str) -> Grams:
    """Return the hashed runs of letters of one word; its beginning and end count as letters."""
    edged = f" {word} "
    runs = (edged[start : start + size] for size in GRAM_SIZES for start in range(len(edged) - size + 1))
    return np.fromiter((zlib.crc32(run.encode()) % GRAM_KINDS for run in runs), np.uint32)


def _stems(said: Iterable[str]) -> tuple[str, ...]:
    return tuple(map(stem, said))


def fields_of(entry: FailureMode) -> dict[str, str]:
    """Return the texts by which an entry is found, named as the index weighs them."""
    dimensions = entry.dimensions
    return {
        "title": entry.title,
        "aliases": APART.join(entry.aliases),
        "symptom": entry.symptom,
        "summary": entry.summary,
        "conditions": APART.join(
            [
                *(condition.text for condition in entry.latent_conditions),
                *(trigger.text or "" for trigger in entry.triggers),
                entry.failure_mechanism or "",
            ]
        ),
        "detectors": APART.join(detector.metric for detector in entry.detectors),
        "remedies": APART.join(remedy.title for remedy in entry.mitigations),
        "tags": " ".join([entry.slug, entry.cause_category, *dimensions.model_family, *dimensions.data_domain]),
    }


def often(counts: NDArray[np.integer]) -> NDArray[np.float32]:
    """Return what it weighs to stand somewhere so many times: one and the logarithm of the count."""
    weights: NDArray[np.float32] = _OFTEN[np.minimum(counts, MOST_COUNTED)]
    return weights


_OFTEN: Final = np.array([0.0, *(1 + math.log(count) for count in range(1, MOST_COUNTED + 1))], np.float32)
