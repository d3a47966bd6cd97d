"""A suggested change knows what it came from, so that it is suggested once and its publication is told there."""

import json

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("amendment", sa.Column("origin", sa.String(60)))
    _name_origins_of_write_ups()
    op.create_index("ix_amendment_origin", "amendment", ["origin"], unique=True)
    op.create_index("ix_writeup_entry_id", "writeup", ["entry_id"])


def downgrade() -> None:
    op.drop_index("ix_writeup_entry_id", "writeup")
    op.drop_index("ix_amendment_origin", "amendment")
    op.drop_column("amendment", "origin")


def _name_origins_of_write_ups() -> None:
    """Note for each change that a write-up led to that it did; until now only the write-up knew."""
    connection = op.get_bind()
    writeup = sa.table("writeup", sa.column("id", sa.Integer), sa.column("results"))
    amendment = sa.table("amendment", sa.column("id", sa.Integer), sa.column("origin", sa.String))
    for number, results in connection.execute(sa.select(writeup.c.id, writeup.c.results)).all():
        became = json.loads(results) if isinstance(results, str) else results
        for choice, result in became.items():
            if "amendment" in result:
                made = sa.update(amendment).where(amendment.c.id == result["amendment"])
                connection.execute(made.values(origin=f"{number}|{choice}"))
