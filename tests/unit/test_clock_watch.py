"""The wall clock may be set at any time; the sweeps are looked after then."""

from datetime import timedelta

import pytest

from bot.clock_watch import ClockWatch
from tests.doubles import StillClock
from tests.fake_slack import StillUptime


class Alarm:
    rings = 0

    def ring(self) -> None:
        self.rings += 1


def pass_a_second(clock: StillClock, uptime: StillUptime) -> None:
    clock.forward(timedelta(seconds=1))
    uptime.seconds += 1


@pytest.mark.parametrize("jump", [timedelta(days=-2), timedelta(minutes=-1), timedelta(minutes=1), timedelta(days=2)])
def test_a_clock_that_is_set_wakes_the_sweeps_once(clock: StillClock, jump: timedelta) -> None:
    uptime, alarm = StillUptime(), Alarm()
    watch = ClockWatch(clock, uptime, alarm.ring)
    watch.look()

    clock.forward(jump)
    for _ in range(3):
        pass_a_second(clock, uptime)
        watch.look()

    assert alarm.rings == 1


def test_a_clock_that_merely_goes_on_wakes_nobody(clock: StillClock) -> None:
    uptime, alarm = StillUptime(), Alarm()
    watch = ClockWatch(clock, uptime, alarm.ring)

    for _ in range(10):
        pass_a_second(clock, uptime)
        watch.look()

    assert alarm.rings == 0
