"""Forgetting an incident: what was said in it goes, wherever it was kept; what must stay stays without words.

goes     its messages, the reasons on its card, what search learned from it, lessons and link of its cases, what was
         written to the steps of its runs, and what its write-up took over of these and nobody wrote anew
stays    that it was and when, which entry was confirmed or rejected by whom, the cases with their times and severity,
         from which frequency and priority are counted, and one line in the audit trail

Outside our reach: Slack's own messages; what people wrote in write-ups and entries to be kept, and what was made of a
write-up that was submitted; earlier lines of the audit trail, which the database itself refuses to change and which
hold what people entered in forms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from store import Store, Transaction
from store.audit import AuditRecord
from store.incidents import IncidentRecord
from store.occurrences import OccurrenceRecord
from workflows.cards import card_key
from workflows.clock import Clock
from workflows.errors import NotFound, UserError
from workflows.people import Actor
from workflows.ports import DeliveryBell
from workflows.writeups.gathering import forget_within

MOST_DIGITS = 9  # of an incident's number; databases count no further than ten
WORDS_OF_A_CASE = ("lessons", "link")


@dataclass(frozen=True)
class Forgotten:
    """How much of an incident was removed."""

    incident_id: int
    messages: int
    examples: int


@dataclass(frozen=True)
class Forgetting:
    """Removes what incidents left behind; for whoever runs the bot."""

    store: Store
    clock: Clock
    bell: DeliveryBell

    def incident(self, reference: str, actor: Actor) -> Forgotten:
        """Forget one incident by its number; raises NotFound, UserError. Forgetting twice is harmless."""
        if not reference.isdecimal() or len(reference) > MOST_DIGITS:
            msg = f"{reference} is no incident; give its number, which `faultline examples FM-0012` names."
            raise UserError(msg)
        with self.store.begin() as tx:
            incident = tx.incidents.take(int(reference))
            if incident is None:
                msg = f"There is no incident {reference}; `faultline examples FM-0012` names some."
                raise NotFound(msg)
            forgotten = self._forget(tx, incident, actor)
        self.bell.ring()
        return forgotten

    def channel(self, reference: str, actor: Actor) -> Sequence[Forgotten]:
        """Forget every incident of a channel, by its id or name; raises NotFound for a channel nobody was heard in."""
        with self.store.read() as tx:
            numbers = tx.incidents.numbers_in(reference.removeprefix("#"))
        if not numbers:
            msg = f"Nothing was heard in {reference}; give the channel's id, which stands at the end of its details."
            raise NotFound(msg)
        return [self.incident(str(number), actor) for number in numbers]

    def _forget(self, tx: Transaction, incident: IncidentRecord, actor: Actor) -> Forgotten:
        now = self.clock()
        forgotten = Forgotten(
            incident.id, messages=tx.incidents.forget(incident.id), examples=tx.examples.remove_of(incident.id)
        )
        tx.runs.forget_words(incident.id)
        forget_within(tx, incident)
        for case in tx.occurrences.of_incident(incident.id):
            tx.occurrences.change(case.id, document=_without_words(case))
        tx.outbox.edit(card_key(incident.id), at=now)
        counts = {"messages": forgotten.messages, "examples": forgotten.examples}
        tx.audit.add(AuditRecord(now, actor.user_id, "incident.forget", f"incident:{incident.id}", None, counts))
        return forgotten


def _without_words(case: OccurrenceRecord) -> dict[str, Any]:
    """Return the case without what was told of it; a form that is open keeps nobody's words either."""
    said = {name: value for name, value in case.document.items() if name not in WORDS_OF_A_CASE}
    return {**said, "version": int(case.document.get("version", 0)) + 1}
