"""The two ways in which people run the bot."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

import sandbox
from tests.e2e.stage import MANIFEST, Stage, running_bot
from tests.postgres import postgres


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    with postgres() as url:
        yield url


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
