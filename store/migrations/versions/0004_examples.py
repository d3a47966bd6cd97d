"""What people confirm is kept as examples of the entry, which search and cards learn from."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "example",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(12), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("channel_id", sa.String(30), nullable=True),
        sa.Column("said_as", sa.String(60), nullable=False),
        sa.Column("learned_from", sa.String(30), nullable=False),
        sa.Column("learned_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name="fk_example_entry_id_entry", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_example_incident_id_incident", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name="pk_example"),
        sa.UniqueConstraint("entry_id", "incident_id", "said_as", name="uq_example_entry_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_example_entry_id", "example", ["entry_id"])
    op.create_index("ix_example_incident_id", "example", ["incident_id"])


def downgrade() -> None:
    op.drop_table("example")
    op.execute("DELETE FROM counter WHERE name = 'examples'")
