"""In every time zone there is, each digest comes exactly once, at its hour, also under a clock that is set about."""

import random
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo, available_timezones

from benchmarks.simulated_years import World
from store import Store
from workflows.workdays import Workplace

# Zones that end in the middle of nowhere (posix/, right/) are the same once more, or count leap seconds.
ZONES = sorted(
    zone for zone in available_timezones() if not zone.startswith(("posix", "right")) and zone != "localtime"
)
TUESDAY, HOUR = 1, 10
BEGIN, YEARS = datetime(2024, 1, 1, tzinfo=UTC), 9
WEEK, STEP = timedelta(days=7), timedelta(seconds=1)
DUE = datetime(2026, 4, 1, 12, tzinfo=UTC)
SET_EVERY = 1 / 12  # hours, about, by up to two days


def test_in_every_zone_each_week_of_nine_years_has_one_digest_at_its_hour() -> None:
    wrong = []
    for zone in ZONES:
        place, at, last = Workplace(ZoneInfo(zone)), BEGIN, None
        end = BEGIN.replace(year=BEGIN.year + YEARS)
        while (at := place.day_of_week(at, TUESDAY, HOUR)) < end:
            local = at.astimezone(place.zone)
            is_a_week_later = last is None or local.date() - last == WEEK
            # An hour that the clocks skip is the one after it; no zone skips more at ten in the morning.
            if local.weekday() != TUESDAY or local.hour != HOUR or not is_a_week_later:
                wrong.append((zone, local))
            last, at = local.date(), at + STEP
    assert len(ZONES) > 590
    # Samoa, Tokelau and their like skipped whole days, but before these years.
    assert wrong == []


def test_in_every_zone_everybody_hears_once_under_a_clock_that_is_set_back_and_forth(
    store: Store, tmp_path: Path
) -> None:
    world = World(store, tmp_path, entries=len(ZONES), stewards=len(ZONES))
    stewards = [f"USTEWARD{number}" for number in range(len(ZONES))]
    world.workspace.zones.update(dict(zip(stewards, ZONES, strict=True)))
    for number in range(1, len(ZONES) + 1):
        with store.begin() as tx:
            tx.reviews.schedule(f"FM-{number:04d}", DUE, "its date", lasts=timedelta(days=90))
    chance = random.Random(6)

    while world.clock.now < DUE + timedelta(days=2):
        world.clock.forward(timedelta(hours=chance.choice((1, 2, 5))))
        if chance.random() < SET_EVERY:
            world.clock.forward(timedelta(hours=chance.uniform(-48, 48)))
        world.nudging.sweep()

    soon = [nudge for nudge in world.nudges() if nudge.stage == "soon"]
    assert Counter(nudge.address for nudge in soon) == Counter(stewards)
    assert all(world.is_at_work(nudge) for nudge in soon)
