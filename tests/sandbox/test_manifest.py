"""Manifests: what Slack would refuse, with the place."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.manifest import NotAManifest, check, load
from tests.sandbox.apps import manifest


def changed(**sections: Any) -> dict[str, Any]:
    return {**manifest(), **sections}


def features(**parts: Any) -> dict[str, Any]:
    return changed(features={**manifest()["features"], **parts})


def test_a_good_manifest_has_no_problems() -> None:
    assert check(manifest()) == []
    assert load(manifest()).handle == "tryout"


@pytest.mark.parametrize(
    ("wrong", "place"),
    [
        (changed(display_information={"name": "x" * 36}), "display_information/name"),
        (changed(display_information={"name": "x", "long_description": "short"}), "long_description"),
        (changed(surprise=True), "surprise"),
        (changed(_metadata={"major_version": "1"}), "_metadata/major_version"),
        (manifest(["chat:shout", "commands"], []), "oauth_config/scopes/bot: unknown scope 'chat:shout'"),
        (manifest(["commands"], [], optional=["chat:write"]), "bot_optional: 'chat:write' must stand"),
        (manifest(["commands"], ["message.channels"]), "'message.channels' needs one of the scopes channels:history"),
        (manifest(["commands"], ["message.everywhere"]), "unknown event 'message.everywhere'"),
        (manifest(["chat:write"], []), "features/slash_commands: needs the scope 'commands'"),
        (features(slash_commands=[{"command": "try", "description": "x"}]), "features/slash_commands/0/command"),
        (features(slash_commands=[{"command": "/Try", "description": "x"}]), "features/slash_commands/0/command"),
        (features(slash_commands=[{"command": f"/{n}", "description": "x"} for n in range(51)]), "slash_commands"),
        (features(slash_commands=[{"command": "/t", "description": "x"}] * 2), "'/t' stands twice"),
        (features(shortcuts=[{"name": "x" * 25, "type": "global", "callback_id": "c", "description": "d"}]), "name"),
        (features(bot_user=None), "features/bot_user: bot scopes need a bot user"),
    ],
)  # fmt: skip
def test_a_problem_names_its_place(wrong: dict[str, Any], place: str) -> None:
    assert any(place in problem for problem in check(wrong)), check(wrong)


def test_without_socket_mode_addresses_are_needed() -> None:
    problems = check(changed(settings={**manifest()["settings"], "socket_mode_enabled": False}))

    assert [one.partition(":")[0] for one in problems] == [
        "settings/event_subscriptions/request_url",
        "settings/interactivity/request_url",
        "features/slash_commands/0/url",
        "features/slash_commands/1/url",
    ]


def test_a_file_that_is_no_manifest_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "manifest.yml"
    file.write_text("- not a manifest")

    with pytest.raises(NotAManifest, match="must be an object"):
        load(file)
