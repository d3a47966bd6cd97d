"""What an entry is judged against: the vocabulary, the other entries, today, and what only this organisation knows."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from types import MappingProxyType
from typing import Literal

from workflows.entries.document import Evidence, FailureMode
from workflows.entries.parts import Certainty, SeverityLevel
from workflows.entries.vocabulary import Vocabulary
from workflows.quality.neighbourhood import Neighbourhood

NOTHING_CHECKED: Mapping[str, tuple[str, date]] = MappingProxyType({})


@dataclass(frozen=True)
class Tried:
    """A remedy that responders tried, by its key or title, whether it helped, and after how many minutes."""

    mitigation: str
    helped: Literal["yes", "partly", "no"]
    minutes: int | None = None


@dataclass(frozen=True)
class Occurrence:
    """One time that the failure happened here, as far as its times are known."""

    id: int
    certainty: Certainty
    started: datetime | None
    detected: datetime | None
    contained: datetime | None
    resolved: datetime | None
    severity: SeverityLevel
    tried: tuple[Tried, ...] = ()

    @property
    def began(self) -> datetime | None:
        """The earliest moment known of it, or None."""
        return self.started or self.detected or self.contained or self.resolved


@dataclass(frozen=True)
class Approval:
    """A reviewer's yes to the newest revision, given in the name of a discipline."""

    person: str
    discipline: str


@dataclass(frozen=True)
class Facts:
    """What only this organisation knows of one entry.

    `inactive` are those of the steward and backup who left the workspace, `authors` everyone who wrote a revision,
    both as Slack ids. `shown` and `rejected` count cards and “not this” answers of the last 12 months. `link_states`
    is what the last check of a link found (ok, moved, gone, forbidden) and when.
    """

    steward: str | None = None
    inactive: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    approvals: tuple[Approval, ...] = ()
    occurrences: tuple[Occurrence, ...] = ()
    review_due: date | None = None
    shown: int = 0
    rejected: int = 0
    last_opened: date | None = None
    created: date | None = None
    link_states: Mapping[str, tuple[str, date]] = field(default_factory=lambda: NOTHING_CHECKED)


@dataclass(frozen=True)
class Surroundings:
    """What one entry is judged against.

    `others` are the entries by slug; whether the judged one is among them makes no difference. Who judges many entries
    passes one Neighbourhood for all of them, since building its indexes is what costs. `facts` is None where files are
    judged without a database: checks that need local knowledge say nothing then.
    """

    vocabulary: Vocabulary
    others: Mapping[str, FailureMode]
    today: date
    facts: Facts | None = None

    @cached_property
    def neighbourhood(self) -> Neighbourhood:
        """The other entries with their indexes."""
        return self.others if isinstance(self.others, Neighbourhood) else Neighbourhood(self.others)

    def link_state(self, evidence: Evidence) -> tuple[str | None, date | None]:
        """Return what the last check of the link found and when, as this organisation knows it or the entry says."""
        known = self.facts.link_states.get(evidence.uri) if self.facts and evidence.uri else None
        return known or (evidence.http_state, evidence.last_checked)
