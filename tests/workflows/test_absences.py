"""People say when they are away; meanwhile their reviews go to somebody else."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STEWARD, STRANGER, House, house
from workflows.errors import NotAllowed, UserError
from workflows.reviews.absences import Absence, Absences, typed_absence


def absences(lived: House) -> Absences:
    return Absences(lived.store, lived.clock, lived.stewardship)


def is_there(lived: House, person: str) -> bool:
    with lived.store.read() as tx:
        return lived.stewardship.at(tx, lived.clock()).is_there(person)


def test_an_absence_begins_and_ends_by_itself_on_its_days(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.workspace.zones[STEWARD.user_id] = "Pacific/Auckland"
    today = lived.stewardship.workplace(STEWARD.user_id).local_date(lived.clock())
    said = Absence(today + timedelta(days=2), today + timedelta(days=3))

    assert absences(lived).begin(said, STEWARD) == said
    there = []
    for _ in range(5):
        there.append(is_there(lived, STEWARD.user_id))
        lived.clock.forward(timedelta(days=1))

    assert there == [True, True, False, False, True]
    assert absences(lived).of(STEWARD) is None


def test_an_absence_is_told_replaced_and_ended(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    today = lived.clock().date()

    absences(lived).begin(Absence(None, today), STEWARD)
    first = absences(lived).of(STEWARD)
    absences(lived).begin(Absence(today + timedelta(days=5), today + timedelta(days=9)), STEWARD)
    second = absences(lived).of(STEWARD)
    absences(lived).end(STEWARD)

    assert first == Absence(None, today)
    assert second == Absence(today + timedelta(days=5), today + timedelta(days=9))
    assert (absences(lived).of(STEWARD), absences(lived).of(RESPONDER)) == (None, None)
    assert is_there(lived, STEWARD.user_id)


@pytest.mark.parametrize(("first", "last"), [(None, -1), (3, 2), (None, 367)])
def test_days_that_cannot_be_change_nothing(store: Store, tmp_path: Path, first: int | None, last: int) -> None:
    lived = house(store, tmp_path)
    today = lived.clock().date()

    with pytest.raises(UserError):
        absences(lived).begin(
            Absence(today + timedelta(days=first) if first else None, today + timedelta(days=last)), STEWARD
        )

    assert absences(lived).of(STEWARD) is None


def test_somebody_from_another_workspace_notes_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(NotAllowed):
        absences(lived).begin(Absence(None, lived.clock().date()), STRANGER)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("2026-12-21 2027-01-03", Absence(date(2026, 12, 21), date(2027, 1, 3))),
        ("from 2026-12-21 until 2027-01-03", Absence(date(2026, 12, 21), date(2027, 1, 3))),
        ("until 2027-01-03", Absence(None, date(2027, 1, 3))),
        ("2027-01-03", Absence(None, date(2027, 1, 3))),
    ],
)
def test_days_are_understood_as_people_type_them(typed: str, meant: Absence) -> None:
    assert typed_absence(typed) == meant


@pytest.mark.parametrize("typed", ["tomorrow", "2026-13-01", "2026-12-21 2027-01-03 2027-01-04", "1", "’; DROP TABLE"])
def test_what_is_no_day_is_answered_with_an_example(typed: str) -> None:
    with pytest.raises(UserError, match="/failure away 2026-12-21 2027-01-03"):
        typed_absence(typed)
