"""Years of reviews in minutes: who was told of what and when, with a clock that runs ahead.

    python -m benchmarks.simulated_years [--entries 1000] [--stewards 40] [--days 730] [--every HOURS]

The shipped sweep runs every hour of those days on SQLite. Stewards live in twelve zones; most answer within some days,
some snooze, some never answer, all are away now and then; an entry in ten is severe; once the bot is down for weeks.
The last line is JSON: how many reviews fell due a week before the end or earlier and how many of those nobody was told
of, nudges outside the working hours of whoever they went to, nudges that came twice, steps out of order, and how long a
sweep takes when nothing is due. A channel has no zone; its words come in the working hours of whoever keeps the entry.
"""

import argparse
import json
import random
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import yaml

from store import Store
from store.engine import open_engine
from store.reviews import NudgeRecord
from store.schema import migrate
from tests.doubles import CountingBell, KnownPeople, StillClock
from tests.factories import VOCABULARY, failure_mode, roles_of, write_catalog
from workflows.entries.catalog import Catalog
from workflows.people import Actor, People
from workflows.reviews.cadence import QUARTER, Cadence
from workflows.reviews.nudging import Nudging
from workflows.reviews.reviews import Reviews
from workflows.reviews.steps import STEPS
from workflows.reviews.stewardship import Stewardship
from workflows.reviews.workplaces import Workplaces

ZONES: Final = (
    *("America/Los_Angeles", "America/New_York", "America/Sao_Paulo", "Europe/London", "Europe/Berlin"),
    *("Africa/Cairo", "Asia/Dubai", "Asia/Kolkata", "Asia/Shanghai", "Asia/Tokyo", "Australia/Sydney"),
    "Pacific/Auckland",
)
SEVERE_IN: Final = 10  # entries of which one is severe
ANSWERS_IN_DAYS: Final = 6.0  # on average
NEVER: Final = 0.1  # share of stewards who answer nothing
GOES_AWAY, COMES_BACK = 0.005, 0.1  # chances on a day
SNOOZED: Final = 0.1  # share of answers
OUTAGE: Final = timedelta(days=14)
SETTLED: Final = timedelta(days=9)  # after its date an ordinary review was told of, if ever
TEAM: Final = "CTEAM"
HOUR: Final = timedelta(hours=1)
SEVERE: Final[dict[str, Any]] = {"severity": {"typical": "sev1", "worst_credible": "sev1"}}


@dataclass
class World:
    """The entries, the people and the clock."""

    store: Store
    folder: Path
    entries: int
    stewards: int
    chance: random.Random = field(default_factory=lambda: random.Random(0))
    clock: StillClock = field(default_factory=lambda: StillClock(tick=timedelta(microseconds=1)))
    workspace: KnownPeople = field(default_factory=KnownPeople)

    def __post_init__(self) -> None:
        """Write the catalog, take it in, and spread the first reviews over a quarter."""
        domains = [f"domain-{number}" for number in range(self.stewards)]
        stewards = {domain: f"USTEWARD{number}" for number, domain in enumerate(domains)}
        everybody = [*stewards.values(), "UBACKUP", "UCHAMPION"]
        self.workspace.zones.update({who: ZONES[at % len(ZONES)] for at, who in enumerate(everybody)})
        people = People(
            roles_of(stewards, {"backup:default": ("UBACKUP",), "champion": ("UCHAMPION",)}), self.workspace
        )
        documents = [
            failure_mode(number, domain=domains[number % self.stewards], **(SEVERE if number % SEVERE_IN == 0 else {}))
            for number in range(1, self.entries + 1)
        ]
        catalog_folder = write_catalog(self.folder / "catalog", *documents)
        vocabulary = VOCABULARY | {"domain": dict.fromkeys(domains, "one of many")}
        (catalog_folder / "vocabulary.yaml").write_text(yaml.safe_dump(vocabulary))
        bell, cadence = CountingBell(), Cadence(QUARTER)
        self.catalog = Catalog(self.store, self.clock, people, cadence)
        self.catalog.import_folder(catalog_folder)
        self.reviews = Reviews(self.store, self.clock, self.catalog, bell, cadence)
        self.stewardship = Stewardship(people, Workplaces(), {"default": TEAM})
        self.nudging = Nudging(self.store, self.clock, self.catalog, self.stewardship, bell)
        self.never = {who for who in stewards.values() if self.chance.random() < NEVER}
        self.dues: set[tuple[str, datetime]] = set()
        for number in range(1, self.entries + 1):
            due_at = self.clock() + timedelta(days=8 + self.chance.random() * QUARTER.days)
            with self.store.begin() as tx:
                tx.reviews.schedule(f"FM-{number:04d}", due_at, "its date", lasts=QUARTER)

    def live(self, days: int, every: timedelta) -> list[float]:
        """Let the days pass, and return how long each sweep took that had nothing to do, in milliseconds."""
        begin, idle = self.clock(), []
        outage = begin + timedelta(days=days / 2)
        while self.clock() < begin + timedelta(days=days):
            self.clock.forward(every)
            if not outage <= self.clock() < outage + OUTAGE:
                begun = time.perf_counter()
                owed = self.nudging.sweep()
                if not owed:
                    idle.append((time.perf_counter() - begun) * 1000)
            if self.clock().hour == 0:
                self._a_day_passes()
        return idle

    def _a_day_passes(self) -> None:
        """Let some answer, and some go away or come back."""
        with self.store.read() as tx:
            standing = tx.reviews.of([f"FM-{number:04d}" for number in range(1, self.entries + 1)])
        self.dues |= {(one.entry_id, one.due_at) for one in standing if one.due_at <= self.clock()}
        for review in standing:
            steward = self._steward(review.entry_id)
            is_told = review.stage not in {"", None} and steward not in self.never
            if is_told and self.chance.random() < 1 / ANSWERS_IN_DAYS:
                self._answer(review.entry_id, review.due_at, steward)
        for who in self.workspace.zones:
            if self.chance.random() < (COMES_BACK if who in self.workspace.away else GOES_AWAY):
                self.workspace.away ^= {who}

    def _answer(self, entry_id: str, due_at: datetime, steward: str) -> None:
        kind = self.chance.random()
        if kind < SNOOZED:
            self.reviews.answer(entry_id, due_at, "snoozed", Actor(steward))
        else:
            self.reviews.answer(entry_id, due_at, "verified", Actor(steward))

    def _steward(self, entry_id: str) -> str:
        return f"USTEWARD{int(entry_id[3:]) % self.stewards}"

    def nudges(self) -> list[NudgeRecord]:
        """Return everything anybody was told."""
        with self.store.read() as tx:
            keys = [message.key for message in tx.outbox.all()]
            return [nudge for key in dict.fromkeys(keys) for nudge in tx.reviews.nudges_in(key)]

    def is_at_work(self, nudge: NudgeRecord) -> bool:
        """Return whether it came in the working hours of whoever got it, or keeps what the channel was told of."""
        keepers = (self._steward(nudge.entry_id), "UBACKUP") if nudge.address == TEAM else (nudge.address,)
        return any(self.stewardship.workplace(who).is_working(nudge.at) for who in keepers)


def report(world: World, nudges: Sequence[NudgeRecord], idle: Sequence[float], seconds: float) -> dict[str, Any]:
    """Return what came of it."""
    by_review: defaultdict[tuple[str, datetime], list[NudgeRecord]] = defaultdict(list)
    for nudge in nudges:
        by_review[nudge.entry_id, nudge.due_at].append(nudge)
    order = [step.name for step in STEPS]
    disordered = sum(
        [order.index(one.stage) for one in sorted(some, key=lambda one: one.at)]  # type: ignore[arg-type]  # its name
        != sorted(order.index(one.stage) for one in some)  # type: ignore[arg-type]  # as above
        for some in by_review.values()
    )
    dues = {due for due in world.dues if due[1] <= world.clock() - SETTLED}
    told = {(one.entry_id, one.due_at, one.stage, one.address) for one in nudges}
    return {
        "due": len(dues),
        "due_and_not_told": sum(due not in by_review for due in dues),
        "nudges": len(nudges),
        "messages": len({one.key for one in nudges}),
        "outside_working_hours": sum(not world.is_at_work(one) for one in nudges),
        "twice": len(nudges) - len(told),
        "out_of_order": disordered,
        "idle_sweep_ms_p95": round(float(np.percentile(idle, 95)), 2) if idle else None,
        "seconds": round(seconds),
    }


def main() -> None:
    """Simulate and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--entries", type=int, default=1_000)
    parser.add_argument("--stewards", type=int, default=40)
    parser.add_argument("--days", type=int, default=730)
    parser.add_argument("--every", type=float, default=1.0, help="hours between two sweeps")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps(simulated(Path(folder), given.entries, given.stewards, given.days, given.every)))


def simulated(folder: Path, entries: int, stewards: int, days: int, every: float) -> dict[str, Any]:
    """Return the report of so many days."""
    engine = open_engine(f"sqlite:///{folder}/years.db")
    migrate(engine)
    store = Store(engine)
    try:
        begun = time.perf_counter()
        world = World(store, folder, entries, stewards)
        idle = world.live(days, timedelta(hours=every))
        return report(world, world.nudges(), idle, time.perf_counter() - begun)
    finally:
        engine.dispose()


if __name__ == "__main__":
    main()
