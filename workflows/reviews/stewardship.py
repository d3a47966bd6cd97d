"""Who is asked about an entry now: its steward unless away, else a backup; and when they work."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from store import Transaction
from workflows.entries.catalog import Entry
from workflows.people import Actor, People
from workflows.reviews.workplaces import EVERYBODY_ELSE, Workplaces
from workflows.workdays import Workplace


@dataclass(frozen=True)
class Stewardship:
    """Who answers for entries and when they can be reached; `team_channels` by domain, `default` for the rest."""

    people: People
    workplaces: Workplaces = field(default_factory=Workplaces)
    team_channels: Mapping[str, str] = field(default_factory=dict)

    def at(self, tx: Transaction, moment: datetime) -> "Present":
        """Return who is there at this moment."""
        return Present(self, moment, tx.stewards.away_at(moment))

    def workplace(self, person: str) -> Workplace:
        """Return where and when the person works."""
        return self.workplaces.of(self.people.workspace.zone_of(person), person)

    def team_channel(self, entry: Entry) -> str | None:
        """Return the channel of the team that keeps the entry; none for an entry that not everybody may see."""
        if entry.document.visibility != "org":
            return None
        return self.team_channel_of(entry.document.domain)

    def team_channel_of(self, domain: str) -> str | None:
        """Return the channel of the team that keeps a domain, or that of everybody else."""
        return self.team_channels.get(domain) or self.team_channels.get(EVERYBODY_ELSE)


@dataclass(frozen=True)
class Present:
    """Who is there at one moment; `away` says until when somebody is not, where they said so."""

    stewardship: Stewardship
    moment: datetime
    away: Mapping[str, datetime]

    def is_there(self, person: str) -> bool:
        """Return whether the person has neither left nor is away."""
        workspace = self.stewardship.people.workspace
        return workspace.is_active(person) and person not in self.away and not workspace.is_away(person)

    def keeper(self, entry: Entry, assigned_to: str | None) -> str | None:
        """Return who is asked about the entry now.

        In this order: whom it was handed over to, its stewards, its backups, each only while there; else the first
        steward, who finds it on coming back; None where nobody is left. A group of stewards shares the entries.
        """
        people, domain = self.stewardship.people, entry.document.domain
        answering = (*people.stewards_of(domain, entry.id), *people.backups_of(domain, entry.id))
        asked = [*([assigned_to] if assigned_to else []), *answering]
        active = [one for one in asked if people.workspace.is_active(one)]
        return next((one for one in active if self.is_there(one)), active[0] if active else None)

    def back_at(self, person: str, place: Workplace) -> datetime:
        """Return when the person works again after being away; who is there is back at this very moment."""
        if self.is_there(person):
            return self.moment
        return place.next_working(self.away.get(person, self.moment + timedelta(days=1)))

    def backups(self, entry: Entry, *, besides: str | None) -> Sequence[str]:
        """Return the backups of the entry's domain who are there."""
        backups = self.stewardship.people.backups_of(entry.document.domain)
        return [one for one in backups if one != besides and self.is_there(one)]

    def champions(self, entry: Entry) -> Sequence[str]:
        """Return the champions who are there and may see the entry."""
        people = self.stewardship.people
        champions = people.holders("champion")
        return [one for one in champions if self.is_there(one) and people.may_see(Actor(one), entry.document)]
