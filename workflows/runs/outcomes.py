"""How it went: asked once at the end, of those who ran it; the answers join the entry's record and teach search."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, Final, Literal

from store import Store, Transaction
from store.audit import AuditRecord
from store.occurrences import OccurrenceRecord
from workflows.clock import Clock
from workflows.entries.parts import without_unstorable_characters
from workflows.errors import NotAllowed, NotFound
from workflows.masking import masked
from workflows.people import Actor, require_colleague
from workflows.ports import DeliveryBell
from workflows.reviews.reviews import Reviews
from workflows.runs.run import Run, outcome_key, run_within
from workflows.search.learning import weigh_lesson_within

MAX_DIFFERED: Final = 1_000
# How much an incident's words count for an entry, by what came of its remedy; a confirmation alone counts 1.
LESSONS: Final = {"yes": 1.0, "partly": 0.75, "no": 0.4}

Helped = Literal["yes", "partly", "no"]


@dataclass(frozen=True)
class TrackRecord:
    """How often a remedy of the entry was tried in incidents here, how often it helped, and its median minutes."""

    tried: int
    helped: int
    median_min: int | None


@dataclass(frozen=True)
class Outcomes:
    """Taking answers."""

    store: Store
    clock: Clock
    reviews: Reviews
    bell: DeliveryBell

    def answer(self, run_id: int, helped: Helped, actor: Actor, *, channel_id: str) -> Run:
        """Keep whether it helped, in the words of one who ran it; the last word counts. Return the run."""
        require_colleague(actor)
        now = self.clock()
        with self.store.begin() as tx:
            run = self._ran_by(tx, run_id, actor, channel_id)
            before = next((one for one in run.outcomes if one.user_id == actor.user_id), None)
            differed, still_right = (before.differed, before.still_right) if before else ("", None)
            tx.runs.say_outcome(
                run_id, actor.user_id, helped=helped, differed=differed, still_right=still_right, at=now
            )
            self._settle(tx, run_id, now)
        self.bell.ring()
        return run

    def add(self, run_id: int, differed: str, actor: Actor, *, channel_id: str, still_right: bool | None) -> None:
        """Keep what differed and whether the entry is still right; where it is not, its review is due now.

        A “still right” of somebody who answers for the entry counts as its verification.
        """
        require_colleague(actor)
        now = self.clock()
        said = masked(without_unstorable_characters(differed.strip()))[:MAX_DIFFERED]
        with self.store.begin() as tx:
            run = self._ran_by(tx, run_id, actor, channel_id)
            before = next((one for one in run.outcomes if one.user_id == actor.user_id), None)
            if before is None:
                msg = "Say first whether it helped, with one of the buttons in the thread."
                raise NotFound(msg)
            tx.runs.say_outcome(
                run_id, actor.user_id, helped=before.helped, differed=said, still_right=still_right, at=now
            )
            self._settle(tx, run_id, now)
            if still_right is False:
                reason = f"used in an incident and found not right any more: {said or 'no details given'}"
                self.reviews.request_within(tx, run.entry_id, reason, actor)
            elif still_right:
                self.reviews.verify_within(tx, run.entry_id, actor)
        self.bell.ring()

    def _ran_by(self, tx: Transaction, run_id: int, actor: Actor, channel_id: str) -> Run:
        record = tx.runs.take(run_id)
        incident = tx.incidents.get(record.incident_id) if record else None
        if record is None or incident is None or incident.channel_id != channel_id:
            msg = "This run belongs to no incident of this channel any more."
            raise NotFound(msg)
        run = run_within(tx, record)
        if actor.user_id not in run.people:
            msg = "Only those who ran the remedy are asked how it went; say what you saw in the thread or the write-up."
            raise NotAllowed(msg)
        return run

    @staticmethod
    def _settle(tx: Transaction, run_id: int, now: datetime) -> None:
        record = tx.runs.get(run_id)
        if record is None:
            return
        run = run_within(tx, record)
        told = verdict_of([one.helped for one in run.outcomes])
        case = tx.occurrences.in_incident(run.entry_id, record.incident_id)
        if case is not None:
            document = _with_outcome(case, run, told)
            tx.occurrences.change(case.id, document=document)
            tx.audit.add(
                AuditRecord(now, "run", "occurrence.outcome", f"entry:{run.entry_id}", case.document, document)
            )
        weigh_lesson_within(tx, record.incident_id, run.entry_id, LESSONS[told])
        tx.outbox.edit(outcome_key(run_id), at=now)


def verdict_of(answers: Sequence[str]) -> Helped:
    """Return what the answers come to: yes or no where all agree, else partly."""
    if set(answers) == {"yes"}:
        return "yes"
    return "no" if set(answers) == {"no"} else "partly"


def track_record(cases: Sequence[OccurrenceRecord]) -> TrackRecord:
    """Return how the remedies of an entry did in its cases, one count a case, with the median of those that helped."""
    tried = [best for case in cases if (best := _best(case.document.get("tried") or ())) is not None]
    helped = [one for one in tried if one["helped"] == "yes"]
    minutes = [one["minutes"] for one in helped if one.get("minutes") is not None]
    return TrackRecord(len(tried), len(helped), round(median(minutes)) if minutes else None)


def _best(tried: Sequence[dict[str, Any]]) -> dict[str, Any] | None:
    order = ("yes", "partly", "no")
    return min(tried, key=lambda one: order.index(one["helped"]), default=None)


def _with_outcome(case: OccurrenceRecord, run: Run, helped: Helped) -> dict[str, Any]:
    """Return the case with what came of the remedy; an open form notices that the case was described meanwhile."""
    others = [one for one in case.document.get("tried", ()) if one["mitigation"] != run.record.mitigation]
    mine = {"mitigation": run.record.mitigation, "helped": helped, "minutes": run.minutes}
    document = {**case.document, "tried": [*others, mine], "version": int(case.document.get("version", 0)) + 1}
    if helped == "yes" and run.record.ended_at is not None:
        document.setdefault("contained", run.record.ended_at.isoformat())
    return document
