"""Listeners that are never called, for looking at the route table."""

from typing import Any, cast

from bot.listeners import Listeners
from bot.listeners.amendments import AmendmentListeners
from bot.listeners.archives import ArchiveListeners
from bot.listeners.choices import ChoiceListeners
from bot.listeners.documents import DocumentListeners
from bot.listeners.domains import DomainListeners
from bot.listeners.drills import DrillListeners
from bot.listeners.editing import EditingListeners
from bot.listeners.entries import EntryListeners
from bot.listeners.history import HistoryListeners
from bot.listeners.home import HomeListeners
from bot.listeners.incidents import IncidentListeners
from bot.listeners.marks import MarkListeners
from bot.listeners.merging import MergingListeners
from bot.listeners.occurrences import OccurrenceListeners
from bot.listeners.releases import ReleaseListeners
from bot.listeners.reviews import ReviewListeners
from bot.listeners.runs import RunListeners
from bot.listeners.search import SearchListeners
from bot.listeners.signoffs import SignOffListeners
from bot.listeners.situations import SituationListeners
from bot.listeners.stewards import StewardListeners
from bot.listeners.stubs import StubListeners
from bot.listeners.subscriptions import SubscriptionListeners
from bot.listeners.unsent import UnsentListeners
from bot.listeners.writeup_lists import WriteUpListListeners
from bot.listeners.writeups import WriteUpListeners

NOTHING = cast("Any", None)


def listeners_over_nothing() -> Listeners:
    return Listeners(
        AmendmentListeners(NOTHING, NOTHING, NOTHING, ""),
        ArchiveListeners(NOTHING),
        ChoiceListeners(NOTHING, ""),
        DocumentListeners(NOTHING, NOTHING, NOTHING, NOTHING, ""),
        DomainListeners(NOTHING, NOTHING, ""),
        DrillListeners(NOTHING),
        EditingListeners(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, ""),
        EntryListeners(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, ""),
        HistoryListeners(NOTHING, NOTHING, ""),
        HomeListeners(NOTHING, ""),
        IncidentListeners(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
        MarkListeners(NOTHING, "", ""),
        MergingListeners(NOTHING, NOTHING, ""),
        OccurrenceListeners(NOTHING, NOTHING, NOTHING, NOTHING, ""),
        ReleaseListeners(NOTHING),
        ReviewListeners(NOTHING, NOTHING, NOTHING, NOTHING, ""),
        RunListeners(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, ""),
        SearchListeners(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, ""),
        SignOffListeners(NOTHING, NOTHING, NOTHING, ""),
        SituationListeners(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING),
        StewardListeners(NOTHING, NOTHING, ""),
        StubListeners(NOTHING, NOTHING, NOTHING, ""),
        SubscriptionListeners(NOTHING, NOTHING, NOTHING, NOTHING, ""),
        UnsentListeners(NOTHING, ""),
        WriteUpListeners(NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, NOTHING, ""),
        WriteUpListListeners(NOTHING, NOTHING, NOTHING, NOTHING, ""),
        "",
    )
