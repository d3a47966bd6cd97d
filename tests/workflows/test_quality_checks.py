"""Every check finds what it is for and keeps quiet otherwise."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from tests.exemplar import CATALOG, FACTS, HAPPENED, around, neighbour, sound, sound_document
from workflows.entries.document import FailureMode
from workflows.quality.checks import CHECKS, findings
from workflows.quality.surroundings import Approval, Facts, Occurrence, Tried


@dataclass(frozen=True)
class Case:
    """The sound entry with one change, where the check points (if at all), its neighbours, and what is known here."""

    entry: FailureMode
    place: str | None = None
    others: tuple[FailureMode, ...] = ()
    facts: Facts | None = field(default_factory=lambda: FACTS)

    def places(self, check: str) -> set[str]:
        return {
            found.place
            for found in findings(self.entry, around(*self.others, facts=self.facts))
            if found.check == check
        }


def knowing(**facts: Any) -> Facts:
    return replace(FACTS, **facts)


def happened(*changes: dict[str, Any]) -> tuple[Occurrence, ...]:
    return tuple(replace(HAPPENED, **{"id": number, **change}) for number, change in enumerate(changes, start=1))


def at(hour: int) -> datetime:
    return datetime(2026, 5, 10, hour, tzinfo=UTC)


MIN_STEPS = ["Check it."] * 12
EFFECT = {"category": "unsafe-action"}
POLICY = {"policies": [{"title": "safety policy", "text": "who may act"}]}
UNRELATED = {"id": "FM-0102", "slug": "other", "title": "Something else entirely", "symptom": "Nothing of the kind."}
DOUBLE = {
    **sound_document(id="FM-0103", slug="queue-grows", aliases=["unlike"], related=[], discriminators=[]),
    "title": "Requests wait longer than the callers do",
}

FIRES: dict[str, Case] = {
    "inactive-steward": Case(sound(), "domain", facts=knowing(inactive=frozenset({"USTEWARD"}))),
    "milder-intervention": Case(sound(detectors__0__intervention_threshold=5), "detectors.0.intervention_threshold"),
    "impossible-threshold": Case(sound(detectors__1__threshold=5), "detectors.1.threshold"),
    "severity-upside-down": Case(sound(severity__worst_credible="sev3"), "severity.worst_credible"),
    "no-way-back": Case(sound(mitigations__0__rollback=None), "mitigations.0.rollback"),
    "shared-alias": Case(sound(), "aliases.0", (neighbour(aliases=["Queue  Overflow!"]),)),
    "unknown-term": Case(sound(triggers__0__kind="gremlins"), "triggers.0.kind"),
    "dead-relation": Case(sound(), "related.0", (neighbour(status="archived"),)),
    "timeline-out-of-order": Case(
        sound(case_studies__0__timeline__2__when="2025-11-17"), "case_studies.0.timeline.2.when"
    ),
    "ungoverned-effect": Case(sound(effects=[EFFECT]), "governance.policies"),
    "reviewing-author": Case(sound(), "authors", facts=knowing(approvals=(Approval("UAUTHOR", "security"),))),
    "underrated-severity": Case(
        sound(severity__worst_credible="sev2"),
        "severity.worst_credible",
        facts=knowing(occurrences=happened({"severity": "sev1"})),
    ),
    "remedy-not-working": Case(
        sound(),
        "mitigations.0",
        facts=knowing(occurrences=happened(*[{"tried": (Tried("shed", "no"),)}] * 2)),
    ),
    "slower-than-expected": Case(
        sound(),
        "mitigations.0.expected_time.restore_p90_min",
        facts=knowing(occurrences=happened(*[{"resolved": at(15)}] * 3)),
    ),
    "slow-rollback": Case(sound(mitigations__0__rollback__estimated_min=121), "mitigations.0.rollback.estimated_min"),
    "slow-signals": Case(sound(detectors__0__window="1h", detectors__1__window="2h"), "detectors.0.window"),
    "wandering-escalation": Case(
        sound(mitigations__0__escalation__1__after_min=15), "mitigations.0.escalation.1.after_min"
    ),
    "near-double": Case(sound(), "title", (neighbour(), FailureMode.model_validate(DOUBLE))),
    "unlikely-stage": Case(sound(cause_category="leakage"), "lifecycle_stage"),
    "dead-evidence": Case(sound(evidence__0__http_state="gone"), "evidence.0.uri"),
    "private-names": Case(sound(symptom="It hangs on gpu-node-017 again."), "symptom"),
    "blaming-words": Case(sound(failure_mechanism="The operator should have noticed it."), "failure_mechanism"),
    "template-thresholds": Case(
        sound(detectors__0__last_tested=None), "detectors.0.threshold", facts=knowing(occurrences=happened({}, {}))
    ),
    "single-view": Case(sound(authors=[{"discipline": "ml-engineering"}]), "authors"),
    "endless-degraded-mode": Case(
        sound(mitigations__0__degraded_mode__exit_when=None), "mitigations.0.degraded_mode.exit_when"
    ),
    "unusable-checklist": Case(sound(mitigations__0__checklist=["The dashboards"]), "mitigations.0.checklist.0"),
    "unfitting-metric": Case(sound(detectors__0__metric="AUC on matured labels"), "detectors.0.metric"),
    "overdue-review": Case(sound(), "review_every", facts=knowing(review_due=date(2026, 5, 31))),
    "misleading-aliases": Case(sound(), "aliases", facts=knowing(shown=10, rejected=6)),
    "unused-entry": Case(sound(), "status", facts=knowing(shown=0, last_opened=date(2025, 5, 1))),
    "dangling-relation": Case(sound(), "related.0.slug", (neighbour(**UNRELATED),)),
    "unusable-signature": Case(sound(log_signatures=["(?<=a)b"]), "log_signatures.0"),
    "thin-case-study": Case(sound(case_studies__0__target=None), "case_studies.0"),
    "invisible": Case(sound(visibility="group"), "visible_to"),
    "unbridled-automation": Case(
        sound(mitigations__0__automation__kill_switch=None), "mitigations.0.automation.kill_switch"
    ),
    "undiscriminated": Case(sound(discriminators=[]), "related.0"),
    "vague-but-suggested": Case(sound(abstraction="class"), "mapping_use"),
    "incomplete-detector": Case(sound(detectors__0__definition=None), "detectors.0"),
    "incomplete-remedy": Case(sound(mitigations__0__effectiveness=None), "mitigations.0"),
}

# The nearest thing to a flaw that is none; every check is silent on the sound entry as well.
SILENT: dict[str, Case] = {
    "inactive-steward": Case(sound(), facts=None),
    "milder-intervention": Case(sound(detectors__0__intervention_threshold=10)),
    "impossible-threshold": Case(sound(detectors__1__metric="tokens divided by words", detectors__1__threshold=5)),
    "severity-upside-down": Case(sound(severity__worst_credible="sev2")),
    "no-way-back": Case(sound(mitigations__0__rollback={"possible": False, "text": "What was dropped is gone."})),
    "shared-alias": Case(sound(), others=(neighbour(aliases=["queue overflow"], status="draft"), sound())),
    "unknown-term": Case(sound(triggers__0__kind="none-found")),
    "dead-relation": Case(sound(), others=(neighbour(related=[{"type": "supersedes", "slug": "queue-overflow"}]),)),
    "timeline-out-of-order": Case(sound(case_studies__0__timeline__2__when="2025-11")),
    "ungoverned-effect": Case(sound(effects=[EFFECT], governance=POLICY)),
    "reviewing-author": Case(sound(), facts=knowing(approvals=(Approval("USTEWARD", "security"),))),
    "underrated-severity": Case(sound(), facts=knowing(occurrences=happened({"severity": "sev1"}, {}, {}))),
    "remedy-not-working": Case(
        sound(mitigations__0__changed_on=date(2026, 5, 10)),
        facts=knowing(occurrences=happened(*[{"tried": (Tried("shed", "no"),)}] * 2)),
    ),
    "slower-than-expected": Case(sound(), facts=knowing(occurrences=happened(*[{"resolved": at(15)}] * 2))),
    "slow-rollback": Case(sound(mitigations__0__rollback__estimated_min=120)),
    "slow-signals": Case(sound(detectors__1__window="2h")),
    "wandering-escalation": Case(sound(mitigations__0__escalation=[])),
    "near-double": Case(
        sound(),
        others=(
            neighbour(),
            FailureMode.model_validate({**DOUBLE, "related": [{"type": "peer", "slug": "queue-overflow"}]}),
        ),
    ),
    "unlikely-stage": Case(sound(cause_category="leakage", lifecycle_stage="training")),
    "dead-evidence": Case(sound(evidence__0__http_state="moved")),
    "private-names": Case(sound(symptom="It hangs on a node after 2,017 steps, and recall@10 falls.")),
    "blaming-words": Case(sound(failure_mechanism="Each row should have a key, and the loader is lazy.")),
    "template-thresholds": Case(sound(), facts=knowing(occurrences=happened({}, {}))),
    "single-view": Case(sound(authors=[{"discipline": "legal"}, {"discipline": "support"}])),
    "endless-degraded-mode": Case(sound(mitigations__0__degraded_mode=None)),
    "unusable-checklist": Case(sound(mitigations__0__checklist=MIN_STEPS)),
    "unfitting-metric": Case(
        sound(detectors__0__metric="AUC on matured labels", dimensions__model_family=["agent", "tree-ensemble"])
    ),
    "overdue-review": Case(sound(), facts=knowing(review_due=date(2026, 6, 1))),
    "misleading-aliases": Case(sound(), facts=knowing(shown=9, rejected=9)),
    "unused-entry": Case(sound(), facts=knowing(shown=0, created=date(2026, 1, 1), last_opened=None)),
    "dangling-relation": Case(sound(), others=(neighbour(), sound())),
    "unusable-signature": Case(sound(log_signatures=["CUDA (error|failure)"])),
    "thin-case-study": Case(sound(case_studies__0__target=None, case_studies__0__status="draft")),
    "invisible": Case(sound(visibility="group", visible_to=["security"])),
    "unbridled-automation": Case(sound(mitigations__0__automation={"level": "propose"})),
    "undiscriminated": Case(sound(related=[], discriminators=[])),
    "vague-but-suggested": Case(sound(abstraction="class", mapping_use="discouraged")),
    "incomplete-detector": Case(sound(detectors__0__threshold="twice the deadline", detectors__0__unit=None)),
    "incomplete-remedy": Case(sound(mitigations__0__stop_if=[])),
}

SLUGS = [check.slug for check in CHECKS]


@pytest.mark.parametrize("check", SLUGS)
def test_it_points_at_the_flaw(check: str) -> None:
    assert FIRES[check].place in FIRES[check].places(check)


@pytest.mark.parametrize("check", SLUGS)
def test_it_is_silent_on_what_only_looks_like_one(check: str) -> None:
    assert SILENT[check].places(check) == set()


@pytest.mark.parametrize("facts", [FACTS, None], ids=["with local facts", "without"])
def test_nothing_is_found_in_a_sound_entry(facts: Facts | None) -> None:
    assert findings(sound(), around(facts=facts)) == []


def test_every_sentence_is_whole_and_says_what_to_do() -> None:
    for check in SLUGS:
        case = FIRES[check]
        for found in findings(case.entry, around(*case.others, facts=case.facts)):
            assert found.sentence.endswith("."), found
            assert ";" in found.sentence or ":" in found.sentence or ". " in found.sentence, found


def test_the_thirty_of_the_reference_list_are_there_once_each_and_the_first_eleven_block() -> None:
    numbered = {check.number: check.level for check in CHECKS if check.number}

    assert list(numbered) == list(range(1, 31))
    assert {number for number, level in numbered.items() if level == "blocks"} == set(range(1, 12))
    assert len(set(SLUGS)) == len(SLUGS)


LOCAL = {
    "inactive-steward", "reviewing-author", "underrated-severity", "remedy-not-working", "slower-than-expected",
    "template-thresholds", "overdue-review", "misleading-aliases", "unused-entry",
}  # fmt: skip


@pytest.mark.parametrize("check", sorted(LOCAL))
def test_checks_of_local_things_say_nothing_where_files_are_judged(check: str) -> None:
    assert replace(FIRES[check], facts=None).places(check) == set()


Judge = Callable[[str], set[str]]


@pytest.fixture
def threshold() -> Judge:
    """Judge a threshold given as `metric | comparison | threshold | unit`."""

    def judge(written: str) -> set[str]:
        metric, comparison, value, unit = (part.strip() for part in written.split("|"))
        parsed: Any = [float(one) for one in value[1:-1].split(",")] if value.startswith("[") else value
        try:
            parsed = float(parsed)
        except (TypeError, ValueError):
            parsed = parsed.strip("'") if isinstance(parsed, str) else parsed
        entry = sound(
            detectors__0__metric=metric,
            detectors__0__comparison=comparison,
            detectors__0__threshold=parsed,
            detectors__0__unit=unit or None,
            detectors__0__intervention_threshold=None,
        )
        return Case(entry).places("impossible-threshold")

    return judge


@pytest.mark.parametrize(
    "written",
    [
        "chi-square p-value | lt | 1.5 |",
        "share of rows without a label | gt | 20 |",
        "share of rows without a label | gt | 120 | %",
        "client time-outs | gt | 1.2 | ratio",
        "median of a feature | ratio_outside | 2 |",
        "median of a feature | ratio_outside | [2, 0.5] |",
        "queue length | gt | [1, 2] | count",
        "hit ratio | abs_change_lt | 0.1 | ratio",
        "orders | pct_change_lt | 20 | %",
        "heartbeat | absent_for | 0 | min",
        "error rate | gt | '5 %' |",
    ],
)
def test_a_threshold_that_can_never_or_always_be_met_is_found(threshold: Judge, written: str) -> None:
    assert threshold(written) == {"detectors.0.threshold"}


@pytest.mark.parametrize(
    "written",
    [
        "chi-square p-value | lt | 0.001 |",
        "worst-slice error divided by overall error | gt | 1.5 | ratio",
        "contributions per account vs 99th percentile | gt | 1.5 | ratio",
        "median of a feature | ratio_outside | [0.5, 2] |",
        "orders | pct_change_lt | -20 | %",
        "orders | pct_change_gt | 300 | %",
        "p99 latency | gt | 2x the SLO |",
        "model id | neq | pinned |",
        "tasks queued divided by slots | gt | 3 |",
    ],
)
def test_thresholds_of_every_kind_that_make_sense_pass(threshold: Judge, written: str) -> None:
    assert threshold(written) == set()


@pytest.mark.parametrize(
    ("comparison", "tells", "acts", "is_milder"),
    [
        ("lt", 0.9, 0.95, True),
        ("lt", 0.9, 0.8, False),
        ("pct_change_lt", -2, -1, True),
        ("pct_change_lt", -2, -5, False),
        ("ratio_outside", [0.5, 2], 1.5, True),
        ("ratio_outside", [0.5, 2], 3, False),
        ("gt", "the SLO", 1, False),
        ("neq", 3, 1, False),
    ],
)
def test_mildness_follows_the_direction_of_the_comparison(
    comparison: str, tells: object, acts: float, *, is_milder: bool
) -> None:
    entry = sound(
        detectors__0__comparison=comparison,
        detectors__0__threshold=tells,
        detectors__0__intervention_threshold=acts,
    )

    assert bool(Case(entry).places("milder-intervention")) is is_milder


def test_a_window_of_no_length_is_found() -> None:
    assert Case(sound(detectors__1__window="0m")).places("impossible-threshold") == {"detectors.1.window"}


def test_a_remedy_that_cannot_be_undone_names_its_fallback() -> None:
    entry = sound(mitigations__0__rollback={"possible": False, "text": "Gone."}, mitigations__0__fallback=None)

    assert Case(entry).places("no-way-back") == {"mitigations.0.fallback"}


def test_an_escalation_that_ends_in_a_channel_is_found() -> None:
    entry = sound(mitigations__0__escalation__1__to="#serving")

    assert Case(entry).places("wandering-escalation") == {"mitigations.0.escalation.1.to"}


def test_automation_that_acts_names_a_detector_with_an_intervention_threshold() -> None:
    entry = sound(detectors__0__intervention_threshold=None)

    assert Case(entry).places("unbridled-automation") == {"mitigations.0.automation.detector"}


def test_a_governed_effect_needs_a_reviewer_who_can_judge_it() -> None:
    entry = sound(effects=[{"category": "legal-or-compliance"}], governance=POLICY)

    assert Case(entry).places("ungoverned-effect") == {"effects.0.category"}
    assert Case(entry, facts=knowing(approvals=(Approval("U1", "legal"),))).places("ungoverned-effect") == set()
    assert Case(entry, facts=None).places("ungoverned-effect") == set()


def test_the_reason_for_having_no_policy_is_an_answer() -> None:
    entry = sound(effects=[EFFECT], left_out=[{"part": "governance", "reason": "No policy exists yet."}])

    assert Case(entry).places("ungoverned-effect") == set()


@pytest.mark.parametrize(
    ("first", "second"), [("supersedes", "supersedes"), ("broader", "broader"), ("narrower", "narrower")]
)
def test_relations_that_run_in_a_circle_are_found(first: str, second: str) -> None:
    there, back = [{"type": first, "slug": "slow-model"}], [{"type": second, "slug": "queue-overflow"}]

    circle = Case(sound(related=there), others=(neighbour(related=back),))

    assert circle.places("dead-relation") == {"related"}


def test_a_circle_of_an_older_revision_of_the_entry_does_not_count() -> None:
    there, back = [{"type": "supersedes", "slug": "slow-model"}], [{"type": "supersedes", "slug": "queue-overflow"}]

    mended = Case(sound(related=[]), others=(sound(related=there), neighbour(related=back)))

    assert mended.places("dead-relation") == set()


def test_broader_and_narrower_said_from_both_sides_is_no_circle() -> None:
    there, back = [{"type": "broader", "slug": "slow-model"}], [{"type": "narrower", "slug": "queue-overflow"}]

    assert Case(sound(related=there), others=(neighbour(related=back),)).places("dead-relation") == set()


def test_an_entry_linked_to_itself_is_found() -> None:
    entry = sound(related=[{"type": "peer", "slug": "queue-overflow"}], discriminators=[])

    assert Case(entry).places("dangling-relation") == {"related.0.slug"}


def test_an_occurrence_that_ended_before_it_was_seen_is_found() -> None:
    facts = knowing(occurrences=happened({"resolved": at(9)}))

    assert Case(sound(), facts=facts).places("timeline-out-of-order") == {"occurrences"}


def test_a_remedy_that_prevents_is_held_to_every_recurrence() -> None:
    facts = knowing(occurrences=happened({}, {}))

    assert Case(sound(mitigations__0__kind="prevent"), facts=facts).places("remedy-not-working") == {"mitigations.0"}
    assert Case(sound(), facts=facts).places("remedy-not-working") == set()


def test_a_typical_severity_that_most_occurrences_passed_is_found() -> None:
    worse = {"severity": "sev1"}

    facts = knowing(occurrences=happened(worse, worse, {}))

    assert Case(sound(), facts=facts).places("underrated-severity") == {"severity.typical"}


def test_evidence_nobody_looked_at_for_ninety_days_is_found_and_a_fresh_look_here_counts() -> None:
    entry = sound(evidence__0__last_checked=date(2026, 1, 1))
    looked = knowing(link_states={"https://example.com/account": ("ok", date(2026, 5, 31))})

    assert Case(entry).places("dead-evidence") == {"evidence.0.last_checked"}
    assert Case(entry, facts=looked).places("dead-evidence") == set()


def test_an_entry_opened_within_a_year_is_in_use() -> None:
    opened = knowing(shown=0, last_opened=date(2026, 6, 1) - timedelta(days=364))

    assert Case(sound(), facts=opened).places("unused-entry") == set()


@pytest.mark.parametrize("signature", [".*", "a?", "(a|)"])
def test_a_signature_that_matches_every_line_is_found(signature: str) -> None:
    assert Case(sound(log_signatures=[signature])).places("unusable-signature") == {"log_signatures.0"}


def test_the_documents_table_is_the_registry() -> None:
    written = (CATALOG.parent / "docs" / "catalog.md").read_text()

    rows = [f"| {one.number or ''} | `{one.slug}` | {one.level} | {one.guards_against} |" for one in CHECKS]

    assert "\n".join(rows) in written


def test_a_grave_failure_is_rehearsed_by_those_who_have_it_and_not_by_a_file() -> None:
    unrehearsed = sound(mitigations__0__rehearsal=None)

    assert Case(unrehearsed).places("incomplete-remedy") == {"mitigations.0"}
    assert Case(unrehearsed, facts=None).places("incomplete-remedy") == set()
