"""Domains that nobody looks after are told to the champions once."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "ownership_gap",
        sa.Column("domain", sa.String(80), primary_key=True),
        sa.Column("sentence", sa.Text(), nullable=False),
        sa.Column("since", store.types.Instant(timezone=True), nullable=False),
        sa.Column("told_on", sa.String(10)),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
    )
    op.create_index("ix_ownership_gap_told_on", "ownership_gap", ["told_on"])


def downgrade() -> None:
    op.drop_table("ownership_gap")
