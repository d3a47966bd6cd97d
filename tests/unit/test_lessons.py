"""`faultline examples` and `faultline forget` on a database of their own."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.build import offline
from bot.cli import cli
from bot.settings import Settings
from tests.factories import RESPONDER, SMALL_CATALOG, write_catalog
from workflows.errors import UserError
from workflows.incidents import Message

SAID = "CUDA out of memory on [bold]walrus[/bold] with password=hunter2"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A data folder with one confirmed incident, as environment variables."""
    catalog = write_catalog(tmp_path / "catalog", *SMALL_CATALOG)
    values = {"FAULTLINE_DATA_DIR": str(tmp_path / "data"), "FAULTLINE_CATALOG_DIR": str(catalog)}
    with offline(Settings(data_dir=tmp_path / "data", catalog_dir=catalog, suggestion_threshold=0.01)) as workflows:
        workflows.incidents.listening.watch("CINC", "inc-7", decided_by="U1")
        workflows.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", SAID))
        workflows.incidents.judge(1, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    return values


def told(environment: dict[str, str], *words: str) -> str:
    result = CliRunner().invoke(cli, words, env=environment, catch_exceptions=False)
    assert result.exit_code == 0
    return result.stdout


def test_examples_are_listed_with_source_and_weight_and_without_secrets(environment: dict[str, str]) -> None:
    [one] = json.loads(told(environment, "examples", "1", "--json"))

    assert (one["source"], one["weight"], one["counts"]) == ("incident 1", 1.0, True)
    assert "hunter2" not in one["text"]
    assert "incident 1" in told(environment, "examples", "FM-0001")


def test_an_example_is_removed_by_its_number(environment: dict[str, str]) -> None:
    [one] = json.loads(told(environment, "examples", "1", "--json"))

    after = told(environment, "examples", "FM-0001", "--remove", str(one["id"]))

    assert after == "Nothing was learned about FM-0001.\n"


def test_an_incident_is_forgotten_and_how_much_it_was_is_said(environment: dict[str, str]) -> None:
    assert told(environment, "forget", "1") == "Incident 1: 1 messages and 1 examples forgotten.\n"
    assert json.loads(told(environment, "examples", "1", "--json")) == []


def test_forget_wants_an_incident_or_a_channel_and_not_both(environment: dict[str, str]) -> None:
    for words in (["forget"], ["forget", "1", "--channel", "CINC"]):
        with pytest.raises(UserError, match="either an incident or a channel"):
            CliRunner().invoke(cli, words, env=environment, catch_exceptions=False)
