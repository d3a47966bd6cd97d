"""An hour without Slack, a storm of 429s, a thousand lost answers: nothing is lost, doubled or tried too early."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from http.client import RemoteDisconnected
from itertools import cycle, pairwise
from typing import Any
from urllib.error import URLError

import pytest
from slack_sdk.web import SlackResponse

from bot.messenger import AT_ONCE
from bot.patience import Patience
from store import Store
from tests.doubles import StillClock
from tests.fake_slack import FakeSlack, refusal
from tests.unit.test_messenger import Scene

POST = "chat.postMessage"
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
MESSAGES, CHANNELS = 40, 10
LOST = 1000  # answers


@dataclass
class StormySlack(FakeSlack):
    """Answers as `weather` says, and notes for each channel when it was called and until when it asked to wait."""

    weather: Iterator[str] = field(default_factory=lambda: cycle(["fine"]))
    chance: random.Random = field(default_factory=lambda: random.Random(8))
    called: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    wait_until: dict[str, float] = field(default_factory=dict)
    early: int = 0
    seen: Counter[str] = field(default_factory=Counter)

    __hash__ = FakeSlack.__hash__

    def api_call(self, api_method: str, **given: Any) -> SlackResponse:
        trouble = next(self.weather)
        if api_method == POST:
            channel, now = (
                str({**(given.get("json") or {}), **(given.get("params") or {})}["channel"]),
                self.clock.now.timestamp(),
            )
            self.called[channel].append(now)
            self.early += now < self.wait_until.get(channel, 0.0)
            self.seen[trouble] += 1
            if trouble == "429":
                wait = self.chance.randint(1, 60)
                self.wait_until[channel] = now + wait
                raise refusal("ratelimited", status=429, Retry_After=str(wait))
        elif trouble == "429":
            trouble = "fine"
        if trouble == "lost":
            super().api_call(api_method, **given)
            raise RemoteDisconnected("gone")
        if trouble != "fine":
            raise {"503": refusal("", status=503), "late": TimeoutError("late")}.get(
                trouble, URLError(ConnectionRefusedError("refused"))
            )
        return super().api_call(api_method, **given)


def stormy(kinds: dict[str, float], seed: int = 7) -> Iterator[str]:
    """Yield troubles in these shares."""
    chance = random.Random(seed)
    while True:
        yield chance.choices(list(kinds), list(kinds.values()))[0]


def doubled(slack: FakeSlack) -> dict[str, int]:
    return {text: count for text, count in Counter(slack.texts).items() if count > 1}


@pytest.mark.parametrize("processes", [1, 3])
def test_after_an_hour_of_outage_and_a_storm_of_429s_all_is_there_once_and_nothing_was_tried_too_early(
    store: Store, clock: StillClock, processes: int
) -> None:
    slack = StormySlack(clock)
    scene = Scene(store, clock, slack)
    for number in range(MESSAGES):
        scene.owe(str(number), address=f"C{number % CHANNELS}")
    deliveries = [scene.process() for _ in range(processes)]

    def live(span: timedelta, step: timedelta, weather: dict[str, float]) -> None:
        slack.weather = stormy(weather)
        for _ in range(int(span / step)):
            for one in deliveries:
                one.deliver_due()
            scene.passes(step)

    live(HOUR, 10 * SECOND, {"503": 3, "late": 1, "refused": 3})
    assert slack.texts == []
    live(HOUR / 3, SECOND, {"429": 8, "fine": 2})
    live(HOUR / 2, SECOND, {"fine": 1})

    assert sorted(slack.texts) == sorted(f"about {number}" for number in range(MESSAGES))
    assert slack.early == 0
    later = [after - before for times in slack.called.values() for before, after in pairwise(times)]
    assert min(later) >= 1
    assert slack.seen["429"] > MESSAGES


def test_answers_that_are_lost_a_thousand_times_double_nothing(store: Store, clock: StillClock) -> None:
    slack = StormySlack(clock)
    scene = Scene(store, clock, slack)
    process, lost = scene.process(), 0
    for batch in range(LOST // AT_ONCE):
        subjects = [str(AT_ONCE * batch + one) for one in range(AT_ONCE)]
        for subject in subjects:
            scene.owe(subject, address=f"C{subject}")
        slack.weather = cycle(["lost"])
        process.deliver_due()
        slack.weather = cycle(["fine"])
        lost += sum(scene.message(subject).state == "unknown" for subject in subjects)
        process.deliver_due()
        scene.passes(Patience().quarantine)
        process.deliver_due()

    assert (lost, len(slack.texts), doubled(slack)) == (LOST, LOST, {})
