"""In which channels we listen: by name, by invitation, because a person or a tool said so; only those are read.

A channel is listened in as a whole, in its threads alone (all of them, whatever is said beside them), or in some named
threads and nowhere else.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from fnmatch import fnmatch
from typing import Literal

from store import Store
from store.incidents import ChannelRecord
from workflows.clock import Clock
from workflows.errors import UserError
from workflows.ports import Channel, ChannelDirectory

NAMELESS_FOR = timedelta(hours=1)  # after which a channel without a name is asked for its name again
BY_NAME = "its name"  # what decided whether a channel is watched, where no person did
SHARED = "it is shared"  # with people of other workspaces, who get nothing of the catalog
REMEMBERED = timedelta(seconds=2)  # how long another process may listen on after `/failure unwatch`
MOST_REMEMBERED = 10_000  # channels
MOST_THREADS = 20  # named threads of one channel; the oldest is given up for one more

Scope = Literal["all", "threads", "named"]


@dataclass(frozen=True)
class Scoped:
    """Whether we listen in a channel, and in what of it."""

    watched: bool
    scope: str = "all"
    threads: tuple[str, ...] = ()

    @classmethod
    def of(cls, channel: ChannelRecord) -> "Scoped":
        """Return how the channel is listened in."""
        return cls(channel.watched, channel.scope, tuple(channel.threads))

    def hears(self, ts: str, thread_ts: str | None) -> bool:
        """Return whether a message, and the thread it is in where there is one, is listened to."""
        if not self.watched or self.scope == "all":
            return self.watched
        if self.scope == "named":
            return (thread_ts or ts) in self.threads
        return thread_ts is not None and thread_ts != ts


@dataclass(frozen=True)
class Listening:
    """Decides where we listen; `patterns` are the names of channels that are watched without being asked."""

    store: Store
    clock: Clock
    directory: ChannelDirectory
    patterns: Sequence[str]
    _remembered: dict[str, tuple[Scoped, datetime]] = field(default_factory=dict, repr=False)

    def is_incident_channel(self, name: str) -> bool:
        """Return whether a channel of this name is watched without being asked."""
        return any(fnmatch(name, pattern) for pattern in self.patterns)

    def is_watched(self, channel_id: str) -> bool:
        """Return whether we listen there, in whatever part of it."""
        return self._scoped(channel_id).watched

    def hears(self, channel_id: str, ts: str, thread_ts: str | None) -> bool:
        """Return whether we listen to the message; remembered for a moment, since every message of a workspace asks."""
        return self._scoped(channel_id).hears(ts, thread_ts)

    def _scoped(self, channel_id: str) -> Scoped:
        now = self.clock()
        known, until = self._remembered.get(channel_id, (Scoped(watched=False), now))
        if now < until:
            return known
        scoped = self._look(channel_id)
        if len(self._remembered) > MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[channel_id] = (scoped, now + REMEMBERED)
        return scoped

    def may_listen(self, channel_id: str, name: str) -> bool:
        """Return whether we listen in the channel, or would because of its name, without asking Slack."""
        with self.store.read() as tx:
            known = tx.incidents.channel(channel_id)
        return known.watched if known else self.is_incident_channel(name)

    def threads_in(self, channel_id: str) -> tuple[str, ...]:
        """Return the threads of the channel that are listened in by name."""
        with self.store.read() as tx:
            known = tx.incidents.channel(channel_id)
        return tuple(known.threads) if known is not None and known.watched and known.scope == "named" else ()

    def watch(
        self, channel_id: str, name: str, *, decided_by: str, scope: Scope = "all", thread_ts: str | None = None
    ) -> Channel:
        """Listen in the channel from now on, and return what Slack says of it.

        With the scope “named” the thread joins those that are listened in; a channel that is listened in as a whole
        becomes one in which nothing else is.

        Raises UserError where people of other workspaces would see the catalog, Unavailable when Slack does not answer.
        """
        channel = self.directory.about(channel_id)
        if channel.is_shared:
            msg = (
                "People of other workspaces are in this channel, and the catalog is not for them, so I do not listen "
                "here. Use a channel of your own for the incident, or `/failure search`, which only you see."
            )
            raise UserError(msg)
        self._decide(
            channel_id, channel.name or name, watched=True, decided_by=decided_by, scope=scope, thread_ts=thread_ts
        )
        return channel

    def unwatch(self, channel_id: str, name: str, *, decided_by: str) -> None:
        """Stop listening in the channel; what was gathered stays."""
        self._decide(channel_id, name, watched=False, decided_by=decided_by)

    def renamed(self, channel_id: str, name: str) -> None:
        """Take a channel's new name into account: one that was decided over by its name is decided over anew."""
        with self.store.begin() as tx:
            known = tx.incidents.channel(channel_id)
            if known is None:
                return
            by_name = known.decided_by == BY_NAME
            watched = (known.watched or self.is_incident_channel(name)) if by_name else known.watched
            tx.incidents.put_channel(replace(known, name=name, watched=watched))
        self._remembered.pop(channel_id, None)

    def archived(self, channel_id: str, *, is_archived: bool) -> None:
        """Note that a channel we know was archived, or that it is open again."""
        with self.store.begin() as tx:
            known = tx.incidents.channel(channel_id)
            if known is not None and known.is_archived != is_archived:
                tx.incidents.put_channel(replace(known, is_archived=is_archived))

    def _look(self, channel_id: str) -> Scoped:
        with self.store.read() as tx:
            known = tx.incidents.channel(channel_id)
        if known is not None and not self._is_worth_asking_again(known):
            return Scoped.of(known)
        return self._decide_by_itself(channel_id, self.directory.about(channel_id))

    def _is_worth_asking_again(self, known: ChannelRecord) -> bool:
        """Return whether Slack did not tell the channel's name some time ago, as without the scope channels:read."""
        return not known.name and not known.watched and self.clock() - known.decided_at > NAMELESS_FOR

    def _decide_by_itself(self, channel_id: str, channel: Channel) -> Scoped:
        """Return how the channel is watched; what a person decided in the meantime stands."""
        watched = self.is_incident_channel(channel.name) and not channel.is_shared
        reason = SHARED if channel.is_shared else BY_NAME
        decision = ChannelRecord(channel_id, channel.name, watched, reason, self.clock())
        with self.store.begin() as tx:
            if tx.incidents.add_channel(decision):
                return Scoped.of(decision)
            known = tx.incidents.channel(channel_id)
            if known is not None and (known.name or known.watched):
                return Scoped.of(known)
            tx.incidents.put_channel(decision)
            return Scoped.of(decision)

    def _decide(
        self, channel_id: str, name: str, *, watched: bool, decided_by: str, scope: Scope = "all",
        thread_ts: str | None = None,
    ) -> None:  # fmt: skip
        decision = ChannelRecord(channel_id, name, watched, decided_by, self.clock(), scope=scope)
        with self.store.begin() as tx:
            if (known := tx.incidents.channel(channel_id)) is not None:
                decision = replace(decision, threshold=known.threshold, threshold_by=known.threshold_by)
            if thread_ts is not None:
                before = known.threads if known is not None and known.watched and known.scope == "named" else []
                threads = [*(one for one in before if one != thread_ts), thread_ts][-MOST_THREADS:]
                decision = replace(decision, threads=threads)
            tx.incidents.put_channel(decision)
        self._remembered.pop(channel_id, None)
