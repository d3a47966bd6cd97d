"""Which remedy of an entry to try first: the one that helped in the incidents here, however few there were.

The order goes by the lower end of Wilson's interval for the share of incidents in which a remedy helped (E. B. Wilson,
“Probable inference, the law of succession, and statistical inference”, JASA 22, 1927, p. 209), after Laplace's rule of
succession added one success and one failure to each:

    p = (helped + 1) / n,  n = tried + 2;   ( p + z²/2n − z·√( p(1−p)/n + z²/4n² ) ) / ( 1 + z²/n ),   z = 1.96

“Partly” counts half. So 7 of 9 (0.43) comes before 1 of 1 (0.21), that before a remedy nobody tried (0.09), and that
before one that was tried once in vain (0.06).
"""

from collections.abc import Iterator, Sequence
from math import sqrt
from typing import Final

from store.occurrences import OccurrenceRecord
from workflows.entries.document import FailureMode
from workflows.entries.mitigations import Mitigation
from workflows.runs.run import name_of

Z: Final = 1.96  # of the normal distribution: 19 of 20 intervals hold the true share
COUNTS: Final = {"yes": 1.0, "partly": 0.5, "no": 0.0}


def lower_bound(helped: float, tried: int) -> float:
    """Return how large (0 to 1) the share of successes is at least, as far as the tries prove it."""
    n = tried + 2
    p = (helped + 1) / n
    spread = Z * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return (p + Z * Z / (2 * n) - spread) / (1 + Z * Z / n)


def proven_first(entry: FailureMode, cases: Sequence[OccurrenceRecord]) -> FailureMode:
    """Return the entry with the remedies of each kind in the order of their proof; equals stay as they were written.

    The kinds keep their places: what contains the harm is not overtaken by what prevents the next one.
    """
    by_kind: dict[str, Iterator[Mitigation]] = {}
    for kind in {one.kind for one in entry.mitigations}:
        of_kind = [one for one in entry.mitigations if one.kind == kind]
        by_kind[kind] = iter(sorted(of_kind, key=lambda one: -_proof(one, cases)))
    ordered = [next(by_kind[one.kind]) for one in entry.mitigations]
    return entry.model_copy(update={"mitigations": ordered})


def _proof(remedy: Mitigation, cases: Sequence[OccurrenceRecord]) -> float:
    counts = [
        COUNTS[one["helped"]]
        for case in cases
        for one in case.document.get("tried") or ()
        if one["mitigation"] == name_of(remedy)
    ]
    return lower_bound(sum(counts), len(counts))
