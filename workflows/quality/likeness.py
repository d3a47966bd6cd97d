"""Entries that may be doubles: found when one is drafted, when it is published, and in lint."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from rapidfuzz import fuzz

from workflows.entries.document import FailureMode
from workflows.quality.neighbourhood import Neighbourhood, Sketch

WORTH_SHOWING: Final = 60.0  # of 100
TITLE_SHARE, PROSE_SHARE = 0.6, 0.4  # a title is written to be told apart; prose about one field sounds alike
SAME_PROSE: Final = 90.0


@dataclass(frozen=True)
class Likeness:
    """Another entry that may be the same thing, how alike from 0 to 100, and what makes it look so."""

    entry_id: str
    slug: str
    title: str
    score: float
    why: str


def look_alikes(entry: FailureMode, others: Mapping[str, FailureMode], *, limit: int = 5) -> list[Likeness]:
    """Return the living entries that may be doubles of this one, the most alike first, at most `limit`.

    Only entries that share rare words are compared letter by letter. Pass a Neighbourhood when asking for many
    entries; its index is then built once.
    """
    neighbourhood = others if isinstance(others, Neighbourhood) else Neighbourhood(others)
    own = Sketch.of(entry)
    compared = (_likeness(own, other, neighbourhood.sketch(other)) for other in neighbourhood.candidates(entry))
    found = [likeness for likeness in compared if likeness.score >= WORTH_SHOWING]
    return sorted(found, key=lambda likeness: (-likeness.score, likeness.entry_id))[:limit]


def _likeness(own: Sketch, other: FailureMode, its: Sketch) -> Likeness:
    """Compare titles, what is seen and aliases; the strongest of the reasons is named."""
    title = fuzz.ratio(own.title, its.title)
    prose = fuzz.ratio(own.prose, its.prose)
    reasons = {
        "the titles hold the same words": 100.0 if own.title_stems == its.title_stems else 0.0,
        "what is seen is told in nearly the same words": prose if prose >= SAME_PROSE else 0.0,
        "most aliases are the same": _shared_aliases(own, its),
        "title and symptom are alike": TITLE_SHARE * title + PROSE_SHARE * prose,
    }
    why = max(reasons, key=reasons.__getitem__)
    return Likeness(other.id, other.slug, other.title, round(reasons[why], 1), why)


def _shared_aliases(own: Sketch, its: Sketch) -> float:
    """Return the share (0 to 100) of the shorter list of aliases that the other entry has as well."""
    fewer = min(len(own.aliases), len(its.aliases))
    if fewer < 2:  # noqa: PLR2004 - one shared alias says nothing about the whole
        return 0.0
    return 100 * len(own.aliases & its.aliases) / fewer
