"""From text as people type it to the stems that are compared.

Chat, log lines and prose go the same way: links and mentions out, identifiers split (`camelCase`, `snake_case`,
paths), stop words out, English stems by Snowball. The text is capped, so a pasted log costs no more than a message.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import snowballstemmer

MAX_CHARACTERS = 4_000
MAX_WORDS = 400

_MARKUP = re.compile(
    r"<(?:https?://|mailto:|[@#!])[^<>|]{0,300}(?:\|([^<>]{0,300}))?>|https?://\S{1,300}|@[UW][A-Z0-9]{7,}"
)
_WORD = re.compile(r"[A-Za-z0-9À-ÿ]+(?:'[a-z]+)?")
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
    return [word for word, _ in zip(_words(text), range(MAX_WORDS), strict=False)]


def stems(text: str) -> list[str]:
    """Return the stems of the text's words in order."""
    return [stem(word) for word in words(text)]


@lru_cache(maxsize=50_000)
def stem(word: str) -> str:
    """Return the Snowball stem of one lower-case word."""
    stemmed: str = _STEMMER.stemWord(word)
    return stemmed


def _words(text: str) -> Iterator[str]:
    plain = _MARKUP.sub(lambda match: match.group(1) or " ", text[:MAX_CHARACTERS])
    for match in _WORD.finditer(plain):
        token = match.group().replace("'", "")
        parts = _HUMP.split(token)
        for part in [token, *parts] if len(parts) > 1 else parts:
            word = part.lower()
            if word not in STOP_WORDS and (len(word) > 1 or word.isdigit()):
                yield word
