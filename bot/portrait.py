"""An entry outside Slack: as JSON for machines and as Markdown for people."""

from collections.abc import Iterator
from typing import Any

from workflows.entries.catalog import Entry
from workflows.entries.mitigations import Mitigation
from workflows.search.search import Found


def entry_as_json(entry: Entry) -> dict[str, Any]:
    """Return the whole document with what this organisation knows of it."""
    return {
        **entry.document.model_dump(mode="json"),
        "steward": entry.steward,
        "first_containment_step": entry.document.first_containment_step,
        "last_verified_at": entry.last_verified_at.isoformat() if entry.last_verified_at else None,
        "last_verified_by": entry.last_verified_by,
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
        "score": round(found.score, 4),
        "why": found.why,
    }


def entry_as_markdown(entry: Entry) -> str:
    """Return the entry as a page of Markdown."""
    return "\n\n".join(_paragraphs(entry))


def _paragraphs(entry: Entry) -> Iterator[str]:
    document = entry.document
    verified = f"verified {entry.last_verified_at:%Y-%m-%d}" if entry.last_verified_at else "never verified here"
    yield f"# {document.id} {document.title}"
    yield f"{document.severity.typical}, worst {document.severity.worst_credible} · {document.status} · {verified}"
    yield document.summary or document.symptom
    yield f"**What people see.** {document.symptom}"
    if document.latent_conditions:
        yield "**What was wrong before**\n\n" + _list(condition.text for condition in document.latent_conditions)
    if document.detectors:
        yield "**Signals**\n\n" + _list(
            f"{one.metric} {one.comparison} {one.threshold} {one.unit or ''} over {one.window}"
            for one in document.detectors
        )
    for remedy in document.mitigations:
        yield _remedy(remedy)
    if document.evidence:
        yield "**Evidence**\n\n" + _list(f"{one.title}: {one.supports}" for one in document.evidence)


def _remedy(remedy: Mitigation) -> str:
    steps = "\n".join(f"{place}. {step}" for place, step in enumerate(remedy.checklist, start=1))
    parts = [f"## {remedy.kind.capitalize()}: {remedy.title}", steps, f"Owner: {remedy.owner}"]
    if remedy.rollback:
        parts.append(f"**Roll back.** {remedy.rollback.text}")
    if remedy.fallback:
        parts.append(f"**If that does not help.** {remedy.fallback}")
    return "\n\n".join(parts)


def _list(items: Iterator[str]) -> str:
    return "\n".join(f"- {item}" for item in items)
