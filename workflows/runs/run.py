"""What a run looks like: the remedy as it read when it was started, its steps, its clock, and what comes next.

    running ── it worked ──> worked                    the time passes: overdue, a mark on whatever runs
       │ did not work
       v
    failed ── fallback ──> fallback ── it worked ──> worked       did not work: failed once more
       │ ├─ roll back (confirmed) ──> rolling_back ── done ──> rolled_back
       │ └─ no remedy left ──> given_up
    any of them ── “This is it” taken back ──> called_off

Escalation runs beside it: each place of the path is asked when its wait is over, or by hand, until the run ends or
somebody stops it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from store import Transaction
from store.runs import EscalationRecord, OutcomeRecord, RunEventRecord, RunRecord, StepRecord
from workflows.entries.detectors import Detector
from workflows.entries.document import FailureMode
from workflows.entries.mitigations import Mitigation
from workflows.rotas import Rotas

CHECKLIST = "run_checklist"
WORD = "run_word"
CALL = "run_call"
OUTCOME = "run_outcome"
REMEDY, ROLLBACK = "remedy", "rollback"

Step = StepRecord
Escalation = EscalationRecord
State = Literal[
    "running", "failed", "fallback", "rolling_back", "worked", "rolled_back", "given_up", "called_off"
]  # fmt: skip
StepState = Literal["open", "done", "skipped"]
Offer = Literal["fallback", "rollback", "escalation"]


@dataclass(frozen=True)
class Run:
    """One remedy of an entry, carried out in one incident, with everything people see of it.

    `others` are the entry's other remedies, by name and title.
    """

    record: RunRecord
    channel_id: str
    entry_title: str
    remedy: Mitigation
    detectors: tuple[Detector, ...]
    owner_holders: tuple[str, ...]
    others: tuple[tuple[str, str], ...]
    steps: tuple[StepRecord, ...]
    escalation: tuple[EscalationRecord, ...]
    events: tuple[RunEventRecord, ...]
    outcomes: tuple[OutcomeRecord, ...]
    is_drill: bool = False

    @property
    def id(self) -> int:
        """The run's number."""
        return self.record.id

    @property
    def entry_id(self) -> str:
        """The entry whose remedy it is."""
        return self.record.entry_id

    @property
    def people(self) -> tuple[str, ...]:
        """Those who ran it: who started it, checked a step or decided something, each once, in that order."""
        acting = [self.record.started_by, *(one.by for one in self.steps), *(one.by for one in self.events)]
        return tuple(dict.fromkeys(person for person in acting if person))

    @property
    def minutes(self) -> int | None:
        """How long it took from its start to its end, or None while it goes on."""
        ended = self.record.ended_at
        return round((ended - self.record.started_at) / timedelta(minutes=1)) if ended else None

    @property
    def is_overdue(self) -> bool:
        """Whether the expected time of what runs now is over."""
        return self.record.is_open and self.record.overdue_at is not None

    @property
    def offer(self) -> Offer | None:
        """What to try next when what runs now does not work: fallback, then rollback, then people."""
        if not self.record.is_open:
            return None
        if self.remedy.fallback and self.record.fallback_at is None:
            return "fallback"
        if self.may_roll_back:
            return "rollback"
        return "escalation" if self.next_to_ask is not None else None

    @property
    def may_roll_back(self) -> bool:
        """Whether there is a way back that was not taken yet."""
        back = self.remedy.rollback
        return self.record.is_open and back is not None and back.possible and self.record.rollback_at is None

    @property
    def next_to_ask(self) -> EscalationRecord | None:
        """Whom the escalation path asks next, or None where everybody was asked."""
        return next((one for one in self.escalation if one.asked_at is None), None)

    def part(self, name: str) -> tuple[StepRecord, ...]:
        """Return the steps of a part: those of the remedy or of the way back."""
        return tuple(one for one in self.steps if one.part == name)


def name_of(remedy: Mitigation) -> str:
    """Return the name by which a remedy of an entry is kept, in runs and in occurrences."""
    return remedy.key or remedy.title


def written_down(entry: FailureMode, remedy: Mitigation, rotas: Rotas) -> dict[str, Any]:
    """Return what a run keeps of the remedy, so that an edit of the entry moves no step under people's hands."""
    return {
        "entry_title": entry.title,
        "remedy": remedy.model_dump(mode="json", exclude_defaults=True),
        "detectors": [one.model_dump(mode="json", exclude_defaults=True) for one in entry.detectors],
        "owner_holders": list(rotas.holders(remedy.owner)),
        "others": [[name_of(one), one.title] for one in entry.mitigations if one is not remedy],
    }


def run_within(tx: Transaction, record: RunRecord) -> Run:
    """Return the run that a record begins, with what belongs to it."""
    kept: Mapping[str, Any] = record.document
    incident = tx.incidents.get(record.incident_id)
    return Run(
        record=record,
        channel_id=incident.channel_id if incident else "",
        entry_title=kept["entry_title"],
        remedy=Mitigation.model_validate(kept["remedy"]),
        detectors=tuple(Detector.model_validate(one) for one in kept["detectors"]),
        owner_holders=tuple(kept["owner_holders"]),
        others=tuple((name, title) for name, title in kept["others"]),
        steps=tuple(tx.runs.steps(record.id)),
        escalation=tuple(tx.runs.escalation(record.id)),
        events=tuple(tx.runs.events(record.id)),
        outcomes=tuple(tx.runs.outcomes(record.id)),
        is_drill=incident is not None and incident.is_drill,
    )


def expected(remedy: Mitigation) -> timedelta | None:
    """Return within what time nine of ten such remedies worked, or None where the entry does not say."""
    return timedelta(minutes=remedy.expected_time.contain_p90_min) if remedy.expected_time else None


def due_after(now: datetime, time: timedelta | None) -> datetime | None:
    """Return when the time is over, or None where none is expected."""
    return now + time if time else None


def checklist_key(run_id: int) -> str:
    """Return the key under which the run's checklist is owed."""
    return f"run:{run_id}"


def outcome_key(run_id: int) -> str:
    """Return the key under which the question how it went is owed."""
    return f"run:{run_id}:outcome"
