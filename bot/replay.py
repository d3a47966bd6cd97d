"""What the bot would have shown for a history: the live code, on a throw-away database with the real catalog."""

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any, Literal

from rich.markup import escape
from rich.table import Table

from bot.build import NoBell, offline
from bot.evaluating import Report, evaluate
from bot.exports import Said
from bot.models import model_folder
from bot.settings import Settings
from bot.workspace import NobodyKnown
from store import Store, migrate
from workflows.clock import system_clock
from workflows.entries.catalog import IMPORT, Catalog
from workflows.evaluation.engines import Faultline
from workflows.evaluation.history import Labelled, Spoken, labelled
from workflows.incidents import Incidents, Message
from workflows.listening import Listening
from workflows.people import People
from workflows.ports import Channel
from workflows.reviews.reviews import Reviews
from workflows.rotas import Rotas
from workflows.runs.runs import Runs
from workflows.search.suggestions import Suggestions
from workflows.search.synonyms import Synonyms


@dataclass(frozen=True)
class Shown:
    """What stood on the card of the channel after one message; empty while the bot kept silent."""

    channel: str
    ts: str
    lines: tuple[tuple[str, float, str], ...]

    def as_json(self) -> dict[str, Any]:
        """Return one line of the replay for machines."""
        shown = [{"id": entry_id, "score": round(score, 4), "why": why} for entry_id, score, why in self.lines]
        return {"channel": self.channel, "ts": self.ts, "shown": shown}


@dataclass(frozen=True)
class Channelled:
    """What the bot would have done in one channel; `label` says what the labels say of it, empty for nothing.

    `first_card` is the number of messages after which the first card stands, 0 for never; `shown` are the entries on
    the card in the end, and `is_right` is whether a right or acceptable one is among them, None where none is known.
    """

    channel: str
    label: Literal["incident", "quiet", ""]
    messages: int
    first_card: int
    shown: tuple[str, ...]
    is_right: bool | None


@dataclass(frozen=True)
class Judged:
    """A history measured by its labels, and channel by channel what the bot would have done."""

    report: Report
    channels: Sequence[Channelled]

    def as_json(self) -> dict[str, Any]:
        """Return what `faultline evaluate` tells programs, and the channels."""
        return {**self.report.as_json(), "channels": [vars(one) for one in self.channels]}

    def tables(self) -> list[Table]:
        """Return the tables for a person: the figures as `faultline evaluate` tells them, and the channels."""
        table = Table(title="channel by channel", title_justify="left", box=None, pad_edge=False)
        for column in ("channel", "label", "messages", "first card after", "on the card in the end", "right"):
            table.add_column(column)
        for one in self.channels:
            right = "" if one.is_right is None or not one.shown else "yes" if one.is_right else "no"
            first = str(one.first_card) if one.first_card else "silent"
            row = (one.channel, one.label or "none", str(one.messages), first, " ".join(one.shown), right)
            table.add_row(*map(escape, row))
        return [*self.report.tables(), table]


class ReplayedChannels:
    """Gives each channel of the history its own name."""

    def about(self, channel_id: str) -> Channel:
        """Return a channel by the id, which a history takes for the name too."""
        return Channel(channel_id)


def replay_history(settings: Settings, history: Iterable[Said]) -> Iterator[Shown]:
    """Yield, message by message, what the card would have shown; every channel of the history counts as watched."""
    with offline(settings) as configured, tempfile.TemporaryDirectory() as folder:
        store = Store.open(f"sqlite:///{Path(folder) / 'replay.db'}")
        try:
            migrate(store.engine)
            incidents = _incidents(settings, store, configured.store)
            for place, said in enumerate(history):
                yield _played(incidents, said, place)
        finally:
            store.close()


def judge_history(settings: Settings, history: Sequence[Said], names: Mapping[str, str], labels: Path) -> Judged:
    """Return how good the bot would have been on a history whose channels are labelled; raises UserError for labels.

    What search learned from confirmed incidents is left out: it may come from this very history. Channels without a
    label are played where the bot would listen by itself; `names` are the names of channels by their ids.
    """
    texts: dict[str, list[str]] = {}
    for said in history:
        texts.setdefault(said.channel, []).append(said.text)
    with offline(settings) as configured:
        label = labelled(Spoken(texts, names), labels, configured.catalog.published())
    threshold = settings.suggestion_threshold
    report = evaluate([Faultline(threshold, model_folder(settings))], label.material, (), threshold)
    listened = [
        said
        for said in history
        if said.channel in label.channels or any(fnmatch(said.channel, name) for name in settings.incident_channels)
    ]
    played: dict[str, list[Shown]] = {}
    for shown in replay_history(settings, listened):
        played.setdefault(shown.channel, []).append(shown)
    return Judged(report, [_channelled(channel, moments, label) for channel, moments in played.items()])


def _channelled(channel: str, moments: Sequence[Shown], label: Labelled) -> Channelled:
    shown = tuple(entry_id for entry_id, _, _ in moments[-1].lines)
    acceptable = next((query.acceptable for query in label.material.queries if query.query_id == channel), frozenset())
    first = next((count for count, moment in enumerate(moments, 1) if moment.lines), 0)
    if acceptable:
        return Channelled(channel, "incident", len(moments), first, shown, bool(acceptable.intersection(shown)))
    kind: Literal["quiet", ""] = "quiet" if channel in label.channels else ""
    return Channelled(channel, kind, len(moments), first, shown, None)


def _incidents(settings: Settings, store: Store, configured: Store) -> Incidents:
    with configured.read() as source, store.begin(within=IMPORT) as target:
        for record in source.entries.all(statuses=("published",)):
            target.entries.put(record)
    synonyms = Synonyms.load(settings.catalog_dir, settings.synonyms)
    catalog = Catalog(store, system_clock, People(settings.roles, NobodyKnown()), settings.cadence, synonyms=synonyms)
    catalog.refresh()
    reviews = Reviews(store, system_clock, catalog, NoBell(), settings.cadence)
    suggestions = Suggestions(catalog, settings.suggestion_threshold)
    return Incidents(
        store,
        system_clock,
        catalog,
        suggestions,
        reviews,
        Listening(store, system_clock, ReplayedChannels(), ("*",)),
        NoBell(),
        Runs(store, system_clock, NoBell(), Rotas()),
        quiet=settings.incident_quiet,
    )


def _played(incidents: Incidents, said: Said, place: int) -> Shown:
    incidents.observe(Message(f"replay-{place}", said.channel, said.ts, said.thread_ts, said.author, said.text))
    incident = incidents.incident_in(said.channel)
    return Shown(said.channel, said.ts, incidents.shown(incident.id) if incident else ())
