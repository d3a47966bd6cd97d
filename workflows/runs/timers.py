"""The clocks of runs: due rows that any number of processes may sweep, each acted on once."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from store import Store, Transaction
from workflows.clock import Clock
from workflows.ports import DeliveryBell
from workflows.runs.escalation import ask_within
from workflows.runs.run import WORD, Run, checklist_key, run_within

AT_ONCE: Final = 50  # runs taken up in one sweep; the next sweep takes the rest


@dataclass(frozen=True)
class Timers:
    """Says when a remedy takes longer than expected, asks the next for help, and ends degraded mode's time."""

    store: Store
    clock: Clock
    bell: DeliveryBell

    def sweep(self) -> int:
        """Act on every run of which some time is over, and return how many there were."""
        now = self.clock()
        with self.store.begin() as tx:
            due = tx.runs.due(now, limit=AT_ONCE)
            for run_id in due:
                self._act(tx, run_id, now)
        if due:
            self.bell.ring()
        return len(due)

    def _act(self, tx: Transaction, run_id: int, now: datetime) -> None:
        record = tx.runs.get(run_id)
        if record is None:
            return
        run = run_within(tx, record)
        if record.due_at is not None and record.due_at <= now:
            tx.runs.change(run_id, due_at=None, overdue_at=now)
            self._say(tx, run, "overdue", now)
        if record.degraded_until is not None and record.degraded_until <= now:
            tx.runs.change(run_id, degraded_until=None)
            self._say(tx, run, "degraded_too_long", now)
        waiting = next((one for one in run.escalation if one.due_at is not None and one.due_at <= now), None)
        if waiting is not None:
            ask_within(tx, run, waiting, now, by=None)
        tx.outbox.edit(checklist_key(run_id), at=now)

    @staticmethod
    def _say(tx: Transaction, run: Run, what: str, now: datetime) -> None:
        number = tx.runs.tell(run.id, what, at=now, text=run.record.state)
        incident = tx.incidents.get(run.record.incident_id)
        tx.outbox.owe_once(
            f"run:{run.id}:{what}:{number}", kind=WORD, subject=f"{run.id}|{what}|{run.record.state}",
            address=run.channel_id, thread_ts=incident.card_thread_ts if incident else None, at=now,
        )  # fmt: skip
