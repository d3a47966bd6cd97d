"""A channel may be listened in as a whole, in its threads alone, or in some of them."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

NAMES = sa.JSON().with_variant(JSONB(), "postgresql")


def upgrade() -> None:
    op.add_column("channel", sa.Column("scope", sa.String(10), nullable=False, server_default="all"))
    op.add_column("channel", sa.Column("threads", NAMES, nullable=False, server_default="[]"))


def downgrade() -> None:
    op.drop_column("channel", "threads")
    op.drop_column("channel", "scope")
