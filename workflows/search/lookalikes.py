"""Entries that are mistaken for each other, and the check that tells them apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations, islice
from typing import Final

from workflows.entries.document import FailureMode

MOST: Final = 3  # pairs; who has more to tell apart narrows the search first


@dataclass(frozen=True)
class Check:
    """What to look at when two entries seem to fit, and what the answer means."""

    first: FailureMode
    second: FailureMode
    check: str
    result: str


def checks_between(shown: Sequence[FailureMode]) -> list[Check]:
    """Return for two of the shown entries that look alike the check that tells them apart, once, for the first pairs.

    Where both name a check, the one of the entry that is shown first stands; it leads to the first step on its card.
    """
    found = (check for one, other in combinations(shown, 2) if (check := _between(one, other)) is not None)
    return list(islice(found, MOST))


def _between(one: FailureMode, other: FailureMode) -> Check | None:
    for entry, confusable in ((one, other), (other, one)):
        for discriminator in entry.discriminators:
            if discriminator.confusable == confusable.slug:
                return Check(one, other, discriminator.check, discriminator.result)
    return None
