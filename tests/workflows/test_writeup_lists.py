"""The timeline and the follow-up actions are kept by several people, and no line is lost."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STRANGER, House, house
from workflows.errors import InvalidForm, NotAllowed, NotFound
from workflows.people import Actor
from workflows.writeups.lists import Action, ChangedMeanwhile, Lists, Point
from workflows.writeups.writeup import WriteUp

OWNER = Actor("UOWNER")


def begun(store: Store, tmp_path: Path) -> tuple[House, Lists, int]:
    lived = house(store, tmp_path)
    return lived, Lists(lived.writeups), lived.writeups.start(RESPONDER, channel_id=None).id


def texts(writeup: WriteUp) -> list[str]:
    return [one.text for one in writeup.moments]


def hours_ago(lived: House, hours: int) -> datetime:
    return lived.clock() - timedelta(hours=hours)


def test_a_point_stands_where_its_time_belongs_and_one_without_at_the_end(store: Store, tmp_path: Path) -> None:
    lived, lists, number = begun(store, tmp_path)

    lists.add_point(number, Point("late", hours_ago(lived, 1)), RESPONDER, key="a")
    lists.add_point(number, Point("nobody knows when", None), RESPONDER, key="b")
    writeup = lists.add_point(number, Point("early", hours_ago(lived, 3)), RESPONDER, key="c")

    assert texts(writeup) == ["early", "late", "nobody knows when"]


def test_a_point_sent_twice_stands_there_once(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)

    lists.add_point(number, Point("once", None), RESPONDER, key="same")
    writeup = lists.add_point(number, Point("once", None), RESPONDER, key="same")

    assert texts(writeup) == ["once"]


def test_points_are_moved_and_taken_out(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)
    for text in ("one", "two", "three"):
        writeup = lists.add_point(number, Point(text, None), RESPONDER, key=text)
    ids = {one.text: one.id for one in writeup.moments}

    lists.change_point(number, ids["three"], Point("three", None, "up"), RESPONDER, version=0)
    lists.change_point(number, ids["one"], Point("one", None, "up"), RESPONDER, version=0)
    writeup = lists.change_point(number, ids["two"], Point("two", None, "out"), RESPONDER, version=0)

    assert texts(writeup) == ["one", "three"]
    with pytest.raises(NotFound, match="taken out"):
        lists.change_point(number, ids["two"], Point("two!", None), RESPONDER, version=0)


def test_a_point_goes_to_either_end_at_once(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)
    for text in ("one", "two", "three"):
        writeup = lists.add_point(number, Point(text, None), RESPONDER, key=text)
    ids = {one.text: one.id for one in writeup.moments}

    lists.change_point(number, ids["one"], Point("one", None, "last"), RESPONDER, version=0)
    writeup = lists.change_point(number, ids["three"], Point("three", None, "first"), RESPONDER, version=0)

    assert texts(writeup) == ["three", "two", "one"]


def test_who_changes_a_point_that_somebody_changed_sees_both_and_loses_nothing(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)
    point = lists.add_point(number, Point("it broke", None), RESPONDER, key="a").moments[0].id
    lists.change_point(number, point, Point("the cache broke", None), RESPONDER, version=0)

    with pytest.raises(ChangedMeanwhile, match="the cache broke") as changed:
        lists.change_point(number, point, Point("the index broke", None), RESPONDER, version=0)
    writeup = lists.change_point(
        number, point, Point("cache and index broke", None), RESPONDER, version=changed.value.version
    )

    assert texts(writeup) == ["cache and index broke"]


@pytest.mark.parametrize("text", ["", "  \n", "x" * 1_001])
def test_a_point_says_something_short(store: Store, tmp_path: Path, text: str) -> None:
    _, lists, number = begun(store, tmp_path)

    with pytest.raises(InvalidForm):
        lists.add_point(number, Point(text, None), RESPONDER, key="a")


def test_a_point_lies_in_the_past(store: Store, tmp_path: Path) -> None:
    lived, lists, number = begun(store, tmp_path)

    with pytest.raises(InvalidForm, match="future"):
        lists.add_point(number, Point("tomorrow", lived.clock() + timedelta(days=1)), RESPONDER, key="a")


def test_secrets_are_masked_before_anything_is_kept(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)

    writeup = lists.add_point(number, Point("used password=hunter2secret", None), RESPONDER, key="a")

    assert "hunter2" not in texts(writeup)[0]


def test_a_stranger_changes_nothing(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)

    with pytest.raises(NotAllowed):
        lists.add_point(number, Point("x", None), STRANGER, key="a")
    with pytest.raises(NotAllowed):
        lists.add_action(number, Action("x", "U1", "2026-03-05"), STRANGER, key="a")


def test_an_action_has_an_owner_and_a_day(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)

    for wrong in (Action("do", "", "2026-03-05"), Action("do", "U1", "soon"), Action("do", "U1", "2999-01-01")):
        with pytest.raises(InvalidForm):
            lists.add_action(number, wrong, RESPONDER, key="a")
    lists.add_action(number, Action("bound the cache", OWNER.user_id, "2026-03-09"), RESPONDER, key="b")
    writeup = lists.add_action(number, Action("bound the cache", OWNER.user_id, "2026-03-09"), RESPONDER, key="b")

    (action,) = writeup.follow_ups
    assert (action.text, action.owner, action.state) == ("bound the cache", OWNER.user_id, "open")
    assert action.remind_at == datetime(2026, 3, 6, 9, tzinfo=UTC)  # the Friday before a Monday


def test_its_owner_says_that_it_is_done_and_a_dropped_one_says_why(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)
    given = Action("bound the cache", OWNER.user_id, "2026-03-09")
    (known,) = lists.add_action(number, given, RESPONDER, key="a").follow_ups

    with pytest.raises(InvalidForm, match="why"):
        lists.change_action(
            known.id, Action(given.text, given.owner, given.due, "dropped"), OWNER, version=known.version
        )
    writeup = lists.change_action(
        known.id, Action(given.text, given.owner, given.due, "done", "merged"), OWNER, version=known.version
    )

    (done,) = writeup.follow_ups
    assert (done.state, done.note, done.remind_at) == ("done", "merged", None)


def test_whoever_wrote_in_a_list_is_one_of_its_authors(store: Store, tmp_path: Path) -> None:
    _, lists, number = begun(store, tmp_path)

    assert lists.add_point(number, Point("x", None), RESPONDER, key="a").contributors == (RESPONDER.user_id,)
