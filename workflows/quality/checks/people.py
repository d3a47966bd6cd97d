"""Checks of who stands behind an entry: stewards who are here, reviewers who are not its authors, several views."""

from collections.abc import Iterator, Mapping
from typing import Final

from workflows.entries.document import FailureMode
from workflows.quality.findings import Flaw
from workflows.quality.surroundings import Surroundings

# Effects that call for governance, and the disciplines that can judge each; one of them must approve.
GOVERNED: Final[Mapping[str, tuple[str, ...]]] = {
    "data-exposure": ("privacy", "security"),
    "unsafe-action": ("safety", "security", "trust-and-safety"),
    "legal-or-compliance": ("compliance", "legal"),
}
ENOUGH_VIEWS: Final = 2


def inactive_steward(_: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find entries whose steward or backup has left the workspace."""
    if surroundings.facts and surroundings.facts.inactive:
        gone = ", ".join(sorted(surroundings.facts.inactive))
        yield Flaw("domain", f"{gone} answers for this domain and has left the workspace; name somebody who is here.")


def ungoverned_effect(entry: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find effects that touch rights, safety or law without a policy and a reviewer who can judge them."""
    governed = [(n, one.category) for n, one in enumerate(entry.effects) if one.category in GOVERNED]
    if not governed:
        return
    has_policy = entry.governance is not None and bool(entry.governance.policies)
    if not has_policy and entry.reason_for_leaving_out("governance") is None:
        categories = ", ".join(dict.fromkeys(category for _, category in governed))
        yield Flaw(
            "governance.policies",
            f"The effect {categories} calls for a policy; link the one that applies, or give the reason for having none"
            " under left_out.",
        )
    if surroundings.facts is None:
        return
    approved = {approval.discipline for approval in surroundings.facts.approvals}
    for place, category in governed:
        if approved.isdisjoint(GOVERNED[category]):
            yield Flaw(
                f"effects.{place}.category",
                f"The effect {category} needs the approval of a reviewer for {' or '.join(GOVERNED[category])}; ask for"
                " that review.",
            )


def reviewing_author(_: FailureMode, surroundings: Surroundings) -> Iterator[Flaw]:
    """Find approvals by people who wrote the entry."""
    if (facts := surroundings.facts) is None:
        return
    for approval in facts.approvals:
        if approval.person in facts.authors:
            yield Flaw("authors", f"{approval.person} approved an entry of their own; ask somebody else.")


def single_view(entry: FailureMode, _: Surroundings) -> Iterator[Flaw]:
    """Find entries that only one discipline has looked at."""
    disciplines = {author.discipline for author in entry.authors}
    if len(disciplines) < ENOUGH_VIEWS:
        seen_by = f"Only {', '.join(disciplines)} wrote this entry" if disciplines else "Nobody is named as author"
        yield Flaw("authors", f"{seen_by}; have a second discipline add what the first cannot see.")
