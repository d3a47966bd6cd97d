"""Text of people as Markdown that shows it as it was typed, whatever HTML or Markdown it looks like."""

import re
from collections.abc import Iterable, Sequence
from typing import Final
from urllib.parse import quote

# Backslashes are understood by CommonMark and Python-Markdown for the first of these, entities for the rest.
ESCAPED: Final = {ord(one): f"\\{one}" for one in "\\`*_{}[]"} | {
    ord("&"): "&amp;",
    ord("<"): "&lt;",
    ord(">"): "&gt;",
    ord("|"): "&#124;",
    ord("~"): "&#126;",
    ord("$"): "&#36;",
}
LINE_BREAKS: Final = re.compile("\r\n|[\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]")
# Python-Markdown keeps its own marks between control characters, so none of a person's may reach it.
INVISIBLE: Final = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x9f\ufeff]")
BEGINS_SOMETHING: Final = re.compile(r"^([#+\-=:!]|\d+(?=[.)](?:\s|$)))")
SAFE_IN_ADDRESS: Final = ":/?#@!$'*+,;=%-._~&"


def inline(text: str) -> str:
    """Return the text as one line that shows what was typed."""
    words = " ".join(INVISIBLE.sub(" ", LINE_BREAKS.sub(" ", text)).split())
    escaped = words.translate(ESCAPED)
    escaped = re.sub(r"(?i)\b(https?|ftp)://", r"\1&#58;//", escaped)
    escaped = re.sub(r"(?i)\bwww\.", "www&#46;", escaped)
    return BEGINS_SOMETHING.sub(_without_meaning, escaped)


def _without_meaning(beginning: re.Match[str]) -> str:
    first = beginning.group()
    return f"{first[:-1]}&#{ord(first[-1])};" if first[-1].isdigit() else f"&#{ord(first)};"


def paragraphs(text: str) -> str:
    """Return the text with its lines kept: blank lines part paragraphs, others break where they were broken."""
    lines = [inline(line) for line in LINE_BREAKS.split(text)]
    blocks = "\n".join(lines).split("\n\n")
    return "\n\n".join("  \n".join(line for line in block.split("\n") if line) for block in blocks if block.strip())


def link(title: str, address: str | None) -> str:
    """Return a link of the title, or the title alone where there is no address."""
    if address is None:
        return inline(title)
    return f"[{inline(title)}]({quote(address, safe=SAFE_IN_ADDRESS).replace('&', '&amp;')})"


def bullets(items: Iterable[str]) -> str:
    """Return a list; the items are Markdown already."""
    return "\n".join(f"- {item}" for item in items)


def numbered(items: Iterable[str]) -> str:
    """Return a numbered list; the items are Markdown already."""
    return "\n".join(f"{place}. {item}" for place, item in enumerate(items, start=1))


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; the cells are Markdown already."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell or " " for cell in line) + " |" for line in lines)
