"""One YAML file from a person, read so that no trick of YAML makes it huge, slow or different from what it looks like.

Refused: more than a megabyte, other encodings than UTF-8, characters one cannot see, aliases and merge keys (a few
bytes that stand for gigabytes), deep nesting, tags (they make objects), a key given twice (the last would win in
silence), and numbers as long as a page (they take minutes to multiply).
"""

import codecs
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml
from yaml.reader import Reader
from yaml.resolver import Resolver

MAX_FILE_BYTES = 1_048_576  # an entry is a few kilobytes; more is a mistake or an attack
MAX_DEPTH = 40
MAX_NUMBER_LENGTH: Final = 64
STRING_TAGS: Final = frozenset({None, "!", "tag:yaml.org,2002:str"})
NUMBER_TAGS: Final = frozenset({"tag:yaml.org,2002:int", "tag:yaml.org,2002:float"})
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
    """Return the YAML's value; raises Unreadable, which is a yaml.YAMLError, for whatever this module refuses."""
    text = text_of(content)
    try:
        _refuse_tricks(text)
        return yaml.load(text, yaml.CSafeLoader)
    except yaml.MarkedYAMLError as broken:
        mark = broken.problem_mark or broken.context_mark
        problem = ", ".join(part for part in (broken.context, broken.problem) if part)
        last = text.rstrip().count("\n") + 1  # what was never closed is found missing beyond the end
        raise Unreadable(
            f"this is not readable as YAML: {problem}.", min(mark.line + 1, last) if mark else last
        ) from None
    except (ValueError, OverflowError):
        raise _unreadable_value(text) from None


@dataclass
class _Open:
    """A mapping or list whose end was not reached; a mapping takes keys and values in turn."""

    is_mapping: bool
    keys: set[str] = field(default_factory=set)
    at_key: bool = True


def _refuse_tricks(text: str) -> None:
    around: list[_Open] = []
    for event in yaml.parse(text, yaml.CSafeLoader):
        if isinstance(event, yaml.NodeEvent):
            _refuse_trick(event)
            if around and around[-1].is_mapping:
                _take_turn(around[-1], event)
        if isinstance(event, yaml.CollectionStartEvent):
            around.append(_Open(isinstance(event, yaml.MappingStartEvent)))
            if len(around) > MAX_DEPTH:
                raise Unreadable(f"this is nested deeper than {MAX_DEPTH} levels.", _line(event))
        elif isinstance(event, yaml.CollectionEndEvent):
            around.pop()


def _line(event: yaml.Event) -> int:
    return event.start_mark.line + 1 if event.start_mark else 1


def _refuse_trick(event: yaml.NodeEvent) -> None:
    if isinstance(event, yaml.AliasEvent):
        raise Unreadable(f"aliases (*{event.anchor}) are not taken; write the value out.", _line(event))
    if isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent) and event.tag not in STRING_TAGS:
        raise Unreadable(f"tags ({event.tag}) are not taken; write the plain value.", _line(event))
    if isinstance(event, yaml.ScalarEvent) and event.implicit[0] and len(event.value) > MAX_NUMBER_LENGTH:
        tag = Resolver().resolve(yaml.ScalarNode, event.value, (True, False))  # type: ignore[no-untyped-call] # untyped
        if tag in NUMBER_TAGS:
            sentence = f"a number of {len(event.value)} characters cannot be meant; quote it if it is text."
            raise Unreadable(sentence, _line(event))


def _take_turn(mapping: _Open, event: yaml.NodeEvent) -> None:
    if mapping.at_key and isinstance(event, yaml.ScalarEvent):
        if event.value in mapping.keys:
            raise Unreadable(f"{event.value} is given twice; keep one of the two.", _line(event))
        if event.value == "<<":
            raise Unreadable("merge keys (<<) are not taken; write the values out.", _line(event))
        mapping.keys.add(event.value)
    mapping.at_key = not mapping.at_key


def _unreadable_value(text: str) -> Unreadable:
    """Return which value is like a date and is none; the library does not say where it stands."""
    for event in _plain_scalars(text):
        try:
            yaml.load(event.value, yaml.CSafeLoader)
        except yaml.YAMLError:
            continue
        except (ValueError, OverflowError) as wrong:
            return Unreadable(f"{event.value[:40]} cannot be read: {wrong}.", _line(event))
    return Unreadable("a value in it cannot be read.")


def _plain_scalars(text: str) -> Iterator[yaml.ScalarEvent]:
    events = yaml.parse(text, yaml.CSafeLoader)
    return (event for event in events if isinstance(event, yaml.ScalarEvent) and event.implicit[0])
