"""The metronome: wakes the sweeps; what is due stands in our tables, never in here.

APScheduler keeps its jobs in memory. Its own job store would pickle them, drop late ones and run each in every process.
"""

from collections.abc import Callable
from datetime import timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot.reference import new_reference
from bot.workspace import SlackWorkspace
from store import Store, Unavailable
from workflows.clock import Clock, system_clock
from workflows.drills import Drills
from workflows.entries.catalog import Catalog
from workflows.entries.links import Links
from workflows.notices import Notices
from workflows.recognition import Recognition
from workflows.retention import Retention
from workflows.reviews.nudging import Nudging
from workflows.reviews.ownership import Ownership
from workflows.reviews.rescheduling import Rescheduling
from workflows.runs.timers import Timers
from workflows.sampling import Sampling
from workflows.search.gaps import Gaps
from workflows.triggers import Triggers
from workflows.undelivered import Undelivered
from workflows.writeups.reminding import Reminding

log = structlog.get_logger(__name__)

MEANINGS_CHECK = timedelta(seconds=5)  # how soon the meaning of new entries is read
RUN_CHECK = timedelta(seconds=5)  # how soon people hear that a remedy takes longer than expected
TRIGGER_CHECK = timedelta(hours=1)  # how soon a recurrence, a leaver or an expired rehearsal is seen
OWNERSHIP_CHECK = timedelta(hours=1)  # how soon a domain without a steward is noticed
LINK_CHECK = timedelta(hours=1)
RETENTION_CHECK = timedelta(hours=1)
WORKSPACE_CHECK = timedelta(minutes=10)  # how soon a change of a user group, or a leaver, is seen
SAMPLING_CHECK = timedelta(hours=1)  # how soon a new month's sample is drawn
DIGEST_CHECK = timedelta(minutes=10)  # how soon after its hour the monthly digest is posted
TYPED_KEPT = timedelta(days=90)  # what somebody typed into a form and never sent
RECEIPTS_KEPT = timedelta(days=3)  # Slack redelivers for a day at most


def schedule(
    *,
    store: Store,
    clock: Clock,
    catalog: Catalog,
    triggers: Triggers,
    rescheduling: Rescheduling,
    nudging: Nudging,
    ownership: Ownership,
    timers: Timers,
    drills: Drills,
    sampling: Sampling,
    notices: Notices,
    recognition: Recognition,
    undelivered: Undelivered,
    reminding: Reminding,
    workspace: SlackWorkspace,
    retention: Retention,
    gaps: Gaps,
    links: Links | None,
    sweep_interval: timedelta,
) -> BackgroundScheduler:
    """Return the scheduler with every sweep, not yet started; each sweep runs at once and then at its interval."""

    def forget_what_is_old() -> None:
        with store.begin() as tx:
            tx.receipts.forget_before(clock() - RECEIPTS_KEPT)
            tx.unsent.drop_before(clock() - TYPED_KEPT)

    scheduler = BackgroundScheduler(
        timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
    )
    sweeps: dict[str, tuple[Callable[[], object], timedelta]] = {
        "triggers": (triggers.look, TRIGGER_CHECK),
        "cadences": (rescheduling.sweep, TRIGGER_CHECK),
        "reviews": (nudging.sweep, sweep_interval),
        "ownership": (ownership.look, OWNERSHIP_CHECK),
        "runs": (timers.sweep, min(sweep_interval, RUN_CHECK)),
        "drills": (drills.sweep, min(sweep_interval, RUN_CHECK)),
        "notices": (notices.sweep, sweep_interval),
        "write-ups": (reminding.sweep, sweep_interval),
        "recognition": (recognition.sweep, DIGEST_CHECK),
        "undelivered": (undelivered.sweep, sweep_interval),
        "meanings": (catalog.learn_meanings, MEANINGS_CHECK),
        "gaps": (gaps.sweep, RETENTION_CHECK),
        "retention": (retention.sweep, RETENTION_CHECK),
        "workspace": (workspace.refresh, WORKSPACE_CHECK),
        "sampling": (sampling.sweep, SAMPLING_CHECK),
        "receipts": (forget_what_is_old, timedelta(hours=1)),
    }
    if links is not None:
        sweeps["links"] = (links.check, LINK_CHECK)
    for name, (sweep, interval) in sweeps.items():
        scheduler.add_job(
            _guarded(name, sweep), "interval", seconds=interval.total_seconds(), id=name, next_run_time=system_clock()
        )
    return scheduler


def wake(scheduler: BackgroundScheduler, clock: Clock) -> None:
    """Run every sweep now; what the scheduler planned by a clock that was set since may lie days ahead."""
    for job in scheduler.get_jobs():
        job.modify(next_run_time=clock())


def _guarded(name: str, sweep: Callable[[], object]) -> Callable[[], None]:
    def run() -> None:
        try:
            sweep()
        except Unavailable:
            log.warning("the database does not answer; the sweep comes again", sweep=name)
        except Exception:  # outermost edge of the scheduler's thread
            log.exception("a sweep failed", sweep=name, reference=new_reference())

    return run
