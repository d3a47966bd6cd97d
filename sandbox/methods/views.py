"""Views: windows and home tabs, put in front of people by the app.

Source: docs.slack.dev/surfaces/modals and /reference/methods/views.open, .push, .update, .publish.
"""

import secrets
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from sandbox.blockkit import check_view
from sandbox.calls import Call
from sandbox.posting import named
from sandbox.refusal import Refusal
from sandbox.slack import Slack
from sandbox.state import Json, View
from sandbox.workspace import is_modal, new_id

DEEP = 3


def described(slack: Slack, view: View) -> Json:
    """Return a view as Slack hands it out; `state` is what the person has entered, added by whoever knows it."""
    app = slack.credentials
    return {
        "private_metadata": "", "callback_id": "", "external_id": "", "title": None, "close": None, "submit": None,
        "clear_on_close": False, "notify_on_close": False, "submit_disabled": False, "state": {"values": {}},
        **deepcopy(view.body),
        "id": view.id, "team_id": slack.workspace.state.team.id, "app_id": app.app_id, "bot_id": app.bot_id,
        "app_installed_team_id": slack.workspace.state.team.id, "hash": view.hash, "root_view_id": view.root,
        "previous_view_id": view.previous,
    }  # fmt: skip


def open_(call: Call) -> Json:
    """Open a window, with the trigger of something a person just did."""
    content = _content(call, "modal")
    trigger = call.slack.triggers.redeem(_trigger_id(call))
    return {"view": described(call.slack, show(call.slack, trigger.user, content))}


def push(call: Call) -> Json:
    """Put a window on top of the one the person just did something in."""
    content = _content(call, "modal")
    trigger = call.slack.triggers.redeem(_trigger_id(call))
    below = call.state.views.get(trigger.view or "")
    if below is None or not below.is_open:
        raise Refusal("invalid_arguments", "[ERROR] the trigger_id does not come from an open modal")
    return {"view": described(call.slack, show(call.slack, trigger.user, content, below))}


def update(call: Call) -> Json:
    """Change an open window or a home tab."""
    view = _named(call)
    content = _content(call, view.kind)
    _check_hash(call, view)
    change(call.slack, view, content)
    return {"view": described(call.slack, view)}


def publish(call: Call) -> Json:
    """Set the home tab of one person."""
    if not call.slack.manifest.features.app_home.home_tab_enabled:
        raise Refusal("not_enabled")
    owner, content = call.workspace.user(call.text("user_id")), _content(call, "home")
    view = call.workspace.home(owner.id)
    if view is None:
        view = _new(owner.id, "home", content)
        call.state.views[view.id] = view
    else:
        _check_hash(call, view)
    change(call.slack, view, content)
    return {"view": described(call.slack, view)}


def show(slack: Slack, owner: str, content: Mapping[str, Any], below: View | None = None) -> View:
    """Put a checked modal in front of a person, alone or on top of `below`; refuses a fourth."""
    workspace = slack.workspace
    _check_external_id(slack, content)
    if below is None:
        for other in workspace.views(owner):
            close(slack, other)
    else:
        stack = [one for one in workspace.views(owner) if one.root == below.root]
        if len(stack) >= DEEP:
            raise Refusal("push_limit_reached")
    view = _new(owner, "modal", content)
    if below:
        view.root, view.previous = below.root, below.id
    workspace.state.views[view.id] = view
    workspace.touch(view)
    return view


def change(slack: Slack, view: View, content: Mapping[str, Any]) -> None:
    """Give a view checked new content; what was wrong with the old one is forgotten."""
    _check_external_id(slack, content, view)
    view.body = _named_blocks(content)
    view.hash, view.errors, view.wrong = _hash(), {}, None
    slack.workspace.touch(view)


def close(slack: Slack, view: View) -> None:
    """Take a window away."""
    view.is_open = False
    slack.workspace.state.views.pop(view.id, None)
    slack.workspace.touch(view)


def _new(owner: str, kind: Any, content: Mapping[str, Any]) -> View:
    id_ = new_id("V")
    return View(id_, owner, kind, _named_blocks(content), _hash(), id_)


def _named_blocks(content: Mapping[str, Any]) -> Json:
    return {**content, "blocks": named(content["blocks"])}


def _hash() -> str:
    return f"{secrets.randbelow(10**10)}.{secrets.token_hex(4)}"


def _content(call: Call, kind: str) -> Json:
    content = call.args.get("view")
    if content is None:
        raise Refusal("invalid_arguments", "[ERROR] missing required field: view")
    check_view(content)
    if content["type"] != kind:
        raise Refusal("invalid_arguments", f"[ERROR] must be a {kind} view [json-pointer:/view/type]")
    checked: Json = content
    return checked


def _trigger_id(call: Call) -> str:
    return str(call.args["interactivity_pointer"]) if call.has("interactivity_pointer") else call.text("trigger_id")


def _named(call: Call) -> View:
    views = call.state.views
    if call.has("external_id"):
        found = next((one for one in views.values() if one.body.get("external_id") == call.text("external_id")), None)
    else:
        found = views.get(call.text("view_id"))
    if found is None or (is_modal(found) and not found.is_open):
        raise Refusal("not_found")
    return found


def _check_hash(call: Call, view: View) -> None:
    if call.has("hash") and call.text("hash") != view.hash:
        raise Refusal("hash_conflict")


def _check_external_id(slack: Slack, content: Mapping[str, Any], own: View | None = None) -> None:
    wanted = content.get("external_id")
    taken = (
        one.body.get("external_id")
        for one in slack.workspace.state.views.values()
        if one is not own and (one.is_open or not is_modal(one))
    )
    if wanted and wanted in taken:
        raise Refusal("duplicate_external_id")
