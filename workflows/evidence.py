"""What speaks for a failure mode in an incident, weighted by kind: talk fades, alerts and settled facts do not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from store.incidents import EvidenceRecord, IncidentRecord

# Set by judgement, not fitted: the incidents there are to measure with hold no alerts of monitors and no settled facts.
ALERT: Final = 1.0  # an alert counts as much as the newest message, however long ago it came
FACT: Final = 0.5  # what is settled narrows the choice and tells nothing of the failure itself


@dataclass(frozen=True)
class Evidence:
    """The messages of an incident, oldest first, and what of it does not fade, with its weight."""

    texts: Sequence[str]
    lasting: Mapping[str, float]

    @classmethod
    def of(cls, incident: IncidentRecord, said: Sequence[EvidenceRecord]) -> "Evidence":
        """Return what the incident's messages and its settled facts say."""
        alerts = {one.text: ALERT for one in said if one.is_alert}
        facts = [*incident.services, *incident.model_families, *filter(None, [incident.environment])]
        return cls([one.text for one in said], {" ".join(facts): FACT, **alerts} if facts else alerts)
