"""Write-ups that begin by themselves, and the few times somebody is asked to finish one or to do what was promised.

An unfinished write-up   the next working day, then twice a week, its owner; once the team's channel; then nobody
A follow-up action       the working day before it is due, then twice a week, its owner; the same

Everybody is asked in working hours where they live. What belongs to somebody who left passes to a colleague.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from store import Store, Transaction
from store.audit import AuditRecord
from store.incidents import IncidentRecord
from store.writeups import FollowUpRecord, WriteUpRecord
from workflows.clock import Clock
from workflows.listening import Listening
from workflows.people import is_person
from workflows.ports import DeliveryBell
from workflows.writeups.answered import UNDONE, UNFINISHED, is_undone, is_unfinished, undone_key, unfinished_key
from workflows.writeups.writeup import PREFILLED_BY, WriteUp, place_within
from workflows.writeups.writeups import WriteUps

TO_ITS_OWNER: Final = 4  # times that an owner is asked; two weeks
AT_ONCE: Final = 50  # in one sweep; the next one takes the rest
LOOKED_BACK: Final = timedelta(days=7)  # an incident that ended longer ago begins no write-up by itself
SAID: Final = 200  # messages in which somebody is looked for who was there


@dataclass(frozen=True)
class Reminding:
    """The sweep over write-ups; `quiet` is after how long without a message an incident is over."""

    store: Store
    clock: Clock
    writeups: WriteUps
    bell: DeliveryBell
    channels: Listening
    quiet: timedelta

    def sweep(self) -> int:
        """Begin what is due to be written and owe what is due to be said; return how much that was."""
        now = self.clock()
        with self.store.read() as tx:
            over = self._over(tx, now)
        done = [self._begun(incident_id) for incident_id in over]
        with self.store.begin() as tx:
            done += [
                *(self._remind(tx, writeup_id, now) for writeup_id in tx.writeups.to_remind(now, limit=AT_ONCE)),
                *(self._nudge(tx, one, now) for one in tx.writeups.follow_ups_to_remind(now, limit=AT_ONCE)),
            ]
        if any(done):
            self.bell.ring()
        return sum(done)

    def archived(self, channel_id: str, *, is_archived: bool = True) -> bool:
        """Take into account that a channel was archived; return whether the write-up of its incident begins by that.

        Whoever wrote there is asked where they can still be reached.
        """
        self.channels.archived(channel_id, is_archived=is_archived)
        with self.store.begin() as tx:
            incident = tx.incidents.in_channel(channel_id) if is_archived else None
            known = tx.writeups.of_incident(incident.id) if incident else None
            if known is not None and known.state == "open":
                self.writeups.tell_within(tx, known.id)
            begins = incident is not None and known is None and self._begin_for(tx, incident)
        self.bell.ring()
        return begins

    def unfinished(self, writeup_id: int, address: str, due: str) -> WriteUp | None:
        """Return the write-up for its reminder, or None where there is nothing to say, and nothing was said before."""
        found = self.writeups.shown(writeup_id)
        if found is None or is_unfinished(found, address):
            return found
        return found if self._was_told(unfinished_key(writeup_id, due)) else None

    def undone(self, action_id: int, owner: str, due: str) -> FollowUpRecord | None:
        """Return the action for its reminder, or None where there is nothing to say, and nothing was said before."""
        with self.store.begin() as tx:
            found = tx.writeups.follow_up(action_id)
        if found is None or is_undone(found, owner):
            return found
        return found if self._was_told(undone_key(action_id, due)) else None

    def _was_told(self, key: str) -> bool:
        with self.store.read() as tx:
            message = tx.outbox.get(key)
        return message is not None and message.message_ts is not None

    def _over(self, tx: Transaction, now: datetime) -> Sequence[int]:
        return tx.writeups.incidents_without(
            resolved_since=now - LOOKED_BACK - self.quiet, quiet_before=now - self.quiet, limit=AT_ONCE * 4
        )

    def _begun(self, incident_id: int) -> bool:
        """Begin one in a transaction of its own: a long timeline takes its time, and forms wait for nobody."""
        with self.store.begin() as tx:
            return self._begin(tx, incident_id)

    def _begin(self, tx: Transaction, incident_id: int) -> bool:
        """Begin the write-up of an incident that was one, where anybody is known who was there."""
        incident = tx.incidents.get(incident_id)
        return incident is not None and _deserves_one(tx, incident) and self._begin_for(tx, incident)

    def _begin_for(self, tx: Transaction, incident: IncidentRecord) -> bool:
        owner = incident.commander or _somebody_there(tx, incident)
        if owner is None or incident.is_drill:
            return False
        self.writeups.begin_within(tx, incident, owner, incident.channel_id)
        return True

    def _remind(self, tx: Transaction, writeup_id: int, now: datetime) -> bool:
        record = tx.writeups.get(writeup_id)
        if record is None or record.remind_at is None:
            return False
        record = self._with_somebody_there(tx, record)
        if (at := self.writeups.mornings.not_before(tx, record.owner, now)) > now:
            tx.writeups.change(writeup_id, remind_at=at)
            return False
        goes_on = record.reminded < TO_ITS_OWNER
        address = record.owner if goes_on else self._team_of(tx, record)
        later = self.writeups.mornings.next_of_the_week(record.owner, now) if goes_on else None
        tx.writeups.change(writeup_id, reminded=record.reminded + 1, remind_at=later)
        due = now.isoformat()
        return tx.outbox.owe_once(
            unfinished_key(writeup_id, due), kind=UNFINISHED, subject=f"{writeup_id}|{address}|{due}",
            address=address, at=now,
        )  # fmt: skip

    def _team_of(self, tx: Transaction, record: WriteUpRecord) -> str:
        """Return the channel of the team whose domain it is, else where the write-up is spoken of."""
        domain = str(record.answers.get("domain") or "")
        return self.writeups.mornings.stewardship.team_channel_of(domain) or place_within(tx, record)

    def _with_somebody_there(self, tx: Transaction, record: WriteUpRecord) -> WriteUpRecord:
        """Return the write-up, passed on to a colleague where its owner has left."""
        people = self.writeups.catalog.people
        if people.workspace.is_active(record.owner):
            return record
        incident = tx.incidents.get(record.incident_id) if record.incident_id else None
        steward = people.steward_of(str(record.answers.get("domain") or ""))
        near = [incident.commander if incident else None, record.author, *record.participants, steward]
        heir = next((one for one in near if one and people.workspace.is_active(one)), None)
        if heir is None:
            return record
        tx.writeups.change(record.id, owner=heir, reminded=0)
        self._note_passed_on(tx, "writeup.hand_over", record.id, {"owner": record.owner}, {"owner": heir})
        self.writeups.tell_within(tx, record.id)
        return tx.writeups.get(record.id) or record

    def _nudge(self, tx: Transaction, action_id: int, now: datetime) -> bool:
        action = tx.writeups.follow_up(action_id)
        if action is None or action.remind_at is None:
            return False
        action = self._with_somebody_to_do_it(tx, action)
        if (at := self.writeups.mornings.not_before(tx, action.owner, now)) > now:
            tx.writeups.change_follow_up(action_id, remind_at=at)
            return False
        goes_on = action.reminded < TO_ITS_OWNER
        address = action.owner if goes_on else self._team_of_action(tx, action)
        later = self.writeups.mornings.next_of_the_week(action.owner, now) if goes_on else None
        tx.writeups.change_follow_up(action_id, reminded=action.reminded + 1, remind_at=later)
        due = now.isoformat()
        return tx.outbox.owe_once(
            undone_key(action_id, due), kind=UNDONE, subject=f"{action_id}|{address}|{due}", address=address, at=now
        )

    def _team_of_action(self, tx: Transaction, action: FollowUpRecord) -> str:
        record = tx.writeups.get(action.writeup_id)
        return self._team_of(tx, record) if record is not None else action.owner

    def _with_somebody_to_do_it(self, tx: Transaction, action: FollowUpRecord) -> FollowUpRecord:
        """Return the action; one of somebody who has left goes to the owner of its write-up."""
        workspace = self.writeups.catalog.people.workspace
        writeup = tx.writeups.get(action.writeup_id)
        if writeup is None or workspace.is_active(action.owner) or not workspace.is_active(writeup.owner):
            return action
        tx.writeups.change_follow_up(action.id, owner=writeup.owner, reminded=0, version=action.version + 1)
        before, after = {"text": action.text, "owner": action.owner}, {"text": action.text, "owner": writeup.owner}
        self._note_passed_on(tx, "writeup.action", writeup.id, before, after)
        return tx.writeups.follow_up(action.id) or action

    def _note_passed_on(
        self, tx: Transaction, deed: str, writeup_id: int, before: dict[str, str], after: dict[str, str]
    ) -> None:
        tx.audit.add(AuditRecord(self.clock(), PREFILLED_BY, deed, f"writeup:{writeup_id}", before, after))


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
    return next((one for one in [*confirmed, *ran, *spoke] if is_person(one)), None)
