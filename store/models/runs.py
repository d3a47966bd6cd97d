"""Remedies that people carry out in incidents."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base


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
