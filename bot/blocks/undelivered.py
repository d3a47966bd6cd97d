"""The alarm to an admin: which messages got stuck."""

from bot.blocks.elements import Rendered, clip, escape, section
from workflows.undelivered import Standing

LISTED = 10
MAX_PROBLEM = 150  # characters


def alarm(standing: Standing) -> Rendered:
    """Return the message to an admin."""
    count = len(standing.stuck)
    said = "One message" if count == 1 else f"{count} messages"
    head = f":rotating_light: *{said} could not be delivered.*"
    lines = [
        f"• {one.id}: `{escape(one.kind)}`, {one.state}: {escape(clip(one.problem or 'no reason', MAX_PROBLEM))}"
        for one in standing.stuck[:LISTED]
    ]
    more = [f"… and {count - LISTED} more"] if count > LISTED else []
    foot = "`faultline outbox` on the bot's machine lists them; `retry ID` sends one again, `drop ID` does not."
    return Rendered(f"{head} {foot}", [section("\n".join([head, *lines, *more])), section(foot)])
