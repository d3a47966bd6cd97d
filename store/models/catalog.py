"""The catalog: entries, their history, and what people propose, record and hear about them."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base
from store.types import Document


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
