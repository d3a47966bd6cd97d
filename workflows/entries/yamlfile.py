"""One YAML file from a person, read so that no trick of YAML makes it huge, slow or different from what it looks like.

Refused: more than a megabyte, other encodings than UTF-8, characters one cannot see, aliases and merge keys (a few
bytes that stand for gigabytes), deep nesting, tags (they make objects), a key given twice (the last would win in
silence), and numbers as long as a page (they take minutes to multiply).
"""

import codecs
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.constructor import SafeConstructor
from yaml.reader import Reader
from yaml.resolver import Resolver

MAX_FILE_BYTES = 1_048_576  # an entry is a few kilobytes; more is a mistake or an attack
MAX_DEPTH = 40
MAX_NUMBER_LENGTH: Final = 64
STRING_TAG: Final = "tag:yaml.org,2002:str"
STRING_TAGS: Final = frozenset({None, "!", STRING_TAG})
MERGE_TAG: Final = "tag:yaml.org,2002:merge"
NUMBER_TAGS: Final = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
RESOLVER: Final = Resolver()
RESOLVED_BY_FIRST: Final = frozenset(yaml.SafeLoader.yaml_implicit_resolvers)
UTF_16: Final = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


class Unreadable(yaml.YAMLError):
    """A file that cannot be taken: why, as the end of a sentence, and on which line (from 1)."""

    def __init__(self, sentence: str, line: int = 1) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.line = line


def content_of(path: Path, limit: int = MAX_FILE_BYTES) -> bytes:
    """Return the content of a regular file of at most so many bytes; raises Unreadable."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise Unreadable("this is not a file; move it elsewhere.")
        with path.open("rb") as file:
            content = file.read(limit + 1)
    except (OSError, RuntimeError) as failed:  # RuntimeError: Python 3.12 and older on a loop of links
        reason = getattr(failed, "strerror", None) or failed
        raise Unreadable(f"this cannot be opened: {reason}.") from None
    if len(content) > limit:
        raise Unreadable(f"the file is larger than {limit} bytes; give it in parts.")
    return content


def text_of(content: bytes) -> str:
    """Return the text of UTF-8, without its mark where it has one; raises Unreadable for other encodings."""
    if content.startswith(UTF_16):
        raise Unreadable("this is UTF-16; save it as UTF-8.")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as failed:
        line = content.count(b"\n", 0, failed.start) + 1
        raise Unreadable(f"byte 0x{content[failed.start]:02x} is not UTF-8; save the file as UTF-8.", line) from None
    if hidden := Reader.NON_PRINTABLE.search(text):
        line = text.count("\n", 0, hidden.start()) + 1
        raise Unreadable(f"the character U+{ord(hidden.group()):04X} cannot be in YAML; take it out.", line)
    return text


def safe_yaml(content: bytes) -> Any:
    """Return the YAML's value; raises Unreadable, which is a yaml.YAMLError, for whatever this module refuses.

    The value is built while libyaml reads: checking first and loading afterwards took twice as long, and reading is
    most of what a large import does.
    """
    text = text_of(content)
    building = _Building()
    try:
        for event in yaml.parse(text, yaml.CSafeLoader):
            building.take(event)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        problem = ", ".join(part for part in (broken.context, broken.problem) if part)
        last = text.rstrip().count("\n") + 1  # what was never closed is found missing beyond the end
        raise Unreadable(
            f"this is not readable as YAML: {problem}.", min(mark.line + 1, last) if mark else last
        ) from None
    return building.value


@dataclass
class _Open:
    """A mapping or list whose end was not reached; a mapping takes keys and values in turn."""

    value: Any
    is_mapping: bool
    key: Any = None
    at_key: bool = True

    def add(self, value: Any, event: yaml.Event) -> None:
        if not self.is_mapping:
            self.value.append(value)
        elif not self.at_key:
            self.value[self.key] = value
            self.at_key = True
        elif not isinstance(event, yaml.ScalarEvent):
            raise Unreadable("a key must be a word; write it out.", _line(event))
        elif value in self.value:
            raise Unreadable(f"{event.value} is given twice; keep one of the two.", _line(event))
        else:
            self.key, self.at_key = value, False


class _Building:
    """The value that grows from event to event."""

    def __init__(self) -> None:
        self.value: Any = None
        self._around: list[_Open] = []
        self._documents = 0

    def take(self, event: yaml.Event) -> None:
        """Go on with the next event; raises Unreadable for a trick."""
        if isinstance(event, yaml.ScalarEvent):
            self._add(_scalar(event), event)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._around.pop()
        elif isinstance(event, yaml.CollectionStartEvent):
            _require_no_tag(event)
            is_mapping = isinstance(event, yaml.MappingStartEvent)
            inner: Any = {} if is_mapping else []
            self._add(inner, event)
            self._around.append(_Open(inner, is_mapping))
            if len(self._around) > MAX_DEPTH:
                raise Unreadable(f"this is nested deeper than {MAX_DEPTH} levels.", _line(event))
        elif isinstance(event, yaml.AliasEvent):
            raise Unreadable(f"aliases (*{event.anchor}) are not taken; write the value out.", _line(event))
        elif isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                raise Unreadable("this holds more than a single document; give each a file.", _line(event))

    def _add(self, value: Any, event: yaml.Event) -> None:
        if self._around:
            self._around[-1].add(value, event)
        else:
            self.value = value


def _scalar(event: yaml.ScalarEvent) -> Any:
    _require_no_tag(event)
    text = event.value
    # A plain word is read as a number, date or truth value only if it begins like one.
    if not event.implicit[0] or event.tag is not None or text[:1] not in RESOLVED_BY_FIRST:
        return text
    tag = RESOLVER.resolve(yaml.ScalarNode, text, (True, False))  # type: ignore[no-untyped-call] # untyped there
    if tag == STRING_TAG:
        return text
    if tag == MERGE_TAG:
        raise Unreadable("merge keys (<<) are not taken; write the values out.", _line(event))
    if tag in NUMBER_TAGS and len(text) > MAX_NUMBER_LENGTH:
        sentence = f"a number of {len(text)} characters cannot be meant; quote it if it is text."
        raise Unreadable(sentence, _line(event))
    try:
        return SafeConstructor().construct_object(yaml.ScalarNode(tag, text), deep=True)
    except (ValueError, OverflowError, yaml.YAMLError) as wrong:
        told = getattr(wrong, "problem", None) or wrong
        raise Unreadable(f"{text[:40]} cannot be read: {told}.", _line(event)) from None


def _require_no_tag(event: yaml.ScalarEvent | yaml.CollectionStartEvent) -> None:
    if event.tag not in STRING_TAGS:
        raise Unreadable(f"tags ({event.tag}) are not taken; write the plain value.", _line(event))


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1
