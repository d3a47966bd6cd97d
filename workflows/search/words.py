"""From text as people type it to the stems that are compared.

Chat, log lines and prose go the same way: links and mentions out, identifiers split (`camelCase`, `snake_case`,
paths), numbers and units written one way (`1,000`, `80GiB`), stop words out, English stems by Snowball. The text is
capped, so a pasted log costs no more than a message.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice

import snowballstemmer

MAX_CHARACTERS = 4_000
MAX_WORDS = 400

_MARKUP = re.compile(
    r"<(?:https?://|mailto:|[@#!])[^<>|]{0,300}(?:\|([^<>]{0,300}))?>|https?://\S{1,300}|@[UW][A-Z0-9]{7,}"
)
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
_STEMMER = snowballstemmer.stemmer("english")

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
    return list(islice(filter(is_telling, spoken(text)), MAX_WORDS))


def is_telling(word: str) -> bool:
    """Return whether a word may tell one text from another."""
    return word not in STOP_WORDS and (len(word) > 1 or word.isdigit())


def spoken(text: str) -> Iterator[str]:
    """Yield every lower-case word of the text's first `MAX_CHARACTERS`, stop words too."""
    plain = _MARKUP.sub(lambda match: match.group(1) or " ", text[:MAX_CHARACTERS])
    for match in _WORD.finditer(plain):
        token = match.group()
        if token[0].isdigit():
            yield from _quantity(token)
        else:
            yield from _parts(token.replace("'", ""))


def stems(text: str) -> list[str]:
    """Return the stems of the text's words in order."""
    return [stem(word) for word in words(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the Snowball stem of one lower-case word."""
    stemmed: str = _STEMMER.stemWord(word)
    return stemmed


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
