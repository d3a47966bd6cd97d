"""The running bot: concrete things meet here and nowhere else; what was started last is stopped first."""

import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial

import structlog
from slack_bolt.adapter.socket_mode import SocketModeHandler
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.answering import owed_messages, slack_app
from bot.background import Background
from bot.build import Workflows, build_workflows, open_store
from bot.catching_up import CatchingUp
from bot.clock_watch import ClockWatch
from bot.delivery import Delivery
from bot.directory import SlackChannels, SlackPeople
from bot.following import Following
from bot.homes import Homes
from bot.identity import who_am_i
from bot.joining import join
from bot.messenger import Bell, Messenger, Watch
from bot.pace import Pace
from bot.patience import Patience, Uptime, uptime
from bot.quiet_hours import QuietHours
from bot.ranking import Ranking
from bot.refusals import error_of
from bot.schedule import schedule, wake
from bot.settings import Settings, required
from bot.slack import posting_client, reading_client, socket_mode
from bot.slack_time import SlackTime
from bot.socket_health import SocketHealth
from bot.web.app import web_app
from bot.web.calendar import calendar_route
from bot.web.events import Route, event_routes
from bot.web.incidents import IncidentWebhook
from bot.web.metrics import Figures, owed_figures
from bot.web.server import serve
from bot.web.writeups import write_up_route
from bot.workspace import SlackWorkspace
from workflows.clock import Clock, system_clock
from workflows.concerned import concerned
from workflows.errors import UserError
from workflows.retention import Retention
from workflows.writeups.elsewhere import Elsewhere

log = structlog.get_logger(__name__)
LOOK_UP_SECONDS = 1  # a look-up that an event's acknowledgement waits for


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
        workspace = SlackWorkspace(
            reading, settings.named_people, settings.named_groups, identity.scopes, lambda: concerned(store)
        )
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
        delivery = Delivery(store, posting, reading, Pace(uptime, store, clock), slack_time, uptime, patience)
        messenger = Messenger(
            store, clock, owed_messages(workflows, people).renderers(), bell, delivery, Watch(patience, uptime),
            QuietHours(workflows.stewardship, clock).wait,
        )  # fmt: skip
        stack.enter_context(_in_thread(messenger, "messenger"))
        homes = Homes(workflows.home, people, reading, background, identity.team_id)
        ranking = Ranking(workflows.incidents)
        stack.enter_context(_in_thread(ranking, "ranking"))
        app = slack_app(
            workflows,
            posting,
            identity,
            background,
            homes,
            ranking=ranking,
            mark_emoji=settings.mark_emoji,
            public_url=settings.public_url,
        )
        sweeps = schedule(
            store=store,
            clock=clock,
            catalog=workflows.catalog,
            triggers=workflows.triggers,
            rescheduling=workflows.rescheduling,
            nudging=workflows.nudging,
            ownership=workflows.ownership,
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
        web = web_app(
            readiness, app if over_http else None, secret, _webhook(settings, workflows, background, posting),
            _routes(settings, workflows), calendar=calendar_route(workflows.calendars, clock), figures=figures,
        )  # fmt: skip
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


def _routes(settings: Settings, workflows: Workflows) -> dict[str, Route]:
    if settings.webhook_secret is None:
        return {}
    secret = settings.webhook_secret.get_secret_value()
    return {
        **event_routes(workflows.triggers, secret),
        "/write-ups": write_up_route(Elsewhere(workflows.writeups), secret),
    }


@contextmanager
def _in_thread(worker: Messenger | Following | Ranking | ClockWatch, name: str) -> Iterator[None]:
    thread = threading.Thread(target=worker.run, name=name)
    thread.start()
    try:
        yield
    finally:
        worker.stop()
        thread.join()
