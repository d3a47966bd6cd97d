"""What a write-up says, as parts of the catalog: a new entry, changes of one, a case of one, a case study."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast, get_args

from workflows.entries.casestudies import CaseStudy, Context, Measure, Responsibility, TimelinePoint
from workflows.entries.detectors import Comparison, Detector
from workflows.entries.document import BusinessImpact, FailureMode, LatentCondition, Trigger
from workflows.entries.editing import slug_of
from workflows.entries.mitigations import ExpectedTime, Mitigation, Rationale, Rollback
from workflows.entries.parts import Certainty, Part, SeverityLevel
from workflows.occurrences import Description
from workflows.quality.checks.history import missing_of_story
from workflows.quality.surroundings import Tried
from workflows.runs.run import Run, name_of
from workflows.writeups.answers import TIMES, Answers, each_time, items, moment, number, repeated
from workflows.writeups.template import numbered
from workflows.writeups.writeup import WriteUp

LINE: Final = 300
MOVED: Final = {"up": "went up", "down": "went down"}
# The questions of one figure and of one detector, which may be asked more than once.
FIGURE: Final = ("kpi", "kpi_direction", "kpi_low", "kpi_high", "kpi_unit", "kpi_basis")
DETECTOR: Final = ("detector_metric", "detector_comparison", "detector_threshold", "detector_window")
WINDOW: Final = re.compile(r"[0-9]{1,6}(s|m|h|d|w)")
THRESHOLD: Final = re.compile(r"(-?[0-9]+(?:[.,][0-9]+)?)\s*(.*)", re.DOTALL)
ENDED: Final = frozenset({"worked", "rolled_back", "given_up", "failed"})


def entry_of(writeup: WriteUp, entry_number: int) -> dict[str, Any]:
    """Return the document of a new entry; whether it holds together is for the caller to check."""
    said = writeup.answers
    parts = _parts(said)
    return {
        "id": f"FM-{entry_number:04d}",
        "slug": slug_of(said["title"], entry_number),
        "title": said["title"],
        "symptom": said["symptom"],
        "aliases": items(said.get("aliases", "")),
        "cause_category": said["cause_category"],
        "severity": {"typical": said["severity"], "worst_credible": said["severity"]},
        "domain": said["domain"],
        "confidence": "observed",
        "summary": said.get("lesson", "")[:280],
        **{field: _dumped(found) for field, found in parts.items()},
        "failure_mechanism": said.get("failure_mechanism") or None,
    }


def changes_of(writeup: WriteUp, entry: FailureMode) -> dict[str, Any]:
    """Return the fields of an entry to which the write-up adds something, each with its whole new value.

    Nothing that stands in the entry is taken away, and what it says already is not said twice.
    """
    said = writeup.answers
    changes: dict[str, Any] = {}
    for field, found in _parts(said).items():
        standing: Sequence[Part] = getattr(entry, field)
        known = {_name(part) for part in standing}
        if new := [part for part in found if _name(part) not in known]:
            changes[field] = _dumped([*standing, *new])
    known_words = {alias.casefold() for alias in (*entry.aliases, entry.title)}
    if new_words := [alias for alias in items(said.get("aliases", "")) if alias.casefold() not in known_words]:
        changes["aliases"] = [*entry.aliases, *new_words][:30]
    if said.get("failure_mechanism") and not entry.failure_mechanism:
        changes["failure_mechanism"] = said["failure_mechanism"]
    return changes


def case_study_of(writeup: WriteUp, entry: FailureMode) -> CaseStudy:
    """Return the story for the entry: a reuse where it says from where to where, else an incident."""
    said = writeup.answers
    dimensions = entry.dimensions
    origin = Context(
        text=said.get("origin_context") or entry.title,
        data_domain=_only(dimensions.data_domain, "any"),
        model_family=_only(dimensions.model_family, "any"),
        deployment_environment=_only(dimensions.deployment_environment, "any"),
        customer_segment=_only(dimensions.customer_segment, "all"),
    )
    target = _target(said)
    story = CaseStudy(
        key=f"write-up-{writeup.id}",
        title=said["title"],
        type="reuse" if said.get("adapted") or target else "incident",
        origin=origin,
        target=target,
        situation=said["symptom"],
        tried=said.get("tried") or said.get("mitigation") or None,
        adapted=said.get("adapted") or None,
        timeline=[TimelinePoint(when=_written(one.at), text=_line(one.text)) for one in writeup.moments if one.at],
        metrics=_measures(said),
        responsibilities=_responsibilities(items(said.get("responsibilities", ""))),
        went_well=items(said.get("went_well", "")),
        went_wrong=items(said.get("went_wrong", "")),
        lucky=items(said.get("lucky", "")),
        outcome=said.get("lesson") or None,
    )
    # Whoever approves it publishes it, where it has all that makes a story reusable.
    return story if missing_of_story(story) else story.model_copy(update={"status": "published"})


def _only(terms: Sequence[str], otherwise: str) -> str:
    """Return the term where there is one alone; a story happened in one place."""
    return terms[0] if len(terms) == 1 else otherwise


def _target(said: Answers) -> Context | None:
    """Return where the entry was reused, in a sentence and in terms; None where nobody said so."""
    family, domain = said.get("target_model_family"), said.get("target_data_domain")
    text = said.get("target_context") or " · ".join(one for one in (domain, family) if one)
    return Context(text=text, data_domain=domain or "any", model_family=family or "any") if text else None


def description_of(writeup: WriteUp, runs: Sequence[Run], *, certainty: Certainty, fallback: datetime) -> Description:
    """Return the case of an entry; where no time is known at all it happened at `fallback`."""
    said = writeup.answers
    times = {name: moment(said.get(name)) for name in TIMES}
    is_timed = any(times.values())
    conditions = [one["latent_condition"] for one in repeated(said, "latent_condition")]
    lessons = "\n\n".join(text for text in (said.get("lesson"), *conditions, said.get("went_wrong")) if text)
    return Description(
        certainty=certainty,
        severity=cast("SeverityLevel", said["severity"]),
        tried=tuple(_tried(run) for run in runs if run.record.state in ENDED),
        lessons=lessons[:3000],
        started=times["started"],
        detected=times["detected"] if is_timed else fallback,
        contained=times["contained"],
        resolved=times["resolved"],
    )


def left_out(said: Answers) -> Iterator[tuple[str, str]]:
    """Return what was answered and yet stands in no entry, because something beside it is missing: key and sentence."""
    for n, one in each_time(said, *FIGURE):
        if "kpi" in one and not _is_figure(one):
            yield numbered("kpi", n), f"“{one['kpi']}” comes into an entry once you say which way it moved."
    for n, one in each_time(said, *DETECTOR):
        if "detector_metric" in one and not _is_detector(one):
            rest = "it says above or below which threshold, over a window such as 5m"
            yield numbered("detector_metric", n), f"“{one['detector_metric']}” comes into an entry once {rest}."
    if said.get("trade_off") and not said.get("rationale"):
        yield "trade_off", "What a remedy costs comes into an entry once you say why this one was chosen."
    if (remedy := said.get("mitigation")) and not _is_remedy(said):
        yield "mitigation", f"“{remedy}” comes into an entry once it has steps and somebody who carries them out."


def _parts(said: Answers) -> dict[str, list[Part]]:
    found: dict[str, list[Part]] = {
        "latent_conditions": _conditions(said),
        "triggers": _triggers(said),
        "business_impact": _impact(said),
        "detectors": _detectors(said),
        "mitigations": _mitigations(said),
    }
    return {field: parts for field, parts in found.items() if parts}


def _conditions(said: Answers) -> list[Part]:
    given = repeated(said, "latent_condition", "certainty")
    return [
        LatentCondition(text=text, certainty=_certainty(one)) for one in given if (text := one.get("latent_condition"))
    ]


def _triggers(said: Answers) -> list[Part]:
    kind = said.get("trigger")
    sure = _certainty(said, "trigger_certainty" if said.get("trigger_certainty") else "certainty")
    return [Trigger(kind=kind, text=said.get("trigger_text") or None, certainty=sure)] if kind else []


def _impact(said: Answers) -> list[Part]:
    return [
        BusinessImpact(
            kpi=one["kpi"],
            direction=cast("Any", one["kpi_direction"]),
            low=number(one.get("kpi_low")),
            high=number(one.get("kpi_high")),
            unit=one.get("kpi_unit"),
            basis=cast("Any", one.get("kpi_basis", "estimated")),
        )
        for one in repeated(said, *FIGURE)
        if _is_figure(one)
    ]


def _is_figure(one: Answers) -> bool:
    return bool(one.get("kpi")) and one.get("kpi_direction") in MOVED


def _is_detector(one: Answers) -> bool:
    window = one.get("detector_window", "").replace(" ", "")
    has_limit = bool(one.get("detector_threshold")) and one.get("detector_comparison") in get_args(Comparison)
    return bool(one.get("detector_metric")) and has_limit and WINDOW.fullmatch(window) is not None


def _is_remedy(said: Answers) -> bool:
    return bool(said.get("mitigation") and items(said.get("checklist", "")) and said.get("owner"))


def _detectors(said: Answers) -> list[Part]:
    return [_detector(one) for one in repeated(said, *DETECTOR) if _is_detector(one)]


def _detector(one: Answers) -> Detector:
    threshold = one["detector_threshold"]
    split = THRESHOLD.fullmatch(threshold)
    value = number(split.group(1)) if split else None
    unit = (split.group(2).strip() if split else "") or None
    return Detector(
        metric=one["detector_metric"],
        comparison=cast("Any", one["detector_comparison"]),
        threshold=threshold if value is None else value,
        unit=unit,
        window=one["detector_window"].replace(" ", ""),
    )


def _mitigations(said: Answers) -> list[Part]:
    if not _is_remedy(said):
        return []
    rollback, why, minutes = said.get("rollback"), said.get("rationale"), number(said.get("contain_minutes"))
    time = ExpectedTime(
        contain_p50_min=round(minutes), contain_p90_min=round(minutes), basis="measured", n=1
    ) if minutes is not None and minutes >= 0 else None  # fmt: skip
    consequences = said.get("trade_off") or None
    return [
        Mitigation(
            title=said["mitigation"],
            kind="contain",
            checklist=items(said["checklist"])[:30],
            owner=said["owner"],
            expected_time=time,
            rollback=Rollback(text=rollback) if rollback else None,
            fallback=said.get("fallback") or None,
            rationale=Rationale(decision=why, consequences=consequences) if why else None,
        )
    ]


def _measures(said: Answers) -> list[Measure]:
    return [
        Measure(
            name=_line(f"{one['kpi']}: {MOVED.get(one.get('kpi_direction', ''), 'moved')} by{_at_least(one)}"),
            after=most,
            unit=one.get("kpi_unit", "units"),
            basis=cast("Any", one.get("kpi_basis", "estimated")),
        )
        for one in repeated(said, *FIGURE)
        if one.get("kpi") and (most := _most(one)) is not None
    ]


def _most(one: Answers) -> float | None:
    high = number(one.get("kpi_high"))
    return high if high is not None else number(one.get("kpi_low"))


def _at_least(one: Answers) -> str:
    low, high = number(one.get("kpi_low")), number(one.get("kpi_high"))
    return f" {low:g} to" if low is not None and high is not None and low != high else ""


def _responsibilities(lines: Sequence[str]) -> list[Responsibility]:
    parted = (line.partition(":") for line in lines)
    return [
        Responsibility(role=role.strip(), did=did.strip()) for role, _, did in parted if role.strip() and did.strip()
    ]


def _tried(run: Run) -> Tried:
    helped = "yes" if run.record.state == "worked" else "no"
    return Tried(name_of(run.remedy), cast("Any", helped), run.minutes)


def _certainty(said: Answers, key: str = "certainty") -> Certainty:
    return next((one for one in get_args(Certainty) if one == said.get(key)), "likely")


def _name(part: Part) -> str:
    """Return what a part is told from its neighbours by, as people would."""
    given: Mapping[str, Any] = vars(part)
    for field in ("title", "metric", "kpi", "text", "kind"):
        if given.get(field):
            return str(given[field]).casefold()
    return repr(part)


def _dumped(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [part.model_dump(mode="json", exclude_none=True) for part in parts]


def _line(text: str) -> str:
    flat = " ".join(text.split()) or "–"
    return flat if len(flat) <= LINE else flat[: LINE - 1] + "…"


def _written(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%MZ")
