"""Checks against the other entries: doubles, shared aliases, and relations that lead somewhere."""

from collections.abc import Iterator, Mapping
from typing import Final

from workflows.entries.document import FailureMode
from workflows.quality.findings import Flaw
from workflows.quality.likeness import look_alikes
from workflows.quality.neighbourhood import GONE, Neighbourhood, ordered_pairs
from workflows.quality.surroundings import Surroundings

CIRCLES: Final[Mapping[str, str]] = {
    "above": "are each broader than the next, in a circle",
    "supersedes": "supersede each other in a circle",
}
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
    """Find links to entries that were given up, and relations that run in a circle."""
    for place, relation in enumerate(entry.related):
        other = surroundings.neighbourhood.get(relation.slug)
        if other is not None and other.status in GONE and relation.type != "supersedes":
            yield Flaw(
                f"related.{place}",
                f"{other.id} ({other.title}) is {other.status}; link the entry that took its place, or drop the link.",
            )
    for order, sentence in CIRCLES.items():
        if circle := _circle(entry, surroundings.neighbourhood, order):
            yield Flaw("related", f"{' → '.join(circle)}: these entries {sentence}; drop the link that is wrong.")


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


def _circle(entry: FailureMode, others: Neighbourhood, order: str) -> list[str]:
    """Return the slugs through which the order leads back to the entry, first and last its own, or nothing."""
    own = list(ordered_pairs(entry, order))
    if not own:
        return []
    paths, visited = [[entry.slug]], {entry.slug}
    while paths:
        path = paths.pop()
        # What the entry itself said in an older revision no longer counts.
        after = [slug for slug, said_by in others.after(path[-1], order) if said_by != entry.slug]
        after += [slug for before, slug in own if before == path[-1]]
        if entry.slug in after:
            return [*path, entry.slug]
        paths += [[*path, slug] for slug in after if slug not in visited]
        visited.update(after)
    return []
