"""Settings: each documented, each wrong one named in a sentence."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.settings import read_settings, required, settings_table
from workflows.errors import UserError

DOCS = Path(__file__).parents[2] / "docs" / "settings.md"


@pytest.fixture(autouse=True)
def nothing_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the settings of whoever runs the tests out of them."""
    for name in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET", "DATABASE_URL", "FAULTLINE_PORT"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)


def test_the_documented_table_is_the_one_in_the_code() -> None:
    assert settings_table() in DOCS.read_text()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-of-a-person", "must begin with xoxb-"),
        ("SLACK_APP_TOKEN", "xoxb-of-a-bot", "connections:write"),
        ("FAULTLINE_PORT", "eighty", "FAULTLINE_PORT"),
        ("FAULTLINE_SUGGESTION_THRESHOLD", "7", "FAULTLINE_SUGGESTION_THRESHOLD"),
        ("FAULTLINE_STEWARDS", "{nope", "must be JSON"),
        ("FAULTLINE_SLACK_API_URL", "slack.com", "https://"),
        ("FAULTLINE_REVIEW_INTERVAL", "quarterly", "FAULTLINE_REVIEW_INTERVAL"),
        ("FAULTLINE_SWEEP_INTERVAL", "-PT1S", "at least a second"),
        ("FAULTLINE_REVIEW_INTERVAL", "PT0S", "at least a second"),
        ("FAULTLINE_STEWARDS", '{"serving": "@anna"}', "Copy member ID"),
        ("FAULTLINE_CHAMPIONS", "U0123, anna", "“anna” is no Slack id"),
        ("DATABASE_URL", "mysql://root@host/name", "postgresql://"),
    ],
)
def test_a_wrong_setting_is_named_in_a_sentence(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, sentence: str
) -> None:
    monkeypatch.setenv(name, value)

    with pytest.raises(UserError) as wrong:
        read_settings()

    assert name in wrong.value.sentence
    assert sentence in wrong.value.sentence


def test_a_wrong_token_is_not_repeated_in_the_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "secret-that-leaks")

    with pytest.raises(UserError) as wrong:
        read_settings()

    assert "secret-that-leaks" not in wrong.value.sentence


@pytest.mark.parametrize("address", ["", "https://slack.example/api/"])
def test_patience_is_not_cut_short_with_a_slack_elsewhere(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    monkeypatch.setenv("FAULTLINE_SLACK_API_URL", address)
    monkeypatch.setenv("FAULTLINE_TRIAL_HASTE", "10")

    with pytest.raises(UserError, match=r"^FAULTLINE_TRIAL_HASTE is for a Slack on this machine"):
        read_settings()


def test_patience_is_cut_short_with_a_slack_on_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAULTLINE_SLACK_API_URL", "http://127.0.0.1:8787/api/")
    monkeypatch.setenv("FAULTLINE_TRIAL_HASTE", "10")

    assert read_settings().trial_haste == 10


def test_a_missing_token_is_named_with_where_to_get_it() -> None:
    with pytest.raises(UserError, match=r"SLACK_BOT_TOKEN is not set.*OAuth & Permissions"):
        required(read_settings().slack_bot_token, "slack_bot_token", "the bot")


def test_settings_are_read_from_the_environment_and_from_a_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("FAULTLINE_ADMINS=U1, U2\nFAULTLINE_REVIEW_INTERVAL=P30D\n")
    monkeypatch.setenv("FAULTLINE_STEWARDS", '{"default": "U9"}')

    settings = read_settings()

    assert settings.admins == ["U1", "U2"]
    assert settings.review_interval == timedelta(days=30)
    assert settings.stewards == {"default": ["U9"]}


def test_an_empty_variable_counts_as_not_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLACK_BOT_TOKEN", "")

    assert read_settings().slack_bot_token is None


def test_the_database_is_a_file_in_the_data_folder_unless_said_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_settings(data_dir=Path("kept")).store_url == "sqlite:///kept/faultline.db"

    monkeypatch.setenv("DATABASE_URL", "postgres://user:pass@host/name")
    assert read_settings().store_url == "postgresql://user:pass@host/name"
