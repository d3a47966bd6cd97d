"""Slack's markup as safe HTML: `mrkdwn` for messages and texts, standard Markdown for markdown blocks.

Source: docs.slack.dev/messaging/formatting-message-text. Everything that is not markup is escaped, so a `<script>`
in a message is something one reads.
"""

import re
from collections.abc import Callable
from typing import Protocol

from markdown_it import MarkdownIt
from markupsafe import Markup, escape
from rich.emoji import Emoji, NoEmoji

#: Names Slack knows and rich does not.
MORE_EMOJI = {
    "large_green_circle": "🟢",
    "large_yellow_circle": "🟡",
    "large_orange_circle": "🟠",
    "large_purple_circle": "🟣",
    "large_brown_circle": "🟤",
    "slightly_smiling_face": "🙂",
}
#: Asks for the coloured form of a sign that also has a plain one.
COLOURED = "\ufe0f"
BASIC_PLANE = 0x3000

FENCE = re.compile(r"```\n?(.*?)\n?```", re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
ANGLE = re.compile(r"<([^<>\n]+)>")
BARE_LINK = re.compile(r"https?://[^\s<>\ue000\ue001]+[^\s<>\ue000\ue001.,;:!?)'\"]")
SHORT_NAME = re.compile(r":([a-z0-9_+'-]+):")
QUOTE = re.compile(r"(?:^&gt; ?[^\n]*(?:\n|\Z))+", re.MULTILINE)
STYLES = (("*", "strong"), ("_", "em"), ("~", "s"))
SAFE_LINK = re.compile(r"(?:https?|mailto|tel|slack):", re.IGNORECASE)
#: A finished piece of HTML waits under a number between two signs nobody types.
HELD = re.compile("\ue000(\\d+)\ue001")


class Names(Protocol):
    """Who and what an id stands for, as the reader may know it."""

    def person(self, id_: str, /) -> str | None:
        """Return the name shown for a person or bot."""

    def channel(self, id_: str, /) -> str | None:
        """Return the name of a channel the reader may see."""


def emoji(name: str) -> str | None:
    """Return the sign for a short name without colons, or None for a name we have no sign for."""
    if found := MORE_EMOJI.get(name):
        return found
    try:
        sign = str(Emoji(name.split("::", 1)[0]))
    except NoEmoji:
        return None
    return sign + COLOURED if len(sign) == 1 and ord(sign) < BASIC_PLANE else sign


def plain(text: str) -> Markup:
    """Return plain text with its emoji codes replaced."""
    return Markup(SHORT_NAME.sub(_sign, str(escape(text))))  # noqa: S704  The text is escaped in this line.


def mrkdwn(text: str, names: Names) -> Markup:
    """Return a text in Slack's markup as HTML."""
    return Markup(_Writer(names).write(text))  # noqa: S704  The writer escapes all it does not itself produce.


def markdown(text: str) -> Markup:
    """Return standard Markdown as HTML; HTML inside it is shown, not used."""
    html = MarkdownIt("commonmark", {"html": False, "breaks": True}).enable(["table", "strikethrough"]).render(text)
    return Markup(SHORT_NAME.sub(_sign, html))  # noqa: S704  With html=False the library escapes.


def link(target: str, label: str) -> Markup:
    """Return a link to a web address, or its words alone when following it would not be safe."""
    if not SAFE_LINK.match(target):
        return escape(label)
    return Markup('<a href="{}" target="_blank" rel="noopener noreferrer">{}</a>').format(target, label)


def _sign(found: re.Match[str]) -> str:
    return emoji(found[1]) or found[0]


def _escaped(text: str) -> str:
    """Escape for HTML; the three entities Slack asks authors to write are taken as meant."""
    html = str(escape(text))
    for entity in ("&lt;", "&gt;", "&amp;"):
        html = html.replace(entity.replace("&", "&amp;"), entity)
    return html


class _Writer:
    """Turns one text into HTML: what is finished is put aside under a number, so later steps leave it alone."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._held: list[str] = []

    def write(self, text: str) -> str:
        text = re.sub("[\ue000\ue001]", "", text)
        text = FENCE.sub(self._holding(lambda found: f"<pre>{_escaped(found[1])}</pre>"), text)
        text = CODE.sub(self._holding(lambda found: f"<code>{_escaped(found[1])}</code>"), text)
        text = ANGLE.sub(self._holding(self._angle), text)
        text = BARE_LINK.sub(self._holding(lambda found: self._link(found[0], found[0])), text)
        text = SHORT_NAME.sub(_sign, self._styled(_escaped(text)))
        text = QUOTE.sub(self._quote, text)
        return self._release(text)

    def _holding(self, make: Callable[[re.Match[str]], str]) -> Callable[[re.Match[str]], str]:
        def hold(found: re.Match[str]) -> str:
            self._held.append(make(found))
            return f"\ue000{len(self._held) - 1}\ue001"

        return hold

    def _release(self, text: str) -> str:
        while HELD.search(text):
            text = HELD.sub(lambda found: self._held[int(found[1])], text)
        return re.sub(r"\n?(</?(?:pre|blockquote)>)\n?", r"\1", text)

    def _styled(self, html: str) -> str:
        for sign, tag in STYLES:
            s = re.escape(sign)
            run = rf"(?<![A-Za-z0-9{s}]){s}(?=[^\s{s}])([^\n{s}]*[^\s{s}]){s}(?![A-Za-z0-9{s}])"
            html = re.sub(run, rf"<{tag}>\1</{tag}>", html)
        return html

    def _quote(self, found: re.Match[str]) -> str:
        lines = (line.removeprefix("&gt;").removeprefix(" ") for line in found[0].rstrip("\n").split("\n"))
        return "<blockquote>" + "\n".join(lines) + "</blockquote>"

    def _angle(self, found: re.Match[str]) -> str:
        target, _, label = found[1].partition("|")
        match target[0]:
            case "@":
                return _mention("@", label or self._names.person(target[1:]) or target[1:])
            case "#":
                return _mention("#", self._names.channel(target[1:]) or label or "private channel")
            case "!":
                return _special(target[1:], label)
            case _ if SAFE_LINK.match(target):
                return self._link(target, label or target.removeprefix("mailto:"))
            case _:
                return _escaped(found[0])

    def _link(self, target: str, label: str) -> str:
        shown = SHORT_NAME.sub(_sign, self._styled(_escaped(label)))
        return f'<a href="{_escaped(target)}" target="_blank" rel="noopener noreferrer">{shown}</a>'


def _mention(sign: str, name: str) -> str:
    return f'<span class="mention">{sign}{_escaped(name)}</span>'


def _special(target: str, label: str) -> str:
    """Return what stands for `<!here>`, `<!date^...|fallback>` or `<!subteam^...|name>`."""
    kind = target.split("^", 1)[0]
    if kind == "date":
        return _escaped(label)
    return _mention("@", (label or ("group" if kind == "subteam" else kind)).removeprefix("@"))
