"""Small apps to try the local Slack with: a manifest with everything in it, and ways to run a Bolt app."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient

from sandbox import Slack

SCOPES = [
    *("app_mentions:read", "bookmarks:read", "bookmarks:write", "channels:history", "channels:join"),
    *("channels:manage", "channels:read", "chat:write", "commands", "files:read", "files:write", "groups:history"),
    *("groups:read", "groups:write", "im:history", "im:read", "im:write", "links:read", "links:write", "pins:read"),
    *("pins:write", "reactions:read", "reactions:write", "team:read", "usergroups:read", "users:read"),
    "users:read.email",
]
EVENTS = [
    *("app_home_opened", "app_mention", "channel_archive", "channel_created", "channel_rename", "group_rename"),
    *("link_shared", "member_joined_channel", "message.channels", "message.groups", "message.im", "pin_added"),
    *("reaction_added", "reaction_removed", "team_join", "user_change"),
]


def manifest(
    scopes: Sequence[str] = SCOPES, events: Sequence[str] = EVENTS, optional: Sequence[str] = (), **features: Any
) -> dict[str, Any]:
    """A manifest Slack would take."""
    return {
        "display_information": {"name": "Tryout"},
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": "Tryout"},
            "slash_commands": [
                {"command": "/try", "description": "Tries things"},
                {"command": "/escaped", "description": "Tries escaping", "should_escape": True},
            ],
            "shortcuts": [
                {"name": "Anywhere", "type": "global", "callback_id": "anywhere", "description": "Tries shortcuts"},
                {"name": "On it", "type": "message", "callback_id": "on-it", "description": "Tries messages"},
            ],
            "unfurl_domains": ["example.com"],
            **features,
        },
        "oauth_config": {"scopes": {"bot": list(scopes), "bot_optional": list(optional)}},
        "settings": {
            "event_subscriptions": {"bot_events": list(events)},
            "interactivity": {"is_enabled": True},
            "socket_mode_enabled": True,
        },
    }


def client(slack: Slack, token: str | None = None) -> WebClient:
    """A client of the Web API, as the bot unless another token is given."""
    return WebClient(token=token or slack.bot_token, base_url=slack.api_url)


def bolt(slack: Slack) -> App:
    """A Bolt app that acknowledges each event once and hears of its own messages too."""
    return App(
        client=client(slack), process_before_response=True, ignoring_self_events_enabled=False,
        signing_secret=slack.signing_secret,
    )  # fmt: skip


@contextmanager
def connected(slack: Slack, app: App) -> Iterator[SocketModeHandler]:
    """Connect a Bolt app over Socket Mode for the block."""
    handler = SocketModeHandler(app, slack.app_token, web_client=client(slack))
    handler.connect()  # type: ignore[no-untyped-call]  # Bolt leaves this method untyped
    slack.connected()
    try:
        yield handler
    finally:
        # The client notices a closed line at once but looks only every 3 seconds whether it should close one itself.
        # The message of no content wakes the reader of its queue, which sleeps up to a second.
        handler.client.auto_reconnect_enabled = False
        handler.client.closed = True
        handler.client.message_queue.put(None)
        slack.drop_connections()
        handler.client.current_session_runner.shutdown()  # type: ignore[no-untyped-call]  # as untyped
        handler.close()  # type: ignore[no-untyped-call]  # Bolt leaves this method untyped


def plain(text: str) -> dict[str, str]:
    return {"type": "plain_text", "text": text}


def button(words: str, action: str = "pressed", value: str = "1") -> dict[str, Any]:
    return {"type": "button", "text": plain(words), "action_id": action, "value": value}


def buttons(*each: dict[str, Any]) -> list[dict[str, Any]]:
    return [{"type": "actions", "block_id": "buttons", "elements": list(each)}]


def field(label: str, block: str, element: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {
        "type": "input", "block_id": block, "label": plain(label),
        "element": element or {"type": "plain_text_input", "action_id": "answer"}, **more,
    }  # fmt: skip


def modal(title: str, *blocks: dict[str, Any], callback: str = "form", **more: Any) -> dict[str, Any]:
    return {
        "type": "modal", "callback_id": callback, "title": plain(title), "submit": plain("Save"),
        "blocks": list(blocks) or [field("What?", "what")], **more,
    }  # fmt: skip
