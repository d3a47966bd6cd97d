"""No entry fits: a stub in two fields, symptom and severity; the rest comes from the incident, for editors to mend."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from store import Store, Transaction
from store.incidents import EvidenceRecord, IncidentRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.editing import checked_document, slug_of
from workflows.entries.entry import Entry
from workflows.entries.ledger import Change, begin_entry
from workflows.entries.parts import SeverityLevel, without_unstorable_characters
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm, NotFound
from workflows.incidents import LATEST_EVIDENCE
from workflows.occurrences import confirmed_within
from workflows.people import Actor
from workflows.search.learning import learn_within, worth_learning
from workflows.search.suggestions import Suggestions
from workflows.search.words import stems

ALIASES: Final = 8
WORDS_OF_AN_ALIAS: Final = range(2, 10)  # how many words a phrase of an incident has that one may search for later
LONGEST_ALIAS: Final = 90  # characters
LONGEST_TITLE: Final = 80
LONGEST_SYMPTOM: Final = 3_000
UNKNOWN_CAUSE: Final = "observability-gap"  # what can be said while nobody has seen the cause


@dataclass(frozen=True)
class Offered:
    """What a stub of an incident would begin with; `aliases` are the words that people used, without secrets."""

    incident_id: int
    channel_id: str
    symptom: str
    aliases: tuple[str, ...]


@dataclass(frozen=True)
class Stubs:
    """Making drafts of incidents that nothing in the catalog fits."""

    store: Store
    clock: Clock
    catalog: Catalog
    suggestions: Suggestions
    vocabulary: Vocabulary

    def begin(self, incident_id: int, actor: Actor, *, channel_id: str) -> Offered:
        """Return what the stub would begin with; raises NotFound, NotAllowed."""
        self.catalog.people.require_contributor(actor)
        with self.store.read() as tx:
            incident = _incident(tx, incident_id, channel_id)
            said = tx.incidents.evidence(incident.id, latest=LATEST_EVIDENCE)
        phrases = words_used(said)
        return Offered(incident.id, channel_id, "; ".join(phrases[:2]), phrases)

    def create(
        self, incident_id: int, symptom: str, severity: SeverityLevel, actor: Actor, *, channel_id: str, submission: str
    ) -> Entry | None:
        """Return the new draft, or None where the same form was taken before; the incident is its first case.

        Domain and cause are those of the entry that reads most like it, for its editors to correct.
        """
        self.catalog.people.require_contributor(actor)
        plain = without_unstorable_characters(symptom).strip()[:LONGEST_SYMPTOM]
        if not plain:
            raise InvalidForm({"symptom": "Say in a sentence what people saw."})
        with self.store.read() as tx:
            said = tx.incidents.evidence(_incident(tx, incident_id, channel_id).id, latest=LATEST_EVIDENCE)
        nearest = self._nearest([*(one.text for one in said), plain])
        now = self.clock()
        with self.store.begin() as tx:
            incident = _incident(tx, incident_id, channel_id)
            if not tx.receipts.is_first_submission(f"stub:{submission}", now):
                return None
            document = self._document(tx.entries.next_number(), plain, severity, words_used(said), nearest)
            guessed = f"; domain and cause guessed from {nearest.id}" if nearest else ""
            begin_entry(tx, document, Change("draft", actor.user_id, f"a stub from an incident{guessed}"), now)
            confirmed_within(tx, incident, document.id, actor, now)
            learn_within(tx, incident, document.id, "confirmed", by=actor.user_id, at=now)
        return self.catalog.entry(document.id, actor)

    def _nearest(self, texts: Sequence[str]) -> FailureMode | None:
        first = next(iter(self.suggestions.weigh(texts).matches), None)
        entry = self.catalog.published_entry(first.entry_id) if first else None
        return entry.document if entry else None

    def _document(
        self, number: int, symptom: str, severity: SeverityLevel, aliases: Sequence[str], nearest: FailureMode | None
    ) -> FailureMode:
        title = _title(symptom)
        given: dict[str, Any] = {
            "id": f"FM-{number:04d}",
            "slug": slug_of(title, number),
            "title": title,
            "symptom": symptom,
            "aliases": list(aliases),
            "severity": {"typical": severity, "worst_credible": severity, "certainty": "guess"},
            "cause_category": nearest.cause_category if nearest else self._first("cause_category", UNKNOWN_CAUSE),
            "domain": nearest.domain if nearest else self._first("domain", ""),
        }
        return checked_document(given, self.vocabulary)

    def _first(self, terms: str, wanted: str) -> str:
        known = list(self.vocabulary.definitions(terms))
        return wanted if wanted in known else known[0]


def words_used(said: Sequence[EvidenceRecord]) -> tuple[str, ...]:
    """Return the phrases that people used, the earliest first, masked, each once, short enough to search for."""
    found: dict[str, str] = {}
    for _, text in worth_learning(said):
        for phrase in _phrases(text):
            found.setdefault(" ".join(stems(phrase)), phrase)
    return tuple(found.values())[:ALIASES]


def _phrases(text: str) -> Iterator[str]:
    for sentence in text.replace("\n", ". ").replace("? ", ". ").replace("! ", ". ").split(". "):
        phrase = " ".join(sentence.split()).strip(" .,;:!?")[:LONGEST_ALIAS]
        if len(phrase.split()) in WORDS_OF_AN_ALIAS and len(set(stems(phrase))) > 1 and "•" not in phrase:
            yield phrase


def _title(symptom: str) -> str:
    first = " ".join(symptom.split()).split(". ")[0].split("; ")[0]
    return first if len(first) <= LONGEST_TITLE else first[: LONGEST_TITLE - 1].rsplit(" ", 1)[0] + "…"


def _incident(tx: Transaction, incident_id: int, channel_id: str) -> IncidentRecord:
    incident = tx.incidents.get(incident_id)
    if incident is None or incident.channel_id != channel_id:
        msg = "That incident belongs to another channel; look again with `/failure status`."
        raise NotFound(msg)
    return incident
