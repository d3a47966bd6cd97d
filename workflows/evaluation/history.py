"""A team's own history as material: what was said in its channels, and labels that say what was going on there.

    labels      JSONL of {"channel", "relevant", "also_acceptable"}; `relevant: []` is a channel that deserves no answer

Channels are named by name or by Slack's id, entries by id or slug. A labelled channel counts as one incident.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import AliasChoices, BaseModel, ConfigDict, Field

from workflows.entries.entry import Entry
from workflows.errors import UserError
from workflows.evaluation.material import Item, Material, Names, Query, rows
from workflows.search.searchable import fields_of

LISTED = 5  # channels that a sentence names


class _Label(BaseModel):
    model_config = ConfigDict(coerce_numbers_to_str=True)

    channel: str = Field(min_length=1)
    relevant: list[str] = Field(validation_alias=AliasChoices("relevant", "expected"))
    also_acceptable: list[str] = Field(default=[], validation_alias=AliasChoices("also_acceptable", "lenient"))


@dataclass(frozen=True)
class Spoken:
    """What was said: the texts of each channel by its name, oldest first, and the names of channels by their ids."""

    said: Mapping[str, Sequence[str]]
    names: Mapping[str, str]

    def name_of(self, channel: str, at: str) -> str:
        """Return the channel's name; raises UserError for one in which nothing was said."""
        name = self.names.get(channel.lstrip("#"), channel.lstrip("#"))
        if name not in self.said:
            there = ", ".join(sorted(self.said)[:LISTED]) or "none"
            msg = f"{at}: nothing was said in a channel “{channel}” there; correct the label. Channels are: {there} …"
            raise UserError(msg)
        return name


@dataclass(frozen=True)
class Labelled:
    """The labelled channels as material to measure with, and their names."""

    material: Material
    channels: frozenset[str]


def labelled(history: Spoken, labels: Path, catalog: Sequence[Entry]) -> Labelled:
    """Return the labelled channels; raises UserError, with file and line, for labels that do not fit."""
    names = Names([_item(entry) for entry in catalog])
    queries: dict[str, Query] = {}
    for at, label in rows(labels, _Label):
        channel = history.name_of(label.channel, at)
        if channel in queries:
            msg = f"{at}: the channel “{label.channel}” is labelled twice; keep one of the labels."
            raise UserError(msg)
        relevant = names.of(label.relevant, at)
        acceptable = relevant | names.of(label.also_acceptable, at)
        queries[channel] = Query(channel, tuple(history.said[channel]), relevant, acceptable, in_channel=True)
    if not queries:
        msg = f'{labels} holds no label; write a line such as {{"channel": "inc-1", "relevant": ["FM-0012"]}}.'
        raise UserError(msg)
    material = Material(
        tuple(_item(entry) for entry in catalog if entry.document.mapping_use != "discouraged"),
        tuple(query for query in queries.values() if query.acceptable),
        quiet=tuple(query.messages for query in queries.values() if not query.acceptable),
    )
    return Labelled(material, frozenset(queries))


def _item(entry: Entry) -> Item:
    document = entry.document
    return Item(document.id, fields_of(document), tuple(document.log_signatures), document.slug)
