"""The document of one failure mode, as it stands in catalog/*.yaml and in the database.

    FailureMode                   what one sees, why it could happen, how bad, for whom
    ├── Severity, Effect, LatentCondition, Trigger, BusinessImpact, Reproduction, Dimensions
    ├── Detector                  the signal that shows it: metric, comparison, threshold, window
    ├── Mitigation                what to do: checklist, rollback, fallback, degraded mode, escalation
    ├── Relation, Discriminator   what it looks like but is not, and the check that tells them apart
    └── Evidence                  where each claim comes from

Vocabulary terms are plain strings here; workflows/entries/vocabulary.py says which ones exist.
Frequency, detectability and action priority are derived elsewhere and have no field, so nobody can type them.
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

ENTRY_ID = r"^FM-[0-9]{4,6}$"

SeverityLevel = Literal["sev1", "sev2", "sev3", "sev4"]
Certainty = Literal["known", "likely", "guess"]
Comparison = Literal[
    "gt", "gte", "lt", "lte", "eq", "neq", "abs_gt", "ratio_gt", "ratio_lt", "ratio_outside",
    "pct_change_gt", "pct_change_lt", "abs_change_gt", "abs_change_lt", "absent_for",
]  # fmt: skip
MitigationKind = Literal["contain", "correct", "recover", "prevent", "detect"]
Status = Literal["draft", "in_review", "published", "deprecated", "archived", "rejected", "merged"]


def without_unstorable_characters(text: str) -> str:
    """Return the text without NUL and lone surrogates, which PostgreSQL and UTF-8 refuse."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


Stored = AfterValidator(without_unstorable_characters)
Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300), Stored]
Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=3000), Stored]
Term = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9/-]*$", max_length=60)]
EntryId = Annotated[str, StringConstraints(pattern=ENTRY_ID)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=80)]
Window = Annotated[str, StringConstraints(pattern=r"^[0-9]+(s|m|h|d|w)$")]


class Part(BaseModel):
    """A frozen piece of the document that refuses fields it does not know, so a typo in YAML is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Severity(Part):
    """How bad it usually is and how bad it could credibly become, and why."""

    typical: SeverityLevel
    worst_credible: SeverityLevel
    rationale: Text | None = None


class LatentCondition(Part):
    """What was wrong before anything happened, with how sure the authors are."""

    text: Text
    certainty: Certainty = "likely"


class Trigger(Part):
    """What set it off; the kind is a term of the vocabulary."""

    kind: Term
    text: Text | None = None


class Effect(Part):
    """What it does to whom; the category is a term of the vocabulary."""

    category: Term
    level: Literal["local", "system", "business"] = "system"
    text: Text | None = None


class BusinessImpact(Part):
    """The movement of one KPI, as a range in its unit, measured or estimated."""

    kpi: Line
    direction: Literal["up", "down"]
    low: float | None = None
    high: float | None = None
    unit: Line | None = None
    basis: Literal["measured", "estimated"] = "estimated"


class Reproduction(Part):
    """How to bring the failure about on purpose, and whether that is safe outside a sandbox."""

    steps: Annotated[list[Line], Field(min_length=1, max_length=12)]
    environment: Line | None = None
    safe: bool = True


class Dimensions(Part):
    """Where the failure can occur, in terms of the vocabulary; `any` is an answer."""

    data_domain: list[Term] = ["any"]
    model_family: list[Term] = ["any"]
    deployment_environment: list[Term] = ["any"]
    customer_segment: list[Term] = ["all"]


class Detector(Part):
    """A signal that shows the failure: metric, comparison, alert threshold, and over what window.

    `threshold` is a starting point in `unit`; `tunable` says that each service sets its own.
    `intervention_threshold`, where automation acts by itself, is never milder than the alert threshold.
    """

    metric: Line
    comparison: Comparison
    threshold: float | list[float] | Line
    unit: Line | None = None
    window: Window
    intervention_threshold: float | None = None
    baseline: Literal["fixed", "trailing", "training", "champion"] = "fixed"
    tunable: bool = True
    source: Line | None = None


class ExpectedTime(Part):
    """Minutes until contained and until restored, as median and 90th percentile, measured or estimated."""

    contain_p50_min: Annotated[int, Field(ge=0)]
    contain_p90_min: Annotated[int, Field(ge=0)]
    restore_p50_min: Annotated[int, Field(ge=0)] | None = None
    restore_p90_min: Annotated[int, Field(ge=0)] | None = None
    basis: Literal["measured", "estimated"] = "estimated"


class Rollback(Part):
    """How to undo; `possible: false` with a reason is an answer too."""

    possible: bool = True
    text: Text
    estimated_min: Annotated[int, Field(ge=0)] | None = None
    point_of_no_return: Line | None = None


class DegradedMode(Part):
    """What to run on while the real thing is off, and when to come back."""

    enter_when: Line
    what_is_off: Line
    what_stays: Line
    exit_when: Line


class EscalationStep(Part):
    """After so many minutes without success, whom to ask: a role or a rota, never a person."""

    after_min: Annotated[int, Field(ge=0)]
    to: Line


class TradeOff(Part):
    """What the remedy costs elsewhere."""

    dimension: Term
    text: Line


class Mitigation(Part):
    """One remedy with its steps, its way back and what to do when it does not work."""

    title: Line
    kind: MitigationKind
    checklist: Annotated[list[Line], Field(min_length=1, max_length=12)]
    owner: Line
    expected_time: ExpectedTime | None = None
    rollback: Rollback | None = None
    fallback: Text | None = None
    degraded_mode: DegradedMode | None = None
    escalation: list[EscalationStep] = []
    stop_if: list[Line] = []
    trade_offs: list[TradeOff] = []
    rationale: Text | None = None


class Relation(Part):
    """A typed link to another entry by its slug."""

    type: Literal["broader", "narrower", "leads-to", "follows", "peer", "supersedes", "confusable-with"]
    slug: Slug


class Discriminator(Part):
    """The check that tells this failure mode from one that looks like it."""

    confusable: Slug
    check: Line
    result: Line


class Evidence(Part):
    """Where a claim comes from, and which claim it supports."""

    kind: Literal[
        "notebook", "dashboard", "test-run", "dataset", "experiment", "incident", "postmortem", "code-change",
        "paper", "standard", "documentation",
    ]  # fmt: skip
    title: Line
    uri: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=2000)] | None = None
    supports: Line


class FailureMode(Part):
    """One entry of the catalog: generic and portable; dated occurrences are records of their own."""

    schema_version: Literal[1] = 1
    id: EntryId
    slug: Slug
    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80), Stored]
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=280), Stored] = ""
    status: Status = "draft"
    symptom: Text
    aliases: Annotated[list[Line], Field(max_length=30)] = []
    log_signatures: Annotated[list[Line], Field(max_length=30)] = []
    cause_category: Term
    contributing_causes: list[Term] = []
    latent_conditions: list[LatentCondition] = []
    triggers: list[Trigger] = []
    failure_mechanism: Text | None = None
    effects: list[Effect] = []
    business_impact: list[BusinessImpact] = []
    reproduction: Reproduction | None = None
    severity: Severity
    dimensions: Dimensions = Dimensions()
    lifecycle_stage: Term | None = None
    intent: Literal["unintentional", "intentional", "both"] = "unintentional"
    abstraction: Literal["class", "base", "variant"] = "base"
    mapping_use: Literal["allowed", "with-review", "discouraged"] = "allowed"
    applies_when: Text | None = None
    not_when: Text | None = None
    detectors: list[Detector] = []
    mitigations: list[Mitigation] = []
    related: list[Relation] = []
    discriminators: list[Discriminator] = []
    evidence: list[Evidence] = []
    domain: Term
    authors: list[Line] = []
    confidence: Literal["hypothesis", "observed", "reproduced"] = "hypothesis"
    visibility: Literal["org", "restricted"] = "org"
    last_verified: date | None = None

    @property
    def containment(self) -> Mitigation | None:
        """The first remedy that contains, or the first remedy at all, or None where there is none."""
        containing = (remedy for remedy in self.mitigations if remedy.kind == "contain")
        return next(containing, next(iter(self.mitigations), None))

    @property
    def first_containment_step(self) -> str | None:
        """The first thing a responder does, or None while nobody has written one."""
        remedy = self.containment
        return remedy.checklist[0] if remedy else None
