"""The completeness of an entry from 0 to 100, and the next best thing to add.

A bar for the people who write an entry. It is never summed up by team or person: a league table invites filler.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Literal, get_args

from workflows.entries.document import FailureMode
from workflows.entries.vocabulary import DIMENSIONS
from workflows.quality.surroundings import Surroundings

Band = Literal["stub", "usable", "reference"]
Section = Literal["discovery", "diagnosis", "response", "learning", "trust"]

USABLE_FROM: Final = 50
REFERENCE_FROM: Final = 80
EXERCISED: Final = timedelta(days=180)
CHECKED: Final = timedelta(days=90)
UNSPECIFIC: Final = frozenset({"any", "all"})


@dataclass(frozen=True)
class Part:
    """What an entry got in one section, of how many points."""

    got: int
    of: int


@dataclass(frozen=True)
class Missing:
    """Points an entry could still get, in which section, and the sentence that says how."""

    points: int
    section: Section
    sentence: str


@dataclass(frozen=True)
class Completeness:
    """How complete an entry is: points of 100, by section, and what is missing, worth most first."""

    score: int
    parts: Mapping[Section, Part]
    missing: tuple[Missing, ...]

    @property
    def band(self) -> Band:
        """What the score means: under 50 a stub, under 80 usable, above that a reference."""
        if self.score >= REFERENCE_FROM:
            return "reference"
        return "usable" if self.score >= USABLE_FROM else "stub"

    @property
    def next_best(self) -> Missing | None:
        """What would add most, or None where nothing is missing."""
        return self.missing[0] if self.missing else None


@dataclass(frozen=True)
class Criterion:
    """One thing that earns points; `share` says how much of it an entry has, from 0 to 1."""

    points: int
    section: Section
    share: Callable[[FailureMode, Surroundings], float]
    sentence: str


def completeness(entry: FailureMode, surroundings: Surroundings) -> Completeness:
    """Return how complete the entry is; what needs local facts earns nothing where there are none."""
    got = [(one, int(one.points * one.share(entry, surroundings))) for one in CRITERIA]
    parts: dict[Section, Part] = {}
    for section in get_args(Section):
        of_section = [(one.points, points) for one, points in got if one.section == section]
        parts[section] = Part(sum(points for _, points in of_section), sum(most for most, _ in of_section))
    missing = [Missing(one.points - points, one.section, one.sentence) for one, points in got if points < one.points]
    worth_most_first = tuple(sorted(missing, key=lambda one: -one.points))
    return Completeness(sum(points for _, points in got), parts, worth_most_first)


def _specific_dimensions(entry: FailureMode, _: Surroundings) -> float:
    named = (getattr(entry.dimensions, name) for name in DIMENSIONS)
    return sum(bool(terms) and UNSPECIFIC.isdisjoint(terms) for terms in named) / len(DIMENSIONS)


def _second_detector_with_dashboard(entry: FailureMode, _: Surroundings) -> bool:
    return len(entry.detectors) > 1 and any(detector.source for detector in entry.detectors)


def _contains_with_steps(entry: FailureMode, _: Surroundings) -> bool:
    return any(remedy.kind == "contain" and remedy.checklist for remedy in entry.mitigations)


def _rollback_exercised(entry: FailureMode, surroundings: Surroundings) -> bool:
    days = [remedy.rollback.last_exercised for remedy in entry.mitigations if remedy.rollback]
    return any(_is_within(EXERCISED, day, surroundings.today) for day in days)


def _measured_times(entry: FailureMode, _: Surroundings) -> bool:
    return any(one.expected_time and one.expected_time.basis == "measured" for one in entry.mitigations)


def _trade_offs_with_evidence(entry: FailureMode, _: Surroundings) -> bool:
    return any(trade_off.evidence for remedy in entry.mitigations for trade_off in remedy.trade_offs)


def _happened_here(_: FailureMode, surroundings: Surroundings) -> bool:
    return bool(surroundings.facts and surroundings.facts.occurrences)


def _reviewed_by_a_peer(_: FailureMode, surroundings: Surroundings) -> bool:
    facts = surroundings.facts
    return facts is not None and any(one.person not in facts.authors for one in facts.approvals)


def _links_checked(entry: FailureMode, surroundings: Surroundings) -> bool:
    checks = [surroundings.link_state(evidence) for evidence in entry.evidence if evidence.uri]
    return bool(checks) and all(_is_within(CHECKED, checked, surroundings.today) for _, checked in checks)


def _review_in_date(_: FailureMode, surroundings: Surroundings) -> bool:
    due = surroundings.facts.review_due if surroundings.facts else None
    return due is not None and due >= surroundings.today


def _is_within(span: timedelta, day: date | None, today: date) -> bool:
    return day is not None and today - day <= span


CRITERIA: Final = (
    Criterion(4, "discovery", lambda entry, _: bool(entry.summary), "Add a summary: seen, how bad, first move."),
    Criterion(6, "discovery", lambda entry, _: len(entry.aliases) >= 3, "Add aliases until there are three."),  # noqa: PLR2004 - the sentence says it
    Criterion(6, "discovery", _specific_dimensions, "Name specific dimensions instead of “any”."),
    Criterion(
        4, "discovery", lambda entry, _: bool(entry.discriminators), "Add a check that tells it from a look-alike."
    ),
    Criterion(
        6,
        "diagnosis",
        lambda entry, _: any("certainty" in one.model_fields_set for one in entry.latent_conditions),
        "Add a latent condition and how sure you are of it.",
    ),
    Criterion(2, "diagnosis", lambda entry, _: bool(entry.triggers), "Add what sets it off."),
    Criterion(
        6,
        "diagnosis",
        lambda entry, _: bool(entry.reproduction and entry.reproduction.artifact),
        "Link a notebook, test or script that reproduces it.",
    ),
    Criterion(6, "diagnosis", _second_detector_with_dashboard, "Add a second detector, and link a dashboard."),
    Criterion(6, "response", _contains_with_steps, "Add a remedy that contains it, with its checklist."),
    Criterion(8, "response", _rollback_exercised, "Practise the rollback and note the date; it counts for 180 days."),
    Criterion(
        4,
        "response",
        lambda entry, _: any(one.fallback for one in entry.mitigations),
        "Add what to do if the remedy fails.",
    ),
    Criterion(4, "response", _measured_times, "Replace estimated times by measured ones."),
    Criterion(
        4, "response", lambda entry, _: any(one.escalation for one in entry.mitigations), "Add whom to wake, and when."
    ),
    Criterion(
        4,
        "response",
        lambda entry, _: any(one.degraded_mode for one in entry.mitigations),
        "Add what to run on while the real thing is off.",
    ),
    Criterion(
        4,
        "learning",
        lambda entry, _: any(one.rationale for one in entry.mitigations),
        "Add why this remedy was chosen.",
    ),
    Criterion(3, "learning", _trade_offs_with_evidence, "Say how a trade-off is known."),
    Criterion(
        4, "learning", lambda entry, _: bool(entry.case_studies), "Add a case study, or take one from an incident."
    ),
    Criterion(4, "learning", _happened_here, "Link an occurrence, the next time it happens."),
    Criterion(
        4,
        "trust",
        lambda entry, _: len({author.discipline for author in entry.authors}) > 1,
        "Have a second discipline write with you.",
    ),
    Criterion(4, "trust", _reviewed_by_a_peer, "Have somebody who did not write it review it."),
    Criterion(4, "trust", _links_checked, "Check the links of its evidence; that counts for 90 days."),
    Criterion(3, "trust", _review_in_date, "Answer the review that is due, or have a date set."),
)
