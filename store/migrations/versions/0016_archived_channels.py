"""A channel that was archived is remembered: nothing can be said there any more, so its write-up speaks elsewhere."""

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # The message of a write-up may stand in the channel and, later, with its owner: the key says where.
    op.execute("UPDATE owed_message SET key = key || ':' || address WHERE kind = 'writeup_progress'")
    op.add_column("channel", sa.Column("is_archived", sa.Boolean(), server_default=sa.false(), nullable=False))


def downgrade() -> None:
    op.drop_column("channel", "is_archived")
