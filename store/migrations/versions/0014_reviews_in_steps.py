"""Reviews are told of step by step, each step once; stewards say when they are away and have a calendar."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    instant = store.types.Instant(timezone=True)
    op.add_column("review", sa.Column("stage", sa.String(20), server_default="", nullable=False))
    op.add_column("review", sa.Column("told_at", instant))
    op.add_column("review", sa.Column("first_at", instant))
    op.add_column("review", sa.Column("next_at", instant))
    op.add_column("review", sa.Column("is_urgent", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.add_column("review", sa.Column("assigned_to", sa.Text()))
    op.add_column("review", sa.Column("lasts_days", sa.Double()))
    op.create_index("ix_review_next_at", "review", ["next_at"])
    # Whoever was told already is not told again of the same date; the next step comes by itself.
    op.execute("UPDATE review SET stage = 'overdue', told_at = nudged_for WHERE nudged_for = due_at")
    op.execute("UPDATE review SET first_at = due_at, next_at = due_at")
    with op.batch_alter_table("review") as review:
        review.alter_column("first_at", existing_type=instant, nullable=False)
        review.drop_column("nudged_for")
    op.create_table(
        "nudge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.String(12), nullable=False),
        sa.Column("due_at", instant, nullable=False),
        sa.Column("stage", sa.String(20), nullable=False),
        sa.Column("address", sa.String(30), nullable=False),
        sa.Column("at", instant, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_nudge_entry_id_entry", ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name="pk_nudge"),
        sa.UniqueConstraint("entry_id", "due_at", "stage", "address", name="uq_nudge_entry_id"),
    )
    op.create_index("ix_nudge_key", "nudge", ["key"])
    op.create_table(
        "steward",
        sa.Column("user_id", sa.String(30), nullable=False),
        sa.Column("away_from", instant),
        sa.Column("away_until", instant),
        sa.Column("calendar_secret", sa.String(64)),
        sa.PrimaryKeyConstraint("user_id", name="pk_steward"),
    )
    op.create_index("ix_steward_calendar_secret", "steward", ["calendar_secret"], unique=True)


def downgrade() -> None:
    op.drop_table("steward")
    op.drop_table("nudge")
    op.drop_index("ix_review_next_at", "review")
    with op.batch_alter_table("review") as review:
        review.add_column(sa.Column("nudged_for", store.types.Instant(timezone=True)))
        for name in ("stage", "told_at", "first_at", "next_at", "is_urgent", "assigned_to", "lasts_days"):
            review.drop_column(name)
