"""Starting a remedy, checking its steps, and deciding what comes next; pressing anything twice is harmless."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from store import Store, Transaction
from store.audit import AuditRecord
from store.incidents import IncidentRecord
from store.runs import RunRecord
from workflows.clock import Clock
from workflows.entries.document import FailureMode
from workflows.entries.mitigations import Mitigation
from workflows.entries.parts import without_unstorable_characters
from workflows.errors import NotFound, UserError
from workflows.masking import masked
from workflows.people import Actor, require_colleague
from workflows.ports import DeliveryBell
from workflows.rotas import Rotas
from workflows.runs.escalation import ask_nobody_within, ask_within, plan_within
from workflows.runs.run import (
    CHECKLIST,
    OUTCOME,
    REMEDY,
    ROLLBACK,
    Run,
    StepState,
    checklist_key,
    due_after,
    expected,
    name_of,
    outcome_key,
    run_within,
    written_down,
)

CALM: Final = timedelta(seconds=1)  # between two edits of one checklist
MAX_COMMENT: Final = 500
MOST_LISTED: Final = 20  # runs shown of all channels

Ending = Literal["worked", "rolled_back", "given_up"]


@dataclass(frozen=True)
class Runs:
    """Carrying remedies out; `rotas` knows who is behind the roles that entries name.

    With `escalates` the escalation path is asked by itself as the entry says; without, only by hand.
    """

    store: Store
    clock: Clock
    bell: DeliveryBell
    rotas: Rotas
    escalates: bool = True

    def start_within(
        self, tx: Transaction, incident: IncidentRecord, entry: FailureMode, remedy: Mitigation, actor: Actor,
        *, again: bool = False,
    ) -> int:  # fmt: skip
        """Start the remedy as part of the caller's transaction, which holds the incident; return the run's number.

        One that runs goes on; one that was called off is taken up where it stood; one that is over starts `again`.
        """
        now = self.clock()
        name = name_of(remedy)
        known = [one for one in tx.runs.of_incident(incident.id) if (one.entry_id, one.mitigation) == (entry.id, name)]
        if known and known[-1].state == "called_off":
            self._take_up(tx, known[-1], actor, now)
            return known[-1].id
        if known and (known[-1].is_open or not again):
            return known[-1].id
        rotas = Rotas() if incident.is_drill else self.rotas  # practice wakes nobody
        document = written_down(entry, remedy, rotas)
        run = tx.runs.start(incident.id, entry.id, name, document=document, by=actor.user_id, at=now)
        tx.runs.change(run.id, due_at=due_after(now, expected(remedy)))
        tx.runs.add_steps(run.id, REMEDY, remedy.checklist)
        tx.runs.tell(run.id, "started", at=now, by=actor.user_id)
        plan_within(tx, run.id, remedy, rotas, now if self.escalates else None)
        self._begins(tx, incident, entry, actor, now)
        tx.outbox.owe_once(
            checklist_key(run.id), kind=CHECKLIST, subject=str(run.id), address=incident.channel_id,
            thread_ts=incident.card_thread_ts, at=now,
        )  # fmt: skip
        return run.id

    def start(self, run_id: int, name: str, actor: Actor, *, channel_id: str, entry: FailureMode) -> None:
        """Start another remedy of the entry beside a run, or the same once more; raises NotFound."""
        require_colleague(actor)
        with self.store.begin() as tx:
            record = _standing_in(tx, tx.runs.get(run_id), channel_id)
            incident = tx.incidents.take(record.incident_id)
            if incident is not None:
                self.start_within(tx, incident, entry, remedy_named(entry, name), actor, again=True)
        self.bell.ring()

    def call_off_within(self, tx: Transaction, incident_id: int, entry_id: str, actor: Actor) -> None:
        """Call off what runs of the entry in the incident, because it was not this after all."""
        now = self.clock()
        for one in tx.runs.of_incident(incident_id):
            if one.entry_id == entry_id and one.is_open and tx.runs.take(one.id):
                tx.runs.change(one.id, state="called_off", due_at=None, ended_at=now, ended_by=actor.user_id)
                ask_nobody_within(tx, one.id)
                self._told(tx, one.id, "called_off", actor)

    def run(self, run_id: int) -> Run | None:
        """Return the run as it stands, or None."""
        with self.store.read() as tx:
            record = tx.runs.get(run_id)
            return run_within(tx, record) if record else None

    def of_incident(self, incident_id: int) -> list[Run]:
        """Return the incident's runs, oldest first."""
        with self.store.read() as tx:
            return [run_within(tx, record) for record in tx.runs.of_incident(incident_id)]

    def open(self, run_id: int, actor: Actor, *, channel_id: str) -> Run:
        """Return a run to somebody who may act in it, where they stand."""
        require_colleague(actor)
        with self.store.read() as tx:
            return run_within(tx, _standing_in(tx, tx.runs.get(run_id), channel_id))

    def mark(
        self, run_id: int, part: str, place: int, state: StepState | None, actor: Actor, *, channel_id: str,
        comment: str = "",
    ) -> None:  # fmt: skip
        """Check a step, skip it, open it again, or (state None) only say something to it; who was first stands."""
        with self._acting(run_id, actor, channel_id) as (tx, run, now):
            step = next((one for one in run.steps if (one.part, one.place) == (part, place)), None)
            if step is None:
                msg = "This step is no part of the run any more; look at the checklist again."
                raise NotFound(msg)
            said = masked(without_unstorable_characters(comment.strip()))[:MAX_COMMENT]
            if said:
                tx.runs.mark(run_id, part, place, comment=said)
            if state is not None and state != step.state:
                is_open = state == "open"
                tx.runs.mark(
                    run_id, part, place, state=state, by=None if is_open else actor.user_id, at=None if is_open else now
                )
            if said or (state is not None and state != step.state):
                self._told(tx, run_id, f"step_{state or 'said'}", actor, text=f"{part} {place + 1}")

    def worked(self, run_id: int, actor: Actor, *, channel_id: str, seen: str) -> None:
        """End the run: what ran (as the person saw it) worked."""
        with self._acting(run_id, actor, channel_id, seen=seen) as (tx, run, now):
            self._end(tx, run, "rolled_back" if run.record.state == "rolling_back" else "worked", actor, now)

    def failed(self, run_id: int, actor: Actor, *, channel_id: str, seen: str) -> None:
        """Note that what ran (as the person saw it) did not work, so that the next resort is offered."""
        with self._acting(run_id, actor, channel_id, seen=seen) as (tx, run, _):
            if run.record.state != "failed":
                tx.runs.change(run_id, state="failed", due_at=None, overdue_at=None)
                self._told(tx, run_id, "failed", actor, text=run.record.state)

    def fall_back(self, run_id: int, actor: Actor, *, channel_id: str) -> None:
        """Go over to the fallback, once; it gets as long as the remedy."""
        with self._acting(run_id, actor, channel_id) as (tx, run, now):
            if run.record.fallback_at is None and run.remedy.fallback:
                due = due_after(now, expected(run.remedy))
                tx.runs.change(run_id, state="fallback", fallback_at=now, due_at=due, overdue_at=None)
                self._told(tx, run_id, "fallback", actor)

    def roll_back(self, run_id: int, actor: Actor, *, channel_id: str) -> None:
        """Begin the way back, once, as the person confirmed; its steps join the checklist."""
        with self._acting(run_id, actor, channel_id) as (tx, run, now):
            back = run.remedy.rollback
            if back is None or not run.may_roll_back:
                return
            time = timedelta(minutes=back.estimated_min) if back.estimated_min else None
            tx.runs.change(run_id, state="rolling_back", rollback_at=now, due_at=due_after(now, time), overdue_at=None)
            tx.runs.add_steps(run_id, ROLLBACK, back.steps or [back.text])
            self._told(tx, run_id, "rolling_back", actor)

    def give_up(self, run_id: int, actor: Actor, *, channel_id: str) -> None:
        """End the run without success."""
        with self._acting(run_id, actor, channel_id) as (tx, run, now):
            self._end(tx, run, "given_up", actor, now)

    def degrade(self, run_id: int, actor: Actor, *, channel_id: str, on: bool) -> None:
        """Note that degraded mode was entered, or left."""
        with self._acting(run_id, actor, channel_id) as (tx, run, now):
            mode = run.remedy.degraded_mode
            if mode is None or on == (run.record.degraded_at is not None):
                return
            most = timedelta(minutes=mode.max_duration_min) if mode.max_duration_min else None
            until = due_after(now, most) if on else None
            tx.runs.change(run_id, degraded_at=now if on else None, degraded_until=until)
            self._told(tx, run_id, "degraded" if on else "normal", actor)

    def escalate(self, run_id: int, place: int, actor: Actor, *, channel_id: str) -> None:
        """Ask those at this place of the path now; once they were asked it does nothing."""
        with self._acting(run_id, actor, channel_id) as (tx, run, now):
            waiting = run.next_to_ask
            if waiting is not None and waiting.place == place:
                ask_within(tx, run, waiting, now, by=actor.user_id)
                self._edit(tx, run_id, now)

    def stop_escalation(self, run_id: int, actor: Actor, *, channel_id: str) -> None:
        """Let nobody more be asked by itself; anyone on the incident may."""
        with self._acting(run_id, actor, channel_id) as (tx, run, _):
            if any(one.due_at for one in run.escalation):
                ask_nobody_within(tx, run_id)
                tx.runs.change(run_id, escalation_stopped_by=actor.user_id)
                self._told(tx, run_id, "escalation_stopped", actor)

    @contextmanager
    def _acting(
        self, run_id: int, actor: Actor, channel_id: str, *, seen: str | None = None
    ) -> Iterator[tuple[Transaction, Run, datetime]]:
        """Hold the open run for the block; raises UserError where it is over, or went on since it was `seen`."""
        require_colleague(actor)
        with self.store.begin() as tx:
            record = _standing_in(tx, tx.runs.take(run_id), channel_id)
            if not record.is_open:
                msg = "This run is over; `/failure runs` shows what is under way here."
                raise UserError(msg)
            if seen is not None and seen != record.state:
                msg = "Somebody was faster: the run has moved on. Look at the checklist again."
                raise UserError(msg)
            yield tx, run_within(tx, record), self.clock()
        self.bell.ring()

    def _begins(
        self, tx: Transaction, incident: IncidentRecord, entry: FailureMode, actor: Actor, now: datetime
    ) -> None:
        tx.incidents.note_time(incident.id, "mitigation_started", now, source=f"remedy of {entry.id} started")
        if incident.status == "open":
            tx.incidents.change(incident.id, status="mitigating")
        tx.audit.add(AuditRecord(now, actor.user_id, "run.start", f"entry:{entry.id}", None, {"incident": incident.id}))

    def _take_up(self, tx: Transaction, record: RunRecord, actor: Actor, now: datetime) -> None:
        run = run_within(tx, record)
        tx.runs.change(
            record.id, state="running", ended_at=None, ended_by=None, due_at=due_after(now, expected(run.remedy))
        )
        self._told(tx, record.id, "taken_up", actor)

    def _end(self, tx: Transaction, run: Run, state: Ending, actor: Actor, now: datetime) -> None:
        tx.runs.change(
            run.id, state=state, due_at=None, overdue_at=None, degraded_until=None, ended_at=now, ended_by=actor.user_id
        )
        ask_nobody_within(tx, run.id)
        incident = tx.incidents.get(run.record.incident_id)
        if state == "worked" and incident is not None and incident.status in {"open", "mitigating"}:
            tx.incidents.change(incident.id, status="mitigated")
            tx.incidents.note_time(incident.id, "mitigated", now, source=f"remedy of {run.entry_id} worked")
        self._told(tx, run.id, state, actor)
        if not run.is_drill:
            tx.outbox.owe_once(
                outcome_key(run.id), kind=OUTCOME, subject=str(run.id), address=run.channel_id,
                thread_ts=incident.card_thread_ts if incident else None, at=now,
            )  # fmt: skip

    def _told(self, tx: Transaction, run_id: int, kind: str, actor: Actor, *, text: str = "") -> None:
        now = self.clock()
        tx.runs.tell(run_id, kind, at=now, by=actor.user_id, text=text)
        self._edit(tx, run_id, now)

    @staticmethod
    def _edit(tx: Transaction, run_id: int, now: datetime) -> None:
        tx.outbox.edit(checklist_key(run_id), at=now, calm=CALM)


def remedy_named(entry: FailureMode, name: str) -> Mitigation:
    """Return the entry's remedy that begins so; raises NotFound where it was taken out meanwhile."""
    found = next((one for one in entry.mitigations if name_of(one).startswith(name)), None)
    if found is None:
        msg = f"{entry.id} has no such remedy any more; look at the entry with `/failure show {entry.id}`."
        raise NotFound(msg)
    return found


def _standing_in(tx: Transaction, record: RunRecord | None, channel_id: str) -> RunRecord:
    incident = tx.incidents.get(record.incident_id) if record else None
    if record is None or incident is None or incident.channel_id != channel_id:
        msg = "This run belongs to no incident of this channel any more; `/failure runs` shows what is under way."
        raise NotFound(msg)
    return record
