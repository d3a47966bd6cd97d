"""Joining two people's changes of one document, as version control joins branches.

Objects are joined field by field, lists of named parts (by key, title, slug …) part by part, all else as a whole.
What only one of the two changed is taken; what both changed to the same is taken once; the rest is a conflict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# What tells the parts of a list apart; the first of these that every part has and no two share.
NAMES = ("key", "title", "slug", "confusable", "metric", "kpi", "param", "scheme", "pattern", "part", "text", "kind")
_ABSENT = object()


@dataclass(frozen=True)
class Conflict:
    """A field that both changed: where it stands, and its three states."""

    path: str
    base: Any
    ours: Any
    theirs: Any


@dataclass(frozen=True)
class Joined:
    """The joined document; where there are conflicts, `theirs` stands in it."""

    document: dict[str, Any]
    conflicts: tuple[Conflict, ...]


def join(base: Mapping[str, Any], ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Joined:
    """Return the changes from `base` to `ours` and from `base` to `theirs` as one document."""
    conflicts: list[Conflict] = []
    document = _join("", base, ours, theirs, conflicts)
    return Joined(document, tuple(conflicts))


def _join(path: str, base: Any, ours: Any, theirs: Any, conflicts: list[Conflict]) -> Any:
    if ours in (theirs, base):
        return theirs
    if theirs == base:
        return ours
    if all(isinstance(side, dict) for side in (base, ours, theirs)):
        return _join_objects(path, base, ours, theirs, conflicts)
    if all(isinstance(side, list) for side in (base, ours, theirs)):
        return _join_lists(path, base, ours, theirs, conflicts)
    conflicts.append(Conflict(path, *(None if side is _ABSENT else side for side in (base, ours, theirs))))
    return theirs


def _join_objects(
    path: str,
    base: Mapping[str, Any],
    ours: Mapping[str, Any],
    theirs: Mapping[str, Any],
    conflicts: list[Conflict],
) -> dict[str, Any]:
    joined: dict[str, Any] = {}
    for name in dict.fromkeys((*theirs, *ours)):
        inner = f"{path}.{name}" if path else str(name)
        value = _join(inner, base.get(name, _ABSENT), ours.get(name, _ABSENT), theirs.get(name, _ABSENT), conflicts)
        if value is not _ABSENT:
            joined[name] = value
    return joined


def _join_lists(
    path: str, base: Sequence[Any], ours: Sequence[Any], theirs: Sequence[Any], conflicts: list[Conflict]
) -> list[Any]:
    name = _telling_name(base, ours, theirs)
    if name is None:
        if all(isinstance(item, str) for side in (base, ours, theirs) for item in side):
            return _join_words(base, ours, theirs)
        conflicts.append(Conflict(path, base, ours, theirs))
        return list(theirs)
    before, mine, other = ({item[name]: item for item in side} for side in (base, ours, theirs))
    return list(_join_objects(path, before, mine, other, conflicts).values())


def _join_words(base: Sequence[str], ours: Sequence[str], theirs: Sequence[str]) -> list[str]:
    """Return the words of both without those that either took out; an order that both changed is theirs."""
    removed = {word for word in base if word not in ours}
    added = [word for word in ours if word not in base and word not in theirs]
    return [word for word in theirs if word not in removed] + added


def _telling_name(*sides: Sequence[Any]) -> str | None:
    items = [item for side in sides for item in side]
    if not all(isinstance(item, dict) for item in items):
        return None
    for name in NAMES:
        values = [[item.get(name) for item in side] for side in sides]
        if all(None not in side and len(set(map(repr, side))) == len(side) for side in values):
            return name
    return None
