"""Incidents: where they run, what was said in them, and which entries were shown."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base
from store.types import Document


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


class GapRow(Base):
    __tablename__ = "gap"

    id: Mapped[int] = mapped_column(primary_key=True)
    words: Mapped[str]
    narrowing: Mapped[str]
    text: Mapped[str]
    asked_by: Mapped[str | None] = mapped_column(String(30))
    asked_at: Mapped[datetime] = mapped_column(index=True)
