"""What is owed to people and what was taken in, each once."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from store.models.base import Base


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


class PostingTurnRow(Base):
    __tablename__ = "posting_turn"

    channel_id: Mapped[str] = mapped_column(String(30), primary_key=True)
    taken_at: Mapped[datetime]


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
