"""Why the bot says nothing, and asking it to say nothing for a while."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from store import Store, Transaction
from store.incidents import SuggestionRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.entry import Entry
from workflows.errors import UserError
from workflows.evidence import Evidence
from workflows.incidents import LATEST_EVIDENCE
from workflows.people import Actor, require_colleague
from workflows.search.search import why
from workflows.search.suggestions import Suggestions

BY_REACTION: Final = timedelta(hours=4)
USUAL: Final = timedelta(hours=2)
LONGEST: Final = timedelta(days=7)
MOST_UNSAID: Final = 3  # suggestions below those on the card
_DURATION = re.compile(r"(\d{1,4})\s*(m|min|minutes?|h|hours?|d|days?)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


@dataclass(frozen=True)
class Explanation:
    """What stands behind the bot's words or its silence in a channel.

    `best` is what the latest messages point to, None where they share no word with any entry; `chance` (0 to 1) is how
    likely one of the first three is right, `threshold` what it takes to speak, and `threshold_by` who gave the channel
    one of its own. `on_card` are the entries people see.
    """

    is_watched: bool
    muted_until: datetime | None
    messages: int
    best: Entry | None
    why: str
    chance: float
    threshold: float
    rejected: tuple[str, ...]
    on_card: tuple[str, ...]
    threshold_by: str | None = None


@dataclass(frozen=True)
class Unsaid:
    """An entry that the messages point to as well, but that does not stand on the card, and why it would."""

    entry: Entry
    why: str


@dataclass(frozen=True)
class Silence:
    """Muting channels, and answering “why silent?”."""

    store: Store
    clock: Clock
    catalog: Catalog
    suggestions: Suggestions

    def mute(self, channel_id: str, time: timedelta, actor: Actor) -> datetime:
        """Say nothing by itself in the channel for that long, and return until when; raises UserError.

        What was asked for goes on: commands are answered, and a remedy under way keeps its clock.
        """
        require_colleague(actor)
        until = self.clock() + time
        self._set(channel_id, until)
        return until

    def unmute(self, channel_id: str, actor: Actor) -> None:
        """Speak again in the channel when sure enough."""
        require_colleague(actor)
        self._set(channel_id, None)

    def explain(self, channel_id: str, actor: Actor) -> Explanation:
        """Return why the bot spoke or was silent in the channel."""
        require_colleague(actor)
        with self.store.read() as tx:
            channel = tx.incidents.channel(channel_id)
            evidence, shown = self._evidence(tx, channel_id)
        rejected = tuple(one.entry_id for one in shown if one.verdict == "rejected")
        weighed = self.suggestions.weigh(evidence.texts, lasting=evidence.lasting, rejected=rejected)
        first = next(iter(weighed.matches), None)
        muted = channel.muted_until if channel else None
        own = channel.threshold if channel else None
        return Explanation(
            is_watched=channel is not None and channel.watched,
            muted_until=muted if muted is not None and muted > self.clock() else None,
            messages=len(evidence.texts),
            best=self.catalog.published_entry(first.entry_id) if first else None,
            why=why(first) if first else "",
            chance=weighed.chance,
            threshold=self.suggestions.threshold if own is None else own,
            rejected=rejected,
            on_card=tuple(one.entry_id for one in shown if one.rank and one.verdict != "rejected"),
            threshold_by=channel.threshold_by if channel else None,
        )

    def unsaid(self, channel_id: str, actor: Actor) -> tuple[Unsaid, ...]:
        """Return what comes after the suggestions on the card, best first; never what was rejected."""
        require_colleague(actor)
        with self.store.read() as tx:
            evidence, shown = self._evidence(tx, channel_id)
        known = {one.entry_id for one in shown if one.rank or one.verdict == "rejected"}
        weighed = self.suggestions.weigh(evidence.texts, lasting=evidence.lasting, rejected=known)
        found = ((self.catalog.published_entry(one.entry_id), why(one)) for one in weighed.matches)
        return tuple(Unsaid(entry, reason) for entry, reason in found if entry is not None)[:MOST_UNSAID]

    @staticmethod
    def _evidence(tx: Transaction, channel_id: str) -> tuple[Evidence, Sequence[SuggestionRecord]]:
        incident = tx.incidents.in_channel(channel_id)
        if incident is None:
            return Evidence((), {}), ()
        said = tx.incidents.evidence(incident.id, latest=LATEST_EVIDENCE)
        return Evidence.of(incident, said), tx.incidents.suggestions(incident.id)

    def _set(self, channel_id: str, until: datetime | None) -> None:
        with self.store.begin() as tx:
            if not tx.incidents.mute(channel_id, until):
                msg = "I do not listen in this channel, so there is nothing to mute; `/failure watch` starts it."
                raise UserError(msg)


def duration(text: str) -> timedelta:
    """Return the time that a person typed, such as `2h`, 30m or 1 day; two hours for nothing. Raises UserError."""
    if not text.strip():
        return USUAL
    found = _DURATION.fullmatch(text.strip().lower())
    time = int(found.group(1)) * _UNITS[found.group(2)[0]] if found else None
    if time is None or not timedelta() < time <= LONGEST:
        msg = (
            "Say for how long, such as `/failure mute 2h`, `30m` or `1d`, a week at most; `/failure mute off` ends it."
        )
        raise UserError(msg)
    return time
