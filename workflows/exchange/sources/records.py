"""What every foreign catalog is read into, and how its text is brought within the limits of an entry."""

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from workflows.entries.importing import Fault, InvalidCatalog
from workflows.entries.vocabulary import Vocabulary
from workflows.entries.yamlfile import Unreadable, content_of

TITLE: Final = 80
SUMMARY: Final = 280
LINE: Final = 300
TEXT: Final = 3000
MAX_SOURCE_BYTES: Final = 33_554_432  # the largest of these catalogs is about a megabyte
TO_BE_ASSIGNED: Final = "to be assigned"
MARKDOWN_LINK: Final = re.compile(r"!?\[([^\]\n]*)\]\([^)\s]*\)")
SENTENCE_END: Final = re.compile(r"(?<=[.!?])\s")
ADDRESS: Final = re.compile(r"https?://[^\s<>]{1,1990}")


@dataclass(frozen=True)
class ForeignRecord:
    """One record of another catalog: its id there, and what it says as fields of an entry.

    `relations` name other records of the collection by their ids there. `path` is the file it stands in, for faults.
    """

    id: str
    title: str
    fields: Mapping[str, Any]
    path: Path
    line: int = 1
    uri: str | None = None
    relations: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Collection:
    """The records of a source with its version and licence, and what was clipped or mapped on the way."""

    source: str
    records: Sequence[ForeignRecord]
    version: str | None = None
    licence: str | None = None
    notes: tuple[str, ...] = ()


@dataclass
class Fitting:
    """Brings what others wrote into an entry's limits and terms, and notes whatever it had to change."""

    vocabulary: Vocabulary
    notes: list[str] = field(default_factory=list)

    def clipped(self, text: str, limit: int, what: str) -> str:
        """Return the text with at most so many characters, cut between words."""
        if len(text) <= limit:
            return text
        self.notes.append(f"{what} was clipped to {limit} characters")
        cut = text[: limit - 1]
        return (cut.rsplit(None, 1)[0] if " " in cut else cut).rstrip() + "…"

    def term(self, vocabulary: str, wanted: str | None, default: str, what: str) -> str:
        """Return the wanted term, or the default where there is no such term; the draft's findings ask about it."""
        terms = self.vocabulary.terms.get(vocabulary, {})
        if wanted in terms:
            return str(wanted)
        if wanted is not None:
            self.notes.append(f"{what}: {vocabulary} has no term {wanted!r}, so {default} was taken")
        return default if default in terms else next(iter(terms), default)

    def known(self, vocabulary: str, wanted: str | None) -> str | None:
        """Return the term if the vocabulary has it."""
        return wanted if wanted in self.vocabulary.terms.get(vocabulary, {}) else None


def plain(text: Any) -> str:
    """Return text without Markdown links; lines of one paragraph are joined, blank lines part paragraphs."""
    words = MARKDOWN_LINK.sub(r"\1", str(text or ""))
    paragraphs = re.split(r"\n\s*\n", words)
    return "\n\n".join(" ".join(paragraph.split()) for paragraph in paragraphs if paragraph.strip())


def one_line(text: Any) -> str:
    """Return the text as one line."""
    return " ".join(plain(text).split())


def first_sentence(text: str) -> str:
    """Return the first sentence of the text."""
    return SENTENCE_END.split(" ".join(text.split()), maxsplit=1)[0]


def slug_of(title: str) -> str:
    """Return a slug for the title: small letters, digits and single dashes."""
    ascii_only = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", ascii_only).strip("-")[:70].strip("-") or "entry"


def address(value: Any) -> str | None:
    """Return the value if it is an address that an entry can hold."""
    return value if isinstance(value, str) and ADDRESS.fullmatch(value) else None


def listed(value: Any) -> list[Any]:
    """Return a list as it is and anything else as none: files of others hold surprises."""
    return value if isinstance(value, list) else []


def mapped(value: Any) -> dict[str, Any]:
    """Return a mapping as it is and anything else as an empty one."""
    return value if isinstance(value, dict) else {}


def files_in(paths: Sequence[Path], suffix: str) -> list[Path]:
    """Return the named files, and those with the suffix in the named folders; raises InvalidCatalog for none."""
    found = [path for one in paths for path in _files(one, suffix)]
    if not found:
        raise InvalidCatalog([Fault(path, f"there is no *{suffix} here.") for path in paths])
    return found


def _files(path: Path, suffix: str) -> Iterator[Path]:
    if path.is_dir():
        yield from sorted(one for one in path.rglob(f"*{suffix}") if not one.is_symlink())
    else:
        yield path


def content_or_fault(path: Path) -> bytes | Fault:
    """Return what the file holds, or why it cannot be taken."""
    try:
        return content_of(path, MAX_SOURCE_BYTES)
    except Unreadable as unreadable:
        return Fault(path, unreadable.sentence, unreadable.line)
