"""What the bots of incident tools say of an incident: its severity, its status, who leads it.

Each tool words it otherwise and changes its words at will; what they share is the name of the thing, then its value:
“Severity: SEV2”, “changed the status from Investigating to Mitigated”, “Incident Lead: @sam”. Whatever else they say is
evidence like any message. Severities are numbered from the worst; tools that begin at 0 or have five meet our four.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from workflows.entries.parts import SeverityLevel

Status = Literal["open", "mitigating", "mitigated", "resolved"]
STATUSES: Final[Sequence[Status]] = get_args(Status)

# As their apps are called in Slack, in small letters.
TOOLS: Final = (
    "incident.io", "incident io", "firehydrant", "rootly", "pagerduty", "dispatch", "opsgenie", "jeli", "blameless",
    "grafana irm", "grafana oncall", "incident bot", "incidentbot", "jira service management", "splunk on-call",
    "servicenow", "squadcast", "ilert", "spike", "response",
)  # fmt: skip
SEVERITIES: Final[Mapping[str, SeverityLevel]] = {
    "0": "sev1", "1": "sev1", "2": "sev2", "3": "sev3", "4": "sev4", "5": "sev4",
    "critical": "sev1", "major": "sev2", "high": "sev2", "minor": "sev3", "medium": "sev3", "moderate": "sev3",
    "low": "sev4",
}  # fmt: skip
WORDS: Final[Mapping[Status, str]] = {
    "open": "open|opened|reopened|active|started|triage|triaging|triggered|investigating|identified|acknowledged",
    "mitigating": "mitigating|fixing|in progress|responding",
    "mitigated": "mitigated|monitoring|contained|stable|stabilized",
    "resolved": "resolved|closed|completed|documenting|post-incident|postmortem|post-mortem|learning",
}
_STATUS_OF: Final[Mapping[str, Status]] = {word: status for status, words in WORDS.items() for word in words.split("|")}
# Between the name and the value stand blanks, marks, “from X”, “has been”, “was updated”, on one line or the next.
_BETWEEN = r"\W{0,6}(?:(?:was|has been|is|now|updated|changed|set|moved|from \S+(?: \S+)?)\W{1,3}){0,4}(?:to\W{1,3})?"
_SEVERITY = re.compile(
    rf"\b(?:severity|priority){_BETWEEN}(?:(?:sev|p)(?:erity)?[\s-]?)?({'|'.join(SEVERITIES)})\b", re.IGNORECASE
)
_STATUS = re.compile(rf"\b(?:status|stage|milestone|incident){_BETWEEN}({'|'.join(_STATUS_OF)})\b", re.IGNORECASE)
_LEAD = re.compile(rf"\b(?i:lead|commander|owner){_BETWEEN}@?([UW][A-Z0-9]{{6,}})\b")


@dataclass(frozen=True)
class Reported:
    """What a tool says of the incident; None where it says nothing of it."""

    status: Status | None = None
    severity: SeverityLevel | None = None
    commander: str | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether the tool says nothing of the incident as a whole."""
        return self == Reported()


def is_incident_tool(bot_name: str) -> bool:
    """Return whether a bot of that name speaks for an incident tool."""
    plain = bot_name.casefold()
    return any(plain == tool or plain.startswith((f"{tool} ", f"{tool}-")) for tool in TOOLS)


def reported(text: str) -> Reported:
    """Return what the tool says in the text; of several values the last counts."""
    severity = [found.group(1).casefold() for found in _SEVERITY.finditer(text)]
    status = [found.group(1).casefold() for found in _STATUS.finditer(text)]
    lead = [found.group(1) for found in _LEAD.finditer(text)]
    return Reported(
        _STATUS_OF[status[-1]] if status else None,
        SEVERITIES[severity[-1]] if severity else None,
        lead[-1] if lead else None,
    )
