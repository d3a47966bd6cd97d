"""Reviews of entries, who was told of them, and who looks after domains."""

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint, false
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base


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
    sentence: Mapped[str]
    since: Mapped[datetime]
    told_on: Mapped[str | None] = mapped_column(String(10), index=True)
    is_closed: Mapped[bool]
