"""Bringing a database to the newest schema, and telling how far it is."""

from dataclasses import dataclass
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, text

from store.errors import outage_as_unavailable

MIGRATIONS = Path(__file__).parent / "migrations"
# Any number will do as long as nothing else in the same PostgreSQL takes it as an advisory lock.
MIGRATION_LOCK = 7_305_112


@dataclass(frozen=True)
class Migration:
    """The schema's revision in the database (None where it is empty) and the newest one there is."""

    current: str | None
    newest: str | None

    @property
    def is_current(self) -> bool:
        """Whether nothing is left to do."""
        return self.current == self.newest


def migrate(engine: Engine, revision: str = "head") -> None:
    """Bring the database to `revision`; several processes may call this at once, one does the work.

    Raises Unavailable and Damaged.
    """
    with outage_as_unavailable(), engine.execution_options(faultline_write=True).begin() as connection:
        if connection.dialect.name == "postgresql":
            # A migration may take longer than a person waits for an answer.
            connection.execute(text("SET LOCAL statement_timeout = 0"))
            connection.execute(text("SET LOCAL lock_timeout = 0"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
        _run(connection, revision)


def migration_state(engine: Engine) -> Migration:
    """Return where the database stands."""
    with engine.connect() as connection:
        current = MigrationContext.configure(connection).get_current_revision()
    return Migration(current, ScriptDirectory.from_config(_config()).get_current_head())


def _run(connection: Connection, revision: str) -> None:
    config = _config()
    config.attributes["connection"] = connection
    down = revision == "base" or revision.startswith("-")
    (command.downgrade if down else command.upgrade)(config, revision)


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
