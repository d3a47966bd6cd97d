"""Writing an entry's changes into the file that somebody wrote by hand, and nothing else.

Each changed value is cut out of the text where the parser found it and a new one is put there, so that comments,
order, quotes and line breaks of everything else stay to the byte. A round trip through a library that keeps comments
was tried first: it drops those around a field that is taken out, and joins wrapped lines in the whole file.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import yaml
from pydantic import ValidationError

from workflows.entries.differences import paired
from workflows.entries.document import FailureMode
from workflows.entries.parts import Part
from workflows.entries.upgrades import upgraded
from workflows.entries.yamlfile import Unreadable, safe_yaml, text_of
from workflows.exchange.yamltext import entry_text, fields_text, items_text, said

BLOCK_SCALARS: Final = frozenset({"|", ">"})


class _Unsuited(Exception):
    """A file in a layout that cannot be cut into fields, such as all in brackets."""


@dataclass(frozen=True)
class _Cut:
    """What comes in the place of a stretch of the text."""

    start: int
    end: int
    text: str


def changed_text(content: bytes, now: FailureMode) -> str:
    """Return the file's text with the entry as it is now; raises Unreadable for a file that cannot be read.

    A file whose layout does not allow to change only what changed is written anew.
    """
    text = text_of(content)
    raw = safe_yaml(content)
    was = FailureMode.model_validate(raw)
    has_windows_lines = "\r\n" in text
    plain = text.replace("\r\n", "\n")
    try:
        written = _with_cuts(plain, _Cutting(plain).entry(was, now, _outdated(raw)))
        if FailureMode.model_validate(safe_yaml(written.encode())) != now:
            written = entry_text(now)
    except (_Unsuited, Unreadable, ValidationError):
        written = entry_text(now)
    return written.replace("\n", "\r\n") if has_windows_lines else written


def _outdated(raw: dict[str, Any]) -> frozenset[str]:
    """Return the fields that are written in an older schema or have to be said since."""
    current = upgraded(raw)
    return frozenset(name for name, value in current.items() if name not in raw or raw[name] != value)


def _with_cuts(text: str, cuts: Iterator[_Cut]) -> str:
    start = 0
    pieces: list[str] = []
    # Cuts at one place keep the order in which they were made: what is put into a part comes before what follows it.
    for cut in sorted(cuts, key=lambda cut: (cut.start, cut.end)):
        if cut.start < start:
            raise _Unsuited
        pieces += [text[start : cut.start], cut.text]
        start = cut.end
    return "".join([*pieces, text[start:]])


@dataclass(frozen=True)
class _Cutting:
    """The cuts that bring one text from an entry to another."""

    text: str

    def entry(self, was: FailureMode, now: FailureMode, outdated: frozenset[str]) -> Iterator[_Cut]:
        """Yield the cuts for the whole entry; fields in an older schema are written anew."""
        root = yaml.compose(self.text, yaml.CSafeLoader)
        if not isinstance(root, yaml.MappingNode) or root.flow_style or _column(root) != 0:
            raise _Unsuited
        yield from self._fields(root, was, now, outdated)

    def _fields(
        self, node: yaml.MappingNode, was: Part, now: Part, outdated: frozenset[str] = frozenset()
    ) -> Iterator[_Cut]:
        """Yield the cuts within a mapping; what it does not say is a default."""
        written = {key.value: place for place, (key, _) in enumerate(node.value)}
        wanted = said(now)
        last: yaml.Node | None = None
        pending: dict[str, Any] = {}
        for name in type(now).model_fields:
            old, new = getattr(was, name), getattr(now, name)
            is_same = old == new and name not in outdated
            if name not in written:
                if not is_same and name in wanted:
                    pending[name] = new
                continue
            if pending:
                yield self._new_fields(node, last, pending)
                pending = {}
            is_gone = name not in wanted and not is_same and _is_nothing(new)
            if is_gone:
                yield self._without(node, written[name])
            elif not is_same:
                yield from self._field(node, written[name], old, new, is_outdated=name in outdated)
            if not is_gone:
                last = node.value[written[name]][1]
        if pending:
            yield self._new_fields(node, last, pending)

    def _new_fields(self, node: yaml.MappingNode, last: yaml.Node | None, fields: dict[str, Any]) -> _Cut:
        """Return the cut that puts fields below the last one before them, or above all."""
        column = _column(node)
        lines = fields_text(fields, column=column)
        if last is not None:
            return self._new_lines(self._end(last), lines)
        start = node.value[0][0].start_mark.index
        return _Cut(start, start, lines.lstrip(" ") + " " * column)

    def _new_lines(self, after: int, lines: str) -> _Cut:
        """Return the cut that puts whole lines below the line on which something ends."""
        end = self._line_end(after)
        return _Cut(end, end, "\n" + lines.removesuffix("\n"))

    def _field(self, node: yaml.MappingNode, place: int, was: Any, now: Any, *, is_outdated: bool) -> Iterator[_Cut]:
        key, value = node.value[place]
        inner = None if is_outdated else self._inside(value, was, now)
        if inner is not None:
            yield from inner
            return
        fresh = fields_text({key.value: now}, column=_column(node), flow=_is_flow(value)).strip(" ").removesuffix("\n")
        yield self._instead(key.start_mark.index, max(self._end(value), key.end_mark.index + 1), fresh)

    def _inside(self, value: yaml.Node, was: Any, now: Any) -> Iterator[_Cut] | None:
        """Return the cuts within a value, or None where it has to be written anew."""
        if getattr(value, "flow_style", True):
            return None
        if isinstance(value, yaml.MappingNode) and isinstance(now, Part) and type(was) is type(now) and said(now):
            return self._fields(value, was, now)
        if isinstance(value, yaml.SequenceNode) and isinstance(now, list) and len(value.value) == len(was):
            return self._items(value, was, now)
        return None

    def _items(self, node: yaml.SequenceNode, was: Sequence[Any], now: Sequence[Any]) -> Iterator[_Cut] | None:
        pairs = {new: old for old, new in paired(was, now)}
        stayed = [pairs[new] for new in sorted(pairs)]
        if not stayed or stayed != sorted(stayed):
            return None
        return self._item_cuts(node, pairs, was, now)

    def _item_cuts(
        self, node: yaml.SequenceNode, pairs: dict[int, int], was: Sequence[Any], now: Sequence[Any]
    ) -> Iterator[_Cut]:
        dashes = self._dashes(node)
        for old in set(range(len(was))) - set(pairs.values()):
            yield self._without_lines(dashes[old], self._end(node.value[old]))
        new_ones: list[Any] = []
        last: int | None = None
        for place, item in enumerate(now):
            if place not in pairs:
                new_ones.append(item)
                continue
            old = pairs[place]
            if new_ones:
                yield self._new_items(node, dashes, last, old, new_ones)
                new_ones = []
            last = old
            if item != was[old]:
                yield from self._item(node.value[old], dashes[old], was[old], item)
        if new_ones and last is not None:
            yield self._new_items(node, dashes, last, last, new_ones)

    def _new_items(
        self, node: yaml.SequenceNode, dashes: Sequence[int], last: int | None, following: int, items: Sequence[Any]
    ) -> _Cut:
        lines = items_text(items, column=_column(node))
        if last is not None:
            return self._new_lines(self._end(node.value[last]), lines)
        start = self._line_start(dashes[following])
        return _Cut(start, start, lines)

    def _item(self, node: yaml.Node, dash: int, was: Any, now: Any) -> Iterator[_Cut]:
        inner = self._inside(node, was, now)
        if inner is not None:
            yield from inner
            return
        column = dash - self._line_start(dash)
        fresh = items_text([now], column=column).strip(" ").removesuffix("\n")
        yield self._instead(dash, self._end(node), fresh)

    def _without(self, node: yaml.MappingNode, place: int) -> _Cut:
        """Return the cut that takes a field out with its line; comments above it stay."""
        key, value = node.value[place]
        start = key.start_mark.index
        if self.text[self._line_start(start) : start].strip():  # it follows a dash, and so the next one has to
            if place + 1 == len(node.value):
                raise _Unsuited
            return _Cut(start, node.value[place + 1][0].start_mark.index, "")
        return self._without_lines(start, max(self._end(value), key.end_mark.index))

    def _without_lines(self, first: int, last: int) -> _Cut:
        """Return the cut that takes whole lines out, with the line break before them; others may follow."""
        start, end = self._line_start(first), self._line_end(last)
        return _Cut(start - 1, end, "") if start else _Cut(0, end + 1, "")

    def _instead(self, start: int, end: int, fresh: str) -> _Cut:
        """Return the cut that replaces a value and keeps the comment behind it in its line."""
        line_end = self._line_end(end)
        comment = self.text[end:line_end].rstrip()
        first, *rest = fresh.split("\n")
        return _Cut(start, line_end, "\n".join([first + comment, *rest]))

    def _dashes(self, node: yaml.SequenceNode) -> list[int]:
        """Return where the dash of each item stands."""
        dashes = [node.start_mark.index, *(self._next_token(self._end(item)) for item in node.value[:-1])]
        if any(self.text[dash] != "-" for dash in dashes):
            raise _Unsuited
        return dashes

    def _next_token(self, at: int) -> int:
        while at < len(self.text) and self.text[at] in " \n#":
            at = self._line_end(at) if self.text[at] == "#" else at + 1
        return at

    def _end(self, node: yaml.Node) -> int:
        """Return where the node's own text ends, before blanks, line breaks and comments."""
        if isinstance(node, yaml.CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            return self._end(last[1] if isinstance(last, tuple) else last)
        end = node.end_mark.index
        if isinstance(node, yaml.ScalarNode) and node.style in BLOCK_SCALARS:
            end = node.start_mark.index + len(self.text[node.start_mark.index : end].rstrip())
        return end

    def _line_start(self, at: int) -> int:
        return self.text.rfind("\n", 0, at) + 1

    def _line_end(self, at: int) -> int:
        end = self.text.find("\n", at)
        return len(self.text) if end < 0 else end


def _is_nothing(value: Any) -> bool:
    """Return whether leaving a field out says it best; a default such as `true` is written where it was written."""
    return value is None or value == [] or (isinstance(value, Part) and not said(value))


def _column(node: yaml.Node) -> int:
    return node.start_mark.column


def _is_flow(node: yaml.Node) -> bool:
    return isinstance(node, yaml.CollectionNode) and bool(node.flow_style) and bool(node.value)
