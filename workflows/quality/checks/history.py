"""Checks against what happened: occurrences, timelines, use, reviews and the links an entry rests on."""

import math
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Final

from workflows.entries.casestudies import CaseStudy
from workflows.entries.document import FailureMode
from workflows.entries.mitigations import Mitigation
from workflows.quality.checks.moments import is_before
from workflows.quality.findings import Flaw
from workflows.quality.surroundings import Facts, Occurrence, Surroundings

RECURRING: Final = 2  # occurrences since a remedy last changed say that it does not work
ENOUGH_TO_MEASURE: Final = 3  # occurrences, below which a 90th percentile says nothing
TOO_SLOW: Final = 2  # times the expected restore
LINK_FRESH: Final = timedelta(days=90)
OFTEN_SHOWN: Final = 10
MOSTLY_WRONG: Final = 0.5
UNUSED: Final = timedelta(days=365)
ENOUGH_POINTS: Final = 3
STAGES: Final = ("started", "detected", "contained", "resolved")


def timeline_out_of_order(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find occurrences and case studies in which something ends before it begins."""
    for occurrence in _occurrences(surroundings):
        known = [(stage, when) for stage in STAGES if (when := getattr(occurrence, stage)) is not None]
        for (earlier, first), (later, second) in pairwise(known):
            if _aware(second) < _aware(first):
                yield Flaw(
                    "occurrences",
                    f"Occurrence {occurrence.id} was {later} before it was {earlier}; correct one of the two times.",
                )
    for place, study in enumerate(entry.case_studies):
        for nth in range(1, len(study.timeline)):
            if is_before(study.timeline[nth].when, study.timeline[nth - 1].when):
                yield Flaw(
                    f"case_studies.{place}.timeline.{nth}.when",
                    f"{study.timeline[nth].when} comes before the point above it; order the timeline by time.",
                )


def thin_case_study(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find published stories without the contexts, points in time and figures that make them reusable."""
    for place, study in enumerate(entry.case_studies):
        if study.status == "published" and (missing := missing_of_story(study)):
            yield Flaw(
                f"case_studies.{place}",
                f"To be published, this story also needs {', '.join(missing)}; add it or make the story a draft.",
            )


def underrated_severity(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find entries whose occurrences were worse than the severity they state."""
    severity, happened = entry.severity, _occurrences(surroundings)
    worse = [one for one in happened if one.severity < severity.worst_credible]
    if worse:
        worst = min(worse, key=lambda one: one.severity)
        yield Flaw(
            "severity.worst_credible",
            f"Occurrence {worst.id} was {worst.severity}, worse than the worst credible {severity.worst_credible};"
            " raise it, or correct the occurrence.",
        )
    above_typical = [one for one in happened if one.severity < severity.typical]
    if len(happened) >= ENOUGH_TO_MEASURE and 2 * len(above_typical) > len(happened):
        yield Flaw(
            "severity.typical",
            f"{len(above_typical)} of {len(happened)} occurrences were worse than the typical {severity.typical}; raise"
            " it.",
        )


def remedy_not_working(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find remedies after whose last change the failure came back at least twice.

    One that prevents or corrects is held to every occurrence; one that contains or recovers to those in which it was
    tried and did not fully help.
    """
    for place, remedy in enumerate(entry.mitigations):
        failed = [one for one in _since_changed(remedy, surroundings) if _speaks_against(one, remedy)]
        if len(failed) >= RECURRING:
            yield Flaw(
                f"mitigations.{place}",
                f"“{remedy.title}” has not changed while the failure happened {len(failed)} more times; improve or"
                " replace it, and note the change under changed_on.",
            )


def slower_than_expected(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find restore times that took more than twice what the entry promises."""
    remedy = entry.containment
    expected = remedy.expected_time.restore_p90_min if remedy and remedy.expected_time else None
    measured = sorted(
        minutes for one in _occurrences(surroundings) if (minutes := _minutes_to_restore(one)) is not None
    )
    if remedy is None or not expected or len(measured) < ENOUGH_TO_MEASURE:
        return
    p90 = measured[math.ceil(0.9 * len(measured)) - 1]  # the nearest rank
    if p90 > TOO_SLOW * expected:
        yield Flaw(
            f"mitigations.{entry.mitigations.index(remedy)}.expected_time.restore_p90_min",
            f"Restoring took {p90:.0f} minutes at the 90th percentile of {len(measured)} occurrences, more than twice"
            f" the {expected} expected; put the measured time in, with basis measured.",
        )


def dead_evidence(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find evidence that is gone, closed to readers, or was not looked at for 90 days."""
    for place, evidence in enumerate(entry.evidence):
        if evidence.uri is None:
            continue
        state, checked = surroundings.link_state(evidence)
        if state in {"gone", "forbidden"}:
            yield Flaw(
                f"evidence.{place}.uri",
                f"“{evidence.title}” is {state}; link where it is now, or an archived copy, or other evidence.",
            )
        elif checked and surroundings.today - checked > LINK_FRESH:
            yield Flaw(
                f"evidence.{place}.last_checked",
                f"“{evidence.title}” was last looked at on {checked}; open it and note today's date, or let the bot"
                " check its links.",
            )


def overdue_review(_: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find entries whose review is due and was not done."""
    due = surroundings.facts.review_due if surroundings.facts else None
    if due and due < surroundings.today:
        yield Flaw("review_every", f"The review was due on {due}; answer it, so that readers know if the entry holds.")


def misleading_aliases(_: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find entries that are shown often and mostly refused."""
    facts = surroundings.facts or Facts()
    if facts.shown >= OFTEN_SHOWN and facts.rejected > MOSTLY_WRONG * facts.shown:
        yield Flaw(
            "aliases",
            f"People said “not this” to {facts.rejected} of {facts.shown} cards; drop aliases that mean other things,"
            " or say in not_when where it does not apply.",
        )


def unused_entry(_: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find entries that nobody was shown or opened in a year."""
    facts, long_ago = surroundings.facts, surroundings.today - UNUSED
    if facts is None or facts.created is None or facts.created > long_ago or facts.shown:
        return
    if facts.last_opened is None or facts.last_opened < long_ago:
        yield Flaw("status", "Nobody was shown or opened this entry in a year; merge it into another, or archive it.")


def missing_of_story(study: CaseStudy) -> list[str]:
    """Return what a case study needs to be published and this one lacks, in words."""
    lacks = {
        "the context it comes from": study.origin is None,
        "the context it was taken to": study.target is None,
        f"{ENOUGH_POINTS} points in time": len(study.timeline) < ENOUGH_POINTS,
        "a figure with its unit": not any(m.before is not None or m.after is not None for m in study.metrics),
    }
    return [part for part, is_lacking in lacks.items() if is_lacking]


def _occurrences(surroundings: Surroundings) -> Sequence[Occurrence]:
    return surroundings.facts.occurrences if surroundings.facts else ()


def _since_changed(remedy: Mitigation, surroundings: Surroundings) -> list[Occurrence]:
    """Return the occurrences that began after the remedy last changed, or after the entry was created."""
    changed = remedy.changed_on or (surroundings.facts.created if surroundings.facts else None)
    begun = ((one, one.began) for one in _occurrences(surroundings))
    return [one for one, began in begun if began is not None and (changed is None or began.date() > changed)]


def _speaks_against(occurrence: Occurrence, remedy: Mitigation) -> bool:
    if remedy.kind in {"prevent", "correct"}:
        return True
    tried = (one for one in occurrence.tried if one.mitigation in {remedy.key, remedy.title})
    return any(one.helped != "yes" for one in tried)


def _minutes_to_restore(occurrence: Occurrence) -> float | None:
    begun = occurrence.detected or occurrence.started
    if begun is None or occurrence.resolved is None:
        return None
    return (_aware(occurrence.resolved) - _aware(begun)).total_seconds() / 60


def _aware(when: datetime) -> datetime:
    return when if when.tzinfo else when.replace(tzinfo=UTC)
