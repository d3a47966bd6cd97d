"""One run of chaos: owes messages while it kills, pauses and crashes, waits until all is settled, and judges."""

import json
import random
import sqlite3
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import sandbox
from benchmarks.chaos.debts import Debtor, FormFiller, Place, at_work
from benchmarks.chaos.herd import Herd, herd
from benchmarks.chaos.stalls import Stalls, watched
from benchmarks.chaos.unguarded import bare
from benchmarks.chaos.verdict import AT_LEISURE, SETTLED, Verdict, count, judge_forms, twice
from benchmarks.chaos.weather import Shares, Weather
from bot.build import offline
from bot.patience import Patience
from bot.settings import read_settings
from store import Store
from tests.e2e.stage import MANIFEST, STEWARD, environment_of
from tests.postgres import Cluster, cluster
from workflows.people import Actor

ENTRY_OF_MESSAGES = "FM-0031"
DOMAINS = ("data", "experimentation", "llm", "platform", "security", "serving", "training")
DEBTORS = 4
ERRORS_TOLD = 10
START = timedelta(minutes=1)  # for all replicas, on a busy machine
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Plan:
    """What is to happen; the messages fall due evenly over the time that the kills take, or `at_once`.

    It `lasts` so long at least, the wait at the end aside.
    """

    database: str = "postgresql"
    kills: int = 100
    pauses: int = 8
    crashes: int = 2
    messages: int = 1_000
    at_once: bool = False
    channels: int = 60
    people: int = 2
    replicas: int = 3
    haste: float = 10
    lasts: timedelta = timedelta()
    between_kills: tuple[float, float] = (0.3, 1.1)
    drain: timedelta = timedelta(minutes=10)
    without: str = ""
    shares: Shares = field(default_factory=Shares)

    @property
    def patience(self) -> Patience:
        """What the bots wait for what."""
        return Patience().hurried(self.haste)

    @property
    def seconds(self) -> float:
        """How long the kills take, about."""
        kills = self.kills * sum(self.between_kills) / 2
        return max(kills, self.pauses * self._pause, self.lasts.total_seconds(), 5)

    @property
    def _pause(self) -> float:
        return self.patience.lease.total_seconds() * 1.6


@dataclass
class Trial:
    """The parts of a run, set up."""

    plan: Plan
    slack: sandbox.Slack
    weather: Weather
    store: Store
    herd: Herd
    debtor: Debtor
    cluster: Cluster | None
    tell: Tell
    crashes: int = 0
    _over: threading.Event = field(default_factory=threading.Event)

    def disturb(self) -> None:
        """Owe, and disturb whoever delivers, until all that was planned is done."""
        with ThreadPoolExecutor() as pool:
            work = [
                pool.submit(self._owe),
                pool.submit(self._spread, self.plan.kills, self.herd.kill_one),
                pool.submit(self._spread, self.plan.pauses, self._pause),
                pool.submit(self._spread, self.plan.crashes, self._crash),
            ]
            try:
                for one in work:
                    one.result()
            finally:
                self._over.set()  # Ctrl-C, or a part that failed: the others are not waited for

    def _owe(self) -> None:
        numbers = range(self.plan.messages)
        each = 0 if self.plan.at_once else self.plan.seconds / max(len(numbers), 1)
        begun = time.monotonic()

        def owe(number: int) -> None:
            if not self._over.wait(max(0.0, begun + number * each - time.monotonic())):
                self.debtor.owe(number)

        with ThreadPoolExecutor(DEBTORS) as pool:
            list(pool.map(owe, numbers))

    def _spread(self, times: int, deed: Callable[[], None]) -> None:
        """Do it so often, spread over the run at random."""
        each, begun = self.plan.seconds / max(times, 1), time.monotonic()
        for number in range(times):
            if self._over.wait(max(0.0, begun + (number + random.random()) * each - time.monotonic())):
                return
            deed()
            self._report()

    def _pause(self) -> None:
        lease = self.plan.patience.lease.total_seconds()
        self.herd.pause_one(lease * random.uniform(1.2, 2))

    def _crash(self) -> None:
        if self.cluster is not None:
            self.cluster.crash()
            self.cluster.start()
            self.crashes += 1

    def settle(self) -> None:
        """Wait until nothing is owed any more; the weather stays as it is."""
        ends = time.monotonic() + self.plan.drain.total_seconds()
        while time.monotonic() < ends:
            with self.store.begin(within=AT_LEISURE) as tx:
                states = tx.outbox.counts()
            if not set(states) - set(SETTLED):
                return
            self._report()
            time.sleep(1)
        self.tell(f"not settled in time: {states}")

    def tell_weather(self) -> None:
        """Tell which troubles came, and how often."""
        self.tell(", ".join(f"{name} {times}" for name, times in sorted(self.weather.seen.items())))

    def _report(self) -> None:
        self.tell(
            f"kills {self.herd.kills}, pauses {self.herd.pauses}, crashes {self.crashes}, starts {self.herd.starts}, "
            f"owed {len(self.debtor.owed)}, posted {self.weather.posts}, troubles {self.weather.seen.total()}"
        )


def try_out(plan: Plan, tell: Tell) -> Verdict:
    """Run the plan from nothing, and return the figures."""
    begun = time.monotonic()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="faultline-chaos-")))
        own = stack.enter_context(cluster(durable=True)) if plan.database == "postgresql" else None
        slack = stack.enter_context(sandbox.running(manifest=MANIFEST, port=0))
        settings = _settings(plan, slack, folder, own)
        subject, entries = _made_ready(settings, slack)
        store = Store.open(settings.get("DATABASE_URL", f"sqlite:///{folder / 'faultline.db'}"))
        stack.callback(store.close)
        if plan.without == "unique_key" and own is not None:
            bare(own.url)
        places = _places(plan, slack)
        weather = Weather(shares=plan.shares)
        slack.slack.faults = weather
        fillers = [FormFiller(slack, f"filler-{number}", entries) for number in range(plan.people)]
        arguments = ["run"] if own else ["run", "--stand-by"]
        debtor = Debtor(store, places, subject)
        bots = stack.enter_context(herd(plan.replicas if own else 2, folder, arguments, settings, plan.without))
        trial = Trial(plan, slack, weather, store, bots, debtor, own, tell)
        slack.connected(plan.replicas if own else 1, within=START)
        stalls = stack.enter_context(watched())
        with at_work(*fillers):
            trial.disturb()
        trial.settle()
        trial.tell_weather()
        return _verdict(trial, fillers, stalls, begun)


def _verdict(trial: Trial, fillers: Sequence[FormFiller], stalls: Stalls, begun: float) -> Verdict:
    acknowledged = [words for filler in fillers for words in filler.acknowledged]
    forms_lost, forms_doubled = judge_forms(trial.store, acknowledged)
    trial.tell(f"forms lost: {forms_lost}, doubled: {forms_doubled}; messages that stand twice: {twice(trial.slack)}")
    errors = trial.herd.errors()
    for line in errors[:ERRORS_TOLD]:
        trial.tell(f"error: {line[:500]}")
    found = count(trial.slack, trial.store, trial.debtor.owed)
    return Verdict(
        kills=trial.herd.kills,
        pauses=trial.herd.pauses,
        crashes=trial.crashes,
        owed=found.owed,
        sent=found.sent,
        lost=found.lost,
        doubled=found.doubled,
        waiting=found.waiting,
        uncertain=found.uncertain,
        failed=found.failed,
        forms=len(acknowledged),
        forms_lost=len(forms_lost),
        forms_doubled=len(forms_doubled),
        form_resubmissions=sum(filler.resubmitted for filler in fillers),
        errors=len(errors),
        longest_stall=round(stalls.longest, 1),
        seconds=round(time.monotonic() - begun),
        intact=_is_intact(trial.store),
    )


def _settings(plan: Plan, slack: sandbox.Slack, folder: Path, own: Cluster | None) -> dict[str, str]:
    settings = {
        **environment_of(slack, folder),
        # One steward for each domain: Slack takes one message a second to each of them.
        "FAULTLINE_STEWARDS": json.dumps({domain: slack.user(f"steward-of-{domain}").id for domain in DOMAINS}),
        "FAULTLINE_TRIAL_HASTE": str(plan.haste),
    }
    return {**settings, "DATABASE_URL": own.url} if own else settings


def _made_ready(settings: dict[str, str], slack: sandbox.Slack) -> tuple[str, list[str]]:
    """Fill the catalog; return the subject of all messages, a correction that waits, and the entries for forms."""
    given = {name: settings[name] for name in ("DATABASE_URL",) if name in settings}
    with offline(read_settings(data_dir=Path(settings["FAULTLINE_DATA_DIR"]), **given)) as workflows:
        author = Actor(slack.user("author").id)
        changes = {"summary": "The first move stands in front."}
        made = workflows.amendments.suggest(ENTRY_OF_MESSAGES, changes, author, reason="it is found faster")
        entries = [one.id for one in workflows.catalog.published() if one.id != ENTRY_OF_MESSAGES]
    return str(made.id), entries


def _places(plan: Plan, slack: sandbox.Slack) -> list[Place]:
    """Return channels, threads in them, and people: one kind of place after the other."""
    places = []
    for number in range(plan.channels):
        match number % 3:
            case 0:
                places.append(Place(slack.user(f"steward-{number}").id))
            case 1:
                places.append(Place(slack.channel(f"team-{number}", members=[STEWARD], bot=True).id))
            case _:
                channel = slack.channel(f"team-{number}", members=[STEWARD], bot=True)
                slack.user(STEWARD).says("Corrections go here.", channel=channel.name)
                places.append(Place(channel.id, slack.messages(channel.name)[-1].ts))
    return places


def _is_intact(store: Store) -> bool:
    """Whether SQLite finds its file in order; PostgreSQL refuses to start where it does not."""
    if store.engine.dialect.name != "sqlite":
        return True
    connection = sqlite3.connect(str(store.engine.url.database))
    try:
        return bool(connection.execute("PRAGMA integrity_check").fetchone() == ("ok",))
    finally:
        connection.close()
