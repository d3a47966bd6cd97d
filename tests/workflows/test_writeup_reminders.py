"""Write-ups begin by themselves, and people are asked a few times, politely, and then no more."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from store import Store
from tests.factories import QUIET, RESPONDER, STEWARD, House, claimed, house
from workflows.incidents import Message
from workflows.people import Actor
from workflows.writeups.answered import UNDONE, UNFINISHED, is_unfinished
from workflows.writeups.lists import Action, Lists
from workflows.writeups.reminding import TO_ITS_OWNER, Reminding
from workflows.writeups.writeup import PROGRESS

OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory"


def reminding(lived: House) -> Reminding:
    return Reminding(lived.store, lived.clock, lived.writeups, lived.bell, lived.incidents.listening, QUIET)


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


def test_its_owner_is_asked_under_a_clock_that_goes_on_while_it_is_read(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    resolve(lived, commander="UCOMMANDER")
    lived.clock.tick = timedelta(milliseconds=1)

    days(lived, 40)

    assert owed(lived, UNFINISHED) == ["UCOMMANDER"] * 4 + ["CTEAM"]


def test_whoever_says_that_it_is_not_done_is_asked_no_more(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    resolve(lived)
    reminding(lived).sweep()
    with lived.store.read() as tx:
        number = tx.writeups.all()[0].id

    lived.writeups.leave(number, RESPONDER, reason="a false alarm")
    days(lived, 30)

    assert owed(lived, UNFINISHED) == []
    assert reminding(lived).unfinished(number, "URESPONDER", "") is None


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
    assert reminding(lived).undone(action.id, "UOWNER", "") is None
    assert isinstance(action.due, date)


def hours(lived: House, until: datetime) -> dict[str, list[datetime]]:
    """Let hours pass, and return when each kind of reminder was owed."""
    seen: dict[str, list[datetime]] = {UNFINISHED: [], UNDONE: []}
    while lived.clock() < until:
        lived.clock.forward(timedelta(hours=1))
        before = {kind: len(owed(lived, kind)) for kind in seen}
        reminding(lived).sweep()
        for kind in seen:
            seen[kind] += [lived.clock()] * (len(owed(lived, kind)) - before[kind])
    return seen


def test_over_a_year_end_people_are_asked_on_their_working_days_in_their_working_hours(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    berlin = ZoneInfo("Europe/Berlin")
    lived.workspace.zones["URESPONDER"] = "Europe/Berlin"
    lived.clock.forward(datetime(2026, 12, 23, 20, tzinfo=berlin) - lived.clock())
    resolve(lived)
    reminding(lived).sweep()

    asked = hours(lived, datetime(2027, 1, 15, tzinfo=UTC))[UNFINISHED]

    local = [moment.astimezone(berlin) for moment in asked]
    # 25 and 26 December and 1 January are holidays there, 26 and 27 December a weekend as well.
    assert [(one.date().isoformat(), one.hour) for one in local] == [
        ("2026-12-24", 9), ("2026-12-28", 9), ("2027-01-04", 9), ("2027-01-08", 9), ("2027-01-12", 9),
    ]  # fmt: skip
    assert owed(lived, UNFINISHED) == ["URESPONDER"] * TO_ITS_OWNER + ["CTEAM"]


def test_nine_oclock_stays_nine_oclock_when_clocks_change_and_follows_who_moves(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.workspace.zones["URESPONDER"] = "Europe/Berlin"
    lived.clock.forward(datetime(2027, 10, 28, 20, tzinfo=UTC) - lived.clock())
    resolve(lived)
    reminding(lived).sweep()

    before_and_after = hours(lived, datetime(2027, 11, 3, tzinfo=UTC))[UNFINISHED]
    lived.workspace.zones["URESPONDER"] = "Asia/Tokyo"
    moved = hours(lived, datetime(2027, 11, 10, tzinfo=UTC))[UNFINISHED]

    # Friday in summer time, Tuesday in winter time; what was planned for Berlin's morning waits for one in Tokyo.
    assert [one.hour for one in before_and_after] == [7, 8]
    assert all(9 <= one.astimezone(ZoneInfo("Asia/Tokyo")).hour < 17 for one in moved)
    assert moved


def test_what_waits_for_somebody_who_left_passes_to_a_colleague(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lists = Lists(lived.writeups)
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id
    lived.writeups.open(number, Actor("UHELPER"), channel_id="CINC")
    due = (lived.clock() + timedelta(days=14)).date().isoformat()
    lists.add_action(number, Action("bound the cache", "UHELPER", due), RESPONDER, key="a")

    lived.workspace.left.add(RESPONDER.user_id)
    days(lived, 4)
    passed_on = owed(lived, UNFINISHED)
    lived.workspace.left.add("UHELPER")
    lived.writeups.hand_over(number, STEWARD.user_id, Actor("UADMIN"))
    days(lived, 11)

    assert set(passed_on) == {"UHELPER"}
    assert set(owed(lived, UNDONE)) == {STEWARD.user_id}
    with store.read() as tx:
        noted = [one.after["owner"] for one in tx.audit.find(action="writeup.action", limit=5) if one.after]
    assert noted == [STEWARD.user_id]


def test_whoever_is_away_is_asked_when_they_are_back(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    resolve(lived)
    reminding(lived).sweep()

    lived.workspace.away.add("URESPONDER")
    days(lived, 7)
    while_away = owed(lived, UNFINISHED)
    lived.workspace.away.clear()
    days(lived, 4)

    assert while_away == []
    assert "URESPONDER" in owed(lived, UNFINISHED)


def test_a_reminder_that_was_answered_says_so_wherever_it_stands(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    resolve(lived)
    reminding(lived).sweep()
    days(lived, 4)
    with lived.store.begin() as tx:
        number = tx.writeups.all()[0].id
        (reminder, *_) = [one for one in tx.outbox.all() if one.kind == UNFINISHED]
        for claimed_message in claimed(tx, lived.clock()):
            tx.outbox.delivered(claimed_message, channel_id="D1", message_ts="1.1", at=lived.clock())

    lived.writeups.leave(number, RESPONDER, reason="a false alarm")

    due = reminder.subject.split("|")[2]
    with lived.store.begin() as tx:
        edited = [one.message.key for one in claimed(tx, lived.clock())]
    found = reminding(lived).unfinished(number, "URESPONDER", due)
    assert reminder.key in edited
    assert found is not None
    assert not is_unfinished(found, "URESPONDER")


def test_an_archived_channel_begins_the_write_up_at_once_where_its_people_are(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived)

    began = reminding(lived).archived("CINC")
    again = reminding(lived).archived("CINC")

    assert (began, again) == (True, False)
    assert begun(lived) == ["URESPONDER"]
    assert owed(lived, PROGRESS) == ["URESPONDER"]


def test_a_write_up_whose_channel_is_archived_goes_on_with_its_owner(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = resolve(lived)
    reminding(lived).sweep()

    reminding(lived).archived("CINC")
    archived = owed(lived, PROGRESS)
    reminding(lived).archived("CINC", is_archived=False)
    lived.writeups.hand_over(lived.writeups.all()[0].id, STEWARD.user_id, RESPONDER)

    assert number == lived.writeups.all()[0].record.incident_id
    assert archived == ["CINC", "URESPONDER"]
    assert owed(lived, PROGRESS) == ["CINC", "URESPONDER"]
