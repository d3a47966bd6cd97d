"""Each month a few published entries are looked at by a peer, the same ones wherever the draw is made."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from store import Store
from tests.factories import COMPLETE, STEWARD, House, failure_mode, house
from workflows.people import Actor

PEERS = {"reviewer:security": ("USEC",), "champion": ("UCHAMPION",), "backup:serving": ("UBACKUP",)}
ENTRIES = [failure_mode(number, **COMPLETE) for number in range(1, 9)]
RESTED = timedelta(days=31)


def sampled_house(store: Store, folder: Path, roles: dict[str, tuple[str, ...]] | None = None) -> House:
    lived = house(store, folder, *ENTRIES, roles=PEERS if roles is None else roles)
    lived.clock.forward(RESTED)
    return lived


def picked(lived: House) -> list[tuple[str, str]]:
    with lived.store.read() as tx:
        return [(one.entry_id, one.key) for one in tx.sign_offs.find() if one.purpose == "sampling"]


def picked_ids(lived: House) -> set[str]:
    return {entry_id for entry_id, _ in picked(lived)}


def test_a_month_s_sample_is_drawn_once_however_often_the_sweep_comes(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)

    swept = [lived.sampling.sweep() for _ in range(3)]

    assert swept == [2, 0, 0]
    for entry_id, key in picked(lived):
        assert key == f"sampling:2026-04:{entry_id}:peer"


def test_two_processes_that_sweep_at_once_draw_one_sample(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)

    with ThreadPoolExecutor(4) as pool:
        swept = list(pool.map(lambda _: lived.sampling.sweep(), range(4)))

    assert (sum(swept), len(picked(lived))) == (2, 2)


def test_it_is_looked_at_by_peers_and_not_by_its_steward(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)

    lived.sampling.sweep()

    with lived.store.read() as tx:
        asked = [one.asked_people for one in tx.sign_offs.find()]
        told = {one.address for one in tx.outbox.all()}
    assert asked == [["UBACKUP", "UADMIN", "USEC"]] * 2
    assert STEWARD.user_id not in told


def test_where_only_the_steward_could_look_nothing_is_picked(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path, {"admin": ()})

    assert lived.sampling.sweep() == 0


def test_what_was_changed_lately_is_left_alone(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, *ENTRIES, roles=PEERS)

    assert lived.sampling.sweep() == 0


def test_nought_switches_it_off(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)

    assert replace(lived.sampling, per_month=0).sweep() == 0


def test_those_never_sampled_come_first(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)
    months = []
    for month in range(4, 8):
        lived.clock.now = datetime(2026, month, 1, tzinfo=UTC)
        lived.clock.forward(RESTED)
        lived.sampling.sweep()
        months.append(picked_ids(lived))

    assert [len(ids) for ids in months] == [2, 4, 6, 8]


def test_the_month_alone_decides_so_that_every_process_draws_the_same(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)

    lived.sampling.sweep()

    assert picked_ids(lived) == {"FM-0001", "FM-0005"}


def test_what_people_were_shown_is_likelier_to_be_drawn(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)
    with lived.store.begin() as tx:
        for number in range(200):
            tx.followers.shown(["FM-0003"], f"U{number}", lived.clock.now)

    replace(lived.sampling, per_month=1).sweep()

    assert picked_ids(lived) == {"FM-0003"}


def test_an_approved_sample_is_thanked_for_and_a_fault_makes_the_review_due(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)
    lived.sampling.sweep()
    right, wrong = lived.sign_offs.waiting_for(Actor("USEC"))

    lived.sign_offs.decide(right.id, "approved", Actor("USEC"), "Used it last week; it is right.")
    lived.sign_offs.decide(wrong.id, "changes_requested", Actor("UCHAMPION"), "The threshold is off.")

    due = [one for one in lived.reviews.due_for(STEWARD) if "The threshold is off." in one.reason]
    assert [one.entry.id for one in due] == [wrong.entry.id]


def test_an_entry_that_changed_since_it_was_picked_need_not_be_looked_at(store: Store, tmp_path: Path) -> None:
    lived = sampled_house(store, tmp_path)
    lived.sampling.sweep()
    changed = min(picked_ids(lived))
    lived.amendments.suggest(changed, {"summary": "Said better."}, STEWARD, reason="clearer")

    lived.sampling.sweep()

    with lived.store.read() as tx:
        states = {one.entry_id: one.state for one in tx.sign_offs.find()}
    assert states[changed] == "cancelled"
    assert len(states) == 2
