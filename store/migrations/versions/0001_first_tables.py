"""The first tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import store.types

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "channel",
        sa.Column("id", sa.String(length=30), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("watched", sa.Boolean(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_at", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_channel")),
    )
    op.create_table(
        "counter",
        sa.Column("name", sa.String(length=40), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_counter")),
    )
    op.create_table(
        "entry",
        sa.Column("id", sa.String(length=12), nullable=False),
        sa.Column("slug", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("domain", sa.String(length=60), nullable=False),
        sa.Column("document", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("created_by", sa.Text(), nullable=True),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("last_verified_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("last_verified_by", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_entry")),
        sa.UniqueConstraint("slug", name=op.f("uq_entry_slug")),
    )
    op.create_index(op.f("ix_entry_status"), "entry", ["status"], unique=False)
    op.create_table(
        "incident",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(length=30), nullable=False),
        sa.Column("thread_ts", sa.String(length=30), nullable=False),
        sa.Column("opened_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("last_evidence_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("card_thread_ts", sa.String(length=30), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
        sa.UniqueConstraint("channel_id", "thread_ts", name=op.f("uq_incident_channel_id")),
    )
    op.create_table(
        "owed_message",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("address", sa.String(length=30), nullable=False),
        sa.Column("thread_ts", sa.String(length=30), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("delivered_revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("not_before", store.types.Instant(timezone=True), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("first_try_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("maybe_sent", sa.Boolean(), nullable=False),
        sa.Column("lease_until", store.types.Instant(timezone=True), nullable=True),
        sa.Column("lease_token", sa.String(length=36), nullable=True),
        sa.Column("channel_id", sa.String(length=30), nullable=True),
        sa.Column("message_ts", sa.String(length=30), nullable=True),
        sa.Column("problem", sa.Text(), nullable=True),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_owed_message")),
        sa.UniqueConstraint("key", name=op.f("uq_owed_message_key")),
    )
    op.create_index("ix_owed_message_state_not_before", "owed_message", ["state", "not_before"], unique=False)
    op.create_table(
        "received_event",
        sa.Column("event_id", sa.Text(), nullable=False),
        sa.Column("received_at", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_received_event")),
    )
    op.create_index(op.f("ix_received_event_received_at"), "received_event", ["received_at"], unique=False)
    op.create_table(
        "submission",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("received_at", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_submission")),
    )
    op.create_table(
        "evidence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("ts", sa.String(length=30), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_evidence_incident_id_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_evidence")),
        sa.UniqueConstraint("incident_id", "ts", name=op.f("uq_evidence_incident_id")),
    )
    op.create_index(op.f("ix_evidence_incident_id"), "evidence", ["incident_id"], unique=False)
    op.create_table(
        "review",
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("due_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("nudged_for", store.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_review_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("pk_review")),
    )
    op.create_index(op.f("ix_review_due_at"), "review", ["due_at"], unique=False)
    op.create_table(
        "review_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("due_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=20), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("answered_by", sa.Text(), nullable=False),
        sa.Column("answered_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_review_answer_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_answer")),
    )
    op.create_index(op.f("ix_review_answer_entry_id"), "review_answer", ["entry_id"], unique=False)
    op.create_table(
        "suggestion",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("verdict", sa.String(length=20), nullable=False),
        sa.Column("verdict_by", sa.Text(), nullable=True),
        sa.Column("verdict_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("first_shown_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_suggestion_entry_id_entry")),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_suggestion_incident_id_incident"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_suggestion")),
        sa.UniqueConstraint("incident_id", "entry_id", name=op.f("uq_suggestion_incident_id")),
    )
    op.create_index(op.f("ix_suggestion_incident_id"), "suggestion", ["incident_id"], unique=False)
    op.create_table(
        "writeup",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("channel_id", sa.String(length=30), nullable=True),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("answers", sa.JSON().with_variant(postgresql.JSONB(), "postgresql"), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=True),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_writeup_entry_id_entry")),
        sa.ForeignKeyConstraint(["incident_id"], ["incident.id"], name=op.f("fk_writeup_incident_id_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_writeup")),
    )
    op.create_index(op.f("ix_writeup_author"), "writeup", ["author"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_writeup_author"), table_name="writeup")
    op.drop_table("writeup")
    op.drop_index(op.f("ix_suggestion_incident_id"), table_name="suggestion")
    op.drop_table("suggestion")
    op.drop_index(op.f("ix_review_answer_entry_id"), table_name="review_answer")
    op.drop_table("review_answer")
    op.drop_index(op.f("ix_review_due_at"), table_name="review")
    op.drop_table("review")
    op.drop_index(op.f("ix_evidence_incident_id"), table_name="evidence")
    op.drop_table("evidence")
    op.drop_table("submission")
    op.drop_index(op.f("ix_received_event_received_at"), table_name="received_event")
    op.drop_table("received_event")
    op.drop_index("ix_owed_message_state_not_before", table_name="owed_message")
    op.drop_table("owed_message")
    op.drop_table("incident")
    op.drop_index(op.f("ix_entry_status"), table_name="entry")
    op.drop_table("entry")
    op.drop_table("counter")
    op.drop_table("channel")
