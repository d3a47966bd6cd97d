"""An incident as a whole: how bad, how far, who leads, since when, and what was matched and tried.

open ──> mitigating ──> mitigated ──> resolved        any of them from any other, since people change their minds
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal

from store import Store, Transaction
from store.audit import AuditRecord
from store.incidents import IncidentRecord, TimeRecord, UnmatchedRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.entry import Entry
from workflows.entries.parts import Certainty, SeverityLevel, without_unstorable_characters
from workflows.errors import InvalidForm, UserError
from workflows.incidents import Message
from workflows.incidenttools import Status, is_incident_tool, reported
from workflows.occurrences import certainty_of
from workflows.people import Actor, require_colleague
from workflows.runs.escalation import call_off_clocks_within
from workflows.runs.run import Run, run_within

MAX_SERVICES: Final = 20
MOST_UNMATCHED: Final = 200  # incidents listed
MAX_SERVICE: Final = 80  # characters of a service's name
# The times of an incident, in the order in which they usually come, with what each is called.
TIMES: Final[Mapping[str, str]] = {
    "detected": "detected",
    "first_suggestion": "first suggestion",
    "match_confirmed": "match confirmed",
    "mitigation_started": "mitigation started",
    "mitigated": "mitigated",
    "resolved": "resolved",
}
REACHED: Final[Mapping[Status, str]] = {
    "mitigating": "mitigation_started",
    "mitigated": "mitigated",
    "resolved": "resolved",
}


Clearable = Literal["severity", "commander", "environment"]


@dataclass(frozen=True)
class Matched:
    """An entry that people confirmed for the incident, and how sure they are."""

    entry: Entry
    certainty: Certainty


@dataclass(frozen=True)
class Situation:
    """How an incident stands; `times` are in the order in which things happened."""

    incident: IncidentRecord
    times: tuple[TimeRecord, ...]
    matched: tuple[Matched, ...]
    runs: tuple[Run, ...]
    at: datetime

    @property
    def status(self) -> str:
        """How far it is."""
        return self.incident.status

    @property
    def is_gap(self) -> bool:
        """Whether nothing in the catalog was found to be it."""
        return not self.matched


@dataclass(frozen=True)
class Change:
    """What is to change of an incident; what is None stays, unless it is among the `cleared`."""

    status: Status | None = None
    severity: SeverityLevel | None = None
    commander: str | None = None
    services: Sequence[str] | None = None
    model_families: Sequence[str] | None = None
    environment: str | None = None
    times: Mapping[str, datetime] | None = None
    cleared: Collection[Clearable] = ()

    @property
    def values(self) -> dict[str, Any]:
        """The columns that change, apart from the times."""
        named = {name: getattr(self, name) for name in ("status", "severity", "commander", "environment")}
        lists = {
            name: list(given) for name in ("services", "model_families") if (given := getattr(self, name)) is not None
        }
        given = {name: value for name, value in named.items() if value is not None}
        return {**dict.fromkeys(self.cleared), **given, **lists}


@dataclass(frozen=True)
class Situations:
    """Looking at incidents as a whole, and changing what is known of them."""

    store: Store
    clock: Clock
    catalog: Catalog

    def here(self, channel_id: str, actor: Actor) -> Situation:
        """Return the latest incident of the channel as it stands; raises UserError where there is none."""
        require_colleague(actor)
        with self.store.read() as tx:
            incident = tx.incidents.in_channel(channel_id)
            if incident is None:
                msg = (
                    "Nothing of an incident was said in this channel since I listen. `/failure watch` makes me listen."
                )
                raise UserError(msg)
            return self._within(tx, incident)

    def change(self, incident_id: int, change: Change, actor: Actor, *, channel_id: str) -> Situation:
        """Change what is known of the incident, and return how it stands; raises UserError, InvalidForm."""
        require_colleague(actor)
        self.require_possible(change)
        with self.store.begin() as tx:
            incident = tx.incidents.take(incident_id)
            if incident is None or incident.channel_id != channel_id:
                msg = "That incident belongs to another channel; look again with `/failure status`."
                raise UserError(msg)
            self.change_within(tx, incident, change, by=actor.user_id, source=f"said by {actor.user_id}")
            known = tx.incidents.get(incident_id)
            return self._within(tx, known or incident)

    def unmatched(self, *, quiet: timedelta) -> list[UnmatchedRecord]:
        """Return incidents that are over, or quiet for so long, and that nothing in the catalog was found to be."""
        with self.store.read() as tx:
            return tx.incidents.unmatched(quiet_since=self.clock() - quiet, limit=MOST_UNMATCHED)

    def hear(self, message: Message) -> bool:
        """Take over what the bot of an incident tool says of the incident; return whether it said anything."""
        if message.deleted or message.is_shared or not is_incident_tool(message.bot_name):
            return False
        said = reported(message.text)
        if said.is_nothing:
            return False
        change = Change(said.status, said.severity, said.commander)
        with self.store.begin() as tx:
            incident = tx.incidents.with_evidence(message.channel_id, message.ts)
            if incident is not None:
                self.change_within(tx, incident, change, by=message.bot_name, source=f"said by {message.bot_name}")
        return incident is not None

    def change_within(self, tx: Transaction, incident: IncidentRecord, change: Change, *, by: str, source: str) -> None:
        """Change what is known of the incident as part of the caller's transaction; `source` says how it is known."""
        before = {name: getattr(incident, name) for name in change.values}
        after = change.values
        now = self.clock()
        if after != before:
            tx.incidents.change(incident.id, **after)
            tx.audit.add(AuditRecord(now, by, "incident.change", f"incident:{incident.id}", before, after))
        if change.status is not None and change.status != incident.status:
            self._moved(tx, incident.id, change.status, now, source)
        for name, at in (change.times or {}).items():
            tx.incidents.forget_time(incident.id, name)
            tx.incidents.note_time(incident.id, name, at, source=source)

    @staticmethod
    def _moved(tx: Transaction, incident_id: int, status: Status, now: datetime, source: str) -> None:
        """Note when a status was reached; going back takes back what it undoes."""
        order = ["open", *REACHED]
        undone = [time for later, time in REACHED.items() if order.index(later) > order.index(status)]
        tx.incidents.forget_time(incident_id, *(set(undone) - {"mitigation_started"}))
        if (reached := REACHED.get(status)) is not None:
            tx.incidents.note_time(incident_id, reached, now, source=source)
        if status in {"mitigated", "resolved"}:
            call_off_clocks_within(tx, incident_id, now)

    def require_possible(self, change: Change) -> None:
        """Raise InvalidForm for a time in the future and for more services than anybody would read."""
        late = [name for name, at in (change.times or {}).items() if at > self.clock()]
        if late:
            raise InvalidForm(dict.fromkeys(late, "This lies in the future; say when it was."))
        if len(change.services or ()) > MAX_SERVICES:
            raise InvalidForm({"services": f"At most {MAX_SERVICES} services; name the ones that matter."})

    def _within(self, tx: Transaction, incident: IncidentRecord) -> Situation:
        cases = {case.entry_id: case for case in tx.occurrences.of_incident(incident.id)}
        matched = [
            Matched(entry, certainty_of(case))
            for entry_id, case in cases.items()
            if (entry := self.catalog.published_entry(entry_id)) is not None
        ]
        return Situation(
            incident=incident,
            times=tuple(tx.incidents.times(incident.id)),
            matched=tuple(matched),
            runs=tuple(run_within(tx, record) for record in tx.runs.of_incident(incident.id)),
            at=self.clock(),
        )


def services_named(text: str) -> list[str]:
    """Return the names that a person typed, parted by commas or lines, each once."""
    parts = without_unstorable_characters(text).replace("\n", ",").split(",")
    return list(dict.fromkeys(part.strip()[:MAX_SERVICE] for part in parts if part.strip()))
