"""Channels we listen in, the incidents there, their evidence and what was suggested."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import case, delete, func, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import (
    ChannelRow,
    EvidenceRow,
    IncidentRow,
    IncidentTimeRow,
    OccurrenceRow,
    SuggestionRow,
    WriteUpRow,
)
from store.records import record_of

# What people said in practice is counted nowhere.
_IN_EARNEST = SuggestionRow.incident_id.not_in(select(IncidentRow.id).where(IncidentRow.is_drill))


@dataclass(frozen=True)
class ChannelRecord:
    """A channel, whether we listen there, who or what decided so, and until when we say nothing there by ourselves.

    `threshold` is the channel's own chance from which on we speak, None for that of all channels. `scope` is all of
    the channel, its threads alone, or only the named `threads`. Nothing can be said where it `is_archived`.
    """

    id: str
    name: str
    watched: bool
    decided_by: str
    decided_at: datetime
    muted_until: datetime | None = None
    threshold: float | None = None
    threshold_by: str | None = None
    scope: str = "all"
    threads: list[str] = field(default_factory=list)
    is_archived: bool = False


@dataclass(frozen=True)
class IncidentRecord:
    """What happens in one channel from the message `opened_by` until it is quiet for long.

    `heard` counts the changes of its evidence; up to `ranked` of them stand behind the card, and `altered` is the last
    one that edited or deleted what was said before. `opened_by` is empty where it was not noted.
    `status` is open, mitigating, mitigated or resolved; what nobody said of it is None or empty. A drill is practice:
    nothing is counted of it.
    """

    id: int
    channel_id: str
    opened_by: str
    opened_at: datetime
    last_evidence_at: datetime
    card_thread_ts: str | None
    heard: int
    ranked: int
    altered: int
    status: str
    severity: str | None
    commander: str | None
    services: list[str]
    model_families: list[str]
    environment: str | None
    is_drill: bool = False


@dataclass(frozen=True)
class TimeRecord:
    """When something happened to an incident, by name, and the words for how that is known."""

    name: str
    at: datetime
    source: str


@dataclass(frozen=True)
class UnmatchedRecord:
    """An incident that was confirmed to be no entry: where and when it was, how bad, and how much was said."""

    id: int
    channel: str
    opened_at: datetime
    status: str
    severity: str | None
    heard: int


@dataclass(frozen=True)
class EvidenceRecord:
    """One message of an incident, without secrets; `thread_ts` is what it replies to, None for none.

    An alert is what an app said, not a person.
    """

    ts: str
    author: str
    text: str
    said_at: datetime
    thread_ts: str | None = None
    is_alert: bool = False


@dataclass(frozen=True)
class SuggestionRecord:
    """An entry shown for an incident; `verdict` is shown, confirmed, rejected or withdrawn."""

    entry_id: str
    rank: int
    score: float
    why: str
    verdict: str
    verdict_by: str | None
    verdict_at: datetime | None
    first_shown_at: datetime


@dataclass(frozen=True)
class JudgedCard:
    """A card of which people said something: the best score on it, and whether any entry was confirmed."""

    score: float
    was_confirmed: bool


class Incidents:
    """Incidents within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def channel(self, channel_id: str) -> ChannelRecord | None:
        """Return what we know of the channel, or None."""
        row = self._session.get(ChannelRow, channel_id)
        return record_of(ChannelRecord, row) if row else None

    def put_channel(self, channel: ChannelRecord) -> None:
        """Insert or replace what we know of the channel."""
        if not self.add_channel(channel):
            change = update(ChannelRow).where(ChannelRow.id == channel.id)
            self._session.execute(change.values(**vars(channel)))

    def add_channel(self, channel: ChannelRecord) -> bool:
        """Insert what we know of the channel, unless somebody was faster; return whether it is new."""
        return insert_once(self._session, ChannelRow, **vars(channel))

    def mute(self, channel_id: str, until: datetime | None) -> bool:
        """Set until when we say nothing by ourselves; return False for a channel where nobody listens."""
        muted = update(ChannelRow).where(ChannelRow.id == channel_id, ChannelRow.watched).values(muted_until=until)
        return self._session.execute(muted.returning(ChannelRow.id)).first() is not None

    def set_threshold(self, channel_id: str, threshold: float | None, *, by: str | None) -> None:
        """Set from what chance on we speak in the channel; None is that of all channels."""
        change = update(ChannelRow).where(ChannelRow.id == channel_id)
        self._session.execute(change.values(threshold=threshold, threshold_by=by))
        self._session.expire_all()

    def get(self, incident_id: int) -> IncidentRecord | None:
        """Return the incident, or None."""
        row = self._session.get(IncidentRow, incident_id)
        return _incident(row) if row else None

    def take(self, incident_id: int) -> IncidentRecord | None:
        """Return the incident, or None; nobody else changes it or its suggestions until the transaction ends.

        SQLite has one writer anyway and ignores the lock.
        """
        row = self._session.get(IncidentRow, incident_id, with_for_update=True)
        return _incident(row) if row else None

    def in_channel(self, channel_id: str) -> IncidentRecord | None:
        """Return the latest incident of the channel, or None."""
        query = select(IncidentRow).where(IncidentRow.channel_id == channel_id).order_by(IncidentRow.id.desc())
        row = self._session.scalar(query.limit(1))
        return _incident(row) if row else None

    def with_evidence(self, channel_id: str, ts: str) -> IncidentRecord | None:
        """Return the incident of the channel that took in the message, or None."""
        of_channel = (IncidentRow.channel_id == channel_id) & (EvidenceRow.ts == ts)
        query = select(IncidentRow).join(EvidenceRow, EvidenceRow.incident_id == IncidentRow.id).where(of_channel)
        row = self._session.scalar(query.order_by(IncidentRow.id.desc()).limit(1))
        return _incident(row) if row else None

    def current(self, channel_id: str, opened_by: str, at: datetime, *, quiet: timedelta) -> IncidentRecord:
        """Return the incident that goes on in the channel; one that was quiet for longer is over, and a new one opens.

        Two messages may open it at once, so the channel, which must be known, stays locked.
        """
        self._session.get(ChannelRow, channel_id, with_for_update=True)
        latest = self.in_channel(channel_id)
        # What is said after a drill is meant in earnest again.
        is_over = latest is not None and latest.is_drill and latest.status == "resolved"
        if latest is not None and not is_over and at - latest.last_evidence_at <= quiet:
            return latest
        row = IncidentRow(
            channel_id=channel_id, opened_by=opened_by, opened_at=at, last_evidence_at=at, heard=0, ranked=0, altered=0,
            status="open", services=[], model_families=[], is_drill=False,
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        return _incident(row)

    def begin_drill(self, channel_id: str, opened_by: str, at: datetime) -> IncidentRecord:
        """Return a new practice incident of the channel, which from now on is what goes on there."""
        row = IncidentRow(
            channel_id=channel_id, opened_by=opened_by, opened_at=at, last_evidence_at=at, heard=0, ranked=0, altered=0,
            status="open", services=[], model_families=[], is_drill=True,
        )  # fmt: skip
        self._session.add(row)
        self._session.flush()
        return _incident(row)

    def watched_named(self, name: str) -> ChannelRecord | None:
        """Return the channel of that name in which we listen, or None."""
        row = self._session.scalar(select(ChannelRow).where(ChannelRow.name == name, ChannelRow.watched).limit(1))
        return record_of(ChannelRecord, row) if row else None

    def channel_known_as(self, name: str) -> ChannelRecord | None:
        """Return the channel of that id or name that we were in, the latest of several of the name, or None."""
        row = ChannelRow
        named = select(row).where((row.id == name) | (row.name == name)).order_by(row.decided_at.desc()).limit(1)
        found = self._session.scalar(named)
        return record_of(ChannelRecord, found) if found else None

    def change(self, incident_id: int, **values: Any) -> None:
        """Set some of what is known of the incident."""
        self._session.execute(update(IncidentRow).where(IncidentRow.id == incident_id).values(**values))
        self._session.expire_all()

    def note_time(self, incident_id: int, name: str, at: datetime, *, source: str) -> bool:
        """Note when something happened, unless that is known already; return whether it is new."""
        return insert_once(self._session, IncidentTimeRow, incident_id=incident_id, name=name, at=at, source=source)

    def forget_time(self, incident_id: int, *names: str) -> None:
        """Take back when something happened."""
        row = IncidentTimeRow
        self._session.execute(delete(row).where(row.incident_id == incident_id, row.name.in_(names)))

    def times(self, incident_id: int) -> list[TimeRecord]:
        """Return what is known of the incident's times, earliest first."""
        row = IncidentTimeRow
        query = select(row).where(row.incident_id == incident_id).order_by(row.at, row.name)
        return [record_of(TimeRecord, one) for one in self._session.scalars(query)]

    def show_card_under(self, incident_id: int, thread_ts: str) -> None:
        """Fix the thread in which the incident's one card lives; the first thread wins."""
        change = update(IncidentRow).where(IncidentRow.id == incident_id, IncidentRow.card_thread_ts.is_(None))
        self._session.execute(change.values(card_thread_ts=thread_ts))

    def add_evidence(self, incident_id: int, evidence: EvidenceRecord) -> bool:
        """Keep a message, or its new text when it was edited; return whether it said something else before."""
        row = self._session.scalar(
            select(EvidenceRow).where(EvidenceRow.incident_id == incident_id, EvidenceRow.ts == evidence.ts)
        )
        altered = row is not None and row.text != evidence.text
        if row is None:
            self._session.add(EvidenceRow(incident_id=incident_id, **vars(evidence)))
        else:
            row.text = evidence.text
        self._heard(incident_id, altered=altered, last_evidence_at=evidence.said_at)
        self._session.flush()
        return altered

    def drop_evidence(self, incident_id: int, ts: str) -> None:
        """Forget a message that its author deleted."""
        self._session.execute(delete(EvidenceRow).where(EvidenceRow.incident_id == incident_id, EvidenceRow.ts == ts))
        self._heard(incident_id, altered=True)

    def numbers_in(self, channel: str) -> list[int]:
        """Return the numbers of all incidents of the channel, given by its id or name, oldest first."""
        named = select(ChannelRow.id).where(ChannelRow.name == channel)
        of_channel = (IncidentRow.channel_id == channel) | IncidentRow.channel_id.in_(named)
        return list(self._session.scalars(select(IncidentRow.id).where(of_channel).order_by(IncidentRow.id)))

    def forget(self, incident_id: int) -> int:
        """Remove the incident's messages and the reasons taken from them; return how many messages there were.

        The card counts as standing for all of it, so whoever is ranking the old messages just now writes nothing.
        """
        dropped = delete(EvidenceRow).where(EvidenceRow.incident_id == incident_id).returning(EvidenceRow.id)
        count = len(self._session.execute(dropped).all())
        self._session.execute(update(SuggestionRow).where(SuggestionRow.incident_id == incident_id).values(why=""))
        self._heard(incident_id, altered=True)
        row = IncidentRow
        self._session.execute(update(row).where(row.id == incident_id).values(ranked=row.heard))
        return count

    def kept_too_long(self, said_before: datetime, written_before: datetime | None, *, limit: int) -> list[int]:
        """Return incidents with messages whose last one, or whose write-up where that counts, is older than that."""
        row, written = IncidentRow, WriteUpRow
        over = row.last_evidence_at < said_before
        if written_before is not None:
            done = (written.state == "submitted") & (written.updated_at < written_before)
            over |= row.id.in_(select(written.incident_id).where(done, written.incident_id.is_not(None)))
        holding = select(EvidenceRow.incident_id).distinct()
        query = select(row.id).where(over, row.id.in_(holding)).order_by(row.id).limit(limit)
        return list(self._session.scalars(query))

    def unranked(self, *, after: datetime, before: datetime, limit: int) -> list[int]:
        """Return incidents whose last message came between the two moments and whose card does not stand for it."""
        row = IncidentRow
        behind = (row.ranked < row.heard) & (row.last_evidence_at > after) & (row.last_evidence_at < before)
        return list(self._session.scalars(select(row.id).where(behind).order_by(row.id).limit(limit)))

    def unmatched(self, *, quiet_since: datetime, limit: int) -> list[UnmatchedRecord]:
        """Return incidents that are resolved, or quiet since then, and a case of no entry; the newest first."""
        row, cases = IncidentRow, select(OccurrenceRow.incident_id).where(OccurrenceRow.incident_id.is_not(None))
        over = (row.status == "resolved") | (row.last_evidence_at < quiet_since)
        name = func.coalesce(func.nullif(ChannelRow.name, ""), row.channel_id)
        columns = select(row.id, name, row.opened_at, row.status, row.severity, row.heard)
        query = columns.join(ChannelRow, ChannelRow.id == row.channel_id, isouter=True)
        wanted = query.where(over, ~row.is_drill, row.id.not_in(cases)).order_by(row.id.desc()).limit(limit)
        return [UnmatchedRecord(*found) for found in self._session.execute(wanted)]

    def note_ranked(self, incident_id: int, heard: int) -> None:
        """Note that the card stands for that many changes of the evidence."""
        self._session.execute(update(IncidentRow).where(IncidentRow.id == incident_id).values(ranked=heard))

    def rank_again(self, incident_id: int) -> None:
        """Let the latest message count as not ranked yet, where there is one."""
        row = IncidentRow
        self._session.execute(update(row).where(row.id == incident_id, row.heard > 0).values(ranked=row.heard - 1))

    def evidence(self, incident_id: int, *, latest: int) -> list[EvidenceRecord]:
        """Return the latest messages of the incident, oldest first."""
        query = select(EvidenceRow).where(EvidenceRow.incident_id == incident_id)
        rows = list(self._session.scalars(query.order_by(EvidenceRow.ts.desc()).limit(latest)))
        return [record_of(EvidenceRecord, row) for row in reversed(rows)]

    def suggestions(self, incident_id: int) -> list[SuggestionRecord]:
        """Return everything ever suggested for the incident, best first."""
        query = select(SuggestionRow).where(SuggestionRow.incident_id == incident_id).order_by(SuggestionRow.rank)
        return [_suggestion(row) for row in self._session.scalars(query)]

    def rejections(self, entry_id: str) -> int:
        """Return in how many incidents people said that the entry is not it."""
        rejected = (SuggestionRow.entry_id == entry_id) & (SuggestionRow.verdict == "rejected") & _IN_EARNEST
        return self._session.scalar(select(func.count()).where(rejected)) or 0

    def judged_cards(self, *, latest: int) -> list[JudgedCard]:
        """Return the cards of the latest incidents in which people judged what we suggested, newest first."""
        row = SuggestionRow
        confirmed = func.max(case((row.verdict == "confirmed", 1), else_=0))
        judged = func.max(case((row.verdict.in_(("confirmed", "rejected")), 1), else_=0))
        cards = (
            select(func.max(row.score), confirmed)
            .where(_IN_EARNEST, row.score > 0)
            .group_by(row.incident_id)
            .having(judged == 1)
        )
        newest_first = cards.order_by(row.incident_id.desc()).limit(latest)
        return [JudgedCard(score, bool(was)) for score, was in self._session.execute(newest_first)]

    def cards_with(self, entry_id: str) -> int:
        """Return on how many incident cards the entry stood."""
        return self._session.scalar(select(func.count()).where(SuggestionRow.entry_id == entry_id, _IN_EARNEST)) or 0

    def suggestion(self, incident_id: int, entry_id: str) -> SuggestionRecord | None:
        """Return what was suggested and said of the entry in the incident, or None."""
        of_both = (SuggestionRow.incident_id == incident_id) & (SuggestionRow.entry_id == entry_id)
        row = self._session.scalar(select(SuggestionRow).where(of_both))
        return _suggestion(row) if row else None

    def confirmations(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return in how many incidents each entry was confirmed between the two moments."""
        return self.verdicts("confirmed", since, until)

    def verdicts(self, verdict: str, since: datetime, until: datetime) -> dict[str, int]:
        """Return in how many incidents people gave each entry this verdict between the two moments."""
        given = (SuggestionRow.verdict == verdict) & (SuggestionRow.verdict_at >= since)
        query = select(SuggestionRow.entry_id, func.count()).where(given, SuggestionRow.verdict_at < until, _IN_EARNEST)
        return {entry_id: count for entry_id, count in self._session.execute(query.group_by(SuggestionRow.entry_id))}

    def put_suggestions(self, incident_id: int, suggestions: Sequence[SuggestionRecord]) -> None:
        """Insert the suggestions, or give those of the same entries their rank and reason; verdicts stay."""
        rows = {
            row.entry_id: row
            for row in self._session.scalars(select(SuggestionRow).where(SuggestionRow.incident_id == incident_id))
        }
        for suggestion in suggestions:
            row = rows.get(suggestion.entry_id)
            if row is None:
                self._session.add(SuggestionRow(incident_id=incident_id, **vars(suggestion)))
                continue
            row.rank, row.score, row.why = suggestion.rank, suggestion.score, suggestion.why
        self._session.flush()

    def judge(self, incident_id: int, entry_id: str, verdict: str, *, by: str, at: datetime) -> bool:
        """Note the verdict on a suggestion; return False where the entry was never suggested."""
        row = SuggestionRow
        judged = update(row).where(row.incident_id == incident_id, row.entry_id == entry_id).returning(row.id)
        values = {"verdict": verdict, "verdict_by": by, "verdict_at": at}
        return self._session.execute(judged.values(**values)).first() is not None

    def _heard(self, incident_id: int, *, altered: bool, **values: datetime) -> None:
        row = IncidentRow
        counted = {"heard": row.heard + 1, **({"altered": row.heard + 1} if altered else {})}
        self._session.execute(update(row).where(row.id == incident_id).values(**counted, **values))


def _incident(row: IncidentRow) -> IncidentRecord:
    return IncidentRecord(**{name: getattr(row, name) for name in IncidentRecord.__dataclass_fields__})


def _suggestion(row: SuggestionRow) -> SuggestionRecord:
    return SuggestionRecord(**{name: getattr(row, name) for name in SuggestionRecord.__dataclass_fields__})
