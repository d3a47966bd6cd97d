"""The composition root: concrete things meet here and nowhere else; what was started last is stopped first."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import structlog
from slack_bolt import App
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import make_url
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from bot.background import Background
from bot.catching_up import CatchingUp
from bot.clock_watch import ClockWatch
from bot.collection import uncollected
from bot.delivery import Delivery
from bot.directory import SlackChannels, SlackPeople
from bot.errors import ErrorAnswers
from bot.exposures import Exposures
from bot.following import Following
from bot.gaps import GapNotes
from bot.homes import Homes
from bot.identity import Identity, who_am_i
from bot.joining import join
from bot.links import asked_web
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
from bot.listeners.stubs import StubListeners
from bot.listeners.subscriptions import SubscriptionListeners
from bot.listeners.writeup_lists import WriteUpListListeners
from bot.listeners.writeups import WriteUpListeners
from bot.messenger import Bell, Messenger, Watch
from bot.models import model_folder
from bot.owed import OwedMessages
from bot.pace import Pace
from bot.patience import Patience, Uptime, uptime
from bot.ranking import Ranking
from bot.refusals import error_of
from bot.replies import Replies
from bot.schedule import schedule, wake
from bot.settings import Settings, required, variable_of
from bot.slack import bolt_app, posting_client, reading_client, socket_mode
from bot.slack_time import SlackTime
from bot.socket_health import SocketHealth
from bot.web.app import web_app
from bot.web.events import event_routes
from bot.web.incidents import IncidentWebhook
from bot.web.metrics import Figures, owed_figures
from bot.web.server import serve
from bot.workspace import NobodyKnown, SlackWorkspace
from store import Store, Unavailable, migrate
from workflows.amendments import Amendments
from workflows.clock import Clock, system_clock
from workflows.domains import Domains
from workflows.drills import Drills
from workflows.entries.assessing import Assessing
from workflows.entries.catalog import Catalog
from workflows.entries.editing import Editing
from workflows.entries.history import History
from workflows.entries.lifecycle import Lifecycle
from workflows.entries.links import Links
from workflows.entries.merging import Merging
from workflows.entries.picking import Picking
from workflows.entries.sheets import Sheets
from workflows.entries.vocabulary import VOCABULARY_FILE, Vocabulary
from workflows.errors import UserError
from workflows.exchange.exports import Exports
from workflows.exchange.imports import Imports
from workflows.exposure import Exposure
from workflows.forgetting import Forgetting
from workflows.home import Home
from workflows.incidents import Incidents
from workflows.listening import Listening
from workflows.notices import Notices
from workflows.occurrences import Occurrences
from workflows.people import EVERY_DOMAIN, People
from workflows.ports import Channel, ChannelDirectory, DeliveryBell, Workspace
from workflows.recognition import Recognition
from workflows.remarks import Remarks
from workflows.reports import Reports
from workflows.retention import Retention
from workflows.reviews.nudging import Nudging
from workflows.reviews.reviews import Reviews
from workflows.reviews.stewardship import Stewardship
from workflows.rotas import Rotas
from workflows.runs.outcomes import Outcomes
from workflows.runs.runs import Runs
from workflows.runs.timers import Timers
from workflows.sampling import Sampling
from workflows.search.feedback import Feedback
from workflows.search.gaps import Gaps
from workflows.search.learning import Learning
from workflows.search.search import Search
from workflows.search.semantic import Meanings, SentenceEncoder
from workflows.search.suggestions import Suggestions
from workflows.search.synonyms import Synonyms
from workflows.signoffs import SignOffs
from workflows.silence import Silence
from workflows.situations import Situations
from workflows.stubs import Stubs
from workflows.subscriptions import Subscriptions
from workflows.thresholds import Thresholds
from workflows.trail import Trail
from workflows.triggers import Triggers
from workflows.undelivered import Undelivered
from workflows.writeups.lists import Lists
from workflows.writeups.marking import Marking
from workflows.writeups.mornings import Mornings
from workflows.writeups.reminding import Reminding
from workflows.writeups.submitting import Submitting
from workflows.writeups.template import Template
from workflows.writeups.writeups import WriteUps

log = structlog.get_logger(__name__)
DATABASE_START = timedelta(seconds=30)  # a database that starts beside us takes this long at most
MEANINGS_FILE = "meanings.npz"  # in the data folder: what the sentence model read of the entries, to be read once
LOOK_UP_SECONDS = 1  # a look-up that an event's acknowledgement waits for


@dataclass(frozen=True)
class Workflows:
    """The use cases, without any surface."""

    store: Store
    catalog: Catalog
    search: Search
    gaps: Gaps
    suggestions: Suggestions
    feedback: Feedback
    incidents: Incidents
    runs: Runs
    situations: Situations
    silence: Silence
    thresholds: Thresholds
    reports: Reports
    stubs: Stubs
    drills: Drills
    timers: Timers
    outcomes: Outcomes
    reviews: Reviews
    triggers: Triggers
    nudging: Nudging
    stewardship: Stewardship
    writeups: WriteUps
    submitting: Submitting
    reminding: Reminding
    editing: Editing
    exports: Exports
    imports: Imports
    history: History
    assessing: Assessing
    lifecycle: Lifecycle
    amendments: Amendments
    merging: Merging
    sheets: Sheets
    sign_offs: SignOffs
    remarks: Remarks
    sampling: Sampling
    links: Links
    vocabulary: Vocabulary
    subscriptions: Subscriptions
    exposure: Exposure
    notices: Notices
    occurrences: Occurrences
    recognition: Recognition
    domains: Domains
    picking: Picking
    home: Home
    learning: Learning
    forgetting: Forgetting
    trail: Trail
    undelivered: Undelivered


def open_store(settings: Settings) -> Store:
    """Return the database, migrated; raises UserError when it cannot be reached in half a minute."""
    try:
        store = Store.open(settings.store_url)
    except OSError as unwritable:
        msg = f"The data folder cannot be used ({unwritable}); set FAULTLINE_DATA_DIR to one that can be written."
        raise UserError(msg) from None
    patiently = Retrying(
        stop=stop_after_delay(DATABASE_START),
        wait=wait_exponential(multiplier=0.2, max=3),
        retry=retry_if_exception_type(Unavailable),
        reraise=True,
    )
    try:
        patiently(_migrated, store)
    except Unavailable:
        where = make_url(settings.store_url).render_as_string(hide_password=True)
        msg = f"The database {where} does not answer; check DATABASE_URL and that the database runs."
        raise UserError(msg) from None
    return store


def _migrated(store: Store) -> None:
    if not store.is_reachable():
        msg = "the database does not answer yet"
        raise Unavailable(msg)
    migrate(store.engine)


def build_workflows(
    settings: Settings,
    store: Store,
    *,
    directory: ChannelDirectory,
    workspace: Workspace,
    bell: DeliveryBell,
    clock: Clock = system_clock,
) -> Workflows:
    """Return the use cases on this store; the pilot catalog is taken in where there is no entry yet."""
    vocabulary = Vocabulary.load(settings.catalog_dir, settings.vocabulary)
    _require_known_names(settings, vocabulary)
    people = People(settings.roles, workspace)
    catalog = Catalog(store, clock, people, settings.cadence, _meanings(settings), _synonyms(settings))
    if catalog.is_empty():
        imported = catalog.import_folder(settings.catalog_dir)
        log.info(
            "the catalog was empty and is now filled", entries=len(imported.added), folder=str(settings.catalog_dir)
        )
    with uncollected():
        catalog.refresh()
    feedback = Feedback(store)
    feedback.refresh()
    suggestions = Suggestions(catalog, settings.suggestion_threshold, feedback)
    reviews = Reviews(store, clock, catalog, bell, settings.cadence)
    stewardship = Stewardship(people, clock, settings.workplaces, settings.team_channels)
    nudging = Nudging(store, clock, catalog, stewardship, bell, settings.digest)
    rotas = Rotas({role: tuple(ids) for role, ids in settings.rotas.items()})
    runs = Runs(store, clock, bell, rotas, escalates=settings.escalate)
    incidents = Incidents(
        store,
        clock,
        catalog,
        suggestions,
        reviews,
        Listening(store, clock, directory, tuple(settings.incident_channels)),
        bell,
        runs,
        quiet=settings.incident_quiet,
    )
    situations = Situations(store, clock, catalog)
    template = Template.load(settings.writeup_template, vocabulary)
    writeups = WriteUps(store, clock, catalog, vocabulary, template, bell, Mornings(stewardship))
    subscriptions = Subscriptions(store, clock, catalog, vocabulary)
    assessing = Assessing(store, clock, catalog, vocabulary)
    sign_offs = SignOffs(store, clock, catalog, reviews, bell)
    lifecycle = Lifecycle(store, clock, catalog, assessing, sign_offs, bell)
    amendments = Amendments(store, clock, catalog, assessing, sign_offs, bell)
    search = Search(catalog, vocabulary)
    occurrences = Occurrences(store, clock, catalog)
    return Workflows(
        store=store,
        catalog=catalog,
        search=search,
        gaps=Gaps(store, clock, search, settings.gaps_kept, settings.gaps_name_people),
        suggestions=suggestions,
        feedback=feedback,
        incidents=incidents,
        runs=runs,
        situations=situations,
        reports=Reports(store, clock, incidents.listening, situations, settings.incident_quiet),
        silence=Silence(store, clock, catalog, suggestions),
        thresholds=Thresholds(store, clock, people, settings.suggestion_threshold, settings.incident_quiet),
        drills=Drills(store, clock, catalog, incidents, bell),
        stubs=Stubs(store, clock, catalog, suggestions, vocabulary),
        timers=Timers(store, clock, bell),
        outcomes=Outcomes(store, clock, reviews, bell),
        reviews=reviews,
        triggers=Triggers(store, clock, catalog, vocabulary, reviews, bell),
        nudging=nudging,
        stewardship=stewardship,
        writeups=writeups,
        submitting=Submitting(store, clock, catalog, writeups, amendments, assessing, occurrences, vocabulary, bell),
        editing=Editing(store, clock, catalog, vocabulary),
        history=History(store, clock, catalog),
        assessing=assessing,
        lifecycle=lifecycle,
        amendments=amendments,
        merging=Merging(store, clock, catalog, bell),
        sheets=Sheets(store, catalog, assessing, lifecycle),
        sign_offs=sign_offs,
        remarks=Remarks(store, clock, sign_offs, bell),
        sampling=Sampling(store, clock, catalog, sign_offs, bell, settings.sampling),
        links=Links(store, clock, catalog, asked_web(own_network=settings.check_own_network)),
        vocabulary=vocabulary,
        exports=Exports(catalog, vocabulary, settings.catalog_dir / VOCABULARY_FILE),
        imports=Imports(catalog, vocabulary, settings.vocabulary),
        subscriptions=subscriptions,
        exposure=Exposure(store, clock),
        notices=Notices(store, clock, catalog, bell, settings.notice_delay),
        occurrences=occurrences,
        recognition=Recognition(store, clock, catalog, bell, settings.digest_channel),
        domains=Domains(store, clock, catalog, vocabulary),
        picking=Picking(catalog),
        home=Home(catalog, vocabulary, reviews, sign_offs, amendments, writeups, subscriptions),
        learning=Learning(store, clock),
        forgetting=Forgetting(store, clock, bell),
        trail=Trail(store),
        undelivered=Undelivered(store, clock, people, bell),
        reminding=Reminding(store, clock, writeups, bell, incidents.listening, settings.incident_quiet),
    )


def _meanings(settings: Settings) -> Meanings | None:
    """Return what knows texts by their meaning, where a model is configured; raises UserError for one that is none."""
    folder = model_folder(settings)
    if folder is None:
        return None
    return Meanings(SentenceEncoder.load(folder), settings.data_dir / MEANINGS_FILE)


def _synonyms(settings: Settings) -> Synonyms:
    return Synonyms.load(settings.catalog_dir, settings.synonyms)


def _require_known_names(settings: Settings, vocabulary: Vocabulary) -> None:
    """Raise UserError for a role of a domain or discipline that does not exist: nobody would ever be asked."""
    named = {
        "stewards": (settings.stewards, "domain"),
        "backups": (settings.backups, "domain"),
        "reviewers": (settings.reviewers, "discipline"),
    }
    for field, (mapped, terms) in named.items():
        known = {*vocabulary.definitions(terms), *([EVERY_DOMAIN] if terms == "domain" else [])}
        if unknown := sorted(set(mapped) - known):
            there_are = ", ".join(sorted(known))
            msg = f"{variable_of(field)} names {', '.join(unknown)}, which is no {terms}; there are {there_are}."
            raise UserError(msg)


class NoChannels:
    """Stands in for Slack's directory where there is no Slack, as on the command line."""

    def about(self, channel_id: str) -> Channel:
        """Return a channel of that name."""
        return Channel(channel_id)


class NoBell:
    """Stands in for the messenger's bell where nothing is delivered."""

    def ring(self) -> None:
        """Do nothing."""


@contextmanager
def offline(settings: Settings, clock: Clock = system_clock) -> Iterator[Workflows]:
    """Give the use cases on the configured database, without Slack."""
    store = open_store(settings)
    try:
        yield build_workflows(
            settings, store, directory=NoChannels(), workspace=NobodyKnown(), bell=NoBell(), clock=clock
        )
    finally:
        store.close()


@contextmanager
def running(
    settings: Settings,
    *,
    over_http: bool,
    clock: Clock = system_clock,
    uptime: Uptime = uptime,
    patience: Patience | None = None,
) -> Iterator[str]:
    """Run the whole bot for the block and give the address of its web server; leaving the block stops it in order.

    A SQLite file is for one process: see bot/alone.py. `clock`, `uptime` and `patience` are for trials.

    Order of the stop: no new requests, no new sweeps, current deliveries finished, background work finished, database.
    """
    token = required(settings.slack_bot_token, "slack_bot_token", "the bot")
    app_token = "" if over_http else required(settings.slack_app_token, "slack_app_token", "Socket Mode")
    secret = required(settings.slack_signing_secret, "slack_signing_secret", "`--http`") if over_http else ""
    reading = reading_client(token, settings.slack_api_url)
    identity = who_am_i(reading)
    patience = patience or Patience().hurried(settings.trial_haste)
    with ExitStack() as stack:
        store = open_store(settings)
        stack.callback(store.close)
        bell = Bell()
        brief = WebClient(token=token, base_url=settings.slack_api_url, timeout=LOOK_UP_SECONDS, retry_handlers=[])
        workspace = SlackWorkspace(reading, settings.named_people, settings.named_groups, identity.scopes)
        workflows = build_workflows(
            settings, store, directory=SlackChannels(brief), workspace=workspace, bell=bell, clock=clock
        )
        posting = posting_client(token, settings.slack_api_url, patience.timeout)
        stack.enter_context(_in_thread(Following((workflows.catalog, workflows.feedback), store.changes()), "catalog"))
        background = Background()
        stack.callback(background.close)
        people = SlackPeople(reading)
        slack_time = SlackTime(clock, uptime)
        slack_time.hear({"Date": identity.told_at})
        delivery = Delivery(store, posting, reading, Pace(uptime), slack_time, uptime, patience)
        messenger = Messenger(
            store, clock, _owed(workflows, people).renderers(), bell, delivery, Watch(patience, uptime)
        )
        stack.enter_context(_in_thread(messenger, "messenger"))
        homes = Homes(workflows.home, people, reading, background, identity.team_id)
        ranking = Ranking(workflows.incidents)
        stack.enter_context(_in_thread(ranking, "ranking"))
        app = _slack_app(
            workflows, posting, identity, background, homes, ranking=ranking, mark_emoji=settings.mark_emoji
        )
        sweeps = schedule(
            store=store,
            clock=clock,
            catalog=workflows.catalog,
            triggers=workflows.triggers,
            nudging=workflows.nudging,
            timers=workflows.timers,
            drills=workflows.drills,
            sampling=workflows.sampling,
            notices=workflows.notices,
            recognition=workflows.recognition,
            undelivered=workflows.undelivered,
            reminding=workflows.reminding,
            workspace=workspace,
            gaps=workflows.gaps,
            retention=Retention(store, clock, settings.messages_kept, settings.messages_outlast_write_up),
            links=workflows.links if settings.check_links else None,
            sweep_interval=settings.sweep_interval,
        )
        past = CatchingUp(reading, workflows.incidents, workflows.situations, identity, clock)
        stack.callback(past.stop)
        background.run(lambda: _caught_up(past))
        sweeps.start()
        stack.enter_context(_in_thread(ClockWatch(system_clock, uptime, lambda: wake(sweeps, system_clock)), "clock"))
        stack.callback(sweeps.shutdown, wait=True)
        readiness = {"database": store.is_reachable}
        figures: list[Figures] = [partial(owed_figures, workflows.undelivered)]
        if not over_http:
            socket = socket_mode(app, app_token, reading)
            health = SocketHealth(settings.replicas)
            socket.client.on_message_listeners.append(health.hear)
            figures.append(health.figures)
            _connect(socket)
            stack.callback(socket.close)
            readiness["slack"] = socket.client.is_connected
        webhook = _webhook(settings, workflows, background, posting)
        shared = settings.webhook_secret
        events = event_routes(workflows.triggers, shared.get_secret_value()) if shared else {}
        web = web_app(readiness, app if over_http else None, secret, webhook, events, figures=figures)
        yield stack.enter_context(serve(web, settings.host, settings.port))


def _caught_up(past: CatchingUp) -> None:
    if count := past.run():
        log.info("what was said meanwhile is taken in", messages=count)


def _connect(socket: SocketModeHandler) -> None:
    try:
        socket.connect()  # type: ignore[no-untyped-call]  # Bolt leaves it without annotations
    except SlackApiError as refused:
        how = "create one under “Basic Information”, “App-Level Tokens”, with the scope connections:write."
        msg = f"Slack does not accept SLACK_APP_TOKEN ({error_of(refused)}); {how}"
        raise UserError(msg) from None


def _webhook(
    settings: Settings, workflows: Workflows, background: Background, client: WebClient
) -> IncidentWebhook | None:
    if settings.webhook_secret is None:
        return None
    secret = settings.webhook_secret.get_secret_value()
    return IncidentWebhook(workflows.reports, secret, lambda channel: background.run(lambda: join(client, channel)))


def _slack_app(
    workflows: Workflows,
    client: WebClient,
    identity: Identity,
    background: Background,
    homes: Homes,
    *,
    ranking: Ranking,
    mark_emoji: str,
) -> App:
    replies = Replies(client, background)
    exposures = Exposures(workflows.exposure, background)
    vocabulary, team = workflows.vocabulary, identity.team_id
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
        reviews=ReviewListeners(workflows.reviews, homes, replies, team),
        situations=SituationListeners(workflows.situations, workflows.silence, vocabulary, replies, identity),
        stubs=StubListeners(workflows.stubs, vocabulary, replies, team),
        subscriptions=SubscriptionListeners(workflows.subscriptions, workflows.sheets, homes, replies, team),
        writeups=WriteUpListeners(workflows.writeups, workflows.submitting, vocabulary, replies, team),
        writeup_lists=WriteUpListListeners(Lists(workflows.writeups), vocabulary, replies, team),
        home_team=team,
    )
    return bolt_app(client, identity, listeners, ErrorAnswers(replies))


def _owed(workflows: Workflows, people: SlackPeople) -> OwedMessages:
    return OwedMessages(
        workflows.amendments,
        workflows.incidents,
        workflows.runs,
        workflows.drills,
        workflows.reviews,
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


@contextmanager
def _in_thread(worker: Messenger | Following | Ranking | ClockWatch, name: str) -> Iterator[None]:
    thread = threading.Thread(target=worker.run, name=name)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()
