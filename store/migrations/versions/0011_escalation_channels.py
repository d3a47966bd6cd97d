"""An escalation remembers the channel it was posted into."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("escalation", sa.Column("asked_in", sa.String(30)))


def downgrade() -> None:
    op.drop_column("escalation", "asked_in")
