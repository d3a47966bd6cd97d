"""What other tools report of an incident: it begins or changes where we listen, or from then on do."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store import Store
from store.incidents import ChannelRecord
from workflows.clock import Clock
from workflows.errors import NotFound, UserError
from workflows.listening import BY_NAME, SHARED, Listening
from workflows.situations import Change, Situations

_ID: Final = re.compile(r"[CG][A-Z0-9]{2,29}")


@dataclass(frozen=True)
class Reported:
    """What a report came to; `is_new` says that the incident began with it, `to_join` that we are not in its channel.

    The channel is one that we may join by ourselves.
    """

    incident_id: int
    channel_id: str
    status: str
    is_new: bool
    to_join: bool


@dataclass(frozen=True)
class Reports:
    """Taking reports in; an incident that was quiet for longer than `quiet` is over, and a report begins the next."""

    store: Store
    clock: Clock
    listening: Listening
    situations: Situations
    quiet: timedelta

    def take(self, channel: str, change: Change, *, source: str) -> Reported:
        """Begin or change the incident of the channel (its id or name) in the words of `source`.

        The same report twice changes nothing the second time. Raises NotFound for a channel nobody knows, UserError
        where people do not want us to listen or people of other workspaces are, InvalidForm for impossible values,
        and Unavailable when Slack does not say what channel it is.
        """
        self.situations.require_possible(change)
        known = self._known(channel)
        channel_id = known.id if known else channel
        to_join = self._listen(channel_id, known, source)
        now = self.clock()
        key = f"report:{now.timestamp():.6f}"
        with self.store.begin() as tx:
            incident = tx.incidents.current(channel_id, key, now, quiet=self.quiet)
            said = f"said by {source}"
            tx.incidents.note_time(incident.id, "detected", incident.opened_at, source=said)
            self.situations.change_within(tx, incident, change, by=source, source=said)
            after = tx.incidents.get(incident.id) or incident
        return Reported(incident.id, channel_id, after.status, is_new=incident.opened_by == key, to_join=to_join)

    def _known(self, channel: str) -> ChannelRecord | None:
        with self.store.read() as tx:
            known = tx.incidents.channel_known_as(channel.strip().removeprefix("#"))
        if known is None and not _ID.fullmatch(channel):
            msg = "No channel of that name is known to me; give its id (C…), or invite me there first."
            raise NotFound(msg)
        return known

    def _listen(self, channel_id: str, known: ChannelRecord | None, source: str) -> bool:
        """Listen in the channel from now on, unless people decided otherwise; return whether we have to join it."""
        if known is not None and known.watched:
            return False
        if known is not None and known.decided_by not in {BY_NAME, SHARED}:
            msg = "People asked me not to listen in that channel; `/failure watch` there takes that back."
            raise UserError(msg)
        seen = self.listening.directory.about(channel_id)
        if seen.is_private and seen.is_member is False:
            msg = "I am not in that channel, or there is none of that id; invite me with `/invite @Faultline`."
            raise NotFound(msg)
        channel = self.listening.watch(channel_id, known.name if known else "", decided_by=source)
        return channel.is_member is False and not channel.is_private
