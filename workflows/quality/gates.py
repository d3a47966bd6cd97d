"""What must be there before an entry is published: the table of gates, and what of it an entry lacks.

A gate asks whether something is there; a check (checks/) asks whether what is there makes sense. Both must be passed.
Gates about people need local facts and say nothing where there are none.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from workflows.entries.document import Evidence, FailureMode
from workflows.entries.mitigations import Mitigation
from workflows.entries.vocabulary import DIMENSIONS
from workflows.quality.checks import findings
from workflows.quality.checks.signals import missing_of
from workflows.quality.findings import Finding
from workflows.quality.surroundings import Surroundings

MIN_ALIASES: Final = 3
MIN_DISCIPLINES: Final = 2
GRAVE: Final = frozenset({"sev1", "sev2"})
UNRESOLVED: Final = frozenset({"gone", "forbidden"})


@dataclass(frozen=True)
class Gate:
    """One thing that must be there: its name, its field, whether an entry has it, and what to do where it has not."""

    slug: str
    place: str
    is_passed: Callable[[FailureMode, Surroundings], bool]
    sentence: str


def _has_all_dimensions(entry: FailureMode, _: Surroundings) -> bool:
    return all(getattr(entry.dimensions, name) for name in DIMENSIONS)


def _is_told_apart(entry: FailureMode, _: Surroundings) -> bool:
    return bool(entry.discriminators) or all(one.type != "confusable-with" for one in entry.related)


def _can_be_contained(entry: FailureMode, _: Surroundings) -> bool:
    return any(_is_ready(remedy) for remedy in entry.mitigations if remedy.kind == "contain")


def _is_ready(remedy: Mitigation) -> bool:
    """Return whether the remedy has a way back (or says there is none), a next resort and a time; an owner is given."""
    return all((remedy.rollback, remedy.fallback, remedy.expected_time))


def _can_run_degraded(entry: FailureMode, _: Surroundings) -> bool:
    return entry.severity.typical not in GRAVE or any(remedy.degraded_mode for remedy in entry.mitigations)


def _rests_on_evidence(entry: FailureMode, surroundings: Surroundings) -> bool:
    return any(resolves(one, surroundings) for one in entry.evidence) or _says_why_not(entry, "evidence")


def _says_why_not(entry: FailureMode, part: str) -> bool:
    return entry.reason_for_leaving_out(part) is not None


def _has_two_views(entry: FailureMode, surroundings: Surroundings) -> bool:
    approvals = surroundings.facts.approvals if surroundings.facts else ()
    views = {author.discipline for author in entry.authors} | {approval.discipline for approval in approvals}
    return len(views) >= MIN_DISCIPLINES


def _has_active_steward(_: FailureMode, surroundings: Surroundings) -> bool:
    facts = surroundings.facts
    return facts is None or (facts.steward is not None and facts.steward not in facts.inactive)


def _is_reviewed_by_a_peer(_: FailureMode, surroundings: Surroundings) -> bool:
    facts = surroundings.facts
    return facts is None or any(approval.person not in facts.authors for approval in facts.approvals)


def _has_review_date(_: FailureMode, surroundings: Surroundings) -> bool:
    return surroundings.facts is None or surroundings.facts.review_due is not None


GATES: Final = (
    Gate(
        "missing-summary",
        "summary",
        lambda entry, _: bool(entry.summary),
        "Add a summary of at most 280 characters: what is seen, how bad it is, and the first move.",
    ),
    Gate(
        "missing-aliases",
        "aliases",
        lambda entry, _: len(entry.aliases) >= MIN_ALIASES,
        f"Add aliases, the words people type when they see it; at least {MIN_ALIASES}.",
    ),
    Gate(
        "missing-latent-condition",
        "latent_conditions",
        lambda entry, _: bool(entry.latent_conditions),
        "Add a latent condition: what was wrong before anything happened.",
    ),
    Gate(
        "missing-trigger",
        "triggers",
        lambda entry, _: bool(entry.triggers),
        "Add a trigger: what sets it off; none-found is an answer too.",
    ),
    Gate(
        "missing-effect",
        "effects",
        lambda entry, _: bool(entry.effects),
        "Add an effect: what it does to whom.",
    ),
    Gate(
        "missing-business-impact",
        "business_impact",
        lambda entry, _: bool(entry.business_impact) or _says_why_not(entry, "business_impact"),
        "Add which business figure it moves and by how much, or the reason for leaving that out under left_out.",
    ),
    Gate(
        "missing-reproduction",
        "reproduction",
        lambda entry, _: bool(entry.reproduction) or _says_why_not(entry, "reproduction"),
        "Add how to bring it about on purpose, or the reason for leaving that out under left_out.",
    ),
    Gate(
        "missing-severity-rationale",
        "severity.rationale",
        lambda entry, _: bool(entry.severity.rationale),
        "Add why the severity is what it is.",
    ),
    Gate(
        "missing-dimensions",
        "dimensions",
        _has_all_dimensions,
        "Fill in all four dimensions: data domain, model family, deployment environment and customer segment; any is"
        " an answer.",
    ),
    Gate(
        "missing-lifecycle-stage",
        "lifecycle_stage",
        lambda entry, _: bool(entry.lifecycle_stage),
        "Add the stage of the lifecycle in which the condition is introduced.",
    ),
    Gate(
        "missing-applies-when",
        "applies_when",
        lambda entry, _: bool(entry.applies_when),
        "Add when the entry applies, so that others know whether it is about them.",
    ),
    Gate(
        "missing-discriminator",
        "discriminators",
        _is_told_apart,
        "Add a check that tells it from an entry it is confused with, and what each result means.",
    ),
    Gate(
        "missing-detector",
        "detectors",
        lambda entry, _: any(not missing_of(detector) for detector in entry.detectors),
        "Complete at least one detector: metric and its definition, comparison, threshold with unit, window, baseline,"
        " and what each service tunes.",
    ),
    Gate(
        "missing-containment",
        "mitigations",
        _can_be_contained,
        "Add a mitigation of kind contain with owner, rollback (or why there is none), fallback and expected time.",
    ),
    Gate(
        "missing-degraded-mode",
        "mitigations",
        _can_run_degraded,
        "A failure that is usually sev1 or sev2 needs a degraded mode: what is off, what stays, and when it ends.",
    ),
    Gate(
        "missing-evidence",
        "evidence",
        _rests_on_evidence,
        "Add evidence with a link that can be opened, or the reason for leaving it out under left_out.",
    ),
    Gate(
        "missing-second-discipline",
        "authors",
        _has_two_views,
        "Have people of at least two disciplines write or approve it.",
    ),
    Gate(
        "missing-review-trigger",
        "review_triggers",
        lambda entry, _: bool(entry.review_triggers) or entry.review_every is not None,
        "Add what should bring the entry up for review: review_triggers, or an interval under review_every.",
    ),
    Gate(
        "missing-steward",
        "domain",
        _has_active_steward,
        "Nobody who is here answers for this domain; have a steward named.",
    ),
    Gate("missing-reviewer", "authors", _is_reviewed_by_a_peer, "Have somebody who did not write it approve it."),
    Gate("missing-review-date", "review_every", _has_review_date, "Set the date on which it is to be reviewed."),
)


def missing_for_publication(entry: FailureMode, surroundings: Surroundings) -> list[Finding]:
    """Return everything that keeps the entry from being published: closed gates, then findings that block."""
    blocking = [found for found in findings(entry, surroundings) if found.level == "blocks"]
    return closed_gates(entry, surroundings) + blocking


def closed_gates(entry: FailureMode, surroundings: Surroundings) -> list[Finding]:
    """Return what is not there and must be before publication, in the order of the table."""
    closed = [gate for gate in GATES if not gate.is_passed(entry, surroundings)]
    return [Finding(gate.slug, "blocks", gate.place, gate.sentence) for gate in closed]


def resolves(evidence: Evidence, surroundings: Surroundings) -> bool:
    """Return whether the evidence has a link that nobody found gone or closed."""
    state, _ = surroundings.link_state(evidence)
    return evidence.uri is not None and state not in UNRESOLVED
