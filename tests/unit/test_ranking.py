"""Cards are brought up to date beside the acknowledgement, whatever dies in between."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from bot.ranking import Ranking
from store import Store, Unavailable
from tests.factories import House, house
from workflows.incidents import Incidents, Message

LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"
SECONDS = 20  # a test waits so long for what takes milliseconds


@dataclass(frozen=True)
class Watched(Incidents):
    """Incidents that tell when one was brought up to date, and fail the first time where asked to."""

    ranked: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))
    faults: list[Exception] = field(default_factory=list)

    def bring_up_to_date(self, incident_id: int, *, quietly: bool = False) -> None:
        if self.faults:
            self.ranked.release()
            raise self.faults.pop()
        super().bring_up_to_date(incident_id, quietly=quietly)
        self.ranked.release()


def watched(lived: House, *faults: Exception) -> Watched:
    known = {name: getattr(lived.incidents, name) for name in Incidents.__dataclass_fields__ if name[0] != "_"}
    return Watched(**known, faults=list(faults))


@contextmanager
def running(ranking: Ranking) -> Iterator[None]:
    thread = threading.Thread(target=ranking.run)
    thread.start()
    try:
        yield
    finally:
        ranking.stop()
        thread.join(SECONDS)
        assert not thread.is_alive()


def heard(lived: House, number: int = 1) -> int:
    incident_id = lived.incidents.take_in(
        Message(f"Ev{number}", "CINC", f"{number}.0", None, "U1", LOG_LINE)
    ).incident_id
    assert incident_id is not None
    return incident_id


def cards(lived: House) -> int:
    with lived.store.read() as tx:
        return sum(one.kind == "incident_card" for one in tx.outbox.all())


def test_an_incident_is_ranked_soon_after_its_message(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    incidents = watched(lived)
    ranking = Ranking(incidents)

    with running(ranking):
        ranking.ask(heard(lived))
        assert incidents.ranked.acquire(timeout=SECONDS)

    assert cards(lived) == 1


def test_what_was_asked_many_times_before_its_turn_is_ranked_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    incidents = watched(lived)
    ranking = Ranking(incidents)
    for number in range(1, 9):
        ranking.ask(heard(lived, number))

    with running(ranking):
        assert incidents.ranked.acquire(timeout=SECONDS)

    assert not incidents.ranked.acquire(blocking=False)
    assert cards(lived) == 1


def test_the_next_incident_is_ranked_although_one_failed(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    incidents = watched(lived, Unavailable("away"))
    ranking = Ranking(incidents)
    incident_id = heard(lived)

    with running(ranking):
        ranking.ask(incident_id)
        assert incidents.ranked.acquire(timeout=SECONDS)
        ranking.ask(incident_id)
        assert incidents.ranked.acquire(timeout=SECONDS)

    assert cards(lived) == 1


def test_what_a_dead_process_left_behind_is_found_after_a_moment(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    incident_id = heard(lived)

    at_once = lived.incidents.left_behind()
    lived.clock.forward(timedelta(seconds=11))
    found = lived.incidents.left_behind()
    lived.incidents.bring_up_to_date(incident_id)

    assert (at_once, found, lived.incidents.left_behind()) == ([], [incident_id], [])
    assert cards(lived) == 1


def test_another_process_sees_an_unwatched_channel_within_seconds(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    elsewhere = replace(lived.incidents, listening=replace(lived.incidents.listening, _remembered={}))
    heard(lived)

    elsewhere.listening.unwatch("CINC", "inc-42", decided_by="U1")
    lived.clock.forward(timedelta(seconds=3))

    assert lived.incidents.take_in(Message("Ev9", "CINC", "9.0", None, "U1", "hello")).incident_id is None
