"""Everything that answers in Slack, put together: the listeners, and how each kind of owed message is drawn."""

from slack_bolt import App
from slack_sdk import WebClient

from bot.background import Background
from bot.build import Workflows
from bot.directory import SlackPeople
from bot.errors import ErrorAnswers
from bot.exposures import Exposures
from bot.gaps import GapNotes
from bot.homes import Homes
from bot.identity import Identity
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
from bot.owed import OwedMessages
from bot.ranking import Ranking
from bot.replies import Replies
from bot.slack import bolt_app
from workflows.writeups.elsewhere import Elsewhere
from workflows.writeups.lists import Lists
from workflows.writeups.marking import Marking
from workflows.writeups.unsent import Unsent


def slack_app(
    workflows: Workflows,
    client: WebClient,
    identity: Identity,
    background: Background,
    homes: Homes,
    *,
    ranking: Ranking,
    mark_emoji: str,
    public_url: str | None,
) -> App:
    """Return the Bolt app in which every listener has what it needs."""
    replies = Replies(client, background)
    exposures = Exposures(workflows.exposure, background)
    vocabulary, team = workflows.vocabulary, identity.team_id
    unsent = Unsent(workflows.writeups)
    listeners = Listeners(
        amendments=AmendmentListeners(workflows.amendments, vocabulary, replies, team),
        archives=ArchiveListeners(workflows.reminding),
        choices=ChoiceListeners(workflows.picking, team),
        drills=DrillListeners(workflows.drills),
        documents=DocumentListeners(
            workflows.writeups, vocabulary, replies, SlackPeople(replies.client).names_of, team
        ),
        domains=DomainListeners(workflows.domains, replies, team),
        editing=EditingListeners(
            workflows.editing, workflows.assessing, workflows.lifecycle, workflows.amendments, vocabulary, replies, team
        ),
        entries=EntryListeners(workflows.catalog, workflows.sheets, workflows.writeups, exposures, replies, team),
        history=HistoryListeners(workflows.history, replies, team),
        home=HomeListeners(homes, team),
        incidents=IncidentListeners(
            workflows.incidents,
            workflows.thresholds,
            workflows.situations,
            ranking,
            exposures,
            replies,
            background,
            client,
            identity,
        ),
        marks=MarkListeners(
            Marking(workflows.store, workflows.writeups.clock, workflows.writeups.template), mark_emoji, team
        ),
        merging=MergingListeners(workflows.merging, replies, team),
        runs=RunListeners(workflows.runs, workflows.outcomes, workflows.incidents, workflows.catalog, replies, team),
        search=SearchListeners(
            workflows.search, vocabulary, exposures, GapNotes(workflows.gaps, background), replies, team
        ),
        sign_offs=SignOffListeners(workflows.sign_offs, workflows.remarks, replies, team),
        occurrences=OccurrenceListeners(workflows.occurrences, workflows.sheets, vocabulary, replies, team),
        releases=ReleaseListeners(workflows.triggers),
        reviews=ReviewListeners(workflows.reviews, workflows.stewardship, homes, replies, team),
        situations=SituationListeners(workflows.situations, workflows.silence, vocabulary, replies, identity),
        stewards=StewardListeners(workflows.absences, workflows.calendars, public_url or ""),
        stubs=StubListeners(workflows.stubs, vocabulary, replies, team),
        subscriptions=SubscriptionListeners(workflows.subscriptions, workflows.sheets, homes, replies, team),
        unsent=UnsentListeners(unsent, team),
        writeups=WriteUpListeners(
            workflows.writeups, Elsewhere(workflows.writeups), workflows.submitting, unsent, vocabulary, replies, team
        ),
        writeup_lists=WriteUpListListeners(Lists(workflows.writeups), unsent, vocabulary, replies, team),
        home_team=team,
    )
    return bolt_app(client, identity, listeners, ErrorAnswers(replies))


def owed_messages(workflows: Workflows, people: SlackPeople) -> OwedMessages:
    """Return what draws the messages that the bot owes."""
    return OwedMessages(
        workflows.amendments,
        workflows.incidents,
        workflows.runs,
        workflows.drills,
        workflows.reviews,
        workflows.ownership,
        workflows.sign_offs,
        workflows.remarks,
        workflows.notices,
        workflows.recognition,
        workflows.writeups,
        workflows.submitting,
        workflows.reminding,
        workflows.undelivered,
        people.names_of,
    )
