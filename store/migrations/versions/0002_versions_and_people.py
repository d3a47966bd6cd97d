"""Versions, amendments, sign-offs, occurrences, followers, notices, audit; entries learn why and what follows."""

from typing import Any

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

import store.types

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


# What stood in an entry before versions were kept becomes its first kept revision.
BACKFILL = """
INSERT INTO revision (entry_id, number, status, kind, document, author, co_authors, reason, created_at)
SELECT id, revision, status, 'import', document, coalesce(created_by, 'operator'), '[]',
       'as it stood before versions were kept', updated_at
FROM entry
"""
# No entry could be edited before this migration, so each still says what its file said.
IMPORTED = "UPDATE entry SET imported = document WHERE fingerprint <> ''"
# History that only grows is a promise of the database, not of our code.
APPEND_ONLY = {
    "sqlite": [
        f"""CREATE TRIGGER {table}_refuses_{change} BEFORE {change} ON {table}
            BEGIN SELECT RAISE(ABORT, 'rows of {table} are only ever added'); END"""
        for table in ("revision", "audit")
        for change in ("update", "delete")
    ],
    "postgresql": [
        """CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS
           $$ BEGIN RAISE EXCEPTION 'rows of % are only ever added', TG_TABLE_NAME; END $$""",
        *(
            f"""CREATE TRIGGER {table}_only_grows BEFORE UPDATE OR DELETE ON {table}
                FOR EACH ROW EXECUTE FUNCTION refuse_change()"""
            for table in ("revision", "audit")
        ),
    ],
}


def _document() -> "sa.JSON[Any]":
    return sa.JSON(none_as_null=True).with_variant(postgresql.JSONB(none_as_null=True), "postgresql")


def _names() -> "sa.JSON[Any]":
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("before", _document(), nullable=True),
        sa.Column("after", _document(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_index(op.f("ix_audit_action"), "audit", ["action"], unique=False)
    op.create_index(op.f("ix_audit_actor"), "audit", ["actor"], unique=False)
    op.create_index(op.f("ix_audit_at"), "audit", ["at"], unique=False)
    op.create_index(op.f("ix_audit_subject"), "audit", ["subject"], unique=False)

    op.create_table(
        "link_check",
        sa.Column("uri", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("checked_at", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("uri", name=op.f("pk_link_check")),
    )
    op.create_table(
        "subscription",
        sa.Column("user_id", sa.String(length=30), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("target", sa.String(length=80), nullable=False),
        sa.Column("since", store.types.Instant(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("user_id", "kind", "target", name=op.f("pk_subscription")),
    )
    op.create_table(
        "amendment",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("document", _document(), nullable=False),
        sa.Column("weight", sa.String(length=20), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("proposed_by", sa.Text(), nullable=False),
        sa.Column("co_authors", _names(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", store.types.Instant(timezone=True), nullable=True),
        sa.Column("decision", sa.Text(), nullable=True),
        sa.Column("published_revision", sa.Integer(), nullable=True),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("updated_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_amendment_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_amendment")),
    )
    op.create_index(op.f("ix_amendment_entry_id"), "amendment", ["entry_id"], unique=False)
    op.create_index(op.f("ix_amendment_state"), "amendment", ["state"], unique=False)

    op.create_table(
        "exposure",
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("user_id", sa.String(length=30), nullable=False),
        sa.Column("last_shown_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("opened_at", store.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_exposure_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("entry_id", "user_id", name=op.f("pk_exposure")),
    )
    op.create_index(op.f("ix_exposure_last_shown_at"), "exposure", ["last_shown_at"], unique=False)

    op.create_table(
        "notice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("user_id", sa.String(length=30), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("why", sa.String(length=20), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("batch", sa.String(length=80), nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_notice_entry_id_entry"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_notice")),
        sa.UniqueConstraint("user_id", "entry_id", "revision", name=op.f("uq_notice_user_id")),
    )
    op.create_index(op.f("ix_notice_batch"), "notice", ["batch"], unique=False)
    op.create_index(op.f("ix_notice_user_id"), "notice", ["user_id"], unique=False)

    op.create_table(
        "occurrence",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("incident_id", sa.Integer(), nullable=True),
        sa.Column("certainty", sa.String(length=20), nullable=False),
        sa.Column("happened_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("document", _document(), nullable=False),
        sa.Column("recorded_by", sa.Text(), nullable=False),
        sa.Column("recorded_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_occurrence_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["incident_id"], ["incident.id"], name=op.f("fk_occurrence_incident_id_incident"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_occurrence")),
        sa.UniqueConstraint("entry_id", "incident_id", name=op.f("uq_occurrence_entry_id")),
    )
    op.create_index(op.f("ix_occurrence_entry_id"), "occurrence", ["entry_id"], unique=False)

    op.create_table(
        "revision",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("document", _document(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("co_authors", _names(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("created_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entry.id"], name=op.f("fk_revision_entry_id_entry")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_revision")),
        sa.UniqueConstraint("entry_id", "number", name=op.f("uq_revision_entry_id")),
    )
    op.create_table(
        "sign_off",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.String(length=12), nullable=False),
        sa.Column("amendment_id", sa.Integer(), nullable=True),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("base_revision", sa.Integer(), nullable=False),
        sa.Column("purpose", sa.String(length=20), nullable=False),
        sa.Column("discipline", sa.String(length=60), nullable=False),
        sa.Column("asked_by", sa.Text(), nullable=True),
        sa.Column("asked_people", _names(), nullable=False),
        sa.Column("asked_at", store.types.Instant(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", store.types.Instant(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["amendment_id"], ["amendment.id"], name=op.f("fk_sign_off_amendment_id_amendment"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["entry_id"], ["entry.id"], name=op.f("fk_sign_off_entry_id_entry"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sign_off")),
        sa.UniqueConstraint("key", name=op.f("uq_sign_off_key")),
    )
    op.create_index(op.f("ix_sign_off_entry_id"), "sign_off", ["entry_id"], unique=False)
    op.create_index(op.f("ix_sign_off_state"), "sign_off", ["state"], unique=False)

    op.create_table(
        "remark",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sign_off_id", sa.Integer(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("said_at", store.types.Instant(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["sign_off_id"], ["sign_off.id"], name=op.f("fk_remark_sign_off_id_sign_off"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
        sa.UniqueConstraint("sign_off_id", "origin", name=op.f("uq_remark_sign_off_id")),
    )
    op.add_column("entry", sa.Column("status_reason", sa.Text(), nullable=True))
    op.add_column("entry", sa.Column("successor_id", sa.String(length=12), nullable=True))
    op.create_index("ix_owed_message_channel_id_message_ts", "owed_message", ["channel_id", "message_ts"], unique=False)
    op.create_index("ix_owed_message_kind", "owed_message", ["kind"], unique=False)
    op.add_column("entry", sa.Column("imported", _document(), nullable=True))
    op.execute(BACKFILL)
    op.execute(IMPORTED)
    for statement in APPEND_ONLY[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    # Not in Alembic's batch mode, which copies the table and would take everything that refers to it along.
    op.drop_index("ix_owed_message_kind", table_name="owed_message")
    op.drop_index("ix_owed_message_channel_id_message_ts", table_name="owed_message")
    op.drop_column("entry", "imported")
    op.drop_column("entry", "successor_id")
    op.drop_column("entry", "status_reason")

    op.drop_table("remark")

    op.drop_table("sign_off")
    op.drop_table("revision")

    op.drop_table("occurrence")

    op.drop_table("notice")

    op.drop_table("exposure")

    op.drop_table("amendment")
    op.drop_table("subscription")
    op.drop_table("link_check")

    op.drop_table("audit")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION refuse_change")
