"""The sanity checks: the table of all of them, and what they find in one entry.

A check is a plain function of the entry and its surroundings that yields a place and a sentence for each flaw. Adding
one is writing that function in the module of its subject and giving it a row here. Numbers are those of the catalog's
reference list (docs/catalog.md); a check without a number is our own.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from workflows.entries.document import FailureMode
from workflows.quality.checks.history import (
    dead_evidence,
    misleading_aliases,
    overdue_review,
    remedy_not_working,
    slower_than_expected,
    thin_case_study,
    timeline_out_of_order,
    underrated_severity,
    unused_entry,
)
from workflows.quality.checks.judgement import (
    invisible,
    severity_upside_down,
    unknown_term,
    unlikely_stage,
    unusable_signature,
    vague_but_suggested,
)
from workflows.quality.checks.neighbours import (
    dangling_relation,
    dead_relation,
    near_double,
    shared_alias,
    undiscriminated,
)
from workflows.quality.checks.people import inactive_steward, reviewing_author, single_view, ungoverned_effect
from workflows.quality.checks.remedies import (
    endless_degraded_mode,
    incomplete_remedy,
    no_way_back,
    slow_rollback,
    unbridled_automation,
    unusable_checklist,
    wandering_escalation,
)
from workflows.quality.checks.signals import (
    impossible_threshold,
    incomplete_detector,
    milder_intervention,
    slow_signals,
    template_thresholds,
    unfitting_metric,
)
from workflows.quality.checks.wording import blaming_words, private_names
from workflows.quality.findings import Finding, Flaw, Level
from workflows.quality.surroundings import Surroundings


@dataclass(frozen=True)
class Check:
    """One check: name, number in the reference list, level, the function that looks, and what it guards against."""

    slug: str
    number: int | None
    level: Level
    flaws: Callable[[FailureMode, Surroundings], Iterable[Flaw]]
    guards_against: str


CHECKS: Final = (
    Check("inactive-steward", 1, "blocks", inactive_steward, "An entry nobody answers for goes stale first."),
    Check("milder-intervention", 2, "blocks", milder_intervention, "Automation acts before anybody is told."),
    Check("impossible-threshold", 3, "blocks", impossible_threshold, "An alarm that never or always fires."),
    Check("severity-upside-down", 4, "blocks", severity_upside_down, "A usual case that is worse than the worst one."),
    Check("no-way-back", 5, "blocks", no_way_back, "A change in production that nobody can undo at night."),
    Check("shared-alias", 6, "blocks", shared_alias, "A search that cannot tell two entries apart."),
    Check("unknown-term", 7, "blocks", unknown_term, "Words of one's own, by which nobody can filter or count."),
    Check("dead-relation", 8, "blocks", dead_relation, "Readers led in a circle or to an entry that was given up."),
    Check("timeline-out-of-order", 9, "blocks", timeline_out_of_order, "Times from which durations come out wrong."),
    Check("ungoverned-effect", 10, "blocks", ungoverned_effect, "Duties of law and safety that nobody looked at."),
    Check("reviewing-author", 11, "blocks", reviewing_author, "A second pair of eyes that is the first."),
    Check("underrated-severity", 12, "flags", underrated_severity, "A severity that history has overtaken."),
    Check("remedy-not-working", 13, "flags", remedy_not_working, "A remedy kept although the failure returns."),
    Check("slower-than-expected", 14, "flags", slower_than_expected, "Promises of time that no incident kept."),
    Check("slow-rollback", 15, "flags", slow_rollback, "A way back that takes longer than the way forward."),
    Check("slow-signals", 16, "flags", slow_signals, "Alarms that come after the failure is contained."),
    Check("wandering-escalation", 17, "flags", wandering_escalation, "A call for help that reaches nobody."),
    Check("near-double", 18, "flags", near_double, "Two entries for one thing, each half kept."),
    Check("unlikely-stage", 19, "flags", unlikely_stage, "The place where it was seen taken for where it began."),
    Check("dead-evidence", 20, "flags", dead_evidence, "Claims whose source nobody can open."),
    Check("private-names", 21, "flags", private_names, "Text that only one organisation understands or may read."),
    Check("blaming-words", 22, "flags", blaming_words, "People who stop telling what happened."),
    Check("template-thresholds", 23, "flags", template_thresholds, "Thresholds that were never fitted to this system."),
    Check("single-view", 24, "flags", single_view, "The blind spot of one discipline."),
    Check("endless-degraded-mode", 25, "flags", endless_degraded_mode, "A degraded mode that becomes the normal one."),
    Check("unusable-checklist", 26, "flags", unusable_checklist, "Steps one cannot follow at three in the morning."),
    Check("unfitting-metric", 27, "flags", unfitting_metric, "A signal that this kind of model does not have."),
    Check("overdue-review", 28, "flags", overdue_review, "Trust in what nobody has looked at for long."),
    Check("misleading-aliases", 29, "flags", misleading_aliases, "Cards that are mostly wrong."),
    Check("unused-entry", 30, "flags", unused_entry, "A catalog full of what nobody needs."),
    Check("dangling-relation", None, "blocks", dangling_relation, "Links that lead nowhere."),
    Check("unusable-signature", None, "blocks", unusable_signature, "Log patterns that never match or always do."),
    Check("thin-case-study", None, "blocks", thin_case_study, "A story without what makes it reusable."),
    Check("invisible", None, "blocks", invisible, "An entry that nobody may see."),
    Check("unbridled-automation", None, "blocks", unbridled_automation, "Machines that act and cannot be stopped."),
    Check("undiscriminated", None, "flags", undiscriminated, "Look-alikes that responders cannot tell apart."),
    Check("vague-but-suggested", None, "flags", vague_but_suggested, "Suggestions too general to act on."),
    Check("incomplete-detector", None, "flags", incomplete_detector, "A signal nobody can build from the entry."),
    Check("incomplete-remedy", None, "flags", incomplete_remedy, "A remedy others cannot judge or adapt."),
)


def findings(entry: FailureMode, surroundings: Surroundings) -> list[Finding]:
    """Return what the checks find in the entry, in the order of the table."""
    return [
        Finding(check.slug, check.level, flaw.place, flaw.sentence)
        for check in CHECKS
        for flaw in check.flaws(entry, surroundings)
    ]
