"""Listeners that are never called, for looking at the route table."""

from typing import Any, cast

from bot.listeners import Listeners
from bot.listeners.entries import EntryListeners
from bot.listeners.incidents import IncidentListeners
from bot.listeners.reviews import ReviewListeners
from bot.listeners.writeups import WriteUpListeners

NOTHING = cast("Any", None)


def listeners_over_nothing() -> Listeners:
    return Listeners(
        EntryListeners(NOTHING, NOTHING, NOTHING, NOTHING, ""),
        IncidentListeners(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
        ReviewListeners(NOTHING, NOTHING, ""),
        WriteUpListeners(NOTHING, NOTHING, NOTHING, ""),
        "",
    )
