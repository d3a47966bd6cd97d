"""The app manifest we ship, as the programs around the bot read it."""

from pathlib import Path
from typing import Any

import yaml

from bot.settings import ROOT


def manifest_path() -> Path:
    """Return where manifest.yml lies: at the top of a checkout, beside the catalog in an installed package."""
    return next(path for path in (ROOT / "manifest.yml", ROOT / "catalog" / "manifest.yml") if path.exists())


def manifest_scopes() -> tuple[frozenset[str], frozenset[str]]:
    """Return the bot scopes that the manifest asks for: those needed, and those that may be withheld."""
    manifest: dict[str, Any] = yaml.safe_load(manifest_path().read_text())
    scopes = manifest["oauth_config"]["scopes"]
    optional = frozenset(scopes.get("bot_optional", []))
    return frozenset(scopes["bot"]) - optional, optional
