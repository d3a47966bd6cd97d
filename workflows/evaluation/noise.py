"""What typing in a hurry does to a text, the same way every time: the same text and id give the same damage.

typo     about `TYPO_SHARE` of the words of five letters and more lose, double, swap or mistake one letter
chat     lower case, no punctuation, no small words, and only the first `CHAT_WORDS` words
"""

import random
import re
import string
from collections.abc import Callable, Mapping, Sequence
from typing import Final

from workflows.errors import UserError
from workflows.search.words import STOP_WORDS

TYPO_SHARE: Final = 0.15
TYPO_LETTERS: Final = 5  # shorter words become other words when a letter changes
CHAT_WORDS: Final = 12
_TOKEN: Final = re.compile(r"[\w'-]+")


def typo(text: str, key: str) -> str:
    """Return the text with some of its longer words damaged by one letter each; `key` decides which."""
    chosen = random.Random(f"typo {key}")
    return " ".join(_damaged(word, chosen) if _is_hit(word, chosen) else word for word in text.split(" "))


def chat(text: str, key: str) -> str:  # noqa: ARG001 - every noise is asked the same way
    """Return the text as somebody in a hurry types it."""
    said = [word for word in _TOKEN.findall(text.lower()) if word not in STOP_WORDS]
    return " ".join(said[:CHAT_WORDS])


NOISES: Final[Mapping[str, Callable[[str, str], str]]] = {"typo": typo, "chat": chat}


def known_noises(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names in order, each once; raises UserError for one that is no noise."""
    for name in names:
        if name not in NOISES:
            msg = f"There is no noise called “{name}”; name any of: {', '.join(NOISES)}."
            raise UserError(msg)
    return tuple(dict.fromkeys(names))


def _is_hit(word: str, chosen: random.Random) -> bool:
    return len(word) >= TYPO_LETTERS and word.isalpha() and chosen.random() < TYPO_SHARE


def _damaged(word: str, chosen: random.Random) -> str:
    at = chosen.randrange(1, len(word) - 1)  # the first letter is hardly ever wrong
    kind = chosen.choice(("lost", "doubled", "swapped", "mistaken"))
    if kind == "lost":
        return word[:at] + word[at + 1 :]
    if kind == "doubled":
        return word[:at] + word[at] + word[at:]
    if kind == "swapped":
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    return word[:at] + chosen.choice(string.ascii_lowercase) + word[at + 1 :]
