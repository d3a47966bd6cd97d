"""The document of one failure mode, as it stands in catalog/*.yaml and in the database.

    FailureMode                   what one sees, why it could happen, how bad, for whom
    ├── Severity, Effect, LatentCondition, Trigger, BusinessImpact, Reproduction, Exercise, Dimensions
    ├── Detector                  the signal that shows it                            workflows/entries/detectors.py
    ├── Mitigation                what to do                                          workflows/entries/mitigations.py
    ├── CaseStudy                 what happened elsewhere                             workflows/entries/casestudies.py
    ├── Relation, Discriminator   what it looks like but is not, and the check that tells them apart
    ├── Evidence                  where each claim comes from
    └── Governance, TaxonomyMap, PatternUse, Author, LeftOut

Vocabulary terms are plain strings here; workflows/entries/vocabulary.py says which ones exist.
Frequency, detectability and action priority are derived in workflows/quality/priority.py and have no field, so nobody
can type them. Documents written for an older schema are brought up to date when they are read: upgrades.py.
"""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from workflows.entries.casestudies import CaseStudy
from workflows.entries.detectors import Detector
from workflows.entries.mitigations import Mitigation
from workflows.entries.parts import (
    Basis,
    Certainty,
    EntryId,
    Line,
    Link,
    Part,
    SeverityLevel,
    Slug,
    Stored,
    Term,
    Text,
    Uri,
    Window,
)
from workflows.entries.upgrades import SCHEMA_VERSION, upgraded

REHEARSED = timedelta(days=180)  # after which a rehearsal proves nothing any more
Status = Literal["draft", "in_review", "published", "deprecated", "archived", "rejected", "merged"]
Visibility = Literal["org", "group", "restricted"]


class Severity(Part):
    """How bad it usually is and how bad it could credibly become, and why."""

    typical: SeverityLevel
    worst_credible: SeverityLevel
    rationale: Text | None = None
    certainty: Certainty = "likely"


class LatentCondition(Part):
    """What was wrong before anything happened, with how sure the authors are."""

    text: Text
    certainty: Certainty = "likely"


class Trigger(Part):
    """What set it off; the kind is a term of the vocabulary."""

    kind: Term
    text: Text | None = None
    certainty: Certainty = "likely"


class Effect(Part):
    """What it does to whom; the category is a term of the vocabulary."""

    category: Term
    level: Literal["local", "system", "business"] = "system"
    text: Text | None = None
    certainty: Certainty = "likely"


class BusinessImpact(Part):
    """The movement of one KPI, as a range in its unit, measured or estimated."""

    kpi: Line
    direction: Literal["up", "down"]
    low: float | None = None
    high: float | None = None
    unit: Line | None = None
    basis: Basis = "estimated"


class Reproduction(Part):
    """How to bring the failure about on purpose, and whether that is safe outside a sandbox."""

    steps: Annotated[list[Line], Field(min_length=1, max_length=12)]
    environment: Line | None = None
    safe: bool = True
    artifact: Link | None = None


class Exercise(Part):
    """How the failure is simulated for a readiness exercise, and what people should notice and do."""

    scenario: Text
    steps: Annotated[list[Line], Field(min_length=1, max_length=12)]
    environment: Line | None = None
    expected_detection: Line | None = None
    stop_if: list[Line] = []
    last_run: date | None = None


class Dimensions(Part):
    """Where the failure can occur, in terms of the vocabulary; `any` is an answer, nothing is none."""

    data_domain: list[Term] = []
    model_family: list[Term] = []
    deployment_environment: list[Term] = []
    customer_segment: list[Term] = []


class Relation(Part):
    """A typed link to another entry by its slug."""

    type: Literal["broader", "narrower", "leads-to", "follows", "peer", "supersedes", "confusable-with"]
    slug: Slug
    text: Line | None = None


class Discriminator(Part):
    """The check that tells this failure mode from one that looks like it."""

    confusable: Slug
    check: Line
    result: Line


class Evidence(Part):
    """Where a claim comes from and which claim it supports; `revision` or a hash makes it reproducible."""

    kind: Literal[
        "notebook", "dashboard", "test-run", "dataset", "experiment", "incident", "postmortem", "code-change",
        "paper", "standard", "documentation",
    ]  # fmt: skip
    title: Line
    uri: Uri | None = None
    supports: Line
    revision: Line | None = None
    captured_at: date | None = None
    last_checked: date | None = None
    http_state: Literal["ok", "moved", "gone", "forbidden"] | None = None
    owner: Line | None = None


class TaxonomyMap(Part):
    """The same thing in another catalog, with the version of it: ATLAS, CWE, OWASP LLM, AVID, a risk register."""

    scheme: Line
    id: Line
    version: Line | None = None


class Origin(Part):
    """Where an imported entry came from, under which licence and version of its source."""

    source: Line
    id: Line
    version: Line | None = None
    licence: Line | None = None
    uri: Uri | None = None


class Governance(Part):
    """Duties the failure may trigger: policies, whether it may have to be reported, and by when.

    `report_within` counts from the moment a causal link is likely, EU AI Act art. 73: 15 d, 10 d, 2 d.
    """

    policies: list[Link] = []
    may_be_reportable: bool = False
    report_within: Window | None = None
    preserve_evidence: Text | None = None
    privacy_class: Term | None = None


class PatternUse(Part):
    """A cross-cutting pattern of the vocabulary, and how it applies to this failure mode."""

    pattern: Term
    use: Line


class Author(Part):
    """Who wrote the entry: always the discipline, the person where they want to be named."""

    discipline: Term
    person: Line | None = None


class LeftOut(Part):
    """A mandatory part that stays empty on purpose, and why."""

    part: Literal["business_impact", "reproduction", "evidence", "governance"]
    reason: Text


class FailureMode(Part):
    """One entry of the catalog: generic and portable; dated occurrences are records of their own."""

    schema_version: Literal[2] = SCHEMA_VERSION
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
    exercise: Exercise | None = None
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
    patterns: list[PatternUse] = []
    related: list[Relation] = []
    discriminators: list[Discriminator] = []
    evidence: list[Evidence] = []
    case_studies: list[CaseStudy] = []
    taxonomy_maps: list[TaxonomyMap] = []
    governance: Governance | None = None
    domain: Term
    authors: list[Author] = []
    contributors: list[Line] = []
    origin: Origin | None = None
    confidence: Literal["hypothesis", "observed", "reproduced"] = "hypothesis"
    visibility: Visibility = "org"
    visible_to: list[Term] = []
    review_every: Window | None = None
    review_triggers: list[Term] = []
    last_verified: date | None = None
    left_out: list[LeftOut] = []

    @model_validator(mode="before")
    @classmethod
    def _in_the_newest_schema(cls, document: Any) -> Any:
        return upgraded(document) if isinstance(document, dict) else document

    @property
    def tags(self) -> frozenset[str]:
        """The terms by which people follow and filter entries: dimensions, lifecycle stage and causes."""
        one = self.dimensions
        terms = (*one.data_domain, *one.model_family, *one.deployment_environment, *one.customer_segment)
        stage = (self.lifecycle_stage,) if self.lifecycle_stage else ()
        return frozenset((*terms, *stage, self.cause_category, *self.contributing_causes)) - {"any", "all"}

    def reason_for_leaving_out(self, part: str) -> str | None:
        """Return why a mandatory part stays empty on purpose, or None."""
        return next((one.reason for one in self.left_out if one.part == part), None)

    @property
    def containment(self) -> Mitigation | None:
        """The first remedy that contains, or the first remedy at all, or None where there is none."""
        containing = (remedy for remedy in self.mitigations if remedy.kind == "contain")
        return next(containing, next(iter(self.mitigations), None))

    def rehearsed_on(self, today: date) -> date | None:
        """Return when the containment was last rehearsed, or None where that is too long ago to prove anything."""
        remedy = self.containment
        last = remedy.rehearsal.last if remedy and remedy.rehearsal else None
        return last if last is not None and today - last <= REHEARSED else None

    @property
    def first_containment_step(self) -> str | None:
        """The first thing a responder does, or None while nobody has written one."""
        remedy = self.containment
        return remedy.checklist[0] if remedy else None


def in_newest_schema(document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a kept document in the newest schema, so that two of different age can be compared."""
    return FailureMode.model_validate(dict(document)).model_dump(mode="json")
