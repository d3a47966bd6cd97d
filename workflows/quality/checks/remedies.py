"""Checks of mitigations: ways back, times, steps, escalation and what automation may do."""

import re
from collections.abc import Iterator
from typing import Final

from workflows.entries.document import FailureMode
from workflows.entries.mitigations import Mitigation
from workflows.quality.checks.orders import is_order
from workflows.quality.findings import Flaw
from workflows.quality.surroundings import Surroundings

MAX_STEPS: Final = 12  # what somebody can follow at night
CHANNEL: Final = re.compile(r"^\s*(#|<#)|\b(channel|mailing list|inbox)\s*$", re.IGNORECASE)
ACTING: Final = frozenset({"act-with-approval", "act"})


def no_way_back(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find remedies that change production and cannot be undone, without saying so and naming what to do then."""
    for place, remedy in enumerate(entry.mitigations):
        if remedy.kind == "detect":
            continue
        if remedy.rollback is None:
            yield Flaw(
                f"mitigations.{place}.rollback",
                f"“{remedy.title}” changes production and has no rollback; write one, or say that none is possible and"
                " why.",
            )
        elif not remedy.rollback.possible and remedy.fallback is None:
            yield Flaw(
                f"mitigations.{place}.fallback",
                f"“{remedy.title}” cannot be undone; name the fallback for when it makes things worse.",
            )


def slow_rollback(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find rollbacks that are expected to take longer than restoring the service."""
    for place, remedy in enumerate(entry.mitigations):
        if remedy.rollback is None or remedy.expected_time is None or remedy.rollback.estimated_min is None:
            continue
        restored = remedy.expected_time.restore_p90_min or remedy.expected_time.restore_p50_min
        if restored is not None and remedy.rollback.estimated_min > restored:
            yield Flaw(
                f"mitigations.{place}.rollback.estimated_min",
                f"Rolling back is estimated at {remedy.rollback.estimated_min} minutes, longer than the {restored} in"
                " which the service is expected back; correct one of the two, or prepare a quicker way back.",
            )


def wandering_escalation(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find escalations whose times do not rise or that end where nobody must answer."""
    for place, remedy in enumerate(entry.mitigations):
        minutes = [step.after_min for step in remedy.escalation]
        for nth in range(1, len(minutes)):
            if minutes[nth] <= minutes[nth - 1]:
                yield Flaw(
                    f"mitigations.{place}.escalation.{nth}.after_min",
                    f"This step comes after {minutes[nth]} minutes, no later than the one before it; order the steps by"
                    " rising time.",
                )
        if remedy.escalation and CHANNEL.search(remedy.escalation[-1].to):
            yield Flaw(
                f"mitigations.{place}.escalation.{len(minutes) - 1}.to",
                "The escalation ends in a channel, where nobody has to answer; end it at a person on a rota.",
            )


def endless_degraded_mode(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find degraded modes that nobody would know when to leave."""
    for place, remedy in enumerate(entry.mitigations):
        if remedy.degraded_mode and remedy.degraded_mode.exit_when is None:
            yield Flaw(
                f"mitigations.{place}.degraded_mode.exit_when",
                "The degraded mode has no exit condition; say what must hold, and for how long, before it ends.",
            )


def unusable_checklist(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find checklists too long for the night, and steps that order nothing."""
    for place, remedy in enumerate(entry.mitigations):
        if len(remedy.checklist) > MAX_STEPS:
            yield Flaw(
                f"mitigations.{place}.checklist",
                f"The checklist has {len(remedy.checklist)} steps, more than the {MAX_STEPS} one can follow at night;"
                " split it or leave out what can wait.",
            )
        for nth, step in enumerate(remedy.checklist):
            if not is_order(step):
                yield Flaw(
                    f"mitigations.{place}.checklist.{nth}",
                    f"“{step}” does not say what to do; begin with a verb, as in “Repoint the alias”.",
                )


def unbridled_automation(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find automation without a switch to stop it or without the threshold that starts it."""
    thresholds = {one.key: one.intervention_threshold for one in entry.detectors if one.key}
    for place, remedy in enumerate(entry.mitigations):
        automation = remedy.automation
        if automation is None or automation.level not in ACTING:
            continue
        if automation.kill_switch is None:
            yield Flaw(
                f"mitigations.{place}.automation.kill_switch",
                f"“{remedy.title}” acts by itself and nothing is named that stops it; name the kill switch.",
            )
        if automation.detector is None or thresholds.get(automation.detector) is None:
            yield Flaw(
                f"mitigations.{place}.automation.detector",
                f"“{remedy.title}” acts by itself; name the key of the detector whose intervention threshold starts it,"
                " and give that detector one.",
            )


def incomplete_remedy(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find remedies that lack what lets others decide and act on them; a rehearsal is a local thing."""
    must_rehearse = surroundings.facts is not None and entry.severity.worst_credible == "sev1"
    for place, remedy in enumerate(entry.mitigations):
        if missing := _missing_of(remedy, must_rehearse=must_rehearse):
            yield Flaw(
                f"mitigations.{place}",
                f"“{remedy.title}” lacks what others need to act; add {', '.join(missing)}.",
            )


def _missing_of(remedy: Mitigation, *, must_rehearse: bool) -> list[str]:
    links = remedy.links
    lacks = {
        "the rationale": remedy.rationale is None,
        "preconditions or when to stop": not remedy.preconditions and not remedy.stop_if,
        "the expected time": remedy.expected_time is None,
        "a fallback": remedy.fallback is None,
        "what may be automated": remedy.automation is None,
        "an escalation path": remedy.kind == "contain" and not remedy.escalation,
        "a trade-off": not remedy.trade_offs,
        "its effectiveness": remedy.effectiveness is None,
        "a link to a data-quality rule, a test or a policy": not (
            links.data_quality_rules or links.tests or links.governance_policies
        ),
        "a rehearsal": must_rehearse and remedy.kind == "contain" and remedy.rehearsal is None,
    }
    return [part for part, is_lacking in lacks.items() if is_lacking]
