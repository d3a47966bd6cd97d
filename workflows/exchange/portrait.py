"""An entry for machines: its whole document with what only this organisation knows of it."""

from typing import Any

from workflows.entries.entry import Entry
from workflows.search.search import Found


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """Return the whole document with the facts of this organisation."""
    return {
        **entry.document.model_dump(mode="json"),
        "tags": sorted(entry.document.tags),
        "steward": entry.steward,
        "first_containment_step": entry.document.first_containment_step,
        "revision": entry.revision,
        "updated_at": entry.updated_at.isoformat(),
        "last_verified_at": entry.last_verified_at.isoformat() if entry.last_verified_at else None,
        "last_verified_by": entry.last_verified_by,
        "status_reason": entry.status_reason,
        "successor_id": entry.successor_id,
    }


def found_as_json(found: Found) -> dict[str, Any]:
    """Return a search result: the id, what a card shows, the score, and why."""
    document = found.entry.document
    return {
        "id": document.id,
        "slug": document.slug,
        "title": document.title,
        "severity": document.severity.typical,
        "symptom": document.symptom,
        "first_containment_step": document.first_containment_step,
        "steward": found.entry.steward,
        "is_stale": found.entry.is_stale,
        "score": round(found.score, 4),
        "why": found.why,
    }
