"""The one card of an incident, as it should look now: what stands on it, and what stands behind each line."""

from dataclasses import dataclass, replace
from datetime import date

from store import Transaction
from store.incidents import SuggestionRecord
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.parts import Certainty
from workflows.occurrences import certainty_of
from workflows.runs.outcomes import TrackRecord, track_record
from workflows.runs.proof import proven_first


@dataclass(frozen=True)
class CardLine:
    """One suggestion on the card: the entry with its proven remedies first, why it is there, and what people said.

    `certainty` is how sure they are once it is confirmed, `record` how often the entry's remedies helped here,
    `rehearsed_on` when they were last practised, None where that is too long ago.
    """

    entry: Entry
    why: str
    verdict: str
    verdict_by: str | None
    certainty: Certainty | None = None
    record: TrackRecord | None = None
    rehearsed_on: date | None = None


@dataclass(frozen=True)
class Card:
    """The one card of an incident, as it should look now."""

    incident_id: int
    lines: tuple[CardLine, ...]
    is_drill: bool = False


def card_key(incident_id: int) -> str:
    """Return the key under which the incident's card is owed."""
    return f"card:{incident_id}"


def card_within(tx: Transaction, catalog: Catalog, incident_id: int, today: date) -> Card | None:
    """Return the incident's card, or None while there is nothing to show; one that was posted may become empty."""
    incident = tx.incidents.get(incident_id)
    is_drill = incident is not None and incident.is_drill
    owed = tx.outbox.get(card_key(incident_id))
    suggestions = tx.incidents.suggestions(incident_id)
    lines = [
        line
        for one in suggestions
        if (line := _line(tx, catalog, incident_id, one, today, is_drill=is_drill)) is not None
    ]
    lines.sort(key=lambda one: one.verdict != "confirmed")  # what it is stands above what else it might have been
    was_posted = owed is not None and owed.message_ts is not None
    return Card(incident_id, tuple(lines), is_drill) if lines or was_posted else None


def _line(
    tx: Transaction, catalog: Catalog, incident_id: int, suggestion: SuggestionRecord, today: date, *, is_drill: bool
) -> CardLine | None:
    entry = catalog.published_entry(suggestion.entry_id)
    if entry is None or not suggestion.rank:
        return None
    cases = tx.occurrences.of(entry.id)
    case = tx.occurrences.in_incident(entry.id, incident_id)
    # Practice rehearses the remedy that the entry names first.
    document = entry.document if is_drill else proven_first(entry.document, cases)
    return CardLine(
        replace(entry, document=document),
        suggestion.why,
        suggestion.verdict,
        suggestion.verdict_by,
        certainty=certainty_of(case) if case else None,
        record=track_record(cases),
        rehearsed_on=entry.document.rehearsed_on(today),
    )
