"""Log signatures of ten thousand entries against one text, without trying each.

Of nearly every signature it can be said which letters must stand in a line that it matches: of `cuda.*out of memory`
the runs `cuda` and `out of memory`, of `(xla|triton).{0,60}oom` one of `xla` and `triton`, and `oom`. Only signatures
whose letters are there are tried, by RE2, which takes time in proportion to the text whatever the pattern. Those of
which nothing can be said are tried every time.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Final

import re2

GRAM: Final = 3  # letters by which a run is looked up; shorter runs stand everywhere
LONG_GRAM: Final = 6  # letters by which a run is looked up that has as many; they stand nearly nowhere else
REMEMBERED: Final = 400  # texts of which is kept what was found, some 2 MB
MOST_ALTERNATIVES: Final = 40  # runs of one choice; with more, trying the pattern is cheaper than looking them up
COMPILED: Final = 2_000  # patterns kept ready, some 15 MB; a whole catalog's would take a gigabyte
MOST_FOUND: Final = 300  # characters of a found line that are kept

Choice = tuple[str, ...]  # runs of letters of which one must stand in the text
Tokens = list[re.Match[str]]

# The syntax of RE2 (github.com/google/re2/wiki/Syntax); what is not told apart here makes the whole pattern unknown.
_TOKEN: Final = re.compile(
    r"""(?P<run>[ !"\#%&',\-/0-9:;<=>@A-Z_`a-z~]+(?![*+?{]))
    |(?P<open>\((?:\?(?:P?<\w+>|[imsU-]*:))?)
    |(?P<flags>\(\?[imsU-]+\))
    |(?P<close>\))
    |(?P<or>\|)
    |(?P<repeat>(?:[*+?]|\{(?P<least>\d+)(?:,\d*)?\})\??)
    |(?P<any>\[\^?\]?(?:\\.|\[:\^?\w+:\]|[^\]\\])*\]|\\[dDwWsSbBAzntrfv]|\\[pP](?:\{[^}]*\}|\w)|\\x(?:\{[^}]*\}|[0-9A-Fa-f]{2})|[.^$])
    |\\(?P<escaped>[^\w\s])
    |(?P<letter>[^\\\[\]()|*+?{}])
    """,
    re.VERBOSE | re.DOTALL,
)


class Signatures:
    """The signatures of entries by the places of those entries in an index."""

    def __init__(self, signatures: Mapping[int, Iterable[str]]) -> None:
        self._of = {place: tuple(patterns) for place, patterns in signatures.items()}
        holders: defaultdict[str, list[int]] = defaultdict(list)
        for place, patterns in self._of.items():
            for pattern in patterns:
                holders[pattern].append(place)
        self._holders = dict(holders)
        needed = {pattern: needed_by(pattern) for pattern in holders}
        grams = {run: _grams(run) for choices in needed.values() for run in chain(*choices)}
        spread = Counter(gram for choices in needed.values() for run in chain(*choices) for gram in grams[run])
        rarest = {run: min(some, key=spread.__getitem__) for run, some in grams.items()}
        self._always = [pattern for pattern, choices in needed.items() if not choices]
        by_gram: defaultdict[str, defaultdict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
        for pattern, choices in needed.items():
            looked_up = [[(rarest[run], run) for run in choice] for choice in choices]
            for gram, run in min(looked_up, key=lambda some: max(spread[gram] for gram, _ in some), default=()):
                by_gram[gram][run].append(pattern)
        self._by_gram: Mapping[str, Mapping[str, Sequence[str]]] = by_gram
        # The evidence of an incident is ranked again with every message, and nearly all of it was there before.
        self.found = lru_cache(REMEMBERED)(self._found)

    def _found(self, text: str) -> Mapping[int, tuple[str, ...]]:
        """Return by place what the entry's signatures found in the text, in their order."""
        if not self._of:
            return {}
        storable = text.encode("utf-8", "replace").decode()  # RE2 reads bytes, which lone surrogates have not
        hits = {pattern: hit for pattern in self._worth_trying(storable) if (hit := _search(pattern, storable))}
        places = sorted({place for pattern in hits for place in self._holders[pattern]})
        return {place: tuple(hits[one] for one in self._of[place] if one in hits) for place in places}

    def _worth_trying(self, text: str) -> Iterable[str]:
        letters = _plain(text)
        is_there = cache(letters.__contains__)
        grams = {letters[at : at + size] for size in (GRAM, LONG_GRAM) for at in range(len(letters) - size + 1)}
        some = {
            pattern: None
            for gram in self._by_gram.keys() & grams
            for run, patterns in self._by_gram[gram].items()
            if is_there(run)
            for pattern in patterns
            if all(any(map(is_there, choice)) for choice in needed_by(pattern))
        }
        return [*self._always, *some]


@lru_cache(100_000)
def needed_by(pattern: str) -> tuple[Choice, ...]:
    """Return what must stand, in lower case, wherever the pattern matches: one run of letters of each choice."""
    try:
        choices, rest = _either(list(_tokens(pattern)))
    except ValueError:
        return ()
    return () if rest else tuple(dict.fromkeys(choices))


def _tokens(pattern: str) -> Iterator[re.Match[str]]:
    at = 0
    while at < len(pattern):
        token = _TOKEN.match(pattern, at)
        if token is None:
            raise ValueError(pattern)
        yield token
        at = token.end()


def _either(tokens: Tokens) -> tuple[list[Choice], Tokens]:
    """Return what alternatives need, all of them together, and the tokens behind them."""
    branches: list[list[Choice]] = []
    while True:
        choices, tokens = _sequence(tokens)
        branches.append(choices)
        if not tokens or tokens[0].lastgroup != "or":
            break
        tokens = tokens[1:]
    if len(branches) == 1:
        return branches[0], tokens
    one_of_each = [max(branch, key=lambda choice: min(map(len, choice)), default=None) for branch in branches]
    if None in one_of_each:
        return [], tokens
    together = tuple(dict.fromkeys(chain.from_iterable(choice for choice in one_of_each if choice)))
    return ([together] if len(together) <= MOST_ALTERNATIVES else []), tokens


def _sequence(tokens: Tokens) -> tuple[list[Choice], Tokens]:
    """Return what a sequence needs, and the tokens behind it."""
    known: list[Choice] = []
    run = ""
    while tokens and tokens[0].lastgroup not in {"or", "close"}:
        token, (choices, tokens) = tokens[0], _one(tokens)
        repeat = tokens[0] if tokens and tokens[0].lastgroup == "repeat" else None
        tokens = tokens[1:] if repeat else tokens
        letter = token["run"] or token["letter"] or token["escaped"] or ""
        if letter and letter.isascii() and not repeat:  # beyond ASCII a letter may have several lower cases
            run += letter.lower()
            continue
        known += [(run,), *(choices if not repeat or _is_at_least_once(repeat) else [])]
        run = ""
    return [choice for choice in [*known, (run,)] if all(len(one) >= GRAM for one in choice)], tokens


def _one(tokens: Tokens) -> tuple[list[Choice], Tokens]:
    """Return what the group that begins here needs, nothing for a single token, and the tokens behind it."""
    token, rest = tokens[0], tokens[1:]
    if token.lastgroup == "open":
        choices, rest = _either(rest)
        if rest:
            return choices, rest[1:]
    elif token.lastgroup != "repeat":
        return [], rest
    raise ValueError(token.string)  # a group that never ends, or a repeat of a repeat


def _is_at_least_once(repeat: re.Match[str]) -> bool:
    return repeat["least"] != "0" if repeat["least"] else repeat[0][0] == "+"


def _plain(text: str) -> str:
    """Return the text as runs are written; the long s and the Kelvin sign are s and k to a pattern without case."""
    return text.lower().replace("ſ", "s").replace("\u212a", "k")


def _grams(run: str) -> set[str]:
    """Return the pieces by one of which the run is looked up, longer ones of a longer run."""
    size = LONG_GRAM if len(run) >= LONG_GRAM else GRAM
    return {run[at : at + size] for at in range(len(run) - size + 1)}


def _search(pattern: str, text: str) -> str:
    """Return what the pattern finds first, cut to what is worth keeping, or nothing."""
    compiled = _compiled(pattern)
    match = compiled.search(text) if compiled else None
    return match.group()[:MOST_FOUND] if match else ""


@lru_cache(COMPILED)
def _compiled(pattern: str) -> re2._Regexp | None:
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    try:
        return re2.compile(pattern, options)
    except re2.error:
        return None
