"""Messages that people mark during an incident, so that the write-up's timeline holds them."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store import Store, Transaction
from store.incidents import IncidentRecord
from workflows.clock import Clock, said_at
from workflows.people import Actor
from workflows.writeups.gathering import gather_within
from workflows.writeups.template import Template

# Slack does not promise the order of events; a message that was delivered again came a minute later.
OVERTAKEN: Final = timedelta(minutes=5)


@dataclass(frozen=True)
class Marking:
    """Marks by a reaction or a pin; only messages that are heard as evidence of an incident can be marked."""

    store: Store
    clock: Clock
    template: Template

    def mark(self, channel_id: str, ts: str, actor: Actor, *, is_added: bool) -> bool:
        """Mark a message, or take the mark back, and return whether it belongs to an incident.

        A timeline that exists already gets the message; taking the mark back leaves what stands there.
        """
        if actor.is_external:
            return False
        with self.store.begin() as tx:
            incident = tx.incidents.with_evidence(channel_id, ts) or self._of_one_to_come(tx, channel_id, ts)
            if incident is None:
                return False
            if not is_added:
                tx.writeups.unmark(incident.id, ts)
                return True
            tx.writeups.mark(incident.id, ts, by=actor.user_id, at=self.clock())
            writeup = tx.writeups.of_incident(incident.id)
            if writeup is not None and writeup.state == "open":
                gather_within(tx, writeup.id, incident, self.template)
            return True

    def _of_one_to_come(self, tx: Transaction, channel_id: str, ts: str) -> IncidentRecord | None:
        """Return the incident that a message will belong to whose mark overtook it, or None."""
        return tx.incidents.in_channel(channel_id) if self.clock() - said_at(ts) <= OVERTAKEN else None
