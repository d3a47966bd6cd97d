"""Checks against the other entries: doubles, shared aliases, and relations that lead somewhere."""

from collections.abc import Iterator, Mapping
from typing import Final

from workflows.entries.document import FailureMode
from workflows.quality.findings import Flaw
from workflows.quality.likeness import look_alikes
from workflows.quality.neighbourhood import GONE
from workflows.quality.surroundings import Surroundings

DOUBLE: Final = 85.0  # of 100; the pilot's most alike pair of distinct entries stays below


def shared_alias(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find aliases that another published entry carries, so that a search could not tell the two apart."""
    for place, alias in enumerate(entry.aliases):
        holders = surroundings.neighbourhood.published_with_alias(alias)
        if other := next((one for one in holders if one.id != entry.id), None):
            yield Flaw(
                f"aliases.{place}",
                f"{other.id} ({other.title}) has the alias “{alias}” too; drop it here or there, so that it means one"
                " thing.",
            )


def dead_relation(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find links to entries that were given up, and entries that supersede themselves through others."""
    for place, relation in enumerate(entry.related):
        other = surroundings.neighbourhood.get(relation.slug)
        if other is not None and other.status in GONE and relation.type != "supersedes":
            yield Flaw(
                f"related.{place}",
                f"{other.id} ({other.title}) is {other.status}; link the entry that took its place, or drop the link.",
            )
    if circle := _circle(entry, surroundings.neighbourhood):
        yield Flaw(
            f"related.{next(n for n, one in enumerate(entry.related) if one.type == 'supersedes')}",
            f"The entries {' → '.join(circle)} supersede each other in a circle; drop the link that is wrong.",
        )


def dangling_relation(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find links and discriminators that name no entry, or the entry itself."""
    named = [(f"related.{place}.slug", one.slug) for place, one in enumerate(entry.related)]
    named += [(f"discriminators.{place}.confusable", one.confusable) for place, one in enumerate(entry.discriminators)]
    for place, slug in named:
        if slug == entry.slug:
            yield Flaw(place, "The entry is linked to itself; name the entry that is meant, or drop the link.")
        elif slug not in surroundings.neighbourhood:
            yield Flaw(place, f"There is no entry “{slug}” in this catalog; correct the slug, or drop the link.")


def undiscriminated(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find look-alikes without a check that tells them apart."""
    told_apart = {one.confusable for one in entry.discriminators}
    for place, relation in enumerate(entry.related):
        if relation.type == "confusable-with" and relation.slug not in told_apart:
            yield Flaw(
                f"related.{place}",
                f"It is confused with {relation.slug}, and no discriminator tells the two apart; add the check and what"
                " each result means.",
            )


def near_double(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find entries that say nearly the same without being related."""
    related = {one.slug for one in entry.related}
    for found in look_alikes(entry, surroundings.neighbourhood):
        other = surroundings.neighbourhood[found.slug]
        if (
            found.score >= DOUBLE
            and found.slug not in related
            and entry.slug not in {one.slug for one in other.related}
        ):
            yield Flaw(
                "title",
                f"{found.entry_id} ({found.title}) says nearly the same ({found.why}); merge the two, or relate them"
                " and say what tells them apart.",
            )


def _circle(entry: FailureMode, others: Mapping[str, FailureMode]) -> list[str]:
    """Return the slugs through which the entry supersedes itself, first and last its own, or nothing."""
    paths = [[entry.slug, slug] for slug in _superseded(entry)]
    visited: set[str] = set()
    while paths:
        path = paths.pop()
        if path[-1] == entry.slug:
            return path
        if path[-1] not in visited and path[-1] in others:
            visited.add(path[-1])
            paths += [[*path, slug] for slug in _superseded(others[path[-1]])]
    return []


def _superseded(entry: FailureMode) -> list[str]:
    return [one.slug for one in entry.related if one.type == "supersedes"]
