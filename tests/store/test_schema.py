"""The migrations make exactly the tables that the models describe, and can be undone."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from store import Store, migrate, migration_state
from store.models import Base


def test_migrations_make_exactly_the_tables_that_the_models_describe(store: Store) -> None:
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)

    assert differences == []


def test_migrating_twice_changes_nothing(store: Store) -> None:
    migrate(store.engine)

    assert migration_state(store.engine).is_current


def test_migrations_can_be_undone_and_done_again(store: Store) -> None:
    migrate(store.engine, "base")
    emptied = set(inspect(store.engine).get_table_names()) - {"alembic_version"}
    migrate(store.engine)

    assert emptied == set()
    assert migration_state(store.engine).is_current
