"""What all tests share: databases of both kinds, a clock that stands still, and a small catalog."""

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from store import Store, migrate
from store.engine import open_engine
from store.models import Base
from tests.doubles import PATIENT, StillClock
from tests.postgres import postgres


@pytest.fixture(autouse=True)
def logs_as_before() -> Iterator[None]:
    """Take back what a command line set up in this process: its stderr is closed when the test is over."""
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)


@pytest.fixture(scope="session")
def postgres_engine() -> Iterator[Engine]:
    with postgres() as url:
        engine = open_engine(url, wait=PATIENT)
        migrate(engine)
        yield engine
        engine.dispose()


@pytest.fixture(params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """An empty database of each kind: every test that takes it runs twice."""
    if request.param == "sqlite":
        opened = Store.open(f"sqlite:///{tmp_path / 'test.db'}", PATIENT)
        migrate(opened.engine)
        yield opened
        opened.close()
        return
    engine = request.getfixturevalue("postgres_engine")
    with engine.begin() as connection:
        # Not DELETE, which the tables that only grow refuse.
        connection.execute(text(f"TRUNCATE {', '.join(Base.metadata.tables)}"))
    yield Store(engine, PATIENT)


@pytest.fixture
def clock() -> StillClock:
    return StillClock()
