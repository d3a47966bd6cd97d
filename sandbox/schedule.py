"""Messages kept for later, posted when their time has come."""

import asyncio

from sandbox.posting import publish
from sandbox.slack import Slack

#: How often somebody looks, in seconds.
EVERY = 0.2


async def keep_posting(slack: Slack) -> None:
    """Post what falls due, for as long as the server runs."""
    while True:
        await asyncio.sleep(EVERY)
        post_due(slack)


def post_due(slack: Slack) -> None:
    """Post every message whose time has come."""
    workspace = slack.workspace
    with workspace.changing() as state:
        now = workspace.now()
        for id_, kept in list(state.scheduled.items()):
            if kept["post_at"] <= now:
                del state.scheduled[id_]
                # Slack loses a scheduled message's metadata (docs.slack.dev/reference/methods/chat.scheduleMessage).
                said = {name: value for name, value in kept["said"].items() if name != "metadata"}
                publish(slack, workspace.user(kept["author"]), workspace.channel(kept["channel"]), said)
