"""One engine measured on one material: how well it ranks, how fast, and whether it knows when to keep silent."""

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from workflows.evaluation.engines import Decider, Engine, Ranker
from workflows.evaluation.material import Material, Query
from workflows.evaluation.measures import (
    DEPTH,
    Answer,
    Decision,
    decision_intervals,
    decisions,
    first_card_interval,
    first_cards,
    intervals,
    latency,
    quality,
    rank_of,
)

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
        return _joined(figures, _speaking(ranker, material.queries, material))
    alone = [single for incident in material.incidents for single in _alone(incident)]
    return figures | {
        "per_message": _joined(_ranking(ranker, alone), _speaking(ranker, alone, material)),
        "per_incident": _joined(_ranking(ranker, material.incidents), _in_channels(ranker, material)),
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


def _joined(figures: Figures, more: Figures) -> Figures:
    return figures | more | {"intervals": figures["intervals"] | more.get("intervals", {})}


def _speaking(ranker: Ranker, queries: Iterable[Query], material: Material) -> Figures:
    """Return whether each text alone would be answered, and with what."""
    if not isinstance(ranker, Decider):
        return {}
    asked = [_decision(*ranker.decide(query.messages), query.acceptable) for query in queries]
    single = [text for said in (material.negatives, *material.quiet) for text in said]
    unanswered = [_decision(*ranker.decide([text]), frozenset()) for text in single]
    return decisions(asked, unanswered) | {"intervals": decision_intervals(asked, unanswered)}


def _in_channels(ranker: Ranker, material: Material) -> Figures:
    """Return what the card of each incident's channel would be, and when the first one comes."""
    if not isinstance(ranker, Decider):
        return {}
    cards = [_last_card(ranker, incident) for incident in material.incidents]
    asked, firsts = [decision for decision, _ in cards], [first for _, first in cards]
    unanswered = [_decision(*ranker.decide(run), frozenset()) for run in _runs(material.negatives)]
    unanswered += [_decision(*moment, frozenset()) for said in material.quiet for moment in _moments(ranker, said)]
    within = decision_intervals(asked, unanswered) | {"first_card": first_card_interval(firsts)}
    longest = max(len(incident.messages) for incident in material.incidents)
    return decisions(asked, unanswered) | first_cards(firsts, longest) | {"intervals": within}


def _decision(chance: float, shown: Sequence[str], acceptable: frozenset[str]) -> Decision:
    return Decision(chance, bool(shown), bool(acceptable.intersection(shown)))


def _moments(ranker: Decider, messages: Sequence[str]) -> Iterator[tuple[float, list[str]]]:
    """Yield what the ranker says after each message of a channel."""
    return (ranker.decide(messages[:count]) for count in range(1, len(messages) + 1))


def _last_card(ranker: Decider, incident: Query) -> tuple[Decision, int]:
    """Return the card as it stands in the end, and after which message (from 1) the first one stood, 0 for never.

    As live, a card stays as it is while what is said later is not good enough for another.
    """
    chance, card, first = 0.0, list[str](), 0
    for count, (now, shown) in enumerate(_moments(ranker, incident.messages), 1):
        if shown or not card:
            chance, card = now, shown
        first = first or (count if shown else 0)
    return _decision(chance, card, incident.acceptable), first


def _alone(incident: Query) -> Iterator[Query]:
    for at, message in enumerate(incident.messages):
        yield Query(f"{incident.query_id} {at}", (message,), incident.relevant, incident.acceptable)


def _runs(negatives: Sequence[str]) -> Iterator[Sequence[str]]:
    """Yield the negatives in runs of each length, as a channel in which nothing happens would hold them."""
    for length in RUNS:
        for start in range(len(negatives) - length + 1):
            yield negatives[start : start + length]
