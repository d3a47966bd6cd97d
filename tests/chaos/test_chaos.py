"""The shipped bot, killed and paused while it delivers, loses and doubles nothing; `make chaos` is the long one."""

from datetime import timedelta

import pytest

from benchmarks.chaos.trial import Plan, try_out


@pytest.mark.timeout(300)
@pytest.mark.parametrize("database", ["postgresql", "sqlite"])
def test_nothing_is_lost_and_nothing_comes_twice_when_the_bot_dies_again_and_again(database: str) -> None:
    crashes = 1 if database == "postgresql" else 0
    plan = Plan(
        database,
        kills=6,
        pauses=1,
        crashes=crashes,
        messages=60,
        haste=10,
        drain=timedelta(minutes=2),
    )

    told: list[str] = []

    verdict = try_out(plan, told.append)

    assert verdict.is_clean(), (verdict, told[-3:])
    assert (verdict.kills, verdict.pauses, verdict.crashes, verdict.sent) == (6, 1, crashes, verdict.owed)


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("guard", "messages"), [("unique_key", 20), ("quarantine", 250)])
def test_a_bot_without_one_of_its_guards_is_caught(guard: str, messages: int) -> None:
    plan = Plan(
        "postgresql",
        kills=1,
        pauses=0,
        crashes=0,
        messages=messages,
        haste=20,
        people=0,
        at_once=True,
        without=guard,
        drain=timedelta(minutes=2),
    )

    verdict = try_out(plan, lambda _told: None)

    assert verdict.doubled > 0, verdict
