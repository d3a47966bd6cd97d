"""What came of announcing a release."""

from bot.blocks.elements import Rendered, escape, section
from bot.blocks.entries import card_text
from workflows.triggers import Release

SHOWN = 10  # entries named in the answer


def released(release: Release) -> Rendered:
    """Return which entries are to be verified because of the release."""
    name = escape(f"{release.family} {release.version}")
    if not release.is_news:
        return _said(f"The release of {name} was announced before; nothing is asked twice.")
    if not release.entries:
        return _said(f"The release of {name} is noted; no entry that you may see concerns this family.")
    listed = [f"• {card_text(entry)}" for entry in release.entries[:SHOWN]]
    more = len(release.entries) - len(listed)
    if more:
        listed.append(f"… and {more} more.")
    head = f"{len(release.entries)} entries are to be verified because {name} was released; their stewards are asked."
    return _said("\n".join([head, *listed]))


def _said(text: str) -> Rendered:
    return Rendered(text, [section(text)])
