"""Ways of saying the same thing that no letter tells: `OOM` and “out of memory”, `PSI` and its long name.

They are kept beside the entries in `synonyms.yaml`, one line each, so that whoever keeps the catalog keeps them too.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Final

from workflows.entries.yamlfile import Unreadable, content_of, safe_yaml
from workflows.errors import UserError
from workflows.search.words import is_telling, spoken

SYNONYMS_FILE: Final = "synonyms.yaml"
REMEMBERED: Final = 1_000  # texts whose synonyms are kept: an incident's messages are asked for again and again

Way = tuple[str, ...]
Groups = tuple[tuple[str, ...], ...]


class Synonyms:
    """Groups of ways of saying the same thing; each way is one or several words."""

    def __init__(self, groups: Iterable[Sequence[str]] = ()) -> None:
        self._groups = tuple(tuple(group) for group in groups)
        self._others: defaultdict[Way, list[Way]] = defaultdict(list)
        for group in self._groups:
            ways = list(dict.fromkeys(tuple(spoken(way)) for way in group))
            for way in ways:
                self._others[way] += [other for other in ways if other != way]
        self._lengths = _lengths_by_first_word(self._others)
        # Nearly all of an incident's messages were there when it was ranked last.
        self.meant = lru_cache(REMEMBERED)(self._meant)

    @classmethod
    def load(cls, catalog: Path, extension: Path | None = None) -> "Synonyms":
        """Return the synonyms that stand beside the entries, if any, with the organisation's own where it has some.

        Raises UserError for a file that cannot be used, and for an extension that is not there.
        """
        if extension is not None and not extension.is_file():
            msg = f"There is no file of synonyms {extension}; correct FAULTLINE_SYNONYMS or leave it empty."
            raise UserError(msg)
        files = [catalog / SYNONYMS_FILE] if (catalog / SYNONYMS_FILE).is_file() else []
        return cls(group for path in [*files, *([extension] if extension else [])] for group in _groups(path))

    def __bool__(self) -> bool:
        """Return whether there are any."""
        return bool(self._others)

    def __reduce__(self) -> tuple[type["Synonyms"], tuple[Groups]]:
        """Travel to another process without what is remembered."""
        return Synonyms, (self._groups,)

    def _meant(self, text: str) -> tuple[tuple[str, Way], ...]:
        """Return what the text stands for as well: the last word of each way that was said, and what it means."""
        said = list(spoken(text))
        return tuple((way[-1], other) for way in self._ways(said) for other in self._others[way])

    def _ways(self, said: Sequence[str]) -> Iterator[Way]:
        for at, word in enumerate(said):
            for length in self._lengths.get(word, ()):
                way = tuple(said[at : at + length])
                if way in self._others:
                    yield way


def _lengths_by_first_word(ways: Iterable[Way]) -> dict[str, set[int]]:
    lengths: defaultdict[str, set[int]] = defaultdict(set)
    for way in ways:
        lengths[way[0]].add(len(way))
    return dict(lengths)


def _groups(path: Path) -> list[list[str]]:
    try:
        groups = safe_yaml(content_of(path))
    except Unreadable as unreadable:
        msg = f"{path}:{unreadable.line}: {unreadable.sentence}"
        raise UserError(msg) from None
    if groups is None:
        return []
    if not isinstance(groups, list):
        msg = f"{path} must hold a list of lines such as `- [oom, out of memory]`."
        raise UserError(msg)
    return [_group(path, number, group) for number, group in enumerate(groups, 1)]


def _group(path: Path, number: int, group: object) -> list[str]:
    ways = [str(way) for way in group] if isinstance(group, list) else []
    if len(ways) < 2 or not all(any(map(is_telling, spoken(way))) for way in ways):  # noqa: PLR2004 - a pair
        msg = f"{path}: number {number} must be two ways or more of saying the same, such as `- [oom, out of memory]`."
        raise UserError(msg)
    return ways


NO_SYNONYMS: Final = Synonyms()
