"""Slack's markup, turned back into what people typed.

Messages and commands arrive with &, < and > escaped, and with links, people and channels in angle brackets:
docs.slack.dev/messaging/formatting-message-text. Log lines match and answers read right only as typed.
"""

import re

_ENTITY = re.compile(r"<([@#!]?)([^<>|]*)(?:\|([^<>]*))?>")
_ESCAPED = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))


def as_typed(text: str) -> str:
    """Return the text as the person typed it: links by address and label, people and channels by name or id."""
    plain = _ENTITY.sub(lambda match: _named(match.group(1), match.group(2), match.group(3)), text)
    for escaped, typed in _ESCAPED:
        plain = plain.replace(escaped, typed)
    return plain


def _named(mark: str, target: str, label: str | None) -> str:
    if not mark:
        return f"{label} {target}" if label and label not in target else target
    name = label or target
    return name if name.startswith(("@", "#")) else f"{'#' if mark == '#' else '@'}{name}"
