"""Asking for help: the places of a remedy's escalation path, in order, each once, each after its wait."""

from datetime import datetime, timedelta
from typing import Final

from store import Transaction
from store.runs import EscalationRecord
from workflows.entries.mitigations import Mitigation
from workflows.rotas import Rotas
from workflows.runs.run import CALL, WORD, Run, checklist_key

LATE: Final = timedelta(minutes=2)  # beyond which a wait was missed, so that those behind it wait as much longer


def plan_within(tx: Transaction, run_id: int, remedy: Mitigation, rotas: Rotas, begin: datetime | None) -> None:
    """Write down whom the run asks; from `begin` on by itself, and only by hand where that is None."""
    path = sorted(remedy.escalation, key=lambda one: one.after_min)
    for place, one in enumerate(path):
        due = begin + timedelta(minutes=one.after_min) if begin else None
        holders = list(rotas.holders(one.to))
        tx.runs.plan_escalation(run_id, place, role=one.to, holders=holders, after_min=one.after_min, due_at=due)


def ask_within(tx: Transaction, run: Run, asked: EscalationRecord, now: datetime, *, by: str | None) -> None:
    """Ask those at one place, and let whoever comes behind them wait as long as between the two.

    After a downtime several waits may be over at once: so only one place is asked, and nobody is woken in vain.
    """
    late = now - asked.due_at if asked.due_at else None
    tx.runs.change_escalation(run.id, asked.place, due_at=None, asked_at=now, asked_by=by)
    tx.runs.tell(run.id, "escalated", at=now, by=by, text=asked.role)
    if by is not None or (late is not None and late > LATE):
        for behind in run.escalation:
            if behind.place > asked.place and behind.due_at is not None:
                wait = timedelta(minutes=behind.after_min - asked.after_min)
                tx.runs.change_escalation(run.id, behind.place, due_at=now + wait)
    incident = tx.incidents.get(run.record.incident_id)
    tx.outbox.owe_once(
        f"run:{run.id}:asked:{asked.place}", kind=WORD, subject=f"{run.id}|asked|{asked.place}",
        address=run.channel_id, thread_ts=incident.card_thread_ts if incident else None, at=now,
    )  # fmt: skip
    for person in asked.holders:
        if person.startswith(("U", "W")):
            tx.outbox.owe_once(
                f"run:{run.id}:call:{asked.place}:{person}", kind=CALL, subject=f"{run.id}|{asked.place}",
                address=person, at=now,
            )  # fmt: skip


def ask_nobody_within(tx: Transaction, run_id: int) -> None:
    """Let nobody more be asked by itself."""
    for one in tx.runs.escalation(run_id):
        if one.due_at is not None:
            tx.runs.change_escalation(run_id, one.place, due_at=None)


def call_off_clocks_within(tx: Transaction, incident_id: int, now: datetime) -> None:
    """Let the incident's runs wake nobody and say nothing of their time any more: the harm is over."""
    for run in tx.runs.of_incident(incident_id):
        if run.is_open:
            ask_nobody_within(tx, run.id)
            tx.runs.change(run.id, due_at=None)
            tx.outbox.edit(checklist_key(run.id), at=now)
