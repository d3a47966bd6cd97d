"""Changes of published entries: suggested where the entry is read, decided by its steward as a diff.

    drafting ──send──> open ──approve──> published
        │                │ └──decline──> declined
        └──withdraw──────┴──withdraw───> withdrawn

What weighs little (words, links) an editor publishes at once; what a responder acts on needs a second pair of eyes:
the steward's for somebody else's proposal, a peer's for the steward's own. An urgent correction by an editor is
published at once and looked at afterwards.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from store.amendments import AmendmentRecord
from workflows.entries.differences import Difference, differences
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.quality.findings import Finding

PROPOSAL: Final = "amendment"  # the message that asks a steward to decide
OUTCOME: Final = "amendment_outcome"  # the message that tells whoever proposed it
Weight = Literal["minor", "major", "urgent"]
# What nobody acts on by itself: words to find it by, links, explanations. Everything else is major.
MINOR_FIELDS: Final = frozenset(
    {
        "title", "summary", "aliases", "log_signatures", "related", "discriminators", "evidence", "case_studies",
        "taxonomy_maps", "patterns", "failure_mechanism", "not_when", "applies_when", "authors", "contributors",
        "review_triggers", "exercise", "reproduction",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Amendment:
    """A proposed change with its entry as it stands, what would differ, and what it lacks to be approved."""

    id: int
    entry: Entry
    document: FailureMode
    weight: Weight
    reason: str
    state: str
    version: int
    proposed_by: str
    co_authors: tuple[str, ...]
    decided_by: str | None
    decided_at: datetime | None
    decision: str | None
    published_revision: int | None
    differences: tuple[Difference, ...]
    gaps: tuple[Finding, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.state == "open"


def amendment_of(record: AmendmentRecord, entry: Entry, before: FailureMode) -> Amendment:
    """Return the proposal that a record holds; `before` is the entry as it stood, from which it differs."""
    document = FailureMode.model_validate(record.document)
    return Amendment(
        id=record.id,
        entry=entry,
        document=document,
        weight=record.weight,  # type: ignore[arg-type]  # the column holds a Weight
        reason=record.reason,
        state=record.state,
        version=record.version,
        proposed_by=record.proposed_by,
        co_authors=tuple(record.co_authors),
        decided_by=record.decided_by,
        decided_at=record.decided_at,
        decision=record.decision,
        published_revision=record.published_revision,
        differences=tuple(differences(before, document)),
    )


def proposal_key(amendment_id: int) -> str:
    """Return the key under which the message to the steward is owed."""
    return f"amendment:{amendment_id}"


def weight_of(before: FailureMode, after: FailureMode, *, urgent: bool) -> Weight:
    """Return how much a change weighs: minor where nobody acts on what it touches."""
    if urgent:
        return "urgent"
    changed = {name for name in FailureMode.model_fields if getattr(before, name) != getattr(after, name)}
    return "minor" if changed <= MINOR_FIELDS else "major"
