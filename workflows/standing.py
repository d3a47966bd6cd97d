"""What stands on an incident's card after new evidence: what people judged keeps its place, the rest is ranked anew."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from store.incidents import SuggestionRecord
from workflows.search.search import STALE
from workflows.search.suggestions import Suggestion


@dataclass(frozen=True)
class Ranked:
    """What the evidence says; `reasons` are those of everything it speaks of, or None when nothing was taken back."""

    heard: int
    fresh: Sequence[Suggestion]
    reasons: Mapping[str, str] | None


def revised(before: Sequence[SuggestionRecord], fresh: Sequence[Suggestion], now: datetime) -> list[SuggestionRecord]:
    """Return the suggestions after new evidence; rank 0 is off the card.

    What a person judged keeps its place: a confirmed entry stays first, a rejected one stays visible as rejected.
    While the evidence is not good enough, the card stays as it is.
    """
    if not fresh:
        return list(before)
    known = {one.entry_id: one for one in before}
    judged = [one for one in before if one.verdict != "shown" and one.rank]
    room = [one for one in fresh if one.entry_id not in {kept.entry_id for kept in judged}]
    open_places = max(0, 3 - sum(one.verdict == "confirmed" for one in judged))
    lines = [_suggested(one, known.get(one.entry_id), now) for one in room[:open_places]]
    judged.sort(key=lambda one: one.verdict != "confirmed")
    confirmed = [one for one in judged if one.verdict == "confirmed"]
    rejected = [one for one in judged if one.verdict == "rejected"]
    ranked = [replace(one, rank=place) for place, one in enumerate([*confirmed, *lines, *rejected], start=1)]
    on_card = {one.entry_id for one in ranked}
    return ranked + [replace(one, rank=0) for one in before if one.entry_id not in on_card]


def verified_first(found: Sequence[Suggestion], stale: Collection[str]) -> list[Suggestion]:
    """Return what was found with the chance of `stale` entries discounted as search does: behind equals, not worse."""
    if not stale or len(stale) == len(found):
        return list(found)
    return sorted(found, key=lambda one: -one.chance * (STALE if one.entry_id in stale else 1.0))


def reworded(suggestions: Sequence[SuggestionRecord], reasons: Mapping[str, str]) -> list[SuggestionRecord]:
    """Return the suggestions with the reasons that still hold; what nothing speaks for any more leaves the card.

    What was deleted or edited away is so no longer quoted. What a person judged stays, if need be without a reason.
    """
    return [
        replace(
            one,
            why=reasons.get(one.entry_id, ""),
            rank=one.rank if one.entry_id in reasons or one.verdict != "shown" else 0,
        )
        for one in suggestions
    ]


def face(suggestions: Sequence[SuggestionRecord], ranking: Ranked) -> list[tuple[str, str]]:
    """Return what is worth an edit of the card; reasons change with every message and count when one was taken back."""
    counts = ranking.reasons is not None
    return [(one.entry_id, one.why if counts else "") for one in suggestions if one.rank]


def _suggested(fresh: Suggestion, known: SuggestionRecord | None, now: datetime) -> SuggestionRecord:
    return SuggestionRecord(
        entry_id=fresh.entry_id,
        rank=0,
        score=fresh.chance,
        why=fresh.why,
        verdict="shown",
        verdict_by=None,
        verdict_at=None,
        first_shown_at=known.first_shown_at if known else now,
    )
