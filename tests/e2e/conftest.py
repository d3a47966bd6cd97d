"""The two ways in which people run the bot."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from uuid import uuid4

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import make_url

import sandbox
from tests.e2e.stage import MANIFEST, Stage, running_bot
from tests.postgres import postgres


@pytest.fixture(scope="session")
def server_url() -> Iterator[str]:
    with postgres() as url:
        yield url


@pytest.fixture(scope="module")
def database_url(server_url: str) -> Iterator[str]:
    """Give each module a database of its own: another's people are strangers to its Slack."""
    with fresh_database(server_url) as url:
        yield url


@pytest.fixture
def own_database_url(server_url: str) -> Iterator[str]:
    """Give a test a database of its own."""
    with fresh_database(server_url) as url:
        yield url


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    name = f"e2e_{uuid4().hex}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
        connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="module", params=["socket mode, SQLite", "HTTP, PostgreSQL"])
def stage(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """The two ways in which the bot is run, as people will."""
    settings = {}
    if request.param.startswith("HTTP"):
        settings = {"TRANSPORT": "http", "DATABASE_URL": request.getfixturevalue("database_url")}
    with ExitStack() as stack:
        slack = stack.enter_context(sandbox.running(manifest=MANIFEST, port=0))
        bot = stack.enter_context(running_bot(slack, tmp_path_factory.mktemp("bot"), **settings))
        yield Stage(slack, bot)
