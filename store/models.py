"""The tables.

entry            a failure mode: its document, and beside it the few columns that queries need
├── revision     every state the entry ever had, with author and reason; rows are only ever added
├── amendment    a proposed change of a published entry, until a steward decides
├── sign_off     a colleague of some discipline is asked for an approval
│   └── remark   what was said about it, in threads
├── occurrence   a dated, local case of the failure mode
├── exposure     who was shown the entry, and when last
└── notice       a change that somebody is still to be told of
subscription     who follows an entry, a domain or a tag
audit            who did what, before and after; the database itself refuses to change a row
link_check       whether an evidence link answered, and when it was asked
channel          a Slack channel we know, and whether we listen there
incident         what happens in one channel (or one thread of it)
├── evidence     the messages that speak for or against a failure mode
├── suggestion   an entry shown for the incident, and what people said of it
├── mark         a message that somebody wants on the write-up's timeline
├── example      masked words of it that people confirmed to be about an entry, or not to be
├── incident_time  when it was detected, matched, mitigated …, and how that is known
├── drill        where it is practice: what is played, and what was measured
└── run          one remedy of an entry, carried out by people
    ├── run_step     a step of its checklist, who checked it and when
    ├── run_event    what else happened in it, in order
    ├── escalation   whom it asks for help, in order, and when
    └── run_outcome  whether it helped, in the words of those who ran it
gap              a search that found nothing
writeup          an after-action write-up on its way into the catalog
├── writeup_answer  every answer ever given to it
├── writeup_moment  a point of its timeline
└── follow_up    what is done about it, by whom and until when
review           when an entry is due to be verified by a person
├── nudge          who was told of which due date in which step, and by which message
└── review_answer  what a person answered, kept for ever
steward          when somebody who is asked for reviews is away, and the secret of their calendar
owed_message     a message that the bot owes somebody (the outbox)
received_event   Slack's event ids, so that a redelivered event acts once
submission       the forms already taken, so that a repeated submission acts once
counter          the last number given out, by name
"""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, MetaData, String, Text, UniqueConstraint, false
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from store.types import Document, Instant, Names

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Base(DeclarativeBase):
    """What all tables share: names of constraints that migrations can refer to, and our column types."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: Instant(), dict[str, Any]: Document, list[str]: Names, str: Text()}  # noqa: RUF012 - SQLAlchemy's own form


class EntryRow(Base):
    __tablename__ = "entry"

    id: Mapped[str] = mapped_column(String(12), primary_key=True)
    slug: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    status: Mapped[str] = mapped_column(String(20), index=True)
    status_reason: Mapped[str | None]
    successor_id: Mapped[str | None] = mapped_column(String(12))
    domain: Mapped[str] = mapped_column(String(60))
    document: Mapped[dict[str, Any]]
    fingerprint: Mapped[str] = mapped_column(String(64))
    imported: Mapped[dict[str, Any] | None] = mapped_column(Document)
    revision: Mapped[int]
    created_by: Mapped[str | None]
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    last_verified_at: Mapped[datetime | None]
    last_verified_by: Mapped[str | None]


class RevisionRow(Base):
    __tablename__ = "revision"
    __table_args__ = (UniqueConstraint("entry_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id"))
    number: Mapped[int]
    status: Mapped[str] = mapped_column(String(20))
    kind: Mapped[str] = mapped_column(String(20))
    document: Mapped[dict[str, Any]]
    author: Mapped[str]
    co_authors: Mapped[list[str]]
    reason: Mapped[str]
    created_at: Mapped[datetime]


class AmendmentRow(Base):
    __tablename__ = "amendment"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    base_revision: Mapped[int]
    document: Mapped[dict[str, Any]]
    weight: Mapped[str] = mapped_column(String(20))
    reason: Mapped[str]
    state: Mapped[str] = mapped_column(String(20), index=True)
    proposed_by: Mapped[str]
    co_authors: Mapped[list[str]]
    version: Mapped[int]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    decision: Mapped[str | None]
    published_revision: Mapped[int | None]
    origin: Mapped[str | None] = mapped_column(String(60), index=True, unique=True)
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class SignOffRow(Base):
    __tablename__ = "sign_off"
    __table_args__ = (UniqueConstraint("key"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    amendment_id: Mapped[int | None] = mapped_column(ForeignKey("amendment.id", ondelete="CASCADE"))
    revision: Mapped[int]
    base_revision: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(20))
    discipline: Mapped[str] = mapped_column(String(60))
    asked_by: Mapped[str | None]
    asked_people: Mapped[list[str]]
    asked_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(20), index=True)
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]


class RemarkRow(Base):
    __tablename__ = "remark"
    __table_args__ = (UniqueConstraint("sign_off_id", "origin"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_off_id: Mapped[int] = mapped_column(ForeignKey("sign_off.id", ondelete="CASCADE"))
    origin: Mapped[str]
    author: Mapped[str]
    text: Mapped[str]
    said_at: Mapped[datetime]


class OccurrenceRow(Base):
    __tablename__ = "occurrence"
    __table_args__ = (UniqueConstraint("entry_id", "incident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="SET NULL"))
    certainty: Mapped[str] = mapped_column(String(20))
    happened_at: Mapped[datetime]
    document: Mapped[dict[str, Any]]
    recorded_by: Mapped[str]
    recorded_at: Mapped[datetime]


class ExposureRow(Base):
    __tablename__ = "exposure"

    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    last_shown_at: Mapped[datetime] = mapped_column(index=True)
    opened_at: Mapped[datetime | None]


class SubscriptionRow(Base):
    __tablename__ = "subscription"

    user_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    kind: Mapped[str] = mapped_column(String(10), primary_key=True)
    target: Mapped[str] = mapped_column(String(80), primary_key=True)
    since: Mapped[datetime]


class NoticeRow(Base):
    __tablename__ = "notice"
    __table_args__ = (UniqueConstraint("user_id", "entry_id", "revision"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(String(30), index=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    revision: Mapped[int]
    why: Mapped[str] = mapped_column(String(20))
    created_at: Mapped[datetime]
    batch: Mapped[str | None] = mapped_column(String(80), index=True)


class AuditRow(Base):
    __tablename__ = "audit"

    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(index=True)
    action: Mapped[str] = mapped_column(String(40), index=True)
    subject: Mapped[str] = mapped_column(index=True)
    before: Mapped[dict[str, Any] | None] = mapped_column(Document)
    after: Mapped[dict[str, Any] | None] = mapped_column(Document)


class LinkCheckRow(Base):
    __tablename__ = "link_check"

    uri: Mapped[str] = mapped_column(primary_key=True)
    state: Mapped[str] = mapped_column(String(20))
    checked_at: Mapped[datetime]


class ChannelRow(Base):
    __tablename__ = "channel"

    id: Mapped[str] = mapped_column(String(30), primary_key=True)
    name: Mapped[str]
    watched: Mapped[bool]
    decided_by: Mapped[str]
    decided_at: Mapped[datetime]
    muted_until: Mapped[datetime | None]
    threshold: Mapped[float | None]
    threshold_by: Mapped[str | None]
    scope: Mapped[str] = mapped_column(String(10), server_default="all")
    threads: Mapped[list[str]] = mapped_column(server_default="[]")
    is_archived: Mapped[bool] = mapped_column(server_default=false())


class IncidentRow(Base):
    __tablename__ = "incident"
    __table_args__ = (UniqueConstraint("channel_id", "opened_by"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    channel_id: Mapped[str] = mapped_column(String(30))
    opened_by: Mapped[str] = mapped_column(String(30))
    opened_at: Mapped[datetime]
    last_evidence_at: Mapped[datetime]
    card_thread_ts: Mapped[str | None] = mapped_column(String(30))
    heard: Mapped[int] = mapped_column(server_default="0")
    ranked: Mapped[int] = mapped_column(server_default="0")
    altered: Mapped[int] = mapped_column(server_default="0")
    status: Mapped[str] = mapped_column(String(20), server_default="open")
    severity: Mapped[str | None] = mapped_column(String(10))
    commander: Mapped[str | None]
    services: Mapped[list[str]] = mapped_column(server_default="[]")
    model_families: Mapped[list[str]] = mapped_column(server_default="[]")
    environment: Mapped[str | None]
    is_drill: Mapped[bool] = mapped_column(server_default=false())


class DrillRow(Base):
    __tablename__ = "drill"
    __table_args__ = (UniqueConstraint("incident_id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"))
    channel_id: Mapped[str] = mapped_column(String(30), index=True)
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    signals: Mapped[list[str]]
    next_place: Mapped[int]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(String(20))
    ended_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None] = mapped_column(Document)


class IncidentTimeRow(Base):
    __tablename__ = "incident_time"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    name: Mapped[str] = mapped_column(String(30), primary_key=True)
    at: Mapped[datetime]
    source: Mapped[str]


class EvidenceRow(Base):
    __tablename__ = "evidence"
    __table_args__ = (UniqueConstraint("incident_id", "ts"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    ts: Mapped[str] = mapped_column(String(30))
    author: Mapped[str]
    text: Mapped[str]
    said_at: Mapped[datetime]
    thread_ts: Mapped[str | None] = mapped_column(String(30))
    is_alert: Mapped[bool] = mapped_column(server_default=false())


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


class ExampleRow(Base):
    __tablename__ = "example"
    # Autoincrement: an id that is given out again would pass for the example that had it before.
    __table_args__ = (UniqueConstraint("entry_id", "incident_id", "said_as"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    kind: Mapped[str] = mapped_column(String(20))
    text: Mapped[str]
    weight: Mapped[float]
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    channel_id: Mapped[str | None] = mapped_column(String(30))
    said_as: Mapped[str] = mapped_column(String(60))
    learned_from: Mapped[str] = mapped_column(String(30))
    learned_at: Mapped[datetime]


class RunRow(Base):
    __tablename__ = "run"
    __table_args__ = (UniqueConstraint("incident_id", "entry_id", "mitigation", "attempt"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), index=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    mitigation: Mapped[str]
    attempt: Mapped[int]
    document: Mapped[dict[str, Any]]
    state: Mapped[str] = mapped_column(String(20), index=True)
    started_by: Mapped[str]
    started_at: Mapped[datetime]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    overdue_at: Mapped[datetime | None]
    fallback_at: Mapped[datetime | None]
    rollback_at: Mapped[datetime | None]
    degraded_at: Mapped[datetime | None]
    degraded_until: Mapped[datetime | None] = mapped_column(index=True)
    escalation_stopped_by: Mapped[str | None]
    ended_at: Mapped[datetime | None]
    ended_by: Mapped[str | None]


class RunStepRow(Base):
    __tablename__ = "run_step"
    __table_args__ = (UniqueConstraint("run_id", "part", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    part: Mapped[str] = mapped_column(String(20))
    place: Mapped[int]
    text: Mapped[str]
    state: Mapped[str] = mapped_column(String(20))
    by: Mapped[str | None]
    at: Mapped[datetime | None]
    comment: Mapped[str | None]


class RunEventRow(Base):
    __tablename__ = "run_event"

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), index=True)
    at: Mapped[datetime]
    by: Mapped[str | None]
    kind: Mapped[str] = mapped_column(String(30))
    text: Mapped[str]


class EscalationRow(Base):
    __tablename__ = "escalation"
    __table_args__ = (UniqueConstraint("run_id", "place"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"))
    place: Mapped[int]
    role: Mapped[str]
    holders: Mapped[list[str]]
    after_min: Mapped[int]
    due_at: Mapped[datetime | None] = mapped_column(index=True)
    asked_at: Mapped[datetime | None]
    asked_by: Mapped[str | None]
    asked_in: Mapped[str | None] = mapped_column(String(30))


class RunOutcomeRow(Base):
    __tablename__ = "run_outcome"

    run_id: Mapped[int] = mapped_column(ForeignKey("run.id", ondelete="CASCADE"), primary_key=True)
    user_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    helped: Mapped[str] = mapped_column(String(10))
    differed: Mapped[str]
    still_right: Mapped[bool | None]
    at: Mapped[datetime]


class GapRow(Base):
    __tablename__ = "gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]
    narrowing: Mapped[str]
    text: Mapped[str]
    asked_by: Mapped[str | None] = mapped_column(String(30))
    asked_at: Mapped[datetime] = mapped_column(index=True)


class WriteUpRow(Base):
    __tablename__ = "writeup"

    id: Mapped[int] = mapped_column(primary_key=True)
    author: Mapped[str] = mapped_column(index=True)
    owner: Mapped[str] = mapped_column(index=True, server_default="")
    channel_id: Mapped[str | None] = mapped_column(String(30))
    incident_id: Mapped[int | None] = mapped_column(ForeignKey("incident.id"))
    state: Mapped[str] = mapped_column(String(20), index=True, server_default="open")
    reason: Mapped[str | None]
    answers: Mapped[dict[str, Any]]
    steps: Mapped[list[str]] = mapped_column(server_default="[]")
    participants: Mapped[list[str]] = mapped_column(server_default="[]")
    results: Mapped[dict[str, Any]] = mapped_column(server_default="{}")
    version: Mapped[int] = mapped_column(server_default="0")
    entry_id: Mapped[str | None] = mapped_column(ForeignKey("entry.id"), index=True)
    origin: Mapped[str | None] = mapped_column(String(200), index=True, unique=True)
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]


class WriteUpAnswerRow(Base):
    __tablename__ = "writeup_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    writeup_id: Mapped[int] = mapped_column(ForeignKey("writeup.id", ondelete="CASCADE"), index=True)
    version: Mapped[int]
    field: Mapped[str] = mapped_column(String(40))
    value: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    accepted: Mapped[bool]


class MomentRow(Base):
    __tablename__ = "writeup_moment"
    __table_args__ = (UniqueConstraint("writeup_id", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    writeup_id: Mapped[int] = mapped_column(ForeignKey("writeup.id", ondelete="CASCADE"), index=True)
    place: Mapped[int]
    at: Mapped[datetime | None]
    text: Mapped[str]
    author: Mapped[str]
    kind: Mapped[str] = mapped_column(String(20))
    source: Mapped[str] = mapped_column(String(80))
    link: Mapped[str | None]
    version: Mapped[int]
    removed_by: Mapped[str | None]


class MarkRow(Base):
    __tablename__ = "mark"

    incident_id: Mapped[int] = mapped_column(ForeignKey("incident.id", ondelete="CASCADE"), primary_key=True)
    ts: Mapped[str] = mapped_column(String(30), primary_key=True)
    by: Mapped[str]
    at: Mapped[datetime]


class FollowUpRow(Base):
    __tablename__ = "follow_up"

    id: Mapped[int] = mapped_column(primary_key=True)
    writeup_id: Mapped[int] = mapped_column(ForeignKey("writeup.id", ondelete="CASCADE"), index=True)
    text: Mapped[str]
    owner: Mapped[str] = mapped_column(index=True)
    due: Mapped[date]
    state: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None]
    created_by: Mapped[str]
    created_at: Mapped[datetime]
    remind_at: Mapped[datetime | None] = mapped_column(index=True)
    reminded: Mapped[int]
    version: Mapped[int]


class ReviewRow(Base):
    __tablename__ = "review"

    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), primary_key=True)
    due_at: Mapped[datetime] = mapped_column(index=True)
    reason: Mapped[str]
    asked_by: Mapped[str | None]
    stage: Mapped[str] = mapped_column(String(20), server_default="")
    told_at: Mapped[datetime | None]
    first_at: Mapped[datetime]
    next_at: Mapped[datetime | None] = mapped_column(index=True)
    is_urgent: Mapped[bool] = mapped_column(server_default=false())
    assigned_to: Mapped[str | None]
    lasts_days: Mapped[float | None]


class ReviewAnswerRow(Base):
    __tablename__ = "review_answer"

    id: Mapped[int] = mapped_column(primary_key=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"), index=True)
    due_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(String(20))
    note: Mapped[str | None]
    answered_by: Mapped[str]
    answered_at: Mapped[datetime]


class NudgeRow(Base):
    __tablename__ = "nudge"
    __table_args__ = (UniqueConstraint("entry_id", "due_at", "stage", "address"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    entry_id: Mapped[str] = mapped_column(ForeignKey("entry.id", ondelete="CASCADE"))
    due_at: Mapped[datetime]
    stage: Mapped[str] = mapped_column(String(20))
    address: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]


class StewardRow(Base):
    __tablename__ = "steward"

    user_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    away_from: Mapped[datetime | None]
    away_until: Mapped[datetime | None]
    calendar_secret: Mapped[str | None] = mapped_column(String(64), unique=True, index=True)


class OwnershipGapRow(Base):
    __tablename__ = "ownership_gap"

    domain: Mapped[str] = mapped_column(String(80), primary_key=True)
    sentence: Mapped[str] = mapped_column(Text)
    since: Mapped[datetime]
    told_on: Mapped[str | None] = mapped_column(String(10), index=True)
    is_closed: Mapped[bool]


class OwedMessageRow(Base):
    __tablename__ = "owed_message"
    __table_args__ = (
        Index("ix_owed_message_state_not_before", "state", "not_before"),
        Index("ix_owed_message_channel_id_message_ts", "channel_id", "message_ts"),
        Index("ix_owed_message_kind", "kind"),
    )

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
    lease_token: Mapped[str | None] = mapped_column(String(36))
    channel_id: Mapped[str | None] = mapped_column(String(30))
    message_ts: Mapped[str | None] = mapped_column(String(30))
    problem: Mapped[str | None]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]


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
