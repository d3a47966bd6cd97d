"""Stories about reuse or learning: what was tried where, what was adapted, and what came of it."""

from datetime import date
from typing import Literal

from workflows.entries.parts import Basis, Line, Link, Moment, Part, Slug, Term, Text


class Context(Part):
    """Where something happened or was reused, in terms of the four dimensions, and in a sentence."""

    text: Line
    data_domain: Term = "any"
    model_family: Term = "any"
    deployment_environment: Term = "any"
    customer_segment: Term = "all"


class TimelinePoint(Part):
    """What happened when; the moment is as precise as what is known."""

    when: Moment
    text: Line


class Measure(Part):
    """A figure before and after, in its unit, measured or estimated."""

    name: Line
    before: float | None = None
    after: float | None = None
    unit: Line
    basis: Basis = "measured"


class Responsibility(Part):
    """What a role or a team did; never a person's name."""

    role: Line
    did: Line


class CaseStudy(Part):
    """A story about an incident, an exercise or a reuse; to be published it needs both contexts and a figure."""

    key: Slug
    title: Line
    type: Literal["incident", "exercise", "reuse"]
    status: Literal["draft", "published"] = "draft"
    origin: Context | None = None
    target: Context | None = None
    situation: Text
    tried: Text | None = None
    adapted: Text | None = None
    factors: list[Line] = []
    timeline: list[TimelinePoint] = []
    metrics: list[Measure] = []
    responsibilities: list[Responsibility] = []
    went_well: list[Line] = []
    went_wrong: list[Line] = []
    lucky: list[Line] = []
    outcome: Text | None = None
    open_questions: list[Line] = []
    consent: Line | None = None
    references: list[Link] = []
    owner: Line | None = None
    written_on: date | None = None
