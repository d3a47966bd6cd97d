"""The signals that show a failure mode: metric, comparison, threshold and over what window."""

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from workflows.entries.parts import Line, Link, Part, Slug, Window

Comparison = Literal[
    "gt", "gte", "lt", "lte", "eq", "neq", "abs_gt", "ratio_gt", "ratio_lt", "ratio_outside",
    "pct_change_gt", "pct_change_lt", "abs_change_gt", "abs_change_lt", "absent_for",
]  # fmt: skip


class Tunable(Part):
    """A parameter that each service sets for itself, why it varies and within what range."""

    param: Line
    why: Line
    range: Line | None = None


class Detector(Part):
    """A signal that shows the failure; `key` names it within its entry.

    `threshold` in `unit` is where people are told; `intervention_threshold`, where automation acts by itself, is never
    milder. `persistence` is how long the condition must hold. `automated` says that a machine evaluates it.
    `precision_90d` is the share (0 to 1) of its alarms in 90 days that were right.
    """

    key: Slug | None = None
    metric: Line
    definition: Line | None = None
    comparison: Comparison
    threshold: float | list[float] | Line
    unit: Line | None = None
    window: Window
    persistence: Window | None = None
    segment_by: list[Line] = []
    intervention_threshold: float | None = None
    baseline: Literal["fixed", "trailing", "training", "champion"] = "fixed"
    automated: bool = True
    tunable: list[Tunable] = []
    source: Link | None = None
    owner: Line | None = None
    last_true_fire: date | None = None
    last_tested: date | None = None
    precision_90d: Annotated[float, Field(ge=0, le=1)] | None = None
