"""How sure we must be before we speak in a channel: the threshold of all channels, or one of its own."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store import Store, Transaction
from store.audit import AuditRecord
from store.incidents import IncidentRecord
from workflows.clock import Clock
from workflows.errors import NotAllowed, UserError
from workflows.people import Actor, People, require_colleague

LOWEST: Final = 0.2  # below it, most cards would be wrong, and nobody would look at the right ones any more
HIGHEST: Final = 0.99  # above it we would never speak; `/failure unwatch` says that plainly
PERCENT: Final = 100
_NUMBER = re.compile(r"(\d{1,3}(?:[.,]\d{1,4})?)\s*(%?)")


@dataclass(frozen=True)
class Threshold:
    """From what chance (0 to 1) of being right on we speak in a channel.

    `usual` is the one of all channels, in force where `set_by` is None. `incident_id` is the incident that goes on
    there and is looked at anew because of a change, None where there is none.
    """

    value: float
    usual: float
    set_by: str | None = None
    incident_id: int | None = None


@dataclass(frozen=True)
class Thresholds:
    """Telling and setting the thresholds of channels; an incident quiet for longer than `quiet` is over."""

    store: Store
    clock: Clock
    people: People
    usual: float
    quiet: timedelta

    def of(self, channel_id: str, actor: Actor) -> Threshold:
        """Return the threshold in force in the channel, and whose it is."""
        require_colleague(actor)
        with self.store.read() as tx:
            return self._within(tx, channel_id)

    def set(self, channel_id: str, value: float | None, actor: Actor) -> Threshold:
        """Give the channel a threshold of its own, or (None) that of all channels; return what is in force then.

        Raises UserError where we do not listen, NotAllowed for whoever neither commands the incident there nor answers
        for entries.
        """
        require_colleague(actor)
        now = self.clock()
        with self.store.begin() as tx:
            channel, incident = tx.incidents.channel(channel_id), tx.incidents.in_channel(channel_id)
            if channel is None or not channel.watched:
                msg = "I do not listen in this channel, so there is no threshold to set; `/failure watch` starts it."
                raise UserError(msg)
            self._require_allowed(incident, actor)
            tx.incidents.set_threshold(channel_id, value, by=actor.user_id if value is not None else None)
            before, after = {"threshold": channel.threshold}, {"threshold": value}
            tx.audit.add(AuditRecord(now, actor.user_id, "channel.threshold", f"channel:{channel_id}", before, after))
            if incident is not None and now - incident.last_evidence_at <= self.quiet:
                tx.incidents.rank_again(incident.id)
            return self._within(tx, channel_id)

    def _within(self, tx: Transaction, channel_id: str) -> Threshold:
        channel, incident = tx.incidents.channel(channel_id), tx.incidents.in_channel(channel_id)
        known = incident.id if incident and self.clock() - incident.last_evidence_at <= self.quiet else None
        if channel is None or channel.threshold is None:
            return Threshold(self.usual, self.usual, incident_id=known)
        return Threshold(channel.threshold, self.usual, channel.threshold_by, known)

    def _require_allowed(self, incident: IncidentRecord | None, actor: Actor) -> None:
        commands = incident is not None and incident.commander == actor.user_id
        if not commands and not self.people.answers_for_entries(actor):
            msg = (
                "Only the incident's commander (`/failure status mine` takes command), a steward, a champion or an "
                "admin can change how sure I must be here."
            )
            raise NotAllowed(msg)


def typed_threshold(text: str) -> float:
    """Return the threshold that a person typed, such as 0.7, `0,7` or 70 %; raises UserError for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    value = float(found.group(1).replace(",", ".")) if found else None
    if value is not None and found is not None and (found.group(2) or value > 1):
        value /= PERCENT
    if value is None or not LOWEST <= value <= HIGHEST:
        msg = (
            f"Say a chance from {LOWEST} to {HIGHEST}, such as `/failure threshold 0.7` or `70 %`; "
            "`/failure threshold default` takes the usual one."
        )
        raise UserError(msg)
    return value
