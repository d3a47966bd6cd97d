"""Months of reviews with a clock that runs ahead: the short run of `benchmarks/simulated_years.py`."""

from pathlib import Path

from benchmarks.simulated_years import simulated


def test_months_pass_without_a_nudge_at_night_or_twice_or_out_of_order(tmp_path: Path) -> None:
    told = simulated(tmp_path, entries=24, stewards=12, days=150, every=1.0)

    assert told["due"] > 0
    assert told["nudges"] > told["due"]
    wrong = ("due_and_not_told", "outside_working_hours", "twice", "out_of_order")
    assert {name: told[name] for name in wrong} == dict.fromkeys(wrong, 0)
