"""When people may be asked something: on working days of their country, in working hours of their zone.

Days and hours are those of the calendar on the person's wall; only the result is an instant. So ten o'clock stays ten
o'clock when the clocks change, an hour that a change skips becomes the one after it, and one that comes twice counts
the first time.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from importlib import resources
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import holidays

WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FAR: Final = 60  # days; no country has two months of holidays, and a search must end
HOUR: Final = timedelta(hours=1)


@dataclass(frozen=True)
class WorkingHours:
    """The hours of a house: from which hour until before which (0 to 24), on which weekdays (Monday is 0).

    Where the house says no days, people work on those of their country's week.
    """

    days: frozenset[int] | None = None
    start: int = 9
    end: int = 17


@dataclass(frozen=True)
class Workplace:
    """Where and when one person works; `country` as in ISO 3166, with a part of it behind a hyphen, or empty."""

    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))
    country: str = ""
    hours: WorkingHours = WorkingHours()

    def is_working_day(self, day: date) -> bool:
        """Return whether people work there on this day."""
        days = week_of(self.country) if self.hours.days is None else self.hours.days
        return day.weekday() in days and day not in holidays_of(self.country, day.year)

    def is_working(self, moment: datetime) -> bool:
        """Return whether people work there at this moment."""
        local = moment.astimezone(self.zone)
        return self.hours.start <= local.hour < self.hours.end and self.is_working_day(local.date())

    def local_date(self, moment: datetime) -> date:
        """Return the date on the wall there."""
        return moment.astimezone(self.zone).date()

    def at(self, day: date, hour: int) -> datetime:
        """Return the instant of a full hour there, in UTC; one that the clocks skip is the first after the gap."""
        instant = datetime.combine(day, time(hour % 24), tzinfo=self.zone).astimezone(UTC)
        return instant + timedelta(days=hour // 24)

    def next_working(self, moment: datetime) -> datetime:
        """Return the moment itself where people work there, else the beginning of their next working hours."""
        if self.is_working(moment):
            return moment
        today = self.local_date(moment)
        opening = self.at(today, self.hours.start)
        if self.is_working_day(today) and moment < opening:
            return opening
        return self.at(self._day_from(today + timedelta(days=1), self.is_working_day), self.hours.start)

    def day_of_week(self, moment: datetime, weekday: int, hour: int) -> datetime:
        """Return the first such weekday and hour not before the moment; on a holiday, the next working day instead."""
        day = self._day_from(self.local_date(moment) - timedelta(days=7), lambda one: one.weekday() == weekday)
        while (found := self._worked(day, hour)) < moment:
            day += timedelta(days=7)
        return found

    def next_at_hour(self, moment: datetime, hour: int) -> datetime:
        """Return the first such hour of a working day not before the moment."""
        day = self.local_date(moment)
        while (found := self._worked(day, hour)) < moment:
            day += timedelta(days=1)
        return found

    def _worked(self, day: date, hour: int) -> datetime:
        worked = self._day_from(day, self.is_working_day)
        return self.next_working(self.at(worked, min(max(hour, self.hours.start), self.hours.end - 1)))

    @staticmethod
    def _day_from(day: date, is_meant: Callable[[date], bool]) -> date:
        """Return the first day from this one on that is meant; where none is for long, the day itself."""
        days = (day + timedelta(days=ahead) for ahead in range(FAR))
        return next((one for one in days if is_meant(one)), day)


def zone_named(name: str) -> ZoneInfo | None:
    """Return the zone as Slack names it, such as Europe/Berlin, or None for one that nobody knows."""
    try:
        return ZoneInfo(name) if name else None
    except (ZoneInfoNotFoundError, ValueError):
        return None


def country_of(zone: str) -> str:
    """Return the country in which the zone lies, by the list that comes with the zones, or nothing."""
    return _countries().get(zone, "")


def is_known_country(country: str) -> bool:
    """Return whether the holidays of a country (DE) or a part of it (US-CA) are known."""
    whole, _, part = country.partition("-")
    parts = holidays.list_supported_countries().get(whole)
    return parts is not None and (not part or part in parts)


@lru_cache(maxsize=1024)
def holidays_of(country: str, year: int) -> frozenset[date]:
    """Return the public holidays of a country or a part of it (US-CA) in a year; none for one that nobody knows."""
    whole, _, part = country.partition("-")
    if not whole:
        return frozenset()
    try:
        return frozenset(holidays.country_holidays(whole, subdiv=part or None, years=year))
    except NotImplementedError:
        return frozenset()


@lru_cache(maxsize=256)
def week_of(country: str) -> frozenset[int]:
    """Return the weekdays on which a country works (Monday is 0): Sunday to Thursday in some; else Monday to Friday."""
    whole = country.partition("-")[0]
    try:
        weekend = holidays.country_holidays(whole).weekend if whole else {5, 6}
    except NotImplementedError:
        weekend = {5, 6}
    return frozenset(range(7)) - frozenset(weekend)


@lru_cache(maxsize=1)
def _countries() -> Mapping[str, str]:
    """Return the country of each zone that lies in one country only."""
    listed = (resources.files("tzdata") / "zoneinfo" / "zone.tab").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in listed.splitlines() if line and not line.startswith("#")]
    known = {row[2]: row[0] for row in rows}
    # Older names of the same zones, which Slack may still show: lines such as `L America/Los_Angeles US/Pacific`.
    source = (resources.files("tzdata") / "zoneinfo" / "tzdata.zi").read_text(encoding="utf-8")
    links = [line.split() for line in source.splitlines() if line.startswith("L ")]
    return {**{old: known[new] for _, new, old in links if new in known}, **known}
