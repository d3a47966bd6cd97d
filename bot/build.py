"""The composition root of what works without Slack: the database and every use case on it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import structlog
from sqlalchemy import make_url
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_exponential

from bot.collection import uncollected
from bot.links import asked_web
from bot.models import model_folder
from bot.settings import Settings, variable_of
from bot.workspace import NobodyKnown
from store import Store, Unavailable, migrate
from workflows.amendments.amendments import Amendments
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
from workflows.reviews.absences import Absences
from workflows.reviews.calendars import Calendars
from workflows.reviews.nudging import Nudging
from workflows.reviews.ownership import Ownership
from workflows.reviews.rescheduling import Rescheduling
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
from workflows.writeups.mornings import Mornings
from workflows.writeups.reminding import Reminding
from workflows.writeups.submitting import Submitting
from workflows.writeups.template import Template
from workflows.writeups.writeups import WriteUps

log = structlog.get_logger(__name__)
DATABASE_START = timedelta(seconds=30)  # a database that starts beside us takes this long at most
MEANINGS_FILE = "meanings.npz"  # in the data folder: what the sentence model read of the entries, to be read once


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
    ownership: Ownership
    absences: Absences
    calendars: Calendars
    triggers: Triggers
    nudging: Nudging
    stewardship: Stewardship
    rescheduling: Rescheduling
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
    stewardship = Stewardship(people, settings.workplaces, settings.team_channels)
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
    amendments = Amendments(store, clock, catalog, assessing, sign_offs, bell, reviews)
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
        ownership=Ownership(store, clock, catalog, stewardship, bell),
        absences=Absences(store, clock, stewardship),
        calendars=Calendars(store, reviews, stewardship),
        triggers=Triggers(store, clock, catalog, vocabulary, reviews, bell),
        nudging=nudging,
        stewardship=stewardship,
        rescheduling=Rescheduling(store, clock, catalog, settings.cadence),
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
        links=Links(store, clock, catalog, asked_web(own_network=settings.check_own_network), reviews),
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
