"""What is measured with: a catalog, labelled queries, confirmed examples, and messages that deserve no answer.

    catalog     JSONL of {"id", "title", "summary", "tags"}, or a folder of catalog YAML
    queries     JSONL of {"text" | "messages", "relevant", "also_acceptable"}, or incident YAML
    examples    JSONL of {"entry", "text"}
    negatives   one message a line

Entries are named by id, or by slug where the catalog has slugs. Every fault is told with its file and line.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final, TypeVar

from pydantic import AliasChoices, BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from yaml import YAMLError

from workflows.entries.importing import read_catalog, safe_yaml
from workflows.errors import UserError
from workflows.evaluation.noise import NOISES
from workflows.search.examples import Example
from workflows.search.searchable import Searchable, fields_of

MOST_BYTES: Final = 1 << 30  # of one file; more is a mistake, and would not fit in memory
_Row = TypeVar("_Row", bound=BaseModel)


@dataclass(frozen=True)
class Item:
    """An entry of any catalog as the engines get it: its texts by field, and the log signatures it knows."""

    entry_id: str
    fields: Mapping[str, str]
    signatures: tuple[str, ...] = ()
    slug: str = ""

    @property
    def text(self) -> str:
        """All its texts as one, for engines that know no fields."""
        return " . ".join(self.fields.values())

    def searchable(self) -> Searchable:
        """Return what our index needs of it."""
        return Searchable.of_fields(self.entry_id, self.fields, self.signatures)


@dataclass(frozen=True)
class Query:
    """What somebody asked or an incident's messages in order, and the ids of the entries that are right.

    `acceptable` holds the right ones and those that are tolerable instead. Several messages are an incident, and so is
    what was said `in_channel`, a channel of its own, however little that was.
    """

    query_id: str
    messages: tuple[str, ...]
    relevant: frozenset[str]
    acceptable: frozenset[str]
    in_channel: bool = False

    @property
    def is_incident(self) -> bool:
        """Whether it is measured by message and as a whole."""
        return self.in_channel or len(self.messages) > 1

    @property
    def text(self) -> str:
        """All of it as one text."""
        return "\n".join(self.messages)

    def heard_through(self, noise: str) -> "Query":
        """Return the query as it reads with the noise of that name."""
        damage = NOISES[noise]
        return replace(
            self, messages=tuple(damage(text, f"{self.query_id} {at}") for at, text in enumerate(self.messages))
        )


@dataclass(frozen=True)
class Material:
    """All that one evaluation is made with; `quiet` are channels, message by message, that deserve no answer."""

    items: tuple[Item, ...]
    queries: tuple[Query, ...]
    examples: tuple[Example, ...] = ()
    negatives: tuple[str, ...] = ()
    quiet: tuple[tuple[str, ...], ...] = ()

    @cached_property
    def incidents(self) -> tuple[Query, ...]:
        """The queries that are incidents."""
        return tuple(query for query in self.queries if query.is_incident)

    def heard_through(self, noise: str) -> "Material":
        """Return the same with every query and negative damaged."""
        negatives = tuple(NOISES[noise](text, str(at)) for at, text in enumerate(self.negatives))
        quiet = tuple(
            tuple(NOISES[noise](text, f"{channel} {at}") for at, text in enumerate(said))
            for channel, said in enumerate(self.quiet)
        )
        queries = tuple(query.heard_through(noise) for query in self.queries)
        return replace(self, queries=queries, negatives=negatives, quiet=quiet)


def read_material(
    catalog: Path, queries: Path, *, examples: Path | None = None, negatives: Path | None = None
) -> Material:
    """Return what the files hold; raises UserError, with file and line, for what cannot be read or does not fit."""
    items = tuple(_catalog(catalog))
    names = Names(items)
    return Material(
        items,
        tuple(_queries(queries, names)),
        tuple(_examples(examples, names)) if examples else (),
        tuple(line for line in _lines_of(negatives) if line.strip()) if negatives else (),
    )


class _Item(BaseModel):
    id: str = Field(min_length=1, coerce_numbers_to_str=True)
    title: str = ""
    summary: str = ""
    tags: list[str] | str = ""

    @property
    def fields(self) -> dict[str, str]:
        tags = self.tags if isinstance(self.tags, str) else " ".join(self.tags)
        return {name: text for name, text in (("title", self.title), ("summary", self.summary), ("tags", tags)) if text}


class _Query(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str = ""
    text: str | None = None
    messages: list[str] | None = None
    relevant: list[str] = Field(validation_alias=AliasChoices("relevant", "expected"))
    also_acceptable: list[str] = Field(default=[], validation_alias=AliasChoices("also_acceptable", "lenient"))

    @model_validator(mode="after")
    def _says_something(self) -> "_Query":
        if (self.text is None) == (not self.messages):
            msg = "a query has either `text` or `messages`"
            raise ValueError(msg)
        return self


class _Example(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    text: str
    entries: list[str] = Field(
        validation_alias=AliasChoices("relevant", "entries", "entry", "entry_id", "catalog_id", "label", "id")
    )
    weight: float = Field(default=1.0, ge=-1, le=1)
    source: str = ""

    @field_validator("entries", mode="before")
    @classmethod
    def _one_or_many(cls, named: Any) -> Any:
        return named if isinstance(named, list) else [named]


@dataclass
class Names:
    """The ids of the catalog, by whatever a label may call them: the slug, or the id."""

    items: Iterable[Item]
    by_name: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {name: item.entry_id for item in self.items for name in (item.slug, item.entry_id) if name}

    def of(self, names: Iterable[str], at: str) -> frozenset[str]:
        """Return the ids; raises UserError for a name that the catalog does not know."""
        for name in names:
            if name not in self.by_name:
                msg = f"{at}: the catalog has no entry “{name}”; correct the label or name the catalog it belongs to."
                raise UserError(msg)
        return frozenset(self.by_name[name] for name in names)


def _catalog(path: Path) -> Iterator[Item]:
    if path.is_dir():
        for file in read_catalog(path):
            entry = file.entry
            yield Item(entry.id, fields_of(entry), tuple(entry.log_signatures), entry.slug)
        return
    seen: set[str] = set()
    for at, row in rows(path, _Item):
        if row.id in seen:
            msg = f"{at}: the id “{row.id}” stands there twice; give every entry an id of its own."
            raise UserError(msg)
        seen.add(row.id)
        yield Item(row.id, row.fields)


def _queries(path: Path, names: Names) -> Iterator[Query]:
    asked = _incidents(path) if path.suffix in {".yaml", ".yml"} else rows(path, _Query)
    for number, (at, row) in enumerate(asked):
        relevant = names.of(row.relevant, at)
        said = row.messages or [row.text or ""]
        yield Query(row.id or str(number), tuple(said), relevant, relevant | names.of(row.also_acceptable, at))


def _incidents(path: Path) -> Iterator[tuple[str, _Query]]:
    try:
        content = safe_yaml(_bytes_of(path))
    except YAMLError as error:
        msg = f"{path}: {error}"
        raise UserError(msg) from error
    incidents = content.get("incidents") if isinstance(content, dict) else None
    if not isinstance(incidents, list):
        msg = f"{path} holds no incidents; write `incidents:` and under it a list with `messages` and `expected`."
        raise UserError(msg)
    for number, incident in enumerate(incidents, 1):
        yield f"{path}, incident {number}", _row(incident, _Query, f"{path}, incident {number}")


def _examples(path: Path, names: Names) -> Iterator[Example]:
    for at, row in rows(path, _Example):
        for entry_id in sorted(names.of(row.entries, at)):
            yield Example(entry_id, row.text, row.weight, row.source)


def rows(path: Path, shape: type[_Row]) -> Iterator[tuple[str, _Row]]:
    """Yield the place and content of each line of a JSONL file; raises UserError for one that is not of the shape."""
    for number, line in enumerate(_lines_of(path), 1):
        if line.strip():
            at = f"{path}:{number}"
            yield at, _row(_parsed(line, at), shape, at)


def _parsed(line: str, at: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        msg = f"{at}: this line is no JSON; every line is one object. ({str(error)[:100]})"
        raise UserError(msg) from error


def _row(content: Any, shape: type[_Row], at: str) -> _Row:
    try:
        return shape.model_validate(content if isinstance(content, dict) else {})
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"]))
        msg = f"{at}: {f'`{place}`: ' if place else ''}{first['msg'].removeprefix('Value error, ')}."
        raise UserError(msg) from error


def _lines_of(path: Path) -> list[str]:
    try:
        # Not splitlines: texts may hold characters that it takes for the end of a line.
        return _bytes_of(path).decode("utf-8-sig").replace("\r\n", "\n").split("\n")
    except UnicodeDecodeError as error:
        msg = f"{path} is not UTF-8 text; save it as such."
        raise UserError(msg) from error


def _bytes_of(path: Path) -> bytes:
    try:
        if path.stat().st_size > MOST_BYTES:
            msg = f"{path} is larger than {MOST_BYTES >> 30} GB; split it."
            raise UserError(msg)
        return path.read_bytes()
    except OSError as error:
        msg = f"{path} cannot be read: {error.strerror}; name a file that is there."
        raise UserError(msg) from error
