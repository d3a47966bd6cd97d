"""Search follows the database: other processes see a change at once, and whoever searches meanwhile never waits."""

import queue
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from sqlalchemy import Engine

from bot.following import Following
from store import Store, Transaction, Unavailable
from store.changes import Changes
from store.engine import open_engine
from tests.factories import CADENCE, GPU_OOM, RESPONDER, SCHEMA_CHANGE, House, house, write_catalog
from workflows.entries.catalog import Catalog
from workflows.incidents import Message

SECONDS = 20  # a test waits so long for what takes milliseconds


@dataclass
class Watched:
    """Passes word on, and notes whenever somebody begins to wait: what was told before is then laid out."""

    changes: Changes
    rounds: "queue.Queue[None]" = field(default_factory=queue.Queue)

    def wait(self, at_most: timedelta) -> bool:
        self.rounds.put(None)
        return self.changes.wait(at_most * 100)  # longer than the test waits: looking now and then is no excuse

    def wake(self) -> None:
        self.changes.wake()

    def close(self) -> None:
        self.changes.close()


class Gate(Store):
    """A database on which readers wait while the gate is shut."""

    def __init__(self, engine: Engine) -> None:
        super().__init__(engine)
        self.opened, self.reached = threading.Event(), threading.Event()

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        self.reached.set()
        assert self.opened.wait(SECONDS)
        with super().read() as tx:
            yield tx


class Away(Store):
    """A database that does not answer at first."""

    failures = 1

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        if self.failures:
            self.failures -= 1
            msg = "away"
            raise Unavailable(msg)
        with super().read() as tx:
            yield tx


def catalog_on(store: Store, lived: House) -> Catalog:
    return Catalog(store, lived.clock, lived.catalog.people, CADENCE)


@contextmanager
def followed(catalog: Catalog, changes: Changes) -> Iterator[Watched]:
    """Follow in a thread, as the bot does."""
    watched = Watched(changes)
    following = Following((catalog,), watched)
    thread = threading.Thread(target=following.run)
    thread.start()
    try:
        yield watched
    finally:
        following.stop()
        thread.join()


def another(store: Store) -> Store:
    """Return the database as another process sees it; a SQLite file has one process."""
    return Store(open_engine(str(store.engine.url))) if store.engine.dialect.name == "postgresql" else store


def titles(catalog: Catalog) -> set[str]:
    return {entry.document.title for entry in catalog.published()}


def test_an_entry_changed_by_one_process_is_found_by_the_other(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    elsewhere = another(store)
    other = catalog_on(elsewhere, lived)
    other.refresh()

    with followed(other, elsewhere.changes()) as watched:
        watched.rounds.get(timeout=SECONDS)
        write_catalog(tmp_path / "catalog", GPU_OOM.model_copy(update={"title": "Walrus on the accelerator"}))
        lived.catalog.import_folder(tmp_path / "catalog")
        while "Walrus on the accelerator" not in titles(other):
            watched.rounds.get(timeout=SECONDS)

    assert other.index.rank("walrus")[0].entry_id == "FM-0001"
    elsewhere.close()


def test_what_one_process_learned_the_other_knows(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, GPU_OOM, SCHEMA_CHANGE)
    elsewhere = another(store)
    other = catalog_on(elsewhere, lived)
    other.refresh()

    with followed(other, elsewhere.changes()) as watched:
        watched.rounds.get(timeout=SECONDS)
        lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", "CUDA out of memory, purple walrus"))
        incident = lived.incidents.incident_in("CINC")
        assert incident is not None
        lived.incidents.judge(incident.id, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
        while not other.index.rank("purple walrus"):
            watched.rounds.get(timeout=SECONDS)

    assert other.index.rank("purple walrus")[0].entry_id == "FM-0001"
    elsewhere.close()


def test_a_search_does_not_wait_for_what_is_laid_out_anew(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gate = Gate(store.engine)
    gate.opened.set()
    other = catalog_on(gate, lived)
    other.refresh()
    gate.opened.clear()
    gate.reached.clear()
    write_catalog(tmp_path / "catalog", GPU_OOM.model_copy(update={"title": "Walrus on the accelerator"}))
    lived.catalog.import_folder(tmp_path / "catalog")

    laying_out = threading.Thread(target=other.refresh)
    laying_out.start()
    assert gate.reached.wait(SECONDS)
    meanwhile = [match.entry_id for match in other.index.rank("GPU runs out of memory")]
    old = titles(other)
    gate.opened.set()
    laying_out.join()

    assert meanwhile[0] == "FM-0001"
    assert "Walrus on the accelerator" not in old
    assert "Walrus on the accelerator" in titles(other)


def test_a_database_that_is_away_for_a_while_ends_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    away = Away(store.engine)
    other = catalog_on(away, lived)
    changes = away.changes()

    with followed(other, changes) as watched:
        while not titles(other):
            watched.wake()
            watched.rounds.get(timeout=SECONDS)

    assert away.failures == 0
