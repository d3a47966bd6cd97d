"""What is shipped around the code: the image, compose.yaml, the example settings and the installation guide."""

import json
import re
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.settings import Settings, read_settings, variable_of

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()
COMPOSE = (ROOT / "compose.yaml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
VARIABLES = {variable_of(name) for name in Settings.model_fields}
SECRETS = {variable_of(name) for name, field in Settings.model_fields.items() if "SecretStr" in str(field.annotation)}
TOKEN = re.compile(r"xox[a-z]-\w|xapp-\w|://\w+:(?!password@|\$)[^@\s]+@")


def instructions(name: str) -> list[str]:
    """Return the arguments of each such instruction in the stage that is shipped, continued lines joined."""
    return stage_instructions("bot", name)


def stage_instructions(stage: str, name: str) -> list[str]:
    stages = DOCKERFILE.replace("\\\n", " ").split("\nFROM ")
    wanted = next(one for one in stages if one.splitlines()[0].endswith(f" AS {stage}"))
    return re.findall(rf"^\s*{name}\s+(.+)$", wanted, flags=re.MULTILINE)


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load(COMPOSE)["services"]
    return found


def examples() -> dict[str, str]:
    return dict(re.findall(r"^([A-Z_]+)=(.*)$", EXAMPLE, flags=re.MULTILINE))


def version() -> str:
    return str(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"])


def test_the_image_runs_as_a_numbered_user_that_is_not_root() -> None:
    assert instructions("USER")[-1] == "10001:10001"


def test_the_image_needs_no_shell_to_start_or_to_be_checked() -> None:
    (entry,), (command,), (check,) = (instructions(name) for name in ("ENTRYPOINT", "CMD", r"HEALTHCHECK\s.*CMD"))

    assert json.loads(entry) + json.loads(command) == ["faultline", "run"]
    assert json.loads(check)[0] == "python"
    assert "/healthz" in check


def test_both_stages_name_the_same_exact_python_since_the_environment_holds_its_path() -> None:
    first, second = re.findall(r"^FROM (python\S+)", DOCKERFILE, flags=re.MULTILINE)

    assert first == second
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", first)


def test_without_a_target_the_bot_alone_is_built() -> None:
    stages = re.findall(r"^FROM (.+)$", DOCKERFILE, flags=re.MULTILINE)

    assert stages[-1] == "bot"
    assert {"build AS build-semantic", "bot AS semantic"} <= set(stages)


def test_the_semantic_image_has_the_extra_and_the_model_that_the_build_was_given() -> None:
    installed, fetched = stage_instructions("build-semantic", "RUN")
    folder = re.findall(r"--to (\S+)", fetched)[0]

    assert "--extra semantic" in installed
    assert 'faultline semantic fetch "$MODEL"' in fetched
    assert stage_instructions("build-semantic", "ARG")[0].startswith("MODEL=")
    assert f"--from=build-semantic {folder} {folder}" in stage_instructions("semantic", "COPY")
    assert stage_instructions("semantic", "ENV") == [f"FAULTLINE_SEMANTIC_MODEL={folder}"]
    assert not stage_instructions("semantic", "USER")  # it stays the one of the bot


def test_the_image_says_the_projects_version() -> None:
    assert f'image.version="{version()}"' in DOCKERFILE
    assert services()["bot"]["image"] == f"faultline:{version()}"


@pytest.mark.parametrize("path", [".env", ".git/config", "data/faultline.db", "tests/conftest.py", "settings.env"])
def test_only_what_the_image_is_built_from_reaches_the_build(path: str) -> None:
    rules = [line for line in (ROOT / ".dockerignore").read_text().splitlines() if line and not line.startswith("#")]
    let_in = [rule.removeprefix("!") for rule in rules if rule.startswith("!")]

    assert rules[0] == "*"
    assert not any(fnmatch(path, rule) or path.startswith(f"{rule}/") for rule in let_in)


@pytest.mark.parametrize("name", ["bot", "database"])
def test_every_container_is_read_only_and_without_privileges(name: str) -> None:
    service = services()[name]

    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert not {"privileged", "cap_add", "network_mode", "pid"} & set(service)


def test_the_bot_waits_for_a_healthy_database_that_nobody_outside_reaches() -> None:
    bot, database = services()["bot"], services()["database"]

    assert bot["depends_on"] == {"database": {"condition": "service_healthy"}}
    assert "healthcheck" in database
    assert "ports" not in database
    assert all(port.startswith("127.0.0.1:") for port in bot["ports"])


@pytest.mark.parametrize("name", ["Dockerfile", "compose.yaml", ".env.example", "docs/install.md"])
def test_no_secret_stands_in_a_file_we_ship(name: str) -> None:
    assert TOKEN.search((ROOT / name).read_text()) is None


def test_the_example_names_only_what_is_read_and_every_secret_a_start_may_need() -> None:
    read_by_compose = set(re.findall(r"\$\{(\w+)", COMPOSE))

    assert set(examples()) - read_by_compose <= VARIABLES
    assert read_by_compose | SECRETS <= set(examples())
    assert set(examples().values()) == {""}


def test_the_example_filled_in_is_understood(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    given = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "FAULTLINE_STEWARDS": '{"default": "U0123"}'}
    filled = re.sub(r"^([A-Z_]+)=$", lambda line: f"{line[1]}={given.get(line[1], '')}", EXAMPLE, flags=re.MULTILINE)
    (tmp_path / ".env").write_text(filled)

    settings = read_settings(_env_file=tmp_path / ".env")

    assert settings.slack_bot_token is not None
    assert settings.slack_bot_token.get_secret_value() == "xoxb-1"
    assert settings.stewards == {"default": ["U0123"]}
    assert settings.store_url == "sqlite:///data/faultline.db"


def test_the_guide_tells_where_to_find_every_token() -> None:
    guide = (ROOT / "docs" / "install.md").read_text()

    assert [name for name in sorted(SECRETS) if f"`{name}" not in guide] == []


def test_every_setting_that_files_and_guides_name_exists() -> None:
    guides = [ROOT / "docs" / "install.md", ROOT / "docs" / "operations.md"]
    texts = [DOCKERFILE, COMPOSE, *(guide.read_text() for guide in guides)]

    assert {name for text in texts for name in re.findall(r"\bFAULTLINE_[A-Z_]+", text)} <= VARIABLES


def test_the_guide_explains_every_optional_scope() -> None:
    scopes = yaml.safe_load((ROOT / "manifest.yml").read_text())["oauth_config"]["scopes"]
    guide = (ROOT / "docs" / "install.md").read_text()

    assert set(re.findall(r"^\| `([a-z]+:[a-z]+)` \|", guide, flags=re.MULTILINE)) == set(scopes["bot_optional"])
    assert all(f"`{scope}`" in guide for scope in scopes["bot"])
