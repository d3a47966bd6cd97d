"""All processes together post once a second to a channel."""

import sqlalchemy as sa
from alembic import op

import store.types

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "posting_turn",
        sa.Column("channel_id", sa.String(30), primary_key=True),
        sa.Column("taken_at", store.types.Instant(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("posting_turn")
