"""What somebody typed into a form of a write-up and did not send is there when they open it again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

import store.types

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")


def upgrade() -> None:
    op.create_table(
        "writeup_unsent",
        sa.Column("writeup_id", sa.Integer, sa.ForeignKey("writeup.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("person", sa.String(30), primary_key=True),
        sa.Column("form", sa.String(60), primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("answers", DOCUMENT, nullable=False),
        sa.Column("base", DOCUMENT, nullable=False),
        sa.Column("stamp", sa.String(30), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("writeup_unsent")
