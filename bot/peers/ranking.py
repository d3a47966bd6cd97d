"""What the peers share: texts with what was confirmed, words to ask with, and the sentence when one is missing."""

import importlib
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Final

from workflows.evaluation.engines import Missing
from workflows.evaluation.material import Item
from workflows.search.examples import Example
from workflows.search.words import MAX_CHARACTERS

WORD: Final = re.compile(r"\w+")
MOST_WORDS: Final = 400  # of a query, as ours reads it; SQLite refuses some thousand terms


@dataclass(frozen=True)
class Answering:
    """A ranker made of one function from a text to the places of the entries, best first."""

    ids: Sequence[str]
    places: Callable[[str, int], Iterable[int]]

    def rank(self, messages: Sequence[str], limit: int) -> list[str]:
        """Return the ids for all messages as one text, cut where ours cuts it."""
        text = "\n".join(messages)[:MAX_CHARACTERS]
        return [self.ids[place] for place in self.places(text, limit)]


def with_examples(items: Sequence[Item], examples: Sequence[Example]) -> list[str]:
    """Return each entry's text with those confirmed about it behind, which is how these engines take examples."""
    return [f"{item.text} . {more}" for item, more in zip(items, confirmed(items, examples), strict=True)]


def confirmed(items: Sequence[Item], examples: Sequence[Example]) -> list[str]:
    """Return for each entry the texts confirmed about it, as one."""
    texts: defaultdict[str, list[str]] = defaultdict(list)
    for example in examples:
        if example.weight > 0:
            texts[example.entry_id].append(example.text)
    return [" . ".join(texts[item.entry_id]) for item in items]


def asked_words(text: str) -> list[str]:
    """Return the words of a query, each once."""
    return list(dict.fromkeys(WORD.findall(text.lower())))[:MOST_WORDS]


def imported(module: str, package: str) -> ModuleType:
    """Return the module; raises Missing with the package to install."""
    try:
        return importlib.import_module(module)
    except ImportError as error:
        msg = f"{package} is not installed; get it with: uv sync --group peers"
        raise Missing(msg) from error
