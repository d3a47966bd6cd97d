"""Messages that people mark during an incident, so that the write-up's timeline holds them."""

from dataclasses import dataclass

from store import Store
from workflows.clock import Clock
from workflows.people import Actor
from workflows.writeups.gathering import gather_within
from workflows.writeups.template import Template


@dataclass(frozen=True)
class Marking:
    """Marks by a reaction; only messages that were heard as evidence of an incident can be marked."""

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
            incident = tx.incidents.with_evidence(channel_id, ts)
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
