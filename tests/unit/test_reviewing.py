"""`faultline reviews` on a database of its own."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from bot.cli import cli
from tests.factories import failure_mode, write_catalog
from workflows.errors import UserError


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """A catalog of two domains with a steward each, as environment variables."""
    catalog = write_catalog(tmp_path / "catalog", failure_mode(1), failure_mode(2, slug="two", domain="data"))
    return {
        "FAULTLINE_DATA_DIR": str(tmp_path / "data"), "FAULTLINE_CATALOG_DIR": str(catalog),
        "FAULTLINE_STEWARDS": '{"serving": "USERVING", "data": "UDATA"}',
    }  # fmt: skip


def listed(environment: dict[str, str], *words: str) -> list[str]:
    result = CliRunner().invoke(cli, ["reviews", *words], env=environment, catch_exceptions=False)
    return [line.partition(" ")[0] for line in result.stdout.splitlines()]


def test_due_reviews_are_listed_all_or_of_a_domain_or_of_a_person(environment: dict[str, str]) -> None:
    listed(environment, "--request", "FM-0001")
    listed(environment, "--request", "FM-0002", "--reason", "a [bold] reason")

    assert sorted(listed(environment)) == ["FM-0001", "FM-0002"]
    assert listed(environment, "--domain", "data") == ["FM-0002"]
    assert listed(environment, "--steward", "USERVING") == ["FM-0001"]


def test_a_domain_that_is_not_there_is_named_with_those_that_are(environment: dict[str, str]) -> None:
    with pytest.raises(UserError, match=r"no domain “dta”.*data, serving"):
        listed(environment, "--domain", "dta")
