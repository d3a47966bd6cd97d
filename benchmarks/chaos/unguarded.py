"""The shipped bot with one guard taken away: the bench must catch what it then does wrong.

fence        a process that was paused for longer than its lease posts all the same
quarantine   what ended without an answer is tried again at once
unique_key   the outbox takes the same message twice; see `bare`

Nothing in the shipped program leads here, and no setting does.
"""

from dataclasses import replace
from datetime import timedelta

import psycopg

from bot.logs import settings_with_logs
from bot.patience import Patience
from bot.running import running
from bot.stopping import stop_signal

GUARDS = ("fence", "quarantine", "unique_key")
PATIENT = timedelta(days=1)


class Reckless(Patience):
    """Patience without the inequality that guards it."""

    def __post_init__(self) -> None:
        """Accept anything."""


def run_unguarded(guard: str) -> None:
    """Run the bot without this guard until it is told to stop."""
    settings = settings_with_logs()
    usual = Patience().hurried(settings.trial_haste)
    reckless = Reckless(**vars(usual))
    without = {
        "fence": replace(reckless, fence=PATIENT),
        "quarantine": replace(reckless, quarantine=timedelta(0)),
        "unique_key": usual,
    }
    with stop_signal() as stop, running(settings, over_http=False, patience=without[guard]) as address:
        print(f"running without {guard} at {address}", flush=True)
        stop.wait()


def bare(url: str) -> None:
    """Take the unique key away from the outbox of this PostgreSQL."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("ALTER TABLE owed_message DROP CONSTRAINT uq_owed_message_key")
