"""Domains that nobody looks after are taken to the champions, each gap once."""

from datetime import timedelta
from pathlib import Path

from store import Store
from tests.factories import House, claimed, failure_mode, house
from workflows.reviews.messages import GAPS
from workflows.reviews.ownership import Ownership

HOURS = timedelta(hours=1)
SERVING, DATA = failure_mode(1, slug="one"), failure_mode(2, slug="two", domain="data")
CHAMPIONS = {"champion": ("UCHAMPION", "USECOND")}


def live(lived: House, days: float) -> Ownership:
    """Let days pass, with a look every hour."""
    ownership = Ownership(lived.store, lived.clock, lived.catalog, lived.stewardship, lived.bell)
    for _ in range(round(days * 24)):
        ownership.look()
        lived.clock.forward(HOURS)
    return ownership


def told(lived: House) -> list[tuple[str, str]]:
    with lived.store.read() as tx:
        return [(one.address, one.key) for one in tx.outbox.all() if one.kind == GAPS]


def test_a_domain_whose_steward_left_is_told_to_every_champion_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, SERVING, DATA, stewards={"serving": "UGONE", "data": "USTEWARD"}, roles=CHAMPIONS)
    lived.workspace.left.add("UGONE")

    ownership = live(lived, 5)

    assert [person for person, _ in told(lived)] == ["UCHAMPION", "USECOND"]
    (gap,) = ownership.told_under(told(lived)[0][1])
    assert gap.domain == "serving"
    assert gap.sentence == "everybody named as its steward has left; nobody hears of its reviews."


def test_an_empty_group_is_a_gap_and_a_backup_is_named_where_there_is_one(store: Store, tmp_path: Path) -> None:
    backups = {**CHAMPIONS, "backup:serving": ("UBACKUP",)}
    lived = house(store, tmp_path, SERVING, stewards={"serving": "SEMPTY"}, roles=backups)

    ownership = live(lived, 2)

    (gap,) = ownership.told_under(told(lived)[0][1])
    assert gap.sentence == "nobody is its steward, or its group is empty; its backups get everything."


def test_a_gap_of_some_hours_bothers_nobody(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, SERVING, stewards={"serving": "UGONE"}, roles=CHAMPIONS)
    lived.workspace.left.add("UGONE")
    live(lived, 0.9)
    lived.workspace.left.clear()

    live(lived, 3)

    assert told(lived) == []


def test_one_that_closed_says_so_and_one_that_opens_again_is_told_again(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, SERVING, stewards={"serving": "UGONE"}, roles={"champion": ("UCHAMPION",)})
    lived.workspace.left.add("UGONE")
    ownership = live(lived, 2)
    with store.begin() as tx:
        (message,) = [one for one in claimed(tx, lived.clock() + timedelta(days=4)) if one.message.kind == GAPS]
        tx.outbox.delivered(message, channel_id="DCHAMPION", message_ts="1.0", at=lived.clock())
    lived.workspace.left.clear()
    live(lived, 1)
    (closed,) = ownership.told_under(told(lived)[0][1])
    lived.workspace.left.add("UGONE")
    live(lived, 3)

    assert closed.is_closed
    assert len(told(lived)) == 2


def test_nobody_is_told_where_there_is_no_champion_and_the_first_one_is(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, SERVING, stewards={"serving": "SEMPTY"}, roles={"champion": ("SCHAMPIONS",)})
    live(lived, 3)
    before = told(lived)

    lived.workspace.groups["SCHAMPIONS"] = frozenset({"UNEW"})
    live(lived, 1)

    assert (before, [person for person, _ in told(lived)]) == ([], ["UNEW"])
