"""People hear of a review step by step, each step once, in their own working hours, until somebody answers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from store import Store
from store.reviews import NudgeRecord
from tests.factories import RESPONDER, STEWARD, House, failure_mode, house
from workflows.people import Actor
from workflows.reviews.nudging import AT_ONCE

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
SEVERE: dict[str, Any] = {"severity": {"typical": "sev1", "worst_credible": "sev1"}}
EVERYBODY = {"backup:default": ("UBACKUP",), "champion": ("UCHAMPION",)}


def told(lived: House) -> list[NudgeRecord]:
    """Return who was told of what, in order."""
    with lived.store.read() as tx:
        owed = list(dict.fromkeys(message.key for message in tx.outbox.all()))
        return [nudge for key in owed for nudge in tx.reviews.nudges_in(key)]


def keys(lived: House) -> list[str]:
    with lived.store.read() as tx:
        return [message.key for message in tx.outbox.all()]


def put_due(lived: House, entry_id: str, due_at: datetime) -> None:
    with lived.store.begin() as tx:
        tx.reviews.schedule(entry_id, due_at, "its date", lasts=timedelta(days=90))


def live(lived: House, until: datetime, step: timedelta = HOUR) -> None:
    """Let time pass, with a sweep every hour."""
    while lived.clock.now < until:
        lived.clock.forward(step)
        lived.nudging.sweep()


def utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


def test_every_step_comes_under_a_clock_that_goes_on_while_it_is_read(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), roles=EVERYBODY)
    put_due(lived, "FM-0001", utc(2026, 3, 10, 9))
    lived.clock.tick = timedelta(milliseconds=1)

    live(lived, utc(2026, 5, 2, 23))

    assert [one.stage for one in told(lived)] == ["soon", "overdue", "backup", "team", "champions"]


def test_what_is_due_within_a_week_comes_in_one_digest_on_tuesday_at_ten(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    for number, day in enumerate((9, 10, 25), start=1):
        put_due(lived, f"FM-000{number}", utc(2026, 3, day, 9))

    live(lived, utc(2026, 3, 3, 23))
    swept = [lived.nudging.sweep() for _ in range(3)]

    assert keys(lived) == ["digest:USTEWARD:2026-03-03"]
    assert [(one.entry_id, one.stage, one.at) for one in told(lived)] == [
        ("FM-0001", "soon", utc(2026, 3, 3, 10)),
        ("FM-0002", "soon", utc(2026, 3, 3, 10)),
    ]
    assert swept == [0, 0, 0]


def test_the_digest_comes_at_ten_where_the_steward_lives_and_after_a_holiday(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.workspace.zones[STEWARD.user_id] = "Asia/Tokyo"
    lived.clock.now = utc(2026, 2, 20, 0)
    put_due(lived, "FM-0001", utc(2026, 2, 28, 12))
    put_due(lived, "FM-0002", utc(2026, 5, 6, 12))

    live(lived, utc(2026, 5, 8, 0))

    # Tuesday the 24th; the 28th of April is a Tuesday, the 29th a holiday and the 5th of May another.
    soon = [(one.entry_id, one.at) for one in told(lived) if one.stage == "soon"]
    assert soon == [("FM-0001", utc(2026, 2, 24, 1)), ("FM-0002", utc(2026, 5, 7, 1))]


def test_a_severe_entry_comes_alone_on_the_day_it_is_due(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, **SEVERE), failure_mode(2))
    put_due(lived, "FM-0001", utc(2026, 3, 2, 9))
    put_due(lived, "FM-0002", utc(2026, 3, 2, 9))

    owed = lived.nudging.sweep()

    assert owed == 1
    assert [(one.entry_id, one.stage) for one in told(lived)] == [("FM-0001", "overdue")]


def test_what_somebody_asks_for_at_night_comes_when_work_begins(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.clock.now = utc(2026, 3, 6, 22)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)

    live(lived, utc(2026, 3, 9, 9))

    assert [(one.stage, one.at) for one in told(lived)] == [("overdue", utc(2026, 3, 9, 9))]


def test_the_steps_follow_each_other_and_end_in_silence(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), roles=EVERYBODY)
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))

    live(lived, utc(2026, 9, 1), step=3 * HOUR)

    assert [(one.stage, one.address) for one in told(lived)] == [
        ("soon", "USTEWARD"),
        ("overdue", "USTEWARD"),
        ("backup", "UBACKUP"),
        ("team", "CTEAM"),
        ("champions", "UCHAMPION"),
    ]
    days = [(one.at - utc(2026, 3, 9, 9)).days for one in told(lived)]
    assert days == sorted(days)
    assert days[1:4] == [7, 14, 21]
    assert told(lived)[-1].at.date() == utc(2026, 5, 1).date()


def test_an_answer_ends_the_steps_and_every_message_is_owed_an_edit(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), roles=EVERYBODY)
    due_at = utc(2026, 3, 9, 9)
    put_due(lived, "FM-0001", due_at)
    live(lived, utc(2026, 3, 24))
    before = len(keys(lived))

    lived.reviews.answer("FM-0001", due_at, "verified", STEWARD)
    live(lived, utc(2026, 5, 20), step=3 * HOUR)

    assert before == 3
    assert len(keys(lived)) == before
    with store.read() as tx:
        assert {message.revision for message in tx.outbox.all()} == {2}


def test_the_date_is_not_moved_by_telling_anybody(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))

    live(lived, utc(2026, 7, 1), step=6 * HOUR)

    with store.read() as tx:
        assert tx.reviews.due_date("FM-0001") == utc(2026, 3, 9, 9)


def test_after_two_weeks_without_the_bot_one_digest_comes(store: Store, tmp_path: Path) -> None:
    entries = [failure_mode(number) for number in range(1, 15)]
    lived = house(store, tmp_path, *entries)
    for number in range(1, 15):
        put_due(lived, f"FM-{number:04d}", utc(2026, 3, 3, 12) + number * DAY)
    lived.clock.now = utc(2026, 3, 19, 11)

    live(lived, utc(2026, 3, 19, 23))

    assert keys(lived) == ["digest:USTEWARD:2026-03-19"]
    assert len(told(lived)) == 14


def test_a_missed_digest_waits_for_one_that_is_near(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    put_due(lived, "FM-0001", utc(2026, 3, 8, 12))
    lived.clock.now = utc(2026, 3, 9, 11)

    live(lived, utc(2026, 3, 10, 23))

    assert [one.at for one in told(lived)] == [utc(2026, 3, 10, 10)]


def test_while_the_steward_is_away_the_backup_is_asked(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), failure_mode(2), roles=EVERYBODY)
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    put_due(lived, "FM-0002", utc(2026, 3, 16, 12))
    with store.begin() as tx:
        tx.stewards.set_away(STEWARD.user_id, utc(2026, 3, 1), utc(2026, 3, 6))

    live(lived, utc(2026, 3, 11))

    assert [(one.entry_id, one.address) for one in told(lived)] == [("FM-0001", "UBACKUP"), ("FM-0002", "USTEWARD")]


def test_a_steward_on_leave_without_a_backup_is_asked_on_coming_back(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    with store.begin() as tx:
        tx.stewards.set_away(STEWARD.user_id, utc(2026, 3, 1), utc(2026, 3, 12))

    live(lived, utc(2026, 3, 13))

    assert [one.at for one in told(lived)] == [utc(2026, 3, 12, 9)]


def test_whom_it_is_handed_over_to_hears_of_it_the_same_day(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 3, 3, 11))

    lived.reviews.answer("FM-0001", utc(2026, 3, 9, 9), "handed_over", STEWARD, to="UCOLLEAGUE")
    lived.nudging.sweep()
    handed = told(lived)[1:]
    live(lived, utc(2026, 3, 18))

    assert [(one.address, one.at) for one in handed] == [("UCOLLEAGUE", utc(2026, 3, 3, 11))]
    assert [(one.stage, one.address) for one in told(lived)] == [
        ("soon", "USTEWARD"),
        ("handed", "UCOLLEAGUE"),
        ("overdue", "UCOLLEAGUE"),
    ]


def test_a_snoozed_review_comes_back_on_its_day_and_not_before(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    lived.reviews.request("FM-0001", "asked for", RESPONDER)
    lived.nudging.sweep()
    lived.reviews.answer("FM-0001", lived.clock.now, "snoozed", STEWARD)

    live(lived, utc(2026, 3, 9, 8))
    before = len(keys(lived))
    live(lived, utc(2026, 3, 9, 9))

    assert (before, len(keys(lived))) == (1, 2)


def test_a_steward_who_moves_gets_one_digest_a_week_all_the_same(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1), failure_mode(2))
    lived.workspace.zones[STEWARD.user_id] = "Asia/Tokyo"
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    put_due(lived, "FM-0002", utc(2026, 3, 16, 12))
    live(lived, utc(2026, 3, 3, 4))

    lived.workspace.zones[STEWARD.user_id] = "America/Los_Angeles"
    live(lived, utc(2026, 3, 11))

    assert keys(lived) == ["digest:USTEWARD:2026-03-03", "digest:USTEWARD:2026-03-10"]


def test_a_restricted_entry_is_never_told_to_a_channel(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, visibility="restricted"), roles=EVERYBODY)
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))

    live(lived, utc(2026, 7, 1), step=3 * HOUR)

    assert [one.address for one in told(lived)] == ["USTEWARD", "USTEWARD", "UBACKUP"]


def test_nobody_is_told_before_slack_said_where_people_live(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.reviews.request("FM-0001", "asked for", RESPONDER)
    lived.workspace.informed = False
    before = lived.nudging.sweep()

    lived.workspace.informed = True

    assert (before, lived.nudging.sweep()) == (0, 1)


def test_a_review_without_a_steward_waits_and_keeps_no_other_waiting(store: Store, tmp_path: Path) -> None:
    orphans = [failure_mode(number, domain="data") for number in range(1, AT_ONCE + 2)]
    lived = house(store, tmp_path, *orphans, failure_mode(900), stewards={"serving": STEWARD.user_id})
    lived.reviews.request("FM-0900", "asked for", RESPONDER)
    lived.clock.forward(91 * DAY)

    lived.nudging.sweep()

    assert ("USTEWARD", "FM-0900") in [(one.address, one.entry_id) for one in told(lived)]


def test_a_message_whose_reviews_were_all_settled_before_it_left_is_not_sent(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1))
    put_due(lived, "FM-0001", utc(2026, 3, 9, 9))
    live(lived, utc(2026, 3, 3, 11))
    [key] = keys(lived)
    asked = lived.reviews.list_under(key)

    lived.reviews.answer("FM-0001", utc(2026, 3, 9, 9), "verified", Actor("UADMIN"))

    assert asked is not None
    assert [one.is_open for one in asked.reviews] == [True]
    assert lived.reviews.list_under(key) is None
