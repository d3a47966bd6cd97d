"""Practice incidents, and which messages are replies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

NAMES = sa.JSON().with_variant(JSONB(), "postgresql")
DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("evidence", sa.Column("thread_ts", sa.String(30)))
    op.add_column("incident", sa.Column("is_drill", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "drill",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(12), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("channel_id", sa.String(30), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", INSTANT, nullable=False),
        sa.Column("signals", NAMES, nullable=False),
        sa.Column("next_place", sa.Integer(), nullable=False),
        sa.Column("next_at", INSTANT),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("ended_at", INSTANT),
        sa.Column("result", DOCUMENT),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_drill_entry_id_entry", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_drill_incident_id_incident", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_drill"),
        sa.UniqueConstraint("incident_id", name="uq_drill_incident_id"),
    )
    for column in ("entry_id", "channel_id", "next_at"):
        op.create_index(f"ix_drill_{column}", "drill", [column])


def downgrade() -> None:
    op.drop_table("drill")
    op.drop_column("incident", "is_drill")
    op.drop_column("evidence", "thread_ts")
