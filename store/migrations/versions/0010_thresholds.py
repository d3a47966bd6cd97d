"""A channel may have a threshold of its own, above which we speak there."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("channel", sa.Column("threshold", sa.Double()))
    op.add_column("channel", sa.Column("threshold_by", sa.Text()))


def downgrade() -> None:
    op.drop_column("channel", "threshold_by")
    op.drop_column("channel", "threshold")
