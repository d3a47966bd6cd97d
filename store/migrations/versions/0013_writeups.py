"""Write-ups are written by several people, with a timeline and follow-up actions, and keep every answer."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

LIST = sa.JSON().with_variant(JSONB(), "postgresql")
DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
INSTANT = sa.DateTime(timezone=True)
INDEXED = ("owner", "state", "remind_at")
ADDED = ("owner", "state", "reason", "steps", "participants", "results", "version", "remind_at", "reminded")
# Steps of the write-ups so far, by the names they keep.
STEPS = {"what": ("title",), "why": ("cause_category",), "response": ("mitigation",)}


def upgrade() -> None:
    for column in (
        sa.Column("owner", sa.Text(), nullable=False, server_default=""),
        sa.Column("state", sa.String(20), nullable=False, server_default="open"),
        sa.Column("reason", sa.Text()),
        sa.Column("steps", LIST, nullable=False, server_default="[]"),
        sa.Column("participants", LIST, nullable=False, server_default="[]"),
        sa.Column("results", DOCUMENT, nullable=False, server_default="{}"),
        sa.Column("version", sa.Integer(), nullable=False, server_default="0"),
        sa.Column("remind_at", INSTANT),
        sa.Column("reminded", sa.Integer(), nullable=False, server_default="0"),
    ):
        op.add_column("writeup", column)
    for name in INDEXED:
        op.create_index(f"ix_writeup_{name}", "writeup", [name])
    _create_what_belongs_to_a_writeup()
    op.execute("UPDATE writeup SET owner = author")
    op.execute("UPDATE writeup SET state = 'submitted' WHERE entry_id IS NOT NULL")
    _lay_answers_side_by_side()


def _create_what_belongs_to_a_writeup() -> None:
    op.create_table(
        "writeup_answer",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("writeup_id", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("field", sa.String(40), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        *_belongs("writeup_answer"),
    )
    op.create_table(
        "writeup_moment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("writeup_id", sa.Integer(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("at", INSTANT),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("link", sa.Text()),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("removed_by", sa.Text()),
        *_belongs("writeup_moment"),
        sa.UniqueConstraint("writeup_id", "source", name="uq_writeup_moment_writeup_id"),
    )
    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("writeup_id", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=False),
        sa.Column("due", sa.Date(), nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("note", sa.Text()),
        sa.Column("created_by", sa.Text(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("remind_at", INSTANT),
        sa.Column("reminded", sa.Integer(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_belongs("follow_up"),
    )
    op.create_table(
        "mark",
        sa.Column("incident_id", sa.Integer(), nullable=False),
        sa.Column("ts", sa.String(30), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("at", INSTANT, nullable=False),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name="fk_mark_incident_id_incident", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("incident_id", "ts", name="pk_mark"),
    )
    for table in ("writeup_answer", "writeup_moment", "follow_up"):
        op.create_index(f"ix_{table}_writeup_id", table, ["writeup_id"])
    op.create_index("ix_follow_up_owner", "follow_up", ["owner"])
    op.create_index("ix_follow_up_remind_at", "follow_up", ["remind_at"])


def _lay_answers_side_by_side() -> None:
    """Turn {step: {question: answer}} into {question: answer}, and keep each answer in the new history."""
    writeup = sa.table(
        "writeup", sa.column("id", sa.Integer), sa.column("author", sa.Text), sa.column("answers", DOCUMENT),
        sa.column("steps", LIST), sa.column("updated_at", INSTANT),
    )  # fmt: skip
    told = sa.table(
        "writeup_answer", sa.column("writeup_id", sa.Integer), sa.column("version", sa.Integer),
        sa.column("field", sa.String), sa.column("value", sa.Text), sa.column("by", sa.Text),
        sa.column("at", INSTANT), sa.column("accepted", sa.Boolean),
    )  # fmt: skip
    connection = op.get_bind()
    for row in connection.execute(sa.select(writeup)).all():
        flat = {key: value for step in (row.answers or {}).values() for key, value in step.items()}
        sent = [step for step, keys in STEPS.items() if any(key in flat for key in keys)]
        changed = writeup.update().where(writeup.c.id == row.id).values(answers=flat, steps=sent)
        connection.execute(changed)
        for field, value in flat.items():
            answer = {"field": field, "value": value, "by": row.author, "at": row.updated_at}
            connection.execute(told.insert().values(writeup_id=row.id, version=0, accepted=True, **answer))


def _belongs(table: str) -> tuple[sa.Constraint, ...]:
    return (
        sa.ForeignKeyConstraint(
            ["writeup_id"], ["writeup.id"], name=f"fk_{table}_writeup_id_writeup", ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
    )


def downgrade() -> None:
    for table in ("mark", "follow_up", "writeup_moment", "writeup_answer"):
        op.drop_table(table)
    for name in INDEXED:
        op.drop_index(f"ix_writeup_{name}", "writeup")
    for name in ADDED:
        op.drop_column("writeup", name)
