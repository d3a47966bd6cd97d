"""The route table, the manifest and the README say the same."""

import ast
import re
from pathlib import Path
from typing import Any

import yaml

from bot import ids
from bot.listeners import Listeners
from bot.listeners.commands import SUBCOMMANDS
from tests.listeners import listeners_over_nothing

ROOT = Path(__file__).parents[2]
EVENTS = {"message": ("message.channels", "message.groups", "message.im")}


def manifest() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load((ROOT / "manifest.yml").read_text())
    return document


def listeners() -> Listeners:
    return listeners_over_nothing()


def test_every_event_of_the_manifest_is_heard_and_no_other() -> None:
    heard = {name for event in listeners().events() for name in EVENTS.get(event, (event,))}

    assert heard == set(manifest()["settings"]["event_subscriptions"]["bot_events"])


def test_the_manifest_has_our_one_command() -> None:
    assert [command["command"] for command in manifest()["features"]["slash_commands"]] == [ids.COMMAND]


def test_every_shortcut_of_the_manifest_is_answered_and_no_other() -> None:
    offered = {shortcut["callback_id"] for shortcut in manifest()["features"]["shortcuts"]}

    assert offered == set(listeners().shortcuts())


def test_every_subcommand_is_answered_and_no_other() -> None:
    assert set(listeners().subcommands()) == {subcommand.name for subcommand in SUBCOMMANDS}


def test_the_readme_lists_every_subcommand_as_it_is_typed() -> None:
    listed = re.findall(r"^\| `(/failure[^`]*)` \|", (ROOT / "README.md").read_text(), flags=re.MULTILINE)

    assert listed == [subcommand.usage for subcommand in SUBCOMMANDS]


def test_every_button_and_form_we_draw_has_a_listener() -> None:
    names = {value for name, value in vars(ids).items() if name.isupper()}
    answered = {*listeners().buttons(), *listeners().forms(), *listeners().shortcuts()}

    assert names - answered == {ids.COMMAND, ids.MESSAGE_EVENT}


def test_no_name_stands_twice_in_the_tables_of_names_and_routes() -> None:
    for file, kind in (("bot/ids.py", ast.Module), ("bot/listeners/__init__.py", ast.Dict)):
        for table in ast.walk(ast.parse((ROOT / file).read_text())):
            if isinstance(table, kind):
                named = [ast.unparse(name) for name in _names(table)]
                assert sorted(set(named)) == sorted(named)


def _names(table: ast.AST) -> list[ast.expr]:
    if isinstance(table, ast.Dict):
        return [key for key in table.keys if key is not None]
    # Of a module: what is assigned, and what to; two buttons of one id would be one button.
    assigned = [one for one in ast.walk(table) if isinstance(one, ast.Assign)]
    return [name for one in assigned for name in (*one.targets, one.value)]


def test_optional_scopes_are_asked_for_as_well_as_marked_optional() -> None:
    scopes = manifest()["oauth_config"]["scopes"]

    assert set(scopes["bot_optional"]) < set(scopes["bot"])
    assert {scope for scope in scopes["bot"] if scope.endswith(":history")} <= set(scopes["bot_optional"])
