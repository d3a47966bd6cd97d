"""Frequency, detectability and action priority are derived from what happened and what was proved."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from workflows.entries.detectors import Detector
from workflows.quality.priority import TABLE, action_priority, detectability, frequency

TODAY = date(2026, 6, 1)


def days_ago(*days: int) -> list[date]:
    return [TODAY - timedelta(days=day) for day in days]


def detector(**given: Any) -> Detector:
    return Detector.model_validate({"metric": "errors", "comparison": "gt", "threshold": 1, "window": "5m", **given})


def test_once_a_quarter_is_frequent_once_a_year_occasional_and_never_rare() -> None:
    assert frequency(days_ago(1, 2, 3, 4), TODAY) == "frequent"
    assert frequency(days_ago(10, 300, 364), TODAY) == "occasional"
    assert frequency([], TODAY) == "rare"


def test_what_happened_more_than_a_year_ago_or_is_still_to_come_does_not_count() -> None:
    assert frequency(days_ago(365, 400, -1), TODAY) == "rare"


def test_days_and_moments_count_alike() -> None:
    assert frequency([datetime(2026, 5, 1, 12, tzinfo=UTC)], TODAY) == "occasional"


def test_detection_is_weak_without_a_proved_automated_detector() -> None:
    assert detectability([], TODAY) == "weak"
    assert detectability([detector()], TODAY) == "weak"
    assert detectability([detector(automated=False, last_tested=TODAY)], TODAY) == "weak"


def test_detection_is_strong_for_180_days_after_a_test_or_a_true_alarm() -> None:
    (fresh, stale) = days_ago(180, 181)

    assert detectability([detector(last_tested=fresh)], TODAY) == "strong"
    assert detectability([detector(last_true_fire=fresh)], TODAY) == "strong"
    assert detectability([detector(last_tested=stale)], TODAY) == "partial"


def test_a_detector_that_is_mostly_wrong_is_partial_and_the_best_one_counts() -> None:
    noisy = detector(last_tested=TODAY, precision_90d=0.4)

    assert detectability([noisy], TODAY) == "partial"
    assert detectability([noisy, detector(last_tested=TODAY, precision_90d=0.5)], TODAY) == "strong"


@pytest.mark.parametrize(
    ("worst", "row"),
    [("sev1", "HHHHHHHHM"), ("sev2", "HHHHHMMML"), ("sev3", "HMMMLLLLL"), ("sev4", "MLLLLLLLL")],
)
def test_the_table_of_action_priority(worst: Any, row: str) -> None:
    looked_up = [
        action_priority(worst, often, detected) for often in TABLE[worst] for detected in ("weak", "partial", "strong")
    ]

    assert "".join(looked_up) == row
