"""What a person wants listened to, as they type it behind `/failure watch`."""

import re
from dataclasses import dataclass
from typing import Final

from bot.forms.calls import CommandCall
from workflows.errors import UserError
from workflows.listening import Scope

# As “Copy link” gives it: .../archives/C0123/p1700000000000100, and of a reply ?thread_ts=1700000000.000100&cid=C0123.
_LINK: Final = re.compile(r"<?https://[^/\s]+/archives/([A-Z0-9]{2,30})/p([0-9]{10})([0-9]{6})(\?[^>\s]*)?>?")
_PARENT: Final = re.compile(r"[?&]thread_ts=([0-9]{10}\.[0-9]{6})(?:&|$)")


@dataclass(frozen=True)
class Watched:
    """What is to be listened to: all of a channel, its threads alone, or one thread more."""

    scope: Scope
    thread_ts: str | None = None


def watched(call: CommandCall) -> Watched:
    """Return what was typed; raises UserError for what is neither `threads` nor a link to a message of the channel."""
    typed = call.rest
    if not typed or typed.lower() in {"all", "here"}:
        return Watched("all")
    if typed.lower() in {"threads", "thread"}:
        return Watched("threads")
    found = _LINK.fullmatch(typed)
    if found is None:
        msg = (
            "Type `/failure watch` alone for the whole channel, `/failure watch threads` for replies in threads alone, "
            "or put the link of a message behind it (its menu, “Copy link”) for that one thread."
        )
        raise UserError(msg)
    channel_id, seconds, fraction, query = found.groups()
    if channel_id != call.channel_id:
        msg = "That message is in another channel; type the command there."
        raise UserError(msg)
    parent = _PARENT.search(query or "")
    return Watched("named", parent.group(1) if parent else f"{seconds}.{fraction}")
