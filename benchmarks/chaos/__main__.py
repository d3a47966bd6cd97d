"""Kill the bot while it delivers, and count in Slack: `make chaos`, or `python -m benchmarks.chaos --help`.

The last line is JSON; the exit code is 0 where nothing was lost or doubled, or where a missing guard was noticed.
"""

import argparse
import json
import signal
import sys
from collections.abc import Sequence
from datetime import timedelta

from benchmarks.chaos.trial import Plan, try_out
from benchmarks.chaos.unguarded import GUARDS

KILLS_A_PAUSE, KILLS_A_CRASH = 10, 50


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one trial and print what came of it."""
    wanted = _parser().parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # either way everything that was started is stopped
    plan = Plan(
        database=wanted.database,
        kills=wanted.kills,
        messages=wanted.messages,
        pauses=wanted.kills // KILLS_A_PAUSE if wanted.pauses is None else wanted.pauses,
        crashes=_crashes(wanted),
        at_once=bool(wanted.without),  # busy bots do wrong sooner
        without=wanted.without,
        haste=wanted.haste,
        people=wanted.people,
        lasts=timedelta(minutes=wanted.minutes),
    )
    verdict = try_out(plan, lambda line: print(line, file=sys.stderr, flush=True))
    print(json.dumps({"database": plan.database, "without": plan.without, **verdict.as_json()}))
    noticed = bool(verdict.doubled or verdict.lost)
    return 0 if (noticed if plan.without else verdict.is_clean()) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser("python -m benchmarks.chaos", description=__doc__)
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--messages", type=int, default=1_000)
    parser.add_argument("--pauses", type=int, help="beyond the lease; default: one for ten kills")
    parser.add_argument("--crashes", type=int, help="of PostgreSQL; default: one for fifty kills")
    parser.add_argument("--haste", type=float, default=10, help="how many times less patient the bots are")
    parser.add_argument("--people", type=int, default=2, help="who hand in forms all the time")
    parser.add_argument("--minutes", type=float, default=0, help="how long the kills take at least")
    parser.add_argument("--without", choices=GUARDS, default="", help="take one guard away; this must be noticed")
    return parser


def _crashes(wanted: argparse.Namespace) -> int:
    if wanted.database == "sqlite":
        return 0
    return int(wanted.kills // KILLS_A_CRASH if wanted.crashes is None else wanted.crashes)


if __name__ == "__main__":
    sys.exit(main())
