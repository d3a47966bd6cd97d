"""Looks at everything a start needs, and says how to mend what is wrong."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from sqlalchemy import make_url

from bot.identity import Identity, who_am_i
from bot.manifest import manifest_scopes
from bot.models import model_folder
from bot.refusals import error_of
from bot.settings import Settings, variable_of
from bot.slack import reading_client
from store import Store, Unavailable, migration_state
from workflows.clock import system_clock
from workflows.entries.importing import read_catalog
from workflows.errors import UserError
from workflows.search.semantic import SentenceEncoder

SKEW = timedelta(seconds=60)  # Slack refuses signatures older than 5 minutes; a minute off is worth mending
SILENCE = timedelta(days=1)


@dataclass(frozen=True)
class Finding:
    """What one check found; the sentence of anything but `ok` says how to mend it."""

    state: Literal["ok", "warning", "wrong"]
    subject: str
    sentence: str


def examine(settings: Settings) -> list[Finding]:
    """Return the findings, in the order in which they are worth mending."""
    return [finding for check in (_database, _catalog, _meaning, _stewards, _slack) for finding in check(settings)]


def _database(settings: Settings) -> Iterator[Finding]:
    where = make_url(settings.store_url).render_as_string(hide_password=True)
    store = Store.open(settings.store_url)
    try:
        if not store.is_reachable():
            yield Finding("wrong", "database", f"{where} does not answer; check DATABASE_URL and that it runs.")
            return
        state = migration_state(store.engine)
        if not state.is_current:
            yield Finding(
                "warning", "database", f"{where} is not migrated yet; `faultline migrate` or the next start does it."
            )
            return
        yield Finding("ok", "database", f"{where} answers and is at revision {state.current}.")
        yield _events(store)
        yield _owed(store)
    except Unavailable:
        yield Finding("wrong", "database", f"{where} stopped answering; check DATABASE_URL and that it runs.")
    finally:
        store.close()


def _events(store: Store) -> Finding:
    with store.read() as tx:
        latest = tx.receipts.latest()
    if latest is not None and system_clock() - latest < SILENCE:
        return Finding("ok", "events", f"the last event from Slack arrived at {latest:%Y-%m-%d %H:%M} UTC.")
    return Finding(
        "warning",
        "events",
        "no event from Slack arrived in the last day. If the bot is in a busy channel, open your app's “Event "
        "Subscriptions” and compare the bot events with manifest.yml: message.channels and message.groups carry it.",
    )


def _owed(store: Store) -> Finding:
    with store.read() as tx:
        counts = tx.outbox.counts()
    stuck = {state: counts[state] for state in ("failed", "uncertain") if state in counts}
    if not stuck:
        return Finding("ok", "messages", "none that the bot owes was given up.")
    listed = " and ".join(f"{count} {state}" for state, count in stuck.items())
    return Finding("warning", "messages", f"{listed}; docs/operations.md says what each state means and what to do.")


def _catalog(settings: Settings) -> Iterator[Finding]:
    try:
        files = read_catalog(settings.catalog_dir)
    except UserError as faulty:
        yield Finding("wrong", "catalog", faulty.sentence)
    else:
        yield Finding("ok", "catalog", f"{len(files)} entries in {settings.catalog_dir} are valid.")


def _meaning(settings: Settings) -> Iterator[Finding]:
    try:
        folder = model_folder(settings)
        encoder = SentenceEncoder.load(folder) if folder is not None else None
    except UserError as faulty:
        yield Finding("wrong", "meaning", faulty.sentence)
        return
    if encoder is None:
        yield Finding(
            "ok", "meaning", f"entries are found by their words; {variable_of('semantic_model')} adds meaning."
        )
    else:
        yield Finding("ok", "meaning", f"entries are found by meaning too, with {settings.semantic_model} in {folder}.")


def _stewards(settings: Settings) -> Iterator[Finding]:
    if settings.stewards:
        yield Finding("ok", "stewards", f"named for {', '.join(sorted(settings.stewards))}.")
    else:
        name = variable_of("stewards")
        yield Finding(
            "warning", "stewards", f'nobody is asked to review entries; set {name}, for example {{"default": "U0123"}}.'
        )


def _slack(settings: Settings) -> Iterator[Finding]:
    if settings.slack_bot_token is None:
        yield Finding("wrong", "bot token", f"SLACK_BOT_TOKEN is not set. {_how('slack_bot_token')}")
        return
    client = reading_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    try:
        identity = who_am_i(client)
    except UserError as refused:
        yield Finding("wrong", "bot token", refused.sentence)
        return
    yield Finding("ok", "bot token", f"works in the workspace {identity.team or identity.team_id}.")
    yield from _scopes(identity)
    yield from _groups(settings, identity)
    yield _skew(client)
    yield _app_token(settings)


def _scopes(identity: Identity) -> Iterator[Finding]:
    needed, optional = manifest_scopes()
    if not identity.scopes:
        yield Finding("warning", "scopes", "Slack did not say which scopes are granted, so they are not checked.")
        return
    if missing := needed - identity.scopes:
        listed = ", ".join(sorted(missing))
        yield Finding(
            "wrong", "scopes", f"missing: {listed}. Add them under “OAuth & Permissions” and reinstall the app."
        )
    else:
        yield Finding("ok", "scopes", f"all {len(needed)} needed scopes are granted.")
    if withheld := optional - identity.scopes:
        listed = ", ".join(sorted(withheld))
        yield Finding(
            "warning",
            "optional scopes",
            f"not granted: {listed}. Search and write-ups work without; docs/install.md says what each adds. "
            "Add them under “OAuth & Permissions” and reinstall the app.",
        )


def _groups(settings: Settings, identity: Identity) -> Iterator[Finding]:
    if settings.named_groups and identity.scopes and "usergroups:read" not in identity.scopes:
        listed = ", ".join(sorted(settings.named_groups))
        yield Finding(
            "wrong",
            "user groups",
            f"roles are held by {listed}, but without the scope usergroups:read nobody knows who is in them. Add it "
            "under “OAuth & Permissions” and reinstall the app, or name people (U…) instead.",
        )


def _skew(client: WebClient) -> Finding:
    headers = client.auth_test().headers
    stamp = headers.get("Date") or headers.get("date")
    if not stamp:
        return Finding("warning", "clock", "Slack's answer carries no date, so the clock is not checked.")
    off = abs(system_clock() - _aware(parsedate_to_datetime(str(stamp))))
    if off > SKEW:
        seconds = int(off.total_seconds())
        return Finding(
            "wrong", "clock", f"{seconds} s off Slack's; switch on time synchronisation (NTP) on this machine."
        )
    return Finding("ok", "clock", "agrees with Slack's.")


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _app_token(settings: Settings) -> Finding:
    if settings.slack_app_token is None:
        if settings.slack_signing_secret is not None:
            return Finding("ok", "transport", "a signing secret is set, for `faultline run --http`.")
        return Finding("wrong", "app token", f"SLACK_APP_TOKEN is not set. {_how('slack_app_token')}")
    client = WebClient(base_url=settings.slack_api_url)
    ask: Callable[..., object] = client.apps_connections_open
    try:
        ask(app_token=settings.slack_app_token.get_secret_value())
    except SlackApiError as refused:
        error = error_of(refused)
        return Finding("wrong", "app token", f"Slack does not accept it ({error}). {_how('slack_app_token')}")
    return Finding("ok", "app token", "opens a Socket Mode connection.")


def _how(field: str) -> str:
    return str(Settings.model_fields[field].description)
