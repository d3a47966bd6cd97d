"""The tables.

entry            a failure mode: its document, and beside it the few columns that queries need
channel          a Slack channel we know, and whether we listen there
incident         what happens in one channel (or one thread of it)
├── evidence     the messages that speak for or against a failure mode
└── suggestion   an entry shown for the incident, and what people said of it
writeup          an after-action write-up on its way to a draft entry
review           when an entry is due to be verified by a person
└── review_answer  what a person answered, kept for ever
owed_message     a message that the bot owes somebody (the outbox)
received_event   Slack's event ids, so that a redelivered event acts once
submission       the forms already taken, so that a repeated submission acts once
counter          the last number given out, by name
"""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, MetaData, String, Text, UniqueConstraint
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.types import Document, Instant

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What all tables share: names of constraints that migrations can refer to, and our column types."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant(), dict[str, Any]: Document, str: Text()}  # noqa: RUF012 - SQLAlchemy's own form


class EntryRow(Base):
    __tablename__ = "entry"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    status: Mapped[str] = mapped_column(String(20), index=True)
    domain: Mapped[str] = mapped_column(String(60))
    document: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    revision: Mapped[int]
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_verified_at: Mapped[datetime | None]
    last_verified_by: Mapped[str | None]


class ChannelRow(Base):
    __tablename__ = "channel"

    id: Mapped[str] = mapped_column(String(30), primary_key=True)
    name: Mapped[str]
    watched: Mapped[bool]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]


class IncidentRow(Base):
    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("channel_id", "thread_ts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(30))
    thread_ts: Mapped[str] = mapped_column(String(30))
    opened_at: Mapped[datetime]
    last_evidence_at: Mapped[datetime]
    card_thread_ts: Mapped[str | None] = mapped_column(String(30))


class EvidenceRow(Base):
    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("incident_id", "ts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    ts: Mapped[str] = mapped_column(String(30))
    author: Mapped[str]
    text: Mapped[str]
    said_at: Mapped[datetime]


class SuggestionRow(Base):
    __tablename__ = "suggestion"
    __table_args__ = (UniqueConstraint("incident_id", "entry_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"))
    rank: Mapped[int]
    score: Mapped[float]
    why: Mapped[str]
    verdict: Mapped[str] = mapped_column(String(20))
    verdict_by: Mapped[str | None]
    verdict_at: Mapped[datetime | None]
    first_shown_at: Mapped[datetime]


class WriteUpRow(Base):
    __tablename__ = "writeup"

    id: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped[str] = mapped_column(index=True)
    channel_id: Mapped[str | None] = mapped_column(String(30))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    answers: Mapped[dict[str, Any]]
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("entry.id"))
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class ReviewRow(Base):
    __tablename__ = "review"

    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str]
    asked_by: Mapped[str | None]
    nudged_for: Mapped[datetime | None]


class ReviewAnswerRow(Base):
    __tablename__ = "review_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    due_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None]
    answered_by: Mapped[str]
    answered_at: Mapped[datetime]


class OwedMessageRow(Base):
    __tablename__ = "owed_message"
    __table_args__ = (Index("ix_owed_message_state_not_before", "state", "not_before"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    subject: Mapped[str]
    address: Mapped[str] = mapped_column(String(30))
    thread_ts: Mapped[str | None] = mapped_column(String(30))
    revision: Mapped[int]
    delivered_revision: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    not_before: Mapped[datetime]
    attempts: Mapped[int]
    first_try_at: Mapped[datetime | None]
    maybe_sent: Mapped[bool]
    lease_until: Mapped[datetime | None]
    lease_token: Mapped[str | None] = mapped_column(String(36))
    channel_id: Mapped[str | None] = mapped_column(String(30))
    message_ts: Mapped[str | None] = mapped_column(String(30))
    problem: Mapped[str | None]
    created_at: Mapped[datetime]


class ReceivedEventRow(Base):
    __tablename__ = "received_event"

    event_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = mapped_column(index=True)


class SubmissionRow(Base):
    __tablename__ = "submission"

    id: Mapped[str] = mapped_column(String(64), primary_key=True)
    received_at: Mapped[datetime]


class CounterRow(Base):
    __tablename__ = "counter"

    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    value: Mapped[int]
