"""The score of an entry, and the next best thing to add."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from tests.exemplar import FACTS, around, neighbour, sound
from workflows.quality.completeness import CRITERIA, completeness


def lost(**given: Any) -> int:
    """Return how many points the change costs the entry that has them all."""
    return 100 - completeness(sound(**given), around()).score


def test_an_entry_with_everything_has_a_hundred_points_and_nothing_to_add() -> None:
    found = completeness(sound(), around())

    assert (found.score, found.band, found.missing, found.next_best) == (100, "reference", (), None)


def test_the_sections_weigh_what_the_reference_says() -> None:
    parts = completeness(sound(), around()).parts

    weights = {section: part.of for section, part in parts.items()}
    assert weights == {"discovery": 20, "diagnosis": 20, "response": 30, "learning": 15, "trust": 15}
    assert sum(criterion.points for criterion in CRITERIA) == 100


@pytest.mark.parametrize(
    ("points", "given"),
    [
        (4, {"summary": ""}),
        (6, {"aliases": ["one", "two"]}),
        (4, {"discriminators": []}),
        (6, {"latent_conditions": [{"text": "The queue has no bound."}]}),
        (2, {"triggers": []}),
        (6, {"reproduction__artifact": None}),
        (6, {"detectors__0__source": None}),
        (8, {"mitigations__0__rollback__last_exercised": date(2025, 12, 2)}),
        (4, {"mitigations__0__fallback": None}),
        (4, {"mitigations__0__expected_time__basis": "estimated"}),
        (4, {"mitigations__0__escalation": []}),
        (4, {"mitigations__0__degraded_mode": None}),
        (6, {"mitigations__0__kind": "recover"}),
        (4, {"mitigations__0__rationale": None}),
        (3, {"mitigations__0__trade_offs__0__evidence": None}),
        (4, {"case_studies": []}),
        (4, {"authors": [{"discipline": "legal"}]}),
        (4, {"evidence__0__last_checked": date(2026, 3, 2)}),
    ],
)
def test_each_thing_is_worth_its_points(points: int, given: dict[str, Any]) -> None:
    assert lost(**given) == points


@pytest.mark.parametrize(
    ("points", "facts"),
    [
        (4, {"occurrences": ()}),
        (4, {"approvals": ()}),
        (3, {"review_due": date(2026, 5, 31)}),
        (0, {"review_due": date(2026, 6, 1)}),
    ],
)
def test_local_things_are_worth_their_points(points: int, facts: dict[str, Any]) -> None:
    assert 100 - completeness(sound(), around(facts=replace(FACTS, **facts))).score == points


def test_each_specific_dimension_earns_its_share() -> None:
    assert lost(dimensions__data_domain=["any"]) == 2
    assert lost(dimensions__data_domain=["any"], dimensions__model_family=["any"]) == 3
    assert lost(dimensions__data_domain=["text", "any"], dimensions__customer_segment=["all"]) == 3


def test_a_rollback_practised_half_a_year_ago_still_counts() -> None:
    assert lost(mitigations__0__rollback__last_exercised=date(2025, 12, 3)) == 0


def test_what_is_missing_comes_worth_most_first_and_says_what_to_do() -> None:
    found = completeness(sound(triggers=[], mitigations__0__rollback__last_exercised=None), around())

    assert [(one.points, one.section) for one in found.missing] == [(8, "response"), (2, "diagnosis")]
    assert found.next_best is not None
    assert found.next_best.sentence.startswith("Practise the rollback")


def test_a_stub_is_a_stub() -> None:
    found = completeness(neighbour(), around(facts=None))

    assert found.band == "stub"
    assert found.score == 0


@pytest.mark.parametrize(("given", "band"), [({}, "reference"), ({"mitigations": []}, "usable")])
def test_the_band_follows_the_score(given: dict[str, Any], band: str) -> None:
    assert completeness(sound(**given), around()).band == band
