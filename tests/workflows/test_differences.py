"""What changed in an entry is told field by field, and an item that was put in is one change."""

import pytest

from tests.factories import failure_mode
from workflows.entries.differences import NAMED_BY, Difference, differences
from workflows.entries.document import FailureMode
from workflows.entries.parts import Part

CONTAIN = {"title": "Contain it", "kind": "contain", "checklist": ["Stop the job", "Tell the rota"], "owner": "rota"}
PREVENT = {"title": "Gate it", "kind": "prevent", "checklist": ["Add a gate"], "owner": "rota"}


def test_equal_documents_do_not_differ() -> None:
    assert differences(failure_mode(), failure_mode()) == []


def test_a_changed_field_is_one_difference_with_both_values() -> None:
    after = failure_mode(severity={"typical": "sev3", "worst_credible": "sev1"})

    assert differences(failure_mode(), after) == [
        Difference("severity.typical", "Severity › Typical", "sev2", "sev3"),
    ]


def test_a_mitigation_put_in_first_is_one_difference() -> None:
    before = failure_mode(mitigations=[CONTAIN])

    found = differences(before, failure_mode(mitigations=[PREVENT, CONTAIN]))

    assert [(one.path, one.label, one.before) for one in found] == [("mitigations.0", "Preventing mitigation", None)]
    assert found[0].after == "Title: Gate it\nKind: prevent\nSteps:\n  - Add a gate\nOwner: rota"


def test_what_is_gone_is_named_where_it_stood() -> None:
    found = differences(failure_mode(mitigations=[CONTAIN, PREVENT]), failure_mode(mitigations=[CONTAIN]))

    assert [(one.path, one.after) for one in found] == [("mitigations.1", None)]


def test_a_step_put_in_or_reworded_is_one_difference() -> None:
    before = failure_mode(mitigations=[CONTAIN])
    inserted = failure_mode(mitigations=[{**CONTAIN, "checklist": ["Look", "Stop the job", "Tell the rota"]}])
    reworded = failure_mode(mitigations=[{**CONTAIN, "checklist": ["Stop every job", "Tell the rota"]}])

    assert differences(before, inserted) == [
        Difference("mitigations.0.checklist.0", "Containing mitigation › Step 1", None, "Look"),
    ]
    assert differences(before, reworded) == [
        Difference("mitigations.0.checklist.0", "Containing mitigation › Step 1", "Stop the job", "Stop every job"),
    ]


def test_a_renamed_mitigation_stays_the_same_mitigation() -> None:
    found = differences(failure_mode(mitigations=[CONTAIN]), failure_mode(mitigations=[{**CONTAIN, "title": "Halt"}]))

    assert found == [Difference("mitigations.0.title", "Containing mitigation › Title", "Contain it", "Halt")]


def test_items_that_changed_places_are_told_as_their_order() -> None:
    found = differences(failure_mode(aliases=["oom", "cold start"]), failure_mode(aliases=["cold start", "oom"]))

    assert found == [Difference("aliases", "Aliases › Order", "oom; cold start", "cold start; oom")]


def test_a_whole_part_that_appears_is_one_difference_and_its_text_needs_no_name() -> None:
    rollback = {**CONTAIN, "rollback": {"text": "Start it again."}}
    other = {**CONTAIN, "rollback": {"text": "Leave it."}}

    appeared = differences(failure_mode(mitigations=[CONTAIN]), failure_mode(mitigations=[rollback]))
    changed = differences(failure_mode(mitigations=[rollback]), failure_mode(mitigations=[other]))

    assert [(one.label, one.after) for one in appeared] == [
        ("Containing mitigation › Rollback", "Text: Start it again.")
    ]
    assert changed == [
        Difference("mitigations.0.rollback.text", "Containing mitigation › Rollback", "Start it again.", "Leave it."),
    ]


def test_two_mitigations_of_one_kind_are_told_apart_by_their_titles() -> None:
    second = {**CONTAIN, "title": "Drain it", "checklist": ["Drain the pool"]}

    found = differences(
        failure_mode(mitigations=[CONTAIN, second]), failure_mode(mitigations=[CONTAIN, {**second, "owner": "sre"}])
    )

    assert [one.label for one in found] == ["Containing mitigation “Drain it” › Owner"]


def test_a_relation_to_another_entry_is_another_relation() -> None:
    before = failure_mode(related=[{"type": "peer", "slug": "prior-shift"}])

    found = differences(before, failure_mode(related=[{"type": "peer", "slug": "label-shift"}]))

    assert [(one.before is None, one.after is None) for one in found] == [(False, True), (True, False)]


def test_a_range_of_numbers_is_one_value() -> None:
    detector = {"metric": "ratio", "comparison": "ratio_outside", "threshold": [0.9, 1.1], "window": "7d"}
    before = failure_mode(detectors=[detector])

    found = differences(before, failure_mode(detectors=[{**detector, "threshold": [0.8, 1.2]}]))

    assert found == [Difference("detectors.0.threshold", "Detector “ratio” › Threshold", "0.9, 1.1", "0.8, 1.2")]


def test_a_new_entry_differs_in_everything_it_says_in_the_order_of_the_document() -> None:
    found = differences(None, failure_mode(aliases=["oom"], schema_version=2))

    told = ["id", "slug", "title", "status", "symptom", "aliases.0", "cause_category", "severity", "mitigations.0"]
    assert [one.path for one in found] == [*told, "domain"]
    assert all(one.before is None for one in found)


@pytest.mark.parametrize("part", NAMED_BY, ids=lambda part: part.__name__)
def test_every_part_is_named_by_a_field_it_has(part: type[Part]) -> None:
    assert NAMED_BY[part] in part.model_fields


def test_every_part_that_stands_in_a_list_has_a_name() -> None:
    assert set(_listed(FailureMode)) <= set(NAMED_BY)


def _listed(part: type[Part]) -> list[type[Part]]:
    found = []
    for field in part.model_fields.values():
        for inner in _parts_in(field.annotation):
            found += [inner] if "list" in str(field.annotation) else []
            found += _listed(inner)
    return found


def _parts_in(annotation: object) -> list[type[Part]]:
    if isinstance(annotation, type) and issubclass(annotation, Part):
        return [annotation]
    return [part for inner in getattr(annotation, "__args__", ()) for part in _parts_in(inner)]
