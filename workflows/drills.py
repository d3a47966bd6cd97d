"""Practice incidents: an entry's signals played into a channel over time, and what people made of them, measured.

    running ── the remedy's run ends, `/failure drill stop`, or the time is over ──> over

A drill is marked as one everywhere. Nothing is counted of it: no case, no thanks, no lesson, no verdict; nobody behind
a rota is pinged. Its result is kept on the entry as the rehearsal of its containment.
"""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain, zip_longest
from typing import Any, Final

from store import Store, Transaction
from store.audit import AuditRecord
from store.drills import DrillRecord
from store.incidents import IncidentRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.detectors import Detector
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.ledger import Change, change_entry, take_entry
from workflows.entries.mitigations import Rehearsal
from workflows.errors import NotFound, UserError
from workflows.incidents import Incidents, Message
from workflows.people import Actor
from workflows.ports import DeliveryBell
from workflows.runs.run import Run, run_within

INTRO: Final = "drill_intro"
SIGNAL: Final = "drill_signal"
RESULT: Final = "drill_result"
BEGIN_AFTER: Final = timedelta(seconds=5)
APART: Final = timedelta(seconds=40)  # between two signals
LONGEST: Final = timedelta(hours=2)
LOOK: Final = timedelta(seconds=20)  # how often it is looked whether the remedy has ended, once all was played
MOST_SIGNALS: Final = 8
AT_ONCE: Final = 20
PLAYER: Final = "drill"  # the author of what is played


@dataclass(frozen=True)
class Drill:
    """A drill as people see it; `entry` is what is practised, told only when it is over."""

    record: DrillRecord
    entry: Entry | None


@dataclass(frozen=True)
class Begun:
    """What whoever began a drill is told, and nobody else: what is practised, and how it is facilitated."""

    entry: Entry
    channel_id: str


@dataclass(frozen=True)
class Drills:
    """Beginning, playing and ending drills; `pick` chooses one of several for the wheel of misfortune."""

    store: Store
    clock: Clock
    catalog: Catalog
    incidents: Incidents
    bell: DeliveryBell
    pick: Callable[[Sequence[Entry]], Entry] = field(default=random.choice)

    def begin(self, reference: str, actor: Actor, *, channel_id: str, channel_name: str = "") -> Begun:
        """Begin a drill of the entry (without a reference, of one that was not rehearsed lately) in the channel.

        `channel_name` is another channel to play in. Raises UserError where a real incident goes on there.
        """
        self.catalog.people.require_contributor(actor)
        entry = self.catalog.entry(reference, actor) if reference else self._picked()
        signals = signals_of(entry.document)
        if self.catalog.published_entry(entry.id) is None or entry.document.containment is None or not signals:
            msg = f"{entry.id} cannot be practised: it must be published for everybody, with a remedy and a signal."
            raise UserError(msg)
        if not channel_name:
            self.incidents.listening.is_watched(channel_id)  # decides over a channel in which nothing was said yet
        now = self.clock()
        with self.store.begin() as tx:
            place = self._place(tx, channel_id, channel_name)
            self._require_calm(tx, place, now)
            incident = tx.incidents.begin_drill(place, f"drill:{now.timestamp():.6f}", now)
            drill = tx.drills.add(
                entry_id=entry.id, incident_id=incident.id, channel_id=place, started_by=actor.user_id,
                started_at=now, signals=list(signals), next_at=now + BEGIN_AFTER,
            )  # fmt: skip
            tx.outbox.owe_once(intro_key(drill.id), kind=INTRO, subject=str(drill.id), address=place, at=now)
            tx.audit.add(AuditRecord(now, actor.user_id, "drill.begin", f"entry:{entry.id}", None, {"channel": place}))
        self.bell.ring()
        return Begun(entry, place)

    def stop(self, actor: Actor, *, channel_id: str) -> None:
        """End the drill of the channel now; raises NotFound where none runs."""
        self.catalog.people.require_contributor(actor)
        with self.store.begin() as tx:
            drill = tx.drills.running_in(channel_id)
            if drill is None:
                msg = "No drill runs in this channel; `/failure drill FM-0012` begins one."
                raise NotFound(msg)
            self._end(tx, drill)
        self.bell.ring()

    def drill(self, drill_id: int) -> Drill | None:
        """Return the drill, or None."""
        with self.store.read() as tx:
            record = tx.drills.get(drill_id)
        return Drill(record, self.catalog.published_entry(record.entry_id)) if record else None

    def sweep(self) -> int:
        """Play what is due and end what is over, in whatever process comes first; return how many drills moved."""
        now = self.clock()
        played: list[Message] = []
        with self.store.begin() as tx:
            due = tx.drills.due(now, limit=AT_ONCE)
            for drill in due:
                played += self._move(tx, drill, now)
        for message in played:
            self.incidents.observe(message)
        if due:
            self.bell.ring()
        return len(due)

    def _move(self, tx: Transaction, drill: DrillRecord, now: datetime) -> list[Message]:
        intro = tx.outbox.get(intro_key(drill.id))
        thread_ts = intro.message_ts if intro else None
        if self._is_over(tx, drill, now):
            self._end(tx, drill)
            return []
        if thread_ts is None or drill.next_place >= len(drill.signals):
            tx.drills.change(drill.id, next_at=now + (LOOK if thread_ts else BEGIN_AFTER))
            return []
        place = drill.next_place
        tx.drills.change(drill.id, next_place=place + 1, next_at=now + APART)
        tx.outbox.owe_once(
            f"drill:{drill.id}:{place}", kind=SIGNAL, subject=f"{drill.id}|{place}", address=drill.channel_id,
            thread_ts=thread_ts, at=now,
        )  # fmt: skip
        ts = f"{now.timestamp():.6f}"
        return [Message(f"drill:{drill.id}:{place}", drill.channel_id, ts, thread_ts, PLAYER, drill.signals[place])]

    @staticmethod
    def _is_over(tx: Transaction, drill: DrillRecord, now: datetime) -> bool:
        runs = [one for one in tx.runs.of_incident(drill.incident_id) if one.entry_id == drill.entry_id]
        ended = any(one.ended_at is not None and one.state != "called_off" for one in runs)
        return now - drill.started_at > LONGEST or (ended and not any(one.is_open for one in runs))

    def _end(self, tx: Transaction, drill: DrillRecord) -> None:
        now = self.clock()
        result = measured(tx, drill)
        tx.drills.change(drill.id, state="over", next_at=None, ended_at=now, result=result)
        tx.incidents.change(drill.incident_id, status="resolved")
        intro = tx.outbox.get(intro_key(drill.id))
        tx.outbox.edit(intro_key(drill.id), at=now)
        tx.outbox.owe_once(
            f"drill:{drill.id}:result", kind=RESULT, subject=str(drill.id), address=drill.channel_id,
            thread_ts=intro.message_ts if intro else None, at=now,
        )  # fmt: skip
        if result["found_min"] is not None:
            _note_rehearsal(tx, drill, result, now)

    def _picked(self) -> Entry:
        today = self.clock().date()
        able = [
            one
            for one in self.catalog.published()
            if one.document.exercise and one.document.containment and one.document.rehearsed_on(today) is None
        ]
        if not able:
            msg = "Every entry with an exercise was rehearsed lately; name one: `/failure drill FM-0012`."
            raise UserError(msg)
        return self.pick(able)

    @staticmethod
    def _place(tx: Transaction, channel_id: str, channel_name: str) -> str:
        if not channel_name:
            known = tx.incidents.channel(channel_id)
        else:
            known = tx.incidents.watched_named(channel_name.removeprefix("#"))
        if known is None or not known.watched:
            where = f"#{channel_name.removeprefix('#')}" if channel_name else "this channel"
            msg = f"I do not listen in {where}; type `/failure watch` there first, then begin the drill."
            raise UserError(msg)
        return known.id

    def _require_calm(self, tx: Transaction, channel_id: str, now: datetime) -> None:
        if tx.drills.running_in(channel_id) is not None:
            msg = "A drill runs in that channel already; `/failure drill stop` there ends it."
            raise UserError(msg)
        latest = tx.incidents.in_channel(channel_id)
        if latest is not None and _goes_on(latest, now, self.incidents.quiet):
            msg = "An incident goes on in that channel, so nothing is practised there; choose a quiet one."
            raise UserError(msg)


def signals_of(document: FailureMode) -> tuple[str, ...]:
    """Return what a drill plays: alarms of the entry's detectors, and between them what people would say of it."""
    alarms = [_alarm(one) for one in document.detectors]
    heard = [*document.aliases[:5], *(one.strip() for one in document.symptom.split(". ")[:3])]
    mixed = chain.from_iterable(zip_longest(heard[::2], alarms, heard[1::2]))
    return tuple(one for one in mixed if one)[:MOST_SIGNALS]


def measured(tx: Transaction, drill: DrillRecord) -> dict[str, Any]:
    """Return what came of a drill: minutes to the entry and for each step, and which resorts were found."""
    said = tx.incidents.suggestion(drill.incident_id, drill.entry_id)
    records = [one for one in tx.runs.of_incident(drill.incident_id) if one.entry_id == drill.entry_id]
    runs = [run_within(tx, one) for one in records]
    found = said.verdict_at if said is not None and said.verdict == "confirmed" else None
    return {
        "found_min": _minutes(drill.started_at, found),
        "steps": len(runs[0].part("remedy")) if runs else 0,
        "step_min": list(_step_minutes(runs[0])) if runs else [],
        "run_min": runs[0].minutes if runs else None,
        "fallback": any(one.record.fallback_at is not None for one in runs),
        "rollback": any(one.record.rollback_at is not None for one in runs),
    }


def told(result: dict[str, Any]) -> str:
    """Return the result in one sentence, as it is kept on the entry."""
    if result["found_min"] is None:
        return "The entry was not found."
    steps = f"{len(result['step_min'])} of {result['steps']} steps done"
    took = f" in {result['run_min']} min" if result["run_min"] is not None else ""
    resorts = [f"{name} {'found' if result[name] else 'not used'}" for name in ("fallback", "rollback")]
    return f"Entry found after {result['found_min']} min; {steps}{took}; {', '.join(resorts)}."


def intro_key(drill_id: int) -> str:
    """Return the key under which the first message of a drill is owed."""
    return f"drill:{drill_id}"


def _note_rehearsal(tx: Transaction, drill: DrillRecord, result: dict[str, Any], now: datetime) -> None:
    known = take_entry(tx, drill.entry_id)
    document = FailureMode.model_validate(known.document)
    contained = document.containment
    if contained is None:
        return
    rehearsal = Rehearsal(last=now.date(), type="synthetic", result=told(result))
    remedies = [
        one.model_copy(update={"rehearsal": rehearsal}) if one is contained else one for one in document.mitigations
    ]
    change = Change("rehearse", drill.started_by, "practised in a drill")
    change_entry(
        tx, known, document.model_copy(update={"mitigations": remedies}), change, now,
        status_reason=known.status_reason, successor_id=known.successor_id,
    )  # fmt: skip


def _step_minutes(run: Run) -> Iterator[int]:
    before = run.record.started_at
    for at in sorted(one.at for one in run.part("remedy") if one.at is not None):
        yield round((at - before) / timedelta(minutes=1))
        before = at


def _minutes(start: datetime, end: datetime | None) -> int | None:
    return round((end - start) / timedelta(minutes=1)) if end else None


def _alarm(detector: Detector) -> str:
    unit = f" {detector.unit}" if detector.unit else ""
    return f"alert: {detector.metric} beyond {detector.threshold}{unit} over {detector.window}"


def _goes_on(incident: IncidentRecord, now: datetime, quiet: timedelta) -> bool:
    unresolved = incident.status != "resolved" and not incident.is_drill
    return unresolved and now - incident.last_evidence_at <= quiet
