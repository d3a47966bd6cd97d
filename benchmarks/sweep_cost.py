"""What a sweep over the reviews costs in catalogs of several sizes, on both databases, as ratios to the smallest.

    python -m benchmarks.sweep_cost [--sizes 1000 10000 100000] [--stewards 40]

Reviews are spread over a quarter. An idle sweep finds nothing to do, as nearly all do; the digest's is the one on
Tuesday at ten that tells every steward of a week's reviews, some 8 % of the catalog at once; planning notes for each of
these when that is. The shipped sweep runs on
the shipped tables; only the shelf of entries in memory is replaced, since it has no part in the cost that grows. The
last line is JSON, in milliseconds.
"""

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
from sqlalchemy import Table, insert, select

from benchmarks.simulated_years import ZONES
from store import Store
from store.engine import open_engine
from store.models import EntryRow, ReviewRow
from store.schema import migrate
from tests.doubles import CountingBell, KnownPeople, StillClock
from tests.factories import failure_mode, roles_of, write_catalog
from tests.postgres import postgres
from workflows.entries.catalog import Catalog
from workflows.entries.entry import Entry
from workflows.people import OPERATOR, People
from workflows.reviews.cadence import QUARTER, Cadence
from workflows.reviews.nudging import Nudging
from workflows.reviews.stewardship import Stewardship
from workflows.reviews.workplaces import Workplaces

IDLE_SWEEPS: Final = 300
AT_ONCE: Final = 5_000  # rows in one insert
DAY, WEEK = timedelta(days=1), timedelta(days=7)


@dataclass(frozen=True)
class Shelf:
    """Entries of any number, each like the first but for its id and its domain."""

    people: People
    first: Entry
    domains: Sequence[str]

    def published_to_anyone(self, entry_id: str) -> Entry:
        """Return the entry."""
        domain = self.domains[int(entry_id[3:]) % len(self.domains)]
        document = self.first.document.model_copy(update={"id": entry_id, "domain": domain})
        return replace(self.first, document=document)


def main() -> None:
    """Print the figures of every size on both databases."""
    parser = argparse.ArgumentParser("python -m benchmarks.sweep_cost", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument("--stewards", type=int, default=40)
    wanted = parser.parse_args()
    found: dict[str, Any] = {}
    for database in ("sqlite", "postgresql"):
        for size in wanted.sizes:
            with _opened(database) as (store, folder):
                found[f"{database} {size}"] = _measured(store, folder, size, wanted.stewards)
            smallest = found[f"{database} {wanted.sizes[0]}"]
            ratios = {name: round(took / smallest[name], 1) for name, took in found[f"{database} {size}"].items()}
            print(f"{database}, {size} entries: {found[f'{database} {size}']}; to the smallest: {ratios}", flush=True)
    print(json.dumps(found))


@contextmanager
def _opened(database: str) -> Iterator[tuple[Store, Path]]:
    with tempfile.TemporaryDirectory() as name:
        if database == "postgresql":
            with postgres() as url:
                yield _store(url), Path(name)
        else:
            yield _store(f"sqlite:///{name}/reviews.db"), Path(name)


def _store(url: str) -> Store:
    engine = open_engine(url)
    migrate(engine)
    return Store(engine)


def _measured(store: Store, folder: Path, size: int, stewards: int) -> dict[str, float]:
    """Return how long idle sweeps and the digest's take, in milliseconds; and the digest's for each review told."""
    clock, workspace = StillClock(), KnownPeople()
    domains = [f"domain-{number}" for number in range(stewards)]
    workspace.zones.update({f"USTEWARD{number}": ZONES[3] for number in range(stewards)})  # in London all hear at once
    people = People(roles_of({name: f"USTEWARD{at}" for at, name in enumerate(domains)}, None), workspace)
    catalog = Catalog(store, clock, people, Cadence(QUARTER))
    catalog.import_folder(write_catalog(folder / "catalog", failure_mode(1)))
    shelf = Shelf(people, catalog.entry("FM-0001", OPERATOR), domains)
    _fill(store, size, clock())
    stewardship = Stewardship(people, Workplaces(), {})
    nudging = Nudging(store, clock, cast("Catalog", shelf), stewardship, CountingBell())
    planned = _timed(nudging)
    idle = [_timed(nudging) for _ in range(IDLE_SWEEPS)]
    clock.forward(timedelta(days=1, hours=1))  # from Monday at nine to Tuesday at ten
    digest = _timed(nudging)
    with store.read() as tx:
        told = sum(len(tx.reviews.nudges_in(message.key)) for message in tx.outbox.all())
    store.close()
    return {
        "planning": round(planned, 1),
        "idle p50": round(statistics.median(idle), 2),
        "idle p95": round(float(np.percentile(idle, 95)), 2),
        "digest": round(digest, 1),
        "digest per review": round(digest / told, 2),
        "reviews told": told,
    }


def _timed(nudging: Nudging) -> float:
    begun = time.perf_counter()
    nudging.sweep()
    return (time.perf_counter() - begun) * 1000


def _fill(store: Store, size: int, now: datetime) -> None:
    """Put copies of the only entry beside it, and their reviews, spread over a quarter."""
    entries, reviews = cast("Table", EntryRow.__table__), cast("Table", ReviewRow.__table__)
    with store.engine.begin() as connection:
        row = connection.execute(select(entries)).mappings().one()
        review = connection.execute(select(reviews)).mappings().one()
        connection.execute(reviews.delete())
        for start in range(1, size + 1, AT_ONCE):
            numbers = range(start, min(start + AT_ONCE, size + 1))
            copies = [{**row, "id": f"FM-{one:06d}", "slug": f"slug-{one}"} for one in numbers]
            connection.execute(insert(entries), copies)
            dues = {one: now + DAY + QUARTER * (one / size) for one in numbers}
            connection.execute(
                insert(reviews),
                [
                    {
                        **review,
                        "entry_id": f"FM-{one:06d}",
                        "due_at": due,
                        "first_at": due - WEEK,
                        "next_at": due - WEEK,
                    }
                    for one, due in dues.items()
                ],
            )


if __name__ == "__main__":
    main()
