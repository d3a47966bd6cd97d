"""After-action write-ups, with their timeline and what is done about it."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base


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


class UnsentRow(Base):
    __tablename__ = "writeup_unsent"

    writeup_id: Mapped[int] = mapped_column(ForeignKey("writeup.id", ondelete="CASCADE"), primary_key=True)
    person: Mapped[str] = mapped_column(String(30), primary_key=True)
    form: Mapped[str] = mapped_column(String(60), primary_key=True)
    version: Mapped[int]
    answers: Mapped[dict[str, Any]]
    base: Mapped[dict[str, Any]]
    stamp: Mapped[str] = mapped_column(String(30))
    at: Mapped[datetime]


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
