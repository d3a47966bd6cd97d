"""The steps in which people hear of a review, one after another until somebody answers, then silence.

    step        who hears of it                         days after the date     severe or asked for: days
    handed      whom a steward handed it over to        the same working day    the same working day
    soon        its steward, in the weekly digest       a week before           a week before
    overdue     its steward, in a direct message        7                       0
    backup      the domain's backups                    14                      3
    team        the team's channel                      21                      7
    champions   champions, in a monthly list            28                      14

Every step comes at most once for a due date, and only in the working hours of whoever hears of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Literal

StepName = Literal["handed", "soon", "overdue", "backup", "team", "champions"]
SEVERE: Final = "sev1"
SILENT: Final = "silent"  # every step is over; the review still stands in lists


@dataclass(frozen=True)
class Step:
    """One step: how long after the date it comes, for ordinary reviews and for those that press."""

    name: StepName
    ordinary: timedelta
    pressing: timedelta

    def delay(self, *, presses: bool) -> timedelta:
        """Return how long after the date the step comes."""
        return self.pressing if presses else self.ordinary


STEPS: Final = (
    Step("handed", timedelta(), timedelta()),
    Step("soon", timedelta(days=-7), timedelta(days=-7)),
    Step("overdue", timedelta(days=7), timedelta()),
    Step("backup", timedelta(days=14), timedelta(days=3)),
    Step("team", timedelta(days=21), timedelta(days=7)),
    Step("champions", timedelta(days=28), timedelta(days=14)),
)
# Between two steps there is time to answer, however late the first one came.
REST: Final = timedelta(days=5)
REST_WHEN_PRESSING: Final = timedelta(days=2)


def steps_after(stage: str) -> Sequence[Step]:
    """Return the steps that follow the one told last; all of them where none was."""
    names = [step.name for step in STEPS]
    if stage == SILENT:
        return ()
    # Whoever got it from a colleague was told already, and hears next when it is overdue.
    told = "soon" if stage == "handed" else stage
    return STEPS[names.index(told) + 1 :] if told in names else STEPS
