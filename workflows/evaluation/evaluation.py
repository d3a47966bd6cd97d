"""One engine measured on one material: how well it ranks, how fast, and whether it knows when to keep silent."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Any, Final

from workflows.evaluation.engines import Decider, Engine, Ranker
from workflows.evaluation.material import Material, Query
from workflows.evaluation.measures import DEPTH, Answer, Decision, decisions, intervals, latency, quality, rank_of

AS_GIVEN: Final = ""  # the name of no noise
RUNS: Final = (1, 3, 10, 40)  # negatives in a row that are read as one channel's messages
Figures = dict[str, Any]


@dataclass(frozen=True)
class Trial:
    """An engine and what it is measured with, as the texts are given and with each noise."""

    engine: Engine
    material: Material
    noises: Sequence[str] = ()

    def run(self, memory: "Memory") -> dict[str, Figures]:
        """Return the figures by noise, those of the texts as given under `AS_GIVEN`; raises Missing."""
        used, begun = memory.used(), time.perf_counter()
        ranker = self.engine.build(self.material.items, self.material.examples)
        built = {
            "build_s": round(time.perf_counter() - begun, 3),
            "memory_mb": round((memory.used() - used) / 2**20, 1),
        }
        _warm_up(ranker, self.material)
        heard = {AS_GIVEN: self.material} | {noise: self.material.heard_through(noise) for noise in self.noises}
        return {noise: measured(ranker, material) | built for noise, material in heard.items()}


class Memory:
    """What tells how much memory the process uses; this one knows nothing, for runs in which nobody asks."""

    def used(self) -> int:
        """Return the bytes in use."""
        return 0


def measured(ranker: Ranker, material: Material) -> Figures:
    """Return the figures of a built engine, those of incidents in `per_message` and `per_incident`."""
    figures = _ranking(ranker, material.queries)
    if not material.incidents:
        return figures | _speaking(ranker, material.queries, ([text] for text in material.negatives))
    alone = [single for incident in material.incidents for single in _alone(incident)]
    return figures | {
        "per_message": _ranking(ranker, alone) | _speaking(ranker, alone, ([text] for text in material.negatives)),
        "per_incident": _ranking(ranker, material.incidents)
        | _speaking(ranker, material.incidents, _runs(material.negatives))
        | _first_cards(ranker, material.incidents),
    }


def _warm_up(ranker: Ranker, material: Material) -> None:
    """Ask a few things once, so that no engine is charged for what it loads with the first query."""
    for query in material.queries[:5]:
        ranker.rank(query.messages, DEPTH)


def _ranking(ranker: Ranker, queries: Iterable[Query]) -> Figures:
    answers = [_answer(ranker, query) for query in queries]
    return {"queries": len(answers), **quality(answers), **latency(answers), "intervals": intervals(answers)}


def _answer(ranker: Ranker, query: Query) -> Answer:
    begun = time.perf_counter()
    ranked = ranker.rank(query.messages, DEPTH)
    milliseconds = (time.perf_counter() - begun) * 1000
    return Answer(rank_of(query.relevant, ranked), rank_of(query.acceptable, ranked), milliseconds)


def _speaking(ranker: Ranker, queries: Iterable[Query], negatives: Iterable[Sequence[str]]) -> Figures:
    if not isinstance(ranker, Decider):
        return {}
    asked = [_decision(ranker, query.messages, query.acceptable) for query in queries]
    return decisions(asked, [_decision(ranker, texts, frozenset()) for texts in negatives])


def _decision(ranker: Decider, messages: Sequence[str], acceptable: frozenset[str]) -> Decision:
    chance, shown = ranker.decide(messages)
    return Decision(chance, bool(shown), bool(acceptable.intersection(shown)))


def _first_cards(ranker: Ranker, incidents: Sequence[Query]) -> Figures:
    """Return the share of incidents in which the first card stands after the first, second … message at the latest."""
    if not isinstance(ranker, Decider):
        return {}
    longest = max(len(incident.messages) for incident in incidents)
    firsts = [_first_card(ranker, incident) for incident in incidents]
    return {
        "shown_after": {
            str(count): round(sum(0 < first <= count for first in firsts) / len(firsts), 4)
            for count in range(1, longest + 1)
        }
    }


def _first_card(ranker: Decider, incident: Query) -> int:
    """Return after which message (from 1) something is shown, or 0 for never."""
    so_far = accumulate(((message,) for message in incident.messages), lambda before, more: before + more)
    return next((count for count, messages in enumerate(so_far, 1) if ranker.decide(messages)[1]), 0)


def _alone(incident: Query) -> Iterator[Query]:
    for at, message in enumerate(incident.messages):
        yield Query(f"{incident.query_id} {at}", (message,), incident.relevant, incident.acceptable)


def _runs(negatives: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the negatives in runs of each length, as a channel in which nothing happens would hold them."""
    for length in RUNS:
        for start in range(len(negatives) - length + 1):
            yield negatives[start : start + length]
