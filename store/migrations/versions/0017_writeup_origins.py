"""A write-up of what was never an incident here knows what it came from, so that it begins once."""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("writeup", sa.Column("origin", sa.String(200)))
    op.create_index("ix_writeup_origin", "writeup", ["origin"], unique=True)


def downgrade() -> None:
    op.drop_index("ix_writeup_origin", "writeup")
    op.drop_column("writeup", "origin")
