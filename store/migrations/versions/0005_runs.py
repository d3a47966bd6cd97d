"""Incidents have a record of their own, and remedies are carried out as runs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

NAMES = sa.JSON().with_variant(JSONB(), "postgresql")
DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)
OF_INCIDENT = ("status", "severity", "commander", "services", "model_families", "environment")
TABLES = ("run_outcome", "escalation", "run_event", "run_step", "run", "incident_time")


def upgrade() -> None:
    op.add_column("channel", sa.Column("muted_until", INSTANT))
    op.add_column("incident", sa.Column("status", sa.String(20), nullable=False, server_default="open"))
    op.add_column("incident", sa.Column("severity", sa.String(10)))
    op.add_column("incident", sa.Column("commander", sa.Text()))
    op.add_column("incident", sa.Column("services", NAMES, nullable=False, server_default="[]"))
    op.add_column("incident", sa.Column("model_families", NAMES, nullable=False, server_default="[]"))
    op.add_column("incident", sa.Column("environment", sa.Text()))
    op.create_table(
        "incident_time",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(30), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        _belongs("incident_time", "incident"),
        sa.PrimaryKeyConstraint("incident_id", "name", name="pk_incident_time"),
    )
    _create_run()
    _create_what_belongs_to_a_run()


def _create_run() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(12), nullable=False),
        sa.Column("mitigation", sa.Text(), nullable=False),
        sa.Column("attempt", sa.Integer(), nullable=False),
        sa.Column("document", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        *(sa.Column(name, INSTANT) for name in ("due_at", "overdue_at", "fallback_at", "rollback_at")),
        *(sa.Column(name, INSTANT) for name in ("degraded_at", "degraded_until")),
        sa.Column("escalation_stopped_by", sa.Text()),
        sa.Column("ended_at", INSTANT),
        sa.Column("ended_by", sa.Text()),
        _belongs("run", "incident"),
        _belongs("run", "entry"),
        sa.PrimaryKeyConstraint("id", name="pk_run"),
        sa.UniqueConstraint("incident_id", "entry_id", "mitigation", "attempt", name="uq_run_incident_id"),
    )
    for column in ("incident_id", "entry_id", "state", "due_at", "degraded_until"):
        op.create_index(f"ix_run_{column}", "run", [column])


def _create_what_belongs_to_a_run() -> None:
    op.create_table(
        "run_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("part", sa.String(20), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("by", sa.Text()),
        sa.Column("at", INSTANT),
        sa.Column("comment", sa.Text()),
        _belongs("run_step", "run"),
        sa.PrimaryKeyConstraint("id", name="pk_run_step"),
        sa.UniqueConstraint("run_id", "part", "place", name="uq_run_step_run_id"),
    )
    op.create_table(
        "run_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("by", sa.Text()),
        sa.Column("kind", sa.String(30), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        _belongs("run_event", "run"),
        sa.PrimaryKeyConstraint("id", name="pk_run_event"),
    )
    op.create_index("ix_run_event_run_id", "run_event", ["run_id"])
    op.create_table(
        "escalation",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("holders", NAMES, nullable=False),
        sa.Column("after_min", sa.Integer(), nullable=False),
        sa.Column("due_at", INSTANT),
        sa.Column("asked_at", INSTANT),
        sa.Column("asked_by", sa.Text()),
        _belongs("escalation", "run"),
        sa.PrimaryKeyConstraint("id", name="pk_escalation"),
        sa.UniqueConstraint("run_id", "place", name="uq_escalation_run_id"),
    )
    op.create_index("ix_escalation_due_at", "escalation", ["due_at"])
    op.create_table(
        "run_outcome",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(30), nullable=False),
        sa.Column("helped", sa.String(10), nullable=False),
        sa.Column("differed", sa.Text(), nullable=False),
        sa.Column("still_right", sa.Boolean()),
        sa.Column("at", INSTANT, nullable=False),
        _belongs("run_outcome", "run"),
        sa.PrimaryKeyConstraint("run_id", "user_id", name="pk_run_outcome"),
    )


def _belongs(table: str, owner: str) -> sa.ForeignKeyConstraint:
    name = f"fk_{table}_{owner}_id_{owner}"
    return sa.ForeignKeyConstraint([f"{owner}_id"], [f"{owner}.id"], name=name, ondelete="CASCADE")


def downgrade() -> None:
    for table in TABLES:
        op.drop_table(table)
    for column in OF_INCIDENT:
        op.drop_column("incident", column)
    op.drop_column("channel", "muted_until")
