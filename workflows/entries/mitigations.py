"""The remedies of a failure mode, with everything a responder needs: steps, way back, next resort, whom to wake.

Mitigation
├── Rationale, TradeOff, Effectiveness   why this and not something else, what it costs, how well it works
├── ExpectedTime, Rollback, DegradedMode how long it takes, how it is undone, what to run on meanwhile
├── Automation, EscalationStep           what acts by itself, and which people are asked when
└── RolloutTest, Rehearsal, Links        how it is tried out, when it was, and the canonical rules it leans on
"""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from workflows.entries.parts import Basis, Line, Link, Part, Slug, Term, Text

MitigationKind = Literal["contain", "correct", "recover", "prevent", "detect"]
Minutes = Annotated[int, Field(ge=0)]


class Rationale(Part):
    """Why this remedy was chosen, so that others can decide again: in the form of a decision record."""

    decision: Text
    context: Text | None = None
    options: list[Line] = []
    consequences: Text | None = None


class ExpectedTime(Part):
    """Minutes until contained and until restored, as median and 90th percentile; `n` counts what was measured."""

    contain_p50_min: Minutes
    contain_p90_min: Minutes
    restore_p50_min: Minutes | None = None
    restore_p90_min: Minutes | None = None
    basis: Basis = "estimated"
    n: Annotated[int, Field(ge=1)] | None = None


class Rollback(Part):
    """How to undo; `possible: false` with a reason is an answer too."""

    possible: bool = True
    text: Text
    steps: Annotated[list[Line], Field(max_length=12)] = []
    estimated_min: Minutes | None = None
    data_consequences: Line | None = None
    point_of_no_return: Line | None = None
    last_exercised: date | None = None


class DegradedMode(Part):
    """What to run on while the real thing is off, what users are told, and when to come back."""

    enter_when: Line
    what_is_off: Line
    what_stays: Line
    user_notice: Line | None = None
    exit_when: Line | None = None
    max_duration_min: Minutes | None = None


class Automation(Part):
    """What a machine may do by itself, which detector's intervention threshold starts it, and what stops it."""

    level: Literal["none", "propose", "act-with-approval", "act"]
    detector: Slug | None = None
    kill_switch: Line | None = None


class EscalationStep(Part):
    """After so many minutes without success, whom to ask: a role or a rota, never a person."""

    after_min: Minutes
    to: Line
    channel: Line | None = None


class TradeOff(Part):
    """What the remedy costs (or gains) elsewhere, how much, and how that is known."""

    dimension: Term
    text: Line
    direction: Literal["worse", "better"] = "worse"
    size: Line | None = None
    evidence: Line | None = None


class Effectiveness(Part):
    """How well the remedy works, in CWE's words, and how that is known."""

    rating: Literal["high", "moderate", "limited", "incidental", "defence-in-depth"]
    evidence: Line


class RolloutTest(Part):
    """How the remedy is tried out in a synthetic environment before it is needed."""

    environment: Line
    steps: Annotated[list[Line], Field(min_length=1, max_length=12)]
    pass_when: Line


class Rehearsal(Part):
    """When people last practised the remedy, how, and what came of it."""

    last: date
    type: Literal["tabletop", "synthetic", "production"]
    result: Line


class Links(Part):
    """The canonical rules, tests and policies the remedy leans on; linked, never copied."""

    data_quality_rules: list[Link] = []
    tests: list[Link] = []
    governance_policies: list[Link] = []


class Mitigation(Part):
    """One remedy with its steps, its way back and what to do when it does not work; `key` names it in its entry."""

    key: Slug | None = None
    title: Line
    kind: MitigationKind
    use: Line | None = None
    preconditions: list[Line] = []
    checklist: Annotated[list[Line], Field(min_length=1, max_length=30)]
    stop_if: list[Line] = []
    owner: Line
    expected_time: ExpectedTime | None = None
    rollback: Rollback | None = None
    fallback: Text | None = None
    degraded_mode: DegradedMode | None = None
    automation: Automation | None = None
    escalation: list[EscalationStep] = []
    communications: Text | None = None
    trade_offs: list[TradeOff] = []
    rationale: Rationale | None = None
    effectiveness: Effectiveness | None = None
    links: Links = Links()
    rollout_test: RolloutTest | None = None
    rehearsal: Rehearsal | None = None
    changed_on: date | None = None
