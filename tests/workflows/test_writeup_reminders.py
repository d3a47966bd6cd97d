"""Write-ups begin by themselves, and people are asked a few times, politely, and then no more."""

from datetime import date, timedelta
from pathlib import Path

from store import Store
from tests.factories import QUIET, RESPONDER, House, house
from workflows.incidents import Message
from workflows.people import Actor
from workflows.writeups.lists import Action, Lists
from workflows.writeups.reminding import TO_ITS_OWNER, UNDONE, UNFINISHED, Reminding

OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory"


def reminding(lived: House) -> Reminding:
    return Reminding(lived.store, lived.clock, lived.writeups, lived.bell, QUIET)


def said(lived: House, author: str = "URESPONDER", bot_name: str = "") -> int:
    lived.incidents.observe(Message(f"E{author}", "CINC", "1.0", None, author, OOM, bot_name=bot_name))
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    return incident.id


def begun(lived: House) -> list[str]:
    with lived.store.read() as tx:
        return [one.owner for one in tx.writeups.all()]


def owed(lived: House, kind: str) -> list[str]:
    with lived.store.read() as tx:
        return [one.address for one in tx.outbox.all() if one.kind == kind]


def resolve(lived: House, **values: object) -> int:
    number = said(lived)
    with lived.store.begin() as tx:
        tx.incidents.change(number, status="resolved", **values)
    return number


def days(lived: House, count: int) -> list[int]:
    counts = []
    for _ in range(count):
        lived.clock.forward(timedelta(days=1))
        counts.append(reminding(lived).sweep())
    return counts


def test_a_resolved_incident_begins_its_write_up_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    resolve(lived, commander="UCOMMANDER")

    reminding(lived).sweep()
    reminding(lived).sweep()

    assert begun(lived) == ["UCOMMANDER"]


def test_without_a_commander_it_belongs_to_who_was_there(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    resolve(lived)

    reminding(lived).sweep()

    assert begun(lived) == ["URESPONDER"]


def test_a_quiet_incident_that_was_recognised_begins_one_and_mere_talk_none(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = said(lived)
    lived.clock.forward(QUIET + timedelta(minutes=1))
    reminding(lived).sweep()
    before = begun(lived)

    lived.incidents.judge(number, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    reminding(lived).sweep()

    assert (before, begun(lived)) == ([], ["URESPONDER"])


def test_an_alert_alone_has_nobody_to_write(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = said(lived, author="BMONITOR", bot_name="Monitor")
    with lived.store.begin() as tx:
        tx.incidents.change(number, status="resolved")

    reminding(lived).sweep()

    assert begun(lived) == []


def test_its_owner_is_asked_a_few_times_on_working_days_and_then_nobody(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    resolve(lived)
    reminding(lived).sweep()

    days(lived, 60)

    assert owed(lived, UNFINISHED).count("URESPONDER") == TO_ITS_OWNER
    assert len(owed(lived, UNFINISHED)) <= TO_ITS_OWNER + 1


def test_whoever_says_that_it_is_not_done_is_asked_no_more(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    resolve(lived)
    reminding(lived).sweep()
    with lived.store.read() as tx:
        number = tx.writeups.all()[0].id

    lived.writeups.leave(number, RESPONDER, reason="a false alarm")
    days(lived, 30)

    assert owed(lived, UNFINISHED) == []
    assert reminding(lived).unfinished(number, "URESPONDER") is None


def test_an_action_is_brought_to_mind_the_working_day_before_and_done_ends_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lists, number = Lists(lived.writeups), lived.writeups.start(RESPONDER, channel_id=None).id
    due = lived.clock().date() + timedelta(days=3)
    (action,) = lists.add_action(
        number, Action("bound the cache", "UOWNER", due.isoformat()), RESPONDER, key="a"
    ).follow_ups

    days(lived, 4)
    asked = owed(lived, UNDONE)
    lists.finish_action(action.id, Actor("UOWNER"))
    days(lived, 30)

    assert asked == ["UOWNER"] * len(asked) != []
    assert owed(lived, UNDONE) == asked
    assert reminding(lived).undone(action.id, "UOWNER") is None
    assert isinstance(action.due, date)
