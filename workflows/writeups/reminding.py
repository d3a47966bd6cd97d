"""Write-ups that begin by themselves, and the few times somebody is asked to finish one or to do what was promised.

An unfinished write-up   the next working day, then twice a week, its owner; once its channel; then nobody
A follow-up action       the working day before it is due, then twice a week, its owner; then nobody
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from store import Store, Transaction
from store.incidents import IncidentRecord
from store.writeups import FollowUpRecord, WriteUpRecord
from workflows.clock import Clock
from workflows.ports import DeliveryBell
from workflows.writeups.workdays import next_of_the_week
from workflows.writeups.writeup import WriteUp
from workflows.writeups.writeups import WriteUps

UNFINISHED: Final = "writeup_reminder"  # the message about a write-up
UNDONE: Final = "follow_up_reminder"  # the message about an action
TO_ITS_OWNER: Final = 4  # times that an owner is asked; two weeks
AT_ONCE: Final = 50  # in one sweep; the next one takes the rest
LOOKED_BACK: Final = timedelta(days=7)  # an incident that ended longer ago begins no write-up by itself
SAID: Final = 200  # messages in which somebody is looked for who was there
PEOPLE: Final = ("U", "W")  # how the ids of people begin, not of apps


@dataclass(frozen=True)
class Reminding:
    """The sweep over write-ups; `quiet` is after how long without a message an incident is over."""

    store: Store
    clock: Clock
    writeups: WriteUps
    bell: DeliveryBell
    quiet: timedelta

    def sweep(self) -> int:
        """Begin what is due to be written and owe what is due to be said; return how much that was."""
        now = self.clock()
        with self.store.begin() as tx:
            done = [
                *(self._begin(tx, incident_id) for incident_id in self._over(tx, now)),
                *(self._remind(tx, writeup_id, now) for writeup_id in tx.writeups.to_remind(now, limit=AT_ONCE)),
                *(self._nudge(tx, one, now) for one in tx.writeups.follow_ups_to_remind(now, limit=AT_ONCE)),
            ]
        if any(done):
            self.bell.ring()
        return sum(done)

    def unfinished(self, writeup_id: int, owner: str) -> WriteUp | None:
        """Return the write-up for its reminder, or None where nothing is left to say to this owner (or channel)."""
        found = self.writeups.shown(writeup_id)
        is_theirs = found is not None and owner in {found.owner, found.record.channel_id}
        return found if found is not None and found.is_open and is_theirs else None

    def undone(self, action_id: int, owner: str) -> FollowUpRecord | None:
        """Return the action for its reminder, or None where it is done, dropped or somebody else's."""
        with self.store.begin() as tx:
            found = tx.writeups.follow_up(action_id)
        return found if found is not None and found.state == "open" and found.owner == owner else None

    def _over(self, tx: Transaction, now: datetime) -> Sequence[int]:
        return tx.writeups.incidents_without(
            resolved_since=now - LOOKED_BACK - self.quiet, quiet_before=now - self.quiet, limit=AT_ONCE * 4
        )

    def _begin(self, tx: Transaction, incident_id: int) -> bool:
        """Begin the write-up of an incident that was one, where anybody is known who was there."""
        incident = tx.incidents.get(incident_id)
        if incident is None or incident.is_drill or not _deserves_one(tx, incident):
            return False
        owner = incident.commander or _somebody_there(tx, incident)
        if owner is None:
            return False
        self.writeups.begin_within(tx, incident, owner, incident.channel_id)
        return True

    def _remind(self, tx: Transaction, writeup_id: int, now: datetime) -> bool:
        record = tx.writeups.get(writeup_id)
        if record is None or record.remind_at is None:
            return False
        address = record.owner if record.reminded < TO_ITS_OWNER else self._channel(tx, record)
        goes_on = record.reminded < TO_ITS_OWNER
        tx.writeups.change(
            writeup_id, reminded=record.reminded + 1, remind_at=next_of_the_week(now) if goes_on else None
        )
        if address is None:
            return False
        due = record.remind_at.isoformat()
        return tx.outbox.owe_once(
            f"writeup:{writeup_id}:unfinished:{due}", kind=UNFINISHED, subject=f"{writeup_id}|{address}",
            address=address, at=now,
        )  # fmt: skip

    @staticmethod
    def _channel(tx: Transaction, record: WriteUpRecord) -> str | None:
        channel = tx.incidents.channel(record.channel_id) if record.channel_id else None
        return record.channel_id if channel is not None and channel.watched else None

    def _nudge(self, tx: Transaction, action_id: int, now: datetime) -> bool:
        action = tx.writeups.follow_up(action_id)
        if action is None or action.remind_at is None:
            return False
        goes_on = action.reminded + 1 < TO_ITS_OWNER
        tx.writeups.change_follow_up(
            action_id, reminded=action.reminded + 1, remind_at=next_of_the_week(now) if goes_on else None
        )
        due = action.remind_at.isoformat()
        return tx.outbox.owe_once(
            f"follow_up:{action_id}:undone:{due}", kind=UNDONE, subject=f"{action_id}|{action.owner}",
            address=action.owner, at=now,
        )  # fmt: skip


def _deserves_one(tx: Transaction, incident: IncidentRecord) -> bool:
    """Return whether it was an incident: said to be over, or recognised, or given a severity; talk alone was none."""
    is_known = incident.status == "resolved" or incident.severity is not None
    return is_known or any(one.verdict == "confirmed" for one in tx.incidents.suggestions(incident.id))


def _somebody_there(tx: Transaction, incident: IncidentRecord) -> str | None:
    """Return who recognised it, else who began a remedy, else who spoke last; None where only apps were there."""
    shown = tx.incidents.suggestions(incident.id)
    confirmed = [one.verdict_by for one in shown if one.verdict == "confirmed" and one.verdict_by]
    ran = [run.started_by for run in tx.runs.of_incident(incident.id)]
    spoke = [one.author for one in reversed(tx.incidents.evidence(incident.id, latest=SAID)) if not one.is_alert]
    return next((one for one in [*confirmed, *ran, *spoke] if one.startswith(PEOPLE)), None)
