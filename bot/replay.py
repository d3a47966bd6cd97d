"""What the bot would have shown for a history: the live code, on a throw-away database with the real catalog."""

import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.build import NoBell, offline
from bot.exports import Said
from bot.settings import Settings
from bot.workspace import NobodyKnown
from store import Store, migrate
from workflows.clock import system_clock
from workflows.entries.catalog import IMPORT, Catalog
from workflows.incidents import Incidents, Message
from workflows.people import People
from workflows.ports import Channel
from workflows.reviews import Reviews
from workflows.search.suggestions import Suggestions


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


def _incidents(settings: Settings, store: Store, configured: Store) -> Incidents:
    with configured.read() as source, store.begin(within=IMPORT) as target:
        for record in source.entries.all(statuses="published"):
            target.entries.put(record)
    catalog = Catalog(store, system_clock, People(settings.roles, NobodyKnown()), settings.review_interval)
    catalog.refresh()
    reviews = Reviews(store, system_clock, catalog, NoBell(), settings.review_interval)
    suggestions = Suggestions(catalog, settings.suggestion_threshold)
    return Incidents(
        store,
        system_clock,
        catalog,
        suggestions,
        reviews,
        ReplayedChannels(),
        NoBell(),
        patterns=("*",),
        quiet=settings.incident_quiet,
    )


def _played(incidents: Incidents, said: Said, place: int) -> Shown:
    incidents.observe(Message(f"replay-{place}", said.channel, said.ts, said.thread_ts, said.author, said.text))
    incident = incidents.incident_in(said.channel)
    return Shown(said.channel, said.ts, incidents.shown(incident.id) if incident else ())
