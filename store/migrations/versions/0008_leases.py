"""Leases end by observation and no longer at a moment of the wall clock; a message says when its state was decided."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_column("owed_message", "lease_until")
    op.add_column("owed_message", sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE owed_message SET changed_at = created_at")
    with op.batch_alter_table("owed_message") as table:
        table.alter_column("changed_at", nullable=False)


def downgrade() -> None:
    # The state did not exist; whoever claims such a message then looks in Slack first, as it does for one left behind.
    op.execute("UPDATE owed_message SET state = 'sending' WHERE state = 'unknown'")
    op.drop_column("owed_message", "changed_at")
    op.add_column("owed_message", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE owed_message SET lease_until = created_at WHERE state = 'sending'")
