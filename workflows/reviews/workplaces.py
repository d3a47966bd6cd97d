"""Where people work, and therefore when."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from zoneinfo import ZoneInfo

from workflows.workdays import WorkingHours, Workplace, country_of, zone_named

EVERYBODY_ELSE: Final = "default"


@dataclass(frozen=True)
class Workplaces:
    """Where people work: in the zone that Slack shows for them, with the holidays of its country.

    `countries` names another country for a person, or under `default` for whoever's zone lies in none.
    """

    zone: str = "UTC"
    hours: WorkingHours = field(default_factory=WorkingHours)
    countries: Mapping[str, str] = field(default_factory=dict)

    def of(self, zone: str, person: str = "") -> Workplace:
        """Return where the person works, of whom Slack says that they live in this zone."""
        found = zone_named(zone) or ZoneInfo(self.zone)
        country = self.countries.get(person) or country_of(found.key) or self.countries.get(EVERYBODY_ELSE, "")
        return Workplace(found, country, self.hours)
