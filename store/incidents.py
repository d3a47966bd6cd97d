"""Channels we listen in, the incidents there, their evidence and what was suggested."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from store.insertion import insert_once
from store.models import ChannelRow, EvidenceRow, IncidentRow, SuggestionRow


@dataclass(frozen=True)
class ChannelRecord:
    """A channel, whether we listen there, and who or what decided so."""

    id: str
    name: str
    watched: bool
    decided_by: str
    decided_at: datetime


@dataclass(frozen=True)
class IncidentRecord:
    """What happens in one channel; `thread_ts` is empty for the whole channel."""

    id: int
    channel_id: str
    thread_ts: str
    opened_at: datetime
    last_evidence_at: datetime
    card_thread_ts: str | None


@dataclass(frozen=True)
class EvidenceRecord:
    """One message of an incident."""

    ts: str
    author: str
    text: str
    said_at: datetime


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


class Incidents:
    """Incidents within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def channel(self, channel_id: str) -> ChannelRecord | None:
        """Return what we know of the channel, or None."""
        row = self._session.get(ChannelRow, channel_id)
        return ChannelRecord(row.id, row.name, row.watched, row.decided_by, row.decided_at) if row else None

    def put_channel(self, channel: ChannelRecord) -> None:
        """Insert or replace what we know of the channel."""
        if not self.add_channel(channel):
            change = update(ChannelRow).where(ChannelRow.id == channel.id)
            self._session.execute(change.values(**vars(channel)))

    def add_channel(self, channel: ChannelRecord) -> bool:
        """Insert what we know of the channel, unless somebody was faster; return whether it is new."""
        return insert_once(self._session, ChannelRow, **vars(channel))

    def get(self, incident_id: int) -> IncidentRecord | None:
        """Return the incident, or None."""
        row = self._session.get(IncidentRow, incident_id)
        return _incident(row) if row else None

    def take(self, incident_id: int) -> IncidentRecord | None:
        """Return the incident, locked until the transaction ends, or None."""
        row = self._session.get(IncidentRow, incident_id, with_for_update=True)
        return _incident(row) if row else None

    def in_channel(self, channel_id: str, thread_ts: str = "") -> IncidentRecord | None:
        """Return the incident of the channel (or of one of its threads), or None."""
        row = self._row_in(channel_id, thread_ts)
        return _incident(row) if row else None

    def open(self, channel_id: str, thread_ts: str, at: datetime) -> IncidentRecord:
        """Return the incident of the channel or thread, opened now where there was none; it stays locked."""
        opened = {"channel_id": channel_id, "thread_ts": thread_ts, "opened_at": at, "last_evidence_at": at}
        row = self._row_in(channel_id, thread_ts)
        if row is None:
            # Two messages may open it at once; one inserts it and both read it.
            insert_once(self._session, IncidentRow, **opened)
            row = self._row_in(channel_id, thread_ts)
        if row is None:
            msg = "an incident that was just opened cannot be read"
            raise LookupError(msg)
        return _incident(row)

    def show_card_under(self, incident_id: int, thread_ts: str) -> None:
        """Fix the thread in which the incident's one card lives; the first thread wins."""
        change = update(IncidentRow).where(IncidentRow.id == incident_id, IncidentRow.card_thread_ts.is_(None))
        self._session.execute(change.values(card_thread_ts=thread_ts))

    def add_evidence(self, incident_id: int, evidence: EvidenceRecord) -> None:
        """Keep a message, or its new text when it was edited."""
        row = self._session.scalar(
            select(EvidenceRow).where(EvidenceRow.incident_id == incident_id, EvidenceRow.ts == evidence.ts)
        )
        if row is None:
            self._session.add(EvidenceRow(incident_id=incident_id, **vars(evidence)))
        else:
            row.text = evidence.text
        touched = update(IncidentRow).where(IncidentRow.id == incident_id)
        self._session.execute(touched.values(last_evidence_at=evidence.said_at))
        self._session.flush()

    def drop_evidence(self, incident_id: int, ts: str) -> None:
        """Forget a message that its author deleted."""
        self._session.execute(delete(EvidenceRow).where(EvidenceRow.incident_id == incident_id, EvidenceRow.ts == ts))

    def evidence(self, incident_id: int, *, latest: int) -> list[EvidenceRecord]:
        """Return the latest messages of the incident, oldest first."""
        query = select(EvidenceRow).where(EvidenceRow.incident_id == incident_id)
        rows = list(self._session.scalars(query.order_by(EvidenceRow.ts.desc()).limit(latest)))
        return [EvidenceRecord(row.ts, row.author, row.text, row.said_at) for row in reversed(rows)]

    def suggestions(self, incident_id: int) -> list[SuggestionRecord]:
        """Return everything ever suggested for the incident, best first."""
        query = select(SuggestionRow).where(SuggestionRow.incident_id == incident_id).order_by(SuggestionRow.rank)
        return [_suggestion(row) for row in self._session.scalars(query)]

    def rejections(self, entry_id: str) -> int:
        """Return in how many incidents people said that the entry is not it."""
        rejected = (SuggestionRow.entry_id == entry_id) & (SuggestionRow.verdict == "rejected")
        return self._session.scalar(select(func.count()).where(rejected)) or 0

    def cards_with(self, entry_id: str) -> int:
        """Return on how many incident cards the entry stood."""
        return self._session.scalar(select(func.count()).where(SuggestionRow.entry_id == entry_id)) or 0

    def suggestion(self, incident_id: int, entry_id: str) -> SuggestionRecord | None:
        """Return what was suggested and said of the entry in the incident, or None."""
        of_both = (SuggestionRow.incident_id == incident_id) & (SuggestionRow.entry_id == entry_id)
        row = self._session.scalar(select(SuggestionRow).where(of_both))
        return _suggestion(row) if row else None

    def confirmations(self, since: datetime, until: datetime) -> dict[str, int]:
        """Return in how many incidents each entry was confirmed between the two moments."""
        confirmed = (SuggestionRow.verdict == "confirmed") & (SuggestionRow.verdict_at >= since)
        query = select(SuggestionRow.entry_id, func.count()).where(confirmed, SuggestionRow.verdict_at < until)
        return {entry_id: count for entry_id, count in self._session.execute(query.group_by(SuggestionRow.entry_id))}

    def put_suggestions(self, incident_id: int, suggestions: Sequence[SuggestionRecord]) -> None:
        """Insert the suggestions, or update those of the same entries."""
        rows = {
            row.entry_id: row
            for row in self._session.scalars(select(SuggestionRow).where(SuggestionRow.incident_id == incident_id))
        }
        for suggestion in suggestions:
            row = rows.get(suggestion.entry_id)
            if row is None:
                self._session.add(SuggestionRow(incident_id=incident_id, **vars(suggestion)))
                continue
            for name, value in vars(suggestion).items():
                setattr(row, name, value)
        self._session.flush()

    def _row_in(self, channel_id: str, thread_ts: str) -> IncidentRow | None:
        query = select(IncidentRow).where(IncidentRow.channel_id == channel_id, IncidentRow.thread_ts == thread_ts)
        # Two replicas that take in messages of one incident wait for each other here, so that neither
        # decides on a card from half of the evidence. SQLite has one writer anyway and ignores the lock.
        return self._session.scalar(query.with_for_update())


def _incident(row: IncidentRow) -> IncidentRecord:
    return IncidentRecord(**{name: getattr(row, name) for name in IncidentRecord.__dataclass_fields__})


def _suggestion(row: SuggestionRow) -> SuggestionRecord:
    return SuggestionRecord(**{name: getattr(row, name) for name in SuggestionRecord.__dataclass_fields__})
