"""Remedies that people carry out in an incident: the run, its steps, its events, its escalation, its outcome."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import EscalationRow, RunEventRow, RunOutcomeRow, RunRow, RunStepRow
from store.records import record_of

# The states in which people still work on it.
OPEN = ("running", "failed", "fallback", "rolling_back")


@dataclass(frozen=True)
class RunRecord:
    """One remedy carried out in one incident; `document` is the remedy as it read when it was started.

    `state` is running, failed, fallback, rolling_back, or how it ended: worked, rolled_back, given_up, called_off.
    `due_at` is when the time expected for what runs now is over; None where that was said, or nothing is expected.
    """

    id: int
    incident_id: int
    entry_id: str
    mitigation: str
    attempt: int
    document: dict[str, Any]
    state: str
    started_by: str
    started_at: datetime
    due_at: datetime | None
    overdue_at: datetime | None
    fallback_at: datetime | None
    rollback_at: datetime | None
    degraded_at: datetime | None
    degraded_until: datetime | None
    escalation_stopped_by: str | None
    ended_at: datetime | None
    ended_by: str | None

    @property
    def is_open(self) -> bool:
        """Whether people still work on it."""
        return self.state in OPEN


@dataclass(frozen=True)
class StepRecord:
    """A step: `part` is remedy or rollback, `state` open, done or skipped (it does not apply here)."""

    part: str
    place: int
    text: str
    state: str
    by: str | None
    at: datetime | None
    comment: str | None


@dataclass(frozen=True)
class RunEventRecord:
    """Something that happened in a run; nobody did it where time passed."""

    at: datetime
    by: str | None
    kind: str
    text: str


@dataclass(frozen=True)
class EscalationRecord:
    """One to ask for help: the role as the entry names it, and the Slack ids of who holds it (none where unknown).

    `due_at` is when they are asked by themselves, None once they were asked or while nobody shall be. `asked_in` is the
    channel of theirs in which they were asked as well, None where the entry names none that we know.
    """

    place: int
    role: str
    holders: list[str]
    after_min: int
    due_at: datetime | None
    asked_at: datetime | None
    asked_by: str | None
    asked_in: str | None = None


@dataclass(frozen=True)
class OutcomeRecord:
    """What one of those who ran it says: yes, partly or no, what differed, and whether the entry is still right."""

    user_id: str
    helped: str
    differed: str
    still_right: bool | None
    at: datetime


class Runs:
    """Runs within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def start(
        self, incident_id: int, entry_id: str, mitigation: str, *, document: dict[str, Any], by: str, at: datetime
    ) -> RunRecord:
        """Return a new run of the remedy; whoever calls holds the incident, so that two do not start at once."""
        same = (RunRow.incident_id == incident_id) & (RunRow.entry_id == entry_id) & (RunRow.mitigation == mitigation)
        earlier = self._session.scalar(select(func.max(RunRow.attempt)).where(same)) or 0
        row = RunRow(
            incident_id=incident_id, entry_id=entry_id, mitigation=mitigation, attempt=earlier + 1, document=document,
            state="running", started_by=by, started_at=at,
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        return record_of(RunRecord, row)

    def get(self, run_id: int) -> RunRecord | None:
        """Return the run, or None."""
        row = self._session.get(RunRow, run_id)
        return record_of(RunRecord, row) if row else None

    def take(self, run_id: int) -> RunRecord | None:
        """Return the run, or None; nobody else changes it until the transaction ends."""
        row = self._session.get(RunRow, run_id, with_for_update=True, populate_existing=True)
        return record_of(RunRecord, row) if row else None

    def of_incident(self, incident_id: int) -> list[RunRecord]:
        """Return the incident's runs, oldest first."""
        query = select(RunRow).where(RunRow.incident_id == incident_id).order_by(RunRow.id)
        return [record_of(RunRecord, row) for row in self._session.scalars(query)]

    def open_ones(self, *, limit: int) -> list[RunRecord]:
        """Return runs that people still work on, the newest first."""
        query = select(RunRow).where(RunRow.state.in_(OPEN)).order_by(RunRow.id.desc()).limit(limit)
        return [record_of(RunRecord, row) for row in self._session.scalars(query)]

    def change(self, run_id: int, **values: Any) -> None:
        """Set some of the run's columns."""
        self._session.execute(update(RunRow).where(RunRow.id == run_id).values(**values))
        self._session.expire_all()

    def due(self, now: datetime, *, limit: int) -> list[int]:
        """Return open runs of which some time is over: of the remedy, of degraded mode, or before somebody is asked.

        Rows that another process holds just now are left to it.
        """
        waits = select(EscalationRow.run_id).where(EscalationRow.due_at <= now)
        is_due = or_(RunRow.due_at <= now, RunRow.degraded_until <= now, RunRow.id.in_(waits))
        query = select(RunRow.id).where(RunRow.state.in_(OPEN), is_due).order_by(RunRow.id).limit(limit)
        return list(self._session.scalars(query.with_for_update(skip_locked=True, of=RunRow)))

    def add_steps(self, run_id: int, part: str, texts: Sequence[str]) -> None:
        """Write down the steps of a part of the run, once."""
        for place, text in enumerate(texts):
            insert_once(self._session, RunStepRow, run_id=run_id, part=part, place=place, text=text, state="open")

    def steps(self, run_id: int) -> list[StepRecord]:
        """Return the run's steps, those of the remedy first."""
        query = select(RunStepRow).where(RunStepRow.run_id == run_id).order_by(RunStepRow.part, RunStepRow.place)
        return [record_of(StepRecord, row) for row in self._session.scalars(query)]

    def mark(self, run_id: int, part: str, place: int, **values: Any) -> None:
        """Set some of a step's columns."""
        row = RunStepRow
        one = (row.run_id == run_id) & (row.part == part) & (row.place == place)
        self._session.execute(update(row).where(one).values(**values))
        self._session.expire_all()

    def tell(self, run_id: int, kind: str, *, at: datetime, by: str | None = None, text: str = "") -> int:
        """Note what happened, and return the note's number."""
        row = RunEventRow(run_id=run_id, at=at, by=by, kind=kind, text=text)
        self._session.add(row)
        self._session.flush()
        return row.id

    def events(self, run_id: int) -> list[RunEventRecord]:
        """Return what happened in the run, in order."""
        query = select(RunEventRow).where(RunEventRow.run_id == run_id).order_by(RunEventRow.id)
        return [record_of(RunEventRecord, row) for row in self._session.scalars(query)]

    def plan_escalation(self, run_id: int, place: int, **values: Any) -> None:
        """Write down whom the run asks at a place of its path, once."""
        insert_once(self._session, EscalationRow, run_id=run_id, place=place, **values)

    def escalation(self, run_id: int) -> list[EscalationRecord]:
        """Return whom the run asks, in order."""
        query = select(EscalationRow).where(EscalationRow.run_id == run_id).order_by(EscalationRow.place)
        return [record_of(EscalationRecord, row) for row in self._session.scalars(query)]

    def change_escalation(self, run_id: int, place: int, **values: Any) -> None:
        """Set some columns of one place of the path."""
        row = EscalationRow
        self._session.execute(update(row).where(row.run_id == run_id, row.place == place).values(**values))
        self._session.expire_all()

    def say_outcome(self, run_id: int, user_id: str, **values: Any) -> None:
        """Keep what a person says came of it; the last word counts."""
        if not insert_once(self._session, RunOutcomeRow, run_id=run_id, user_id=user_id, **values):
            row = RunOutcomeRow
            self._session.execute(update(row).where(row.run_id == run_id, row.user_id == user_id).values(**values))
            self._session.expire_all()

    def outcomes(self, run_id: int) -> list[OutcomeRecord]:
        """Return what those who ran it said, the earliest first."""
        query = select(RunOutcomeRow).where(RunOutcomeRow.run_id == run_id).order_by(RunOutcomeRow.at)
        return [record_of(OutcomeRecord, row) for row in self._session.scalars(query)]

    def forget_words(self, incident_id: int) -> None:
        """Remove what people wrote in the incident's runs; who checked what and when stays."""
        of_incident = select(RunRow.id).where(RunRow.incident_id == incident_id)
        for change in (
            update(RunStepRow).where(RunStepRow.run_id.in_(of_incident)).values(comment=None),
            update(RunOutcomeRow).where(RunOutcomeRow.run_id.in_(of_incident)).values(differed=""),
        ):
            self._session.execute(change, execution_options={"synchronize_session": False})
        self._session.expire_all()
