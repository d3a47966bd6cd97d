"""After-action write-ups: their answers with every answer ever accepted, their timeline, their follow-up actions."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, or_, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import FollowUpRow, IncidentRow, MarkRow, MomentRow, WriteUpAnswerRow, WriteUpRow
from store.records import record_of


@dataclass(frozen=True)
class WriteUpRecord:
    """A write-up: `answers` by question as they stand, `version` counts their changes, `steps` are those sent in.

    `state` is open, submitted or not_doing (with its reason); `results` is what became of it, by what was chosen;
    `participants` are those who came to it through its channel; `remind_at` is when its owner is asked next, and
    `reminded` how often that was done.
    """

    id: int
    author: str
    owner: str
    channel_id: str | None
    incident_id: int | None
    state: str
    reason: str | None
    answers: dict[str, Any]
    steps: list[str]
    participants: list[str]
    results: dict[str, Any]
    version: int
    entry_id: str | None
    remind_at: datetime | None
    reminded: int
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True)
class AnswerRecord:
    """An answer that somebody gave; one that clashed with another's is kept as well, but was not `accepted`."""

    writeup_id: int
    version: int
    field: str
    value: str
    by: str
    at: datetime
    accepted: bool


@dataclass(frozen=True)
class MomentRecord:
    """A point of the timeline, in its place; `at` is None where nobody knows when, `source` what it was taken from."""

    id: int
    writeup_id: int
    place: int
    at: datetime | None
    text: str
    author: str
    kind: str
    source: str
    link: str | None
    version: int
    removed_by: str | None


@dataclass(frozen=True)
class FollowUpRecord:
    """A follow-up action; `state` is open, done or dropped (with its reason in `note`)."""

    id: int
    writeup_id: int
    text: str
    owner: str
    due: date
    state: str
    note: str | None
    created_by: str
    created_at: datetime
    remind_at: datetime | None
    reminded: int
    version: int


class WriteUps:
    """Write-ups within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(
        self, *, author: str, channel_id: str | None, incident_id: int | None, at: datetime, origin: str | None = None
    ) -> WriteUpRecord:
        """Return a new, empty write-up, which belongs to its author."""
        row = WriteUpRow(
            author=author, owner=author, channel_id=channel_id, incident_id=incident_id, state="open", answers={},
            steps=[], participants=[], results={}, version=0, reminded=0, created_at=at, updated_at=at, origin=origin,
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        return record_of(WriteUpRecord, row)

    def of_origin(self, origin: str) -> WriteUpRecord | None:
        """Return the write-up that came of this, or None."""
        row = self._session.scalar(select(WriteUpRow).where(WriteUpRow.origin == origin))
        return record_of(WriteUpRecord, row) if row else None

    def get(self, writeup_id: int) -> WriteUpRecord | None:
        """Return the write-up, locked until the transaction ends, or None."""
        row = self._session.get(WriteUpRow, writeup_id, with_for_update=True, populate_existing=True)
        return record_of(WriteUpRecord, row) if row else None

    def of_incident(self, incident_id: int) -> WriteUpRecord | None:
        """Return the incident's write-up, or None."""
        query = select(WriteUpRow).where(WriteUpRow.incident_id == incident_id).order_by(WriteUpRow.id.desc()).limit(1)
        row = self._session.scalar(query)
        return record_of(WriteUpRecord, row) if row else None

    def of_entry(self, entry_id: str) -> WriteUpRecord | None:
        """Return the write-up that the entry was made of, locked until the transaction ends, or None."""
        query = select(WriteUpRow).where(WriteUpRow.entry_id == entry_id).order_by(WriteUpRow.id).limit(1)
        row = self._session.scalar(query.with_for_update().execution_options(populate_existing=True))
        return record_of(WriteUpRecord, row) if row else None

    def change(self, writeup_id: int, **values: Any) -> None:
        """Set some of what is known of the write-up."""
        self._session.execute(update(WriteUpRow).where(WriteUpRow.id == writeup_id).values(**values))

    def tell(self, answer: AnswerRecord) -> None:
        """Keep an answer for ever."""
        self._session.add(WriteUpAnswerRow(**vars(answer)))
        self._session.flush()

    def told(self, writeup_id: int) -> list[AnswerRecord]:
        """Return every answer that was ever given, oldest first."""
        row = WriteUpAnswerRow
        rows = self._session.scalars(select(row).where(row.writeup_id == writeup_id).order_by(row.id))
        return [record_of(AnswerRecord, one) for one in rows]

    def answers_at(self, writeup_id: int, version: int) -> Mapping[str, str]:
        """Return the answers as they stood at that version."""
        told = self.told(writeup_id)
        return {one.field: one.value for one in told if one.accepted and one.version <= version}

    def unfinished_of(self, person: str) -> list[WriteUpRecord]:
        """Return the open write-ups that the person owns or began, the one touched last first."""
        row = WriteUpRow
        mine = select(row).where(or_(row.owner == person, row.author == person), row.state == "open")
        rows = self._session.scalars(mine.order_by(row.updated_at.desc(), row.id.desc()))
        return [record_of(WriteUpRecord, one) for one in rows]

    def all(self) -> list[WriteUpRecord]:
        """Return all write-ups, oldest first."""
        return [
            record_of(WriteUpRecord, row) for row in self._session.scalars(select(WriteUpRow).order_by(WriteUpRow.id))
        ]

    def to_remind(self, now: datetime, *, limit: int) -> list[int]:
        """Return open write-ups whose owner is to be asked by now."""
        row = WriteUpRow
        due = select(row.id).where(row.state == "open", row.remind_at <= now).order_by(row.remind_at, row.id)
        return list(self._session.scalars(due.limit(limit).with_for_update(skip_locked=True)))

    def incidents_without(self, *, resolved_since: datetime, quiet_before: datetime, limit: int) -> list[int]:
        """Return incidents nobody writes up that were resolved, or are quiet, and were last heard of since then."""
        row, written = IncidentRow, select(WriteUpRow.incident_id).where(WriteUpRow.incident_id.is_not(None))
        over = or_(row.status == "resolved", row.last_evidence_at < quiet_before)
        query = select(row.id).where(over, row.last_evidence_at >= resolved_since, row.id.not_in(written))
        return list(self._session.scalars(query.order_by(row.id).limit(limit)))

    def mark(self, incident_id: int, ts: str, *, by: str, at: datetime) -> None:
        """Note that a message of the incident belongs on the timeline."""
        insert_once(self._session, MarkRow, incident_id=incident_id, ts=ts, by=by, at=at)

    def unmark(self, incident_id: int, ts: str) -> None:
        """Take back that a message belongs on the timeline."""
        self._session.execute(delete(MarkRow).where(MarkRow.incident_id == incident_id, MarkRow.ts == ts))

    def marked(self, incident_id: int) -> list[str]:
        """Return the messages of the incident that belong on the timeline."""
        return list(self._session.scalars(select(MarkRow.ts).where(MarkRow.incident_id == incident_id)))

    def add_moment(self, writeup_id: int, *, place: int, **values: Any) -> bool:
        """Put a point on the timeline, once for each source; return whether it is new."""
        return insert_once(self._session, MomentRow, writeup_id=writeup_id, place=place, version=0, **values)

    def moments(self, writeup_id: int, *, removed: bool = False) -> list[MomentRecord]:
        """Return the timeline in its order; with `removed`, what was taken out as well."""
        row = MomentRow
        query = select(row).where(row.writeup_id == writeup_id).order_by(row.place, row.id)
        return [record_of(MomentRecord, one) for one in self._session.scalars(query) if removed or not one.removed_by]

    def place_moments(self, places: Mapping[int, int]) -> None:
        """Give points of timelines, by their ids, their places."""
        if places:
            rows = [{"id": moment_id, "place": place} for moment_id, place in places.items()]
            self._session.execute(update(MomentRow), rows)

    def forget_moments(self, writeup_id: int, kinds: Collection[str]) -> None:
        """Drop the points of these kinds that nobody wrote anew."""
        row = MomentRow
        self._session.execute(delete(row).where(row.writeup_id == writeup_id, row.kind.in_(kinds), row.version == 0))

    def forget_answers(self, writeup_id: int, field: str, *, by: str) -> None:
        """Drop from the history what this one answered to a question."""
        row = WriteUpAnswerRow
        self._session.execute(delete(row).where(row.writeup_id == writeup_id, row.field == field, row.by == by))

    def change_moment(self, moment_id: int, **values: Any) -> None:
        """Change a point of the timeline."""
        self._session.execute(update(MomentRow).where(MomentRow.id == moment_id).values(**values))

    def add_follow_up(self, **values: Any) -> FollowUpRecord:
        """Return a new follow-up action."""
        row = FollowUpRow(state="open", reminded=0, version=0, **values)
        self._session.add(row)
        self._session.flush()
        return record_of(FollowUpRecord, row)

    def follow_up(self, follow_up_id: int) -> FollowUpRecord | None:
        """Return the action, locked until the transaction ends, or None."""
        row = self._session.get(FollowUpRow, follow_up_id, with_for_update=True, populate_existing=True)
        return record_of(FollowUpRecord, row) if row else None

    def follow_ups(self, writeup_id: int) -> list[FollowUpRecord]:
        """Return the write-up's actions, oldest first."""
        query = select(FollowUpRow).where(FollowUpRow.writeup_id == writeup_id).order_by(FollowUpRow.id)
        return [record_of(FollowUpRecord, row) for row in self._session.scalars(query)]

    def change_follow_up(self, follow_up_id: int, **values: Any) -> None:
        """Change an action."""
        self._session.execute(update(FollowUpRow).where(FollowUpRow.id == follow_up_id).values(**values))

    def owners(self) -> frozenset[str]:
        """Return who owns open write-ups and open actions."""
        writing = select(WriteUpRow.owner).where(WriteUpRow.state == "open")
        doing = select(FollowUpRow.owner).where(FollowUpRow.state == "open")
        return frozenset(self._session.scalars(writing.union(doing)))

    def follow_ups_to_remind(self, now: datetime, *, limit: int) -> list[int]:
        """Return open actions whose owner is to be asked by now."""
        row = FollowUpRow
        due = select(row.id).where(row.state == "open", row.remind_at <= now).order_by(row.remind_at, row.id)
        return list(self._session.scalars(due.limit(limit).with_for_update(skip_locked=True)))
