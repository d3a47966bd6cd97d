"""Interactions: what the app is sent when somebody types a command, presses a button or hands in a form.

Source: docs.slack.dev/reference/interaction-payloads and /interactivity/implementing-slash-commands.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.methods.views import described
from sandbox.page.answers import state
from sandbox.posting import escaped, shown
from sandbox.reading import starting
from sandbox.slack import Slack
from sandbox.state import Channel, Json, Message, User, View

MENTION = re.compile(r"(?<![\w<])([@#])([a-z0-9][a-z0-9._-]*)")


@dataclass(frozen=True)
class Interactions:
    """Writes the payloads of what one person does."""

    slack: Slack
    user: User

    def command(self, name: str, text: str, channel: Channel, *, with_ids: bool) -> Json:
        """Return what a slash command sends."""
        slack = self.slack
        place = {"public": channel.name, "private": "privategroup", "dm": "directmessage"}[channel.kind]
        return {
            "token": slack.credentials.verification_token, "team_id": self.user.team_id,
            "team_domain": slack.workspace.state.team.domain, "channel_id": channel.id, "channel_name": place,
            "user_id": self.user.id, "user_name": self.user.name, "command": name,
            "text": self._with_ids(escaped(text)) if with_ids else escaped(text),
            "api_app_id": slack.credentials.app_id, "is_enterprise_install": "false",
            "trigger_id": slack.triggers.issue(self.user.id),
            "response_url": slack.response_url(slack.triggers.open_url(self.user.id, channel.id)),
        }  # fmt: skip

    def actions(self, thing: Message | View, action: Json, values: Json | None = None) -> Json:
        """Return what pressing or choosing something sends; `values` is what stands in the fields beside it."""
        around = self._around("block_actions", thing)
        values = self._values(thing) if values is None else values
        if isinstance(thing, View):
            around["view"] = self.view(thing, values)
        else:
            around |= {"state": {"values": values}, **self._message(thing)}
        return {**around, "actions": [{**action, "action_ts": self.slack.workspace.next_ts()}]}

    def suggestion(self, thing: Message | View, block_id: str, action_id: str, typed: str) -> Json:
        """Return what typing into a menu that the app fills sends."""
        around = self._around("block_suggestion", thing)
        del around["trigger_id"]
        if isinstance(thing, View):
            around["view"] = self.view(thing, self._values(thing))
        else:
            message = self._message(thing)
            message.pop("response_url")
            around |= message
        return {**around, "block_id": block_id, "action_id": action_id, "value": typed}

    def submission(self, view: View, values: Json) -> Json:
        """Return what handing in a form sends."""
        payload = self._common("view_submission") | {"trigger_id": self.slack.triggers.issue(self.user.id, view.id)}
        urls = [
            {
                "block_id": block["block_id"], "action_id": block["element"]["action_id"], "channel_id": chosen,
                "response_url": self.slack.response_url(self.slack.triggers.open_url(self.user.id, chosen)),
            }
            for block in view.body["blocks"]
            if block["type"] == "input" and block["element"].get("response_url_enabled")
            for answer in [values.get(block["block_id"], {}).get(block["element"]["action_id"], {})]
            if (chosen := answer.get("selected_conversation") or answer.get("selected_channel"))
        ]  # fmt: skip
        return {**payload, "view": self.view(view, values), "response_urls": urls}

    def closing(self, view: View, *, cleared: bool) -> Json:
        """Return what closing a window sends; Slack leaves out what stood in its fields."""
        return {**self._common("view_closed"), "view": self.view(view, {}), "is_cleared": cleared}

    def global_shortcut(self, callback_id: str) -> Json:
        """Return what a shortcut of the workspace sends."""
        common = self._common("shortcut") | {"trigger_id": self.slack.triggers.issue(self.user.id)}
        return {**common, "callback_id": callback_id, "action_ts": self.slack.workspace.next_ts()}

    def message_shortcut(self, callback_id: str, message: Message) -> Json:
        """Return what a shortcut in a message's menu sends."""
        common = self._common("message_action") | {"trigger_id": self.slack.triggers.issue(self.user.id)}
        return {
            **common, **self._message(message), "callback_id": callback_id, "message_ts": message.ts,
            "action_ts": self.slack.workspace.next_ts(),
        }  # fmt: skip

    def view(self, view: View, values: Json) -> Json:
        """Return a view with what stands in its fields."""
        return {**described(self.slack, view), "state": {"values": values}}

    def _values(self, thing: Message | View) -> Json:
        blocks = thing.body.get("blocks", [])
        values: Json = state(blocks, starting(blocks))
        return values

    def _common(self, kind: str) -> Json:
        team = self.slack.workspace.state.team
        user = self.user
        return {
            "type": kind, "token": self.slack.credentials.verification_token,
            "team": {"id": team.id, "domain": team.domain}, "enterprise": None, "is_enterprise_install": False,
            "user": {"id": user.id, "username": user.name, "name": user.name, "team_id": user.team_id},
            "api_app_id": self.slack.credentials.app_id,
        }  # fmt: skip

    def _around(self, kind: str, thing: Message | View) -> Json:
        if isinstance(thing, View):
            trigger = self.slack.triggers.issue(self.user.id, thing.id if thing.kind == "modal" else None)
            container: Json = {"type": "view", "view_id": thing.id}
        else:
            trigger = self.slack.triggers.issue(self.user.id)
            container = {
                "type": "message", "message_ts": thing.ts, "channel_id": thing.channel,
                "is_ephemeral": thing.only_for is not None,
            }  # fmt: skip
            if thing.thread:
                container["thread_ts"] = thing.thread
        return {**self._common(kind), "container": container, "trigger_id": trigger}

    def _message(self, message: Message) -> Json:
        channel = self.slack.workspace.state.channels[message.channel]
        name = {"public": channel.name, "private": "privategroup", "dm": "directmessage"}[channel.kind]
        path = self.slack.triggers.open_url(self.user.id, channel.id, message.ts)
        part: Json = {"channel": {"id": channel.id, "name": name}, "response_url": self.slack.response_url(path)}
        # Slack keeps no ephemeral messages, so it cannot send one along.
        return part if message.only_for else {**part, "message": shown(self.slack, message)}

    def _with_ids(self, text: str) -> str:
        """Write @names and #channels as `should_escape` promises."""

        def write(found: re.Match[str]) -> str:
            sign, name = found.groups()
            known: Mapping[str, Any] = {
                "@": self.slack.workspace.user_named(name),
                "#": self.slack.workspace.channel_named(name),
            }
            return f"<{sign}{known[sign].id}|{name}>" if known[sign] else found[0]

        return MENTION.sub(write, text)
