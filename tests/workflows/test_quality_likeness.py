"""Entries that may be doubles are found, and those that only speak of the same field are not."""

from typing import Any

from tests.exemplar import around, neighbour, sound, sound_document
from workflows.entries.document import FailureMode
from workflows.quality.checks.neighbours import DOUBLE
from workflows.quality.likeness import look_alikes
from workflows.quality.neighbourhood import CANDIDATES, Neighbourhood


def double(number: int = 500, **given: Any) -> FailureMode:
    changed = {"id": f"FM-{number:04d}", "slug": f"double-{number}", **given}
    return FailureMode.model_validate({**sound_document(), **changed})


def test_an_entry_is_never_its_own_double() -> None:
    assert look_alikes(sound(), {"queue-overflow": sound()}) == []


def test_the_same_title_in_another_order_is_found_and_named() -> None:
    other = double(title="Longer than callers do, requests wait", symptom="Other words.", summary="", aliases=[])

    (found,) = look_alikes(sound(), {other.slug: other})

    assert (found.entry_id, found.slug, found.score) == ("FM-0500", "double-500", 100)
    assert found.why == "the titles hold the same words"


def test_the_same_symptom_under_another_title_is_found() -> None:
    other = double(title="Backlog", aliases=[])

    (found,) = look_alikes(sound(), {other.slug: other})

    assert found.why == "what is seen is told in nearly the same words"


def test_the_same_aliases_are_found() -> None:
    other = double(title="Backlog", symptom="Other words altogether.", summary="")

    (found,) = look_alikes(sound(), {other.slug: other})

    assert found.why == "most aliases are the same"


def test_titles_that_differ_in_the_word_that_counts_are_no_doubles() -> None:
    driver = neighbour(title="GPU driver mismatch after an update", symptom="Nodes drop out of the pool.")
    other = double(title="CPU driver mismatch after an update", symptom="Latency doubles.", summary="", aliases=[])

    assert all(found.score < DOUBLE for found in look_alikes(driver, {other.slug: other}))


def test_aliases_that_differ_in_a_number_are_not_the_same() -> None:
    first = neighbour(aliases=["error 429", "status 429", "code 429"])
    other = double(title="Backlog", symptom="Other words.", summary="", aliases=["error 500", "status 500", "code 500"])

    assert look_alikes(first, {other.slug: other}) == []


def test_another_failure_of_the_same_field_is_none() -> None:
    assert look_alikes(sound(), {"slow-model": neighbour()}) == []


def test_entries_that_were_given_up_are_no_doubles() -> None:
    assert look_alikes(sound(), {"double-500": double(status="merged")}) == []


def test_a_draft_with_two_fields_finds_its_double() -> None:
    draft = FailureMode.model_validate(
        {
            "id": "FM-0999",
            "slug": "draft",
            "title": "Requests wait longer than callers",
            "symptom": "The queue grows and callers report time-outs.",
            "cause_category": "capacity",
            "severity": {"typical": "sev2", "worst_credible": "sev1"},
            "domain": "serving",
        }
    )

    (found,) = look_alikes(draft, {"queue-overflow": sound()})

    assert found.score > 85


def test_the_most_alike_of_many_come_first_and_no_more_than_asked_for() -> None:
    crowd = Neighbourhood([*(double(number) for number in range(500, 560)), around().others["slow-model"]])

    found = look_alikes(sound(), crowd, limit=3)

    assert len(found) == 3
    assert {one.score for one in found} == {100}
    assert len(crowd.candidates(sound())) <= CANDIDATES + 1


def test_a_neighbourhood_is_the_entries_by_slug() -> None:
    neighbourhood = Neighbourhood([sound(), neighbour()])

    assert (len(neighbourhood), list(neighbourhood)) == (2, ["queue-overflow", "slow-model"])
    assert neighbourhood["slow-model"].id == "FM-0101"
