"""Dated, local cases of failure modes: records apart from the portable entry, from which frequency is counted."""

from datetime import datetime
from typing import Any

from store.occurrences import OccurrenceRecord
from workflows.quality.surroundings import Occurrence, Tried


def occurrence_of(record: OccurrenceRecord) -> Occurrence:
    """Return the case as quality's rules look at it."""
    document = record.document
    return Occurrence(
        id=record.id,
        certainty=record.certainty,  # type: ignore[arg-type]  # the column holds a Certainty
        started=_moment(document.get("started")) or record.happened_at,
        detected=_moment(document.get("detected")),
        contained=_moment(document.get("contained")),
        resolved=_moment(document.get("resolved")),
        severity=document["severity"],
        tried=tuple(Tried(**one) for one in document.get("tried", ())),
    )


def _moment(written: Any) -> datetime | None:
    return datetime.fromisoformat(written) if written else None
