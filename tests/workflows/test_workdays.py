"""Working hours are those on the wall of whoever is asked, whatever clocks, borders and holidays do."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflows.workdays import WorkingHours, Workplace, country_of, is_known_country, zone_named

BERLIN = Workplace(ZoneInfo("Europe/Berlin"), "DE")
ZONES = (
    "Europe/Berlin",
    "America/New_York",
    "Asia/Kolkata",
    "Pacific/Apia",
    "Australia/Lord_Howe",
    "America/Sao_Paulo",
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive


def utc(year: int, month: int, day: int, hour: int = 0) -> datetime:
    return datetime(year, month, day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "begins"),
    [
        (utc(2026, 3, 2, 10), utc(2026, 3, 2, 10)),  # a Monday morning: at once
        (utc(2026, 3, 2, 3), utc(2026, 3, 2, 8)),  # before work
        (utc(2026, 3, 6, 18), utc(2026, 3, 9, 8)),  # Friday evening: Monday
        (utc(2026, 12, 24, 18), utc(2026, 12, 28, 8)),  # two holidays and a weekend
        (utc(2026, 3, 27, 18), utc(2026, 3, 30, 7)),  # the clocks change in between
    ],
)
def test_the_next_working_hour_passes_over_nights_weekends_and_holidays(moment: datetime, begins: datetime) -> None:
    assert BERLIN.next_working(moment) == begins


def test_a_digest_stays_at_ten_when_the_clocks_change() -> None:
    before, after = BERLIN.day_of_week(utc(2026, 3, 20), 1, 10), BERLIN.day_of_week(utc(2026, 3, 28), 1, 10)

    assert (before, after) == (utc(2026, 3, 24, 9), utc(2026, 3, 31, 8))


def test_a_digest_on_a_holiday_comes_on_the_next_working_day() -> None:
    new_york = Workplace(ZoneInfo("America/New_York"), "US")

    assert new_york.day_of_week(utc(2025, 11, 10), 1, 10) == utc(2025, 11, 12, 15)  # Veterans Day was the Tuesday


def test_where_the_week_begins_on_sunday_people_are_asked_on_sundays_and_not_on_fridays() -> None:
    jerusalem = Workplace(ZoneInfo("Asia/Jerusalem"), "IL")

    assert [jerusalem.is_working_day(date(2026, 1, day)) for day in (1, 2, 3, 4)] == [True, False, False, True]
    assert Workplace(country="XX").is_working_day(date(2026, 1, 2))


def test_a_house_may_work_on_other_days_and_a_leap_day_is_a_day() -> None:
    sundays = WorkingHours(frozenset({6, 0, 1, 2, 3}), 8, 16)
    cairo = Workplace(ZoneInfo("Africa/Cairo"), "", sundays)

    assert cairo.next_working(utc(2026, 3, 6, 12)) == utc(2026, 3, 8, 6)
    assert BERLIN.is_working_day(date(2028, 2, 29))


@given(MOMENTS, st.sampled_from(ZONES), st.integers(0, 6), st.integers(0, 23))
def test_whatever_the_moment_the_answer_is_a_working_one(moment: datetime, zone: str, weekday: int, hour: int) -> None:
    place = Workplace(ZoneInfo(zone), country_of(zone))

    found = [place.next_working(moment), place.day_of_week(moment, weekday, hour), place.next_at_hour(moment, hour)]

    assert all(place.is_working(one) and one >= moment for one in found)
    assert found[0] - moment < timedelta(days=15)
    assert found[1] - moment < timedelta(days=22)


def test_countries_are_found_by_zone_and_wrong_ones_are_refused() -> None:
    assert [country_of(one) for one in ("Europe/Berlin", "America/New_York", "UTC")] == ["DE", "US", ""]
    assert [is_known_country(one) for one in ("DE", "US-CA", "DE-XX", "XX")] == [True, True, False, False]
    assert zone_named("Mars/Base") is None
