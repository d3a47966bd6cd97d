"""Whether people say that something is wrong, apart from what.

The same words of the trade fall when an incident runs and when a release is planned; what tells the two apart are the
plain words of trouble beside them. On development incidents and chatter they let the bot speak on a seventh more of the
incidents while it keeps as silent on the rest.
"""

import math
from collections.abc import Iterable
from typing import Final

from workflows.search.words import stem, words

_PLAIN: Final = """
    abort alert alarm anomaly bad block blank break broke broken bug burn complain complaint corrupt crash crashloop
    critical damage dead decline degrade delay deny die died disconnect diverge down drop duplicate empty error evict
    exceed exception exhaust expire explode fail failure fallback false fatal flap flat frozen garbage gone hang hung
    impact incorrect invalid jump kill lag leak lose lost mismatch miss missing nan nobody nonsense null oom outage
    overload page panic poor queue refuse regress regression reject reset restart retry revert rollback rolled sev
    severe sigkill silently skip slow slower spike stale stall stop stuck suspicious terminate throttle timeout timed
    traceback unable unavailable undefined unexpected unexplained unhealthy unreachable unresponsive weird worse worst
    wrong xid zero
"""
TROUBLE: Final = frozenset(map(stem, _PLAIN.split()))


def trouble(texts: Iterable[str]) -> float:
    """Return how dense the texts are with words of trouble: the different ones by the root of the number of words."""
    said = [stem(word) for text in texts for word in words(text)]
    return len(TROUBLE.intersection(said)) / math.sqrt(len(said) + 1)
