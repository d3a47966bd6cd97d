"""A channel has one incident after the other, and an incident knows how much of its evidence its card stands for."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

COUNTS = ("heard", "ranked", "altered")
# Only the first incident of a channel fits where a channel has one.
UNDO = """
UPDATE writeup SET incident_id = NULL
WHERE incident_id NOT IN (SELECT min(id) FROM incident GROUP BY channel_id);
DELETE FROM incident WHERE id NOT IN (SELECT min(id) FROM incident GROUP BY channel_id);
UPDATE incident SET opened_by = ''
"""


def upgrade() -> None:
    # The column was always empty; it now tells incidents of a channel apart, and its unique constraint stays as it is.
    op.alter_column("incident", "thread_ts", new_column_name="opened_by")
    for count in COUNTS:
        op.add_column("incident", sa.Column(count, sa.Integer(), nullable=False, server_default="0"))


def downgrade() -> None:
    for statement in UNDO.split(";"):
        op.execute(statement)
    for count in COUNTS:
        op.drop_column("incident", count)
    op.alter_column("incident", "opened_by", new_column_name="thread_ts")
