"""How long a verification lasts: a quarter, sooner for what is severe, or as a domain or an entry has it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from workflows.entries.document import FailureMode
from workflows.quality.checks.signals import window

QUARTER: Final = timedelta(days=90)


@dataclass(frozen=True)
class Cadence:
    """The rhythm of reviews; `special` is keyed by `domain/severity`, `domain` or `severity`, the narrowest wins."""

    usual: timedelta = QUARTER
    special: Mapping[str, timedelta] = field(default_factory=dict)

    def of(self, document: FailureMode) -> timedelta:
        """Return how long a verification of the entry lasts; one that names its own interval is held to that."""
        if document.review_every:
            return window(document.review_every)
        domain, severity = document.domain, document.severity.typical
        keys = (f"{domain}/{severity}", domain, severity)
        return next((self.special[key] for key in keys if key in self.special), self.usual)
