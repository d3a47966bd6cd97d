"""Asking for help: the places of a remedy's escalation path, in order, each once, each after its wait."""

from datetime import datetime, timedelta
from typing import Final

from store import Transaction
from store.runs import EscalationRecord
from workflows.entries.mitigations import EscalationStep, Mitigation
from workflows.listening import SHARED
from workflows.people import is_person
from workflows.rotas import Rotas
from workflows.runs.run import CALL, WORD, Run, checklist_key

LATE: Final = timedelta(minutes=2)  # beyond which a wait was missed, so that those behind it wait as much longer


def plan_within(tx: Transaction, run_id: int, remedy: Mitigation, rotas: Rotas, begin: datetime | None) -> None:
    """Write down whom the run asks; from `begin` on by itself, and only by hand where that is None."""
    for place, one in enumerate(path_of(remedy)):
        due = begin + timedelta(minutes=one.after_min) if begin else None
        holders = list(rotas.holders(one.to))
        tx.runs.plan_escalation(run_id, place, role=one.to, holders=holders, after_min=one.after_min, due_at=due)


def path_of(remedy: Mitigation) -> list[EscalationStep]:
    """Return the places of the remedy's escalation path in the order in which they are asked."""
    return sorted(remedy.escalation, key=lambda one: one.after_min)


def ask_within(tx: Transaction, run: Run, asked: EscalationRecord, now: datetime, *, by: str | None) -> None:
    """Ask those at one place, and let whoever comes behind them wait as long as between the two.

    After a downtime several waits may be over at once: so only one place is asked, and nobody is woken in vain.
    """
    late = now - asked.due_at if asked.due_at else None
    room = None if run.is_drill else _room_within(tx, run, asked.place)
    tx.runs.change_escalation(run.id, asked.place, due_at=None, asked_at=now, asked_by=by, asked_in=room)
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
    elsewhere = [room] if room and room != run.channel_id else []
    called = [person for person in asked.holders if is_person(person)]
    for address in [*called, *elsewhere]:
        tx.outbox.owe_once(
            f"run:{run.id}:call:{asked.place}:{address}", kind=CALL, subject=f"{run.id}|{asked.place}|{address}",
            address=address, at=now,
        )  # fmt: skip


def _room_within(tx: Transaction, run: Run, place: int) -> str | None:
    """Return the channel that the entry names for the place, or None for one we do not know.

    We know those we are or were in: Slack lets us post nowhere else. One that is shared is left out.
    """
    named = path_of(run.remedy)[place].channel
    channel = tx.incidents.channel_known_as(named.strip().removeprefix("#")) if named else None
    return channel.id if channel is not None and channel.decided_by != SHARED else None


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
