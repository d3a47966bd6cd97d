"""What must be there before an entry is published, one gate at a time."""

from dataclasses import replace
from typing import Any

import pytest

from tests.exemplar import FACTS, around, sound
from workflows.quality.gates import GATES, closed_gates, missing_for_publication
from workflows.quality.surroundings import Approval, Facts

CLOSED: dict[str, dict[str, Any]] = {
    "missing-summary": {"summary": ""},
    "missing-aliases": {"aliases": ["one", "two"]},
    "missing-latent-condition": {"latent_conditions": []},
    "missing-trigger": {"triggers": []},
    "missing-effect": {"effects": []},
    "missing-business-impact": {"business_impact": []},
    "missing-reproduction": {"reproduction": None},
    "missing-severity-rationale": {"severity__rationale": None},
    "missing-dimensions": {"dimensions__customer_segment": []},
    "missing-lifecycle-stage": {"lifecycle_stage": None},
    "missing-applies-when": {"applies_when": None},
    "missing-discriminator": {"discriminators": []},
    "missing-detector": {"detectors__0__definition": None, "detectors__1__tunable": []},
    "missing-containment": {"mitigations__0__kind": "correct"},
    "missing-degraded-mode": {"mitigations__0__degraded_mode": None},
    "missing-evidence": {"evidence__0__uri": None},
    "missing-second-discipline": {"authors": [{"discipline": "security"}]},
    "missing-review-trigger": {"review_triggers": [], "review_every": None},
}
LOCAL: dict[str, dict[str, Any]] = {
    "missing-steward": {"steward": None},
    "missing-reviewer": {"approvals": (Approval("UAUTHOR", "security"),)},
    "missing-review-date": {"review_due": None},
}


def closed(facts: Facts | None = FACTS, **given: Any) -> set[str]:
    return {found.check for found in closed_gates(sound(**given), around(facts=facts))}


@pytest.mark.parametrize("gate", CLOSED)
def test_a_gate_is_closed_by_what_is_missing(gate: str) -> None:
    assert closed(**CLOSED[gate]) == {gate}


@pytest.mark.parametrize("gate", LOCAL)
def test_gates_about_people_are_closed_only_where_people_are_known(gate: str) -> None:
    assert closed(replace(FACTS, **LOCAL[gate])) == {gate}
    assert closed(None) == set()


def test_every_gate_is_tried() -> None:
    assert {*CLOSED, *LOCAL} == {gate.slug for gate in GATES}


def test_an_entry_that_has_everything_can_be_published() -> None:
    assert missing_for_publication(sound(), around()) == []
    assert missing_for_publication(sound(), around(facts=None)) == []


def test_a_steward_who_left_the_workspace_answers_for_nothing() -> None:
    assert closed(replace(FACTS, inactive=frozenset({"USTEWARD"}))) == {"missing-steward"}


@pytest.mark.parametrize("part", ["business_impact", "reproduction", "evidence"])
def test_a_reason_for_leaving_a_part_out_opens_its_gate(part: str) -> None:
    empty: Any = None if part == "reproduction" else []

    assert closed(**{part: empty}) != set()
    assert closed(**{part: empty, "left_out": [{"part": part, "reason": "Nobody could measure it."}]}) == set()


def test_a_failure_that_is_usually_mild_needs_no_degraded_mode() -> None:
    assert closed(mitigations__0__degraded_mode=None, severity__typical="sev3") == set()


@pytest.mark.parametrize("part", ["rollback", "fallback", "expected_time"])
def test_containing_takes_a_way_back_a_next_resort_and_a_time(part: str) -> None:
    assert closed(**{f"mitigations__0__{part}": None}) == {"missing-containment"}


def test_saying_that_there_is_no_way_back_is_an_answer() -> None:
    assert closed(mitigations__0__rollback={"possible": False, "text": "What was dropped is gone."}) == set()


@pytest.mark.parametrize(("state", "is_closed"), [("ok", False), ("moved", False), ("gone", True), ("forbidden", True)])
def test_evidence_counts_while_it_can_be_opened(state: str, *, is_closed: bool) -> None:
    assert ("missing-evidence" in closed(evidence__0__http_state=state)) is is_closed


def test_what_this_organisation_found_out_about_a_link_goes_before_what_the_entry_says() -> None:
    checked = replace(FACTS, link_states={"https://example.com/account": ("gone", around().today)})

    assert closed(checked) == {"missing-evidence"}


def test_an_approval_by_another_discipline_is_a_second_view() -> None:
    assert closed(authors=[{"discipline": "legal"}]) == set()
    assert closed(None, authors=[{"discipline": "legal"}]) == {"missing-second-discipline"}


def test_what_a_check_says_blocks_comes_after_the_gates_and_what_it_flags_does_not_come() -> None:
    entry = sound(summary="", severity__worst_credible="sev3", cause_category="leakage")

    assert [found.check for found in missing_for_publication(entry, around())] == [
        "missing-summary",
        "severity-upside-down",
    ]
