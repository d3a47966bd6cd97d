"""From text as people type it to the stems that are compared.

Chat, log lines and prose go the same way: links and mentions out, identifiers split (`camelCase`, `snake_case`,
paths), numbers and units written one way (`1,000`, `80GiB`), stop words out, English stems by Snowball. The text is
capped, so a pasted log costs no more than a message.
"""

import re
import sys
import threading
from collections.abc import Iterator
from functools import lru_cache

import Stemmer

MAX_CHARACTERS = 4_000
MAX_WORDS = 400
REMEMBERED = 100_000  # words and tokens, some 10 MB

_MARKUP = re.compile(
    r"<(?:https?://|mailto:|[@#!])[^<>|]{0,300}(?:\|([^<>]{0,300}))?>|https?://\S{1,300}|@[UW][A-Z0-9]{7,}"
)
_MARKED = re.compile(r"[<@]|://")
_WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_]+(?:'[a-z]+)?")
_QUANTITY = re.compile(r"(\d+)(g|gi?b|mi?b|ki?b|ti?b|ms|secs?|mins?|hrs?|qps|rps|tps|fps)", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_UNITS = {"g": "gb", "gib": "gb", "mib": "mb", "kib": "kb", "tib": "tb", "sec": "second", "secs": "second"} | {
    "min": "minute",
    "mins": "minute",
    "hr": "hour",
    "hrs": "hour",
}
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")

STOP_WORDS = frozenset(
    """a about after again all also am an and any are as at be because been before being but by can cant could did do
    does doing dont down for from get gets getting go goes going got had has have having he her here hers him his how i
    id if im in into is isnt it its just let lets like lol me more most my no nor not now of off ok okay on one only or
    other our out over own pls put please re really same she should so some still such than that thats the their them
    then there these they this those through thx to too under until up us very was we were what when where which while
    who whom why will with would yes yet you your u ve ll s t d m smth wont didnt doesnt anyone someone everyone thing
    things think know see seen look looks looking say says said want need needs make makes made ive hmm btw afaict today
    yesterday tomorrow""".split()  # noqa: SIM905 - a list of 150 quoted strings, one a line, would be no easier to read
)


def words(text: str) -> list[str]:
    """Return the lower-case words of the text in order, at most `MAX_WORDS`, without stop words."""
    found: list[str] = []
    for token in _tokens(text):
        found += _telling(token)
    return found[:MAX_WORDS]


def is_telling(word: str) -> bool:
    """Return whether a word may tell one text from another."""
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def spoken(text: str) -> Iterator[str]:
    """Yield every lower-case word of the text's first `MAX_CHARACTERS`, stop words too."""
    for token in _tokens(text):
        yield from _read(token)


def stems(text: str) -> list[str]:
    """Return the stems of the text's words in order."""
    return [stem(word) for word in words(text)]


@lru_cache(REMEMBERED)
def stem(word: str) -> str:
    """Return the Snowball stem of one lower-case word."""
    # The same stems stand in thousands of entries, so each is kept in memory once.
    return sys.intern(_STEMMER.of(word))


class _Stemmer(threading.local):
    """A stemmer for each thread: it keeps the word it works on."""

    def __init__(self) -> None:
        self.of = Stemmer.Stemmer("english").stemWord


_STEMMER = _Stemmer()


def _tokens(text: str) -> list[str]:
    said = text[:MAX_CHARACTERS]
    return _WORD.findall(_MARKUP.sub(lambda match: match.group(1) or " ", said) if _MARKED.search(said) else said)


def _read(token: str) -> tuple[str, ...]:
    """Return the lower-case words that a token holds."""
    return tuple(_quantity(token) if token[0].isdigit() else _parts(token.replace("'", "")))


# A catalog of ten thousand entries has three million words and some tens of thousands of different ones.
@lru_cache(REMEMBERED)
def _telling(token: str) -> tuple[str, ...]:
    return tuple(map(sys.intern, filter(is_telling, _read(token))))


def _parts(token: str) -> Iterator[str]:
    parts = _HUMP.split(token)
    if len(parts) > 1:
        yield token.lower()
    for part in parts:
        yield part.lower()


def _quantity(token: str) -> Iterator[str]:
    """Yield a number without the marks between its thousands, and its unit as a word of its own."""
    if quantity := _QUANTITY.fullmatch(token):
        unit = quantity[2].lower()
        yield from (quantity[1], _UNITS.get(unit, unit))
    elif _THOUSANDS.fullmatch(token):
        yield token.replace(",", "")
    else:
        yield from _parts(token)
