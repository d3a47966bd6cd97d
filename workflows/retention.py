"""How long what was said in incidents is kept: until it is written up, and no longer than a limit.

goes     the messages as they were said (masked) and the reasons on cards that quote them
stays    times, verdicts, cases, runs with who did what, and the masked examples that search learned (`faultline forget`
         removes those too)
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store import Store
from store.audit import AuditRecord
from workflows.clock import Clock

AFTER_WRITE_UP: Final = timedelta(days=1)  # in which authors look something up once more
AT_ONCE: Final = 50  # incidents in one sweep; the next sweep takes the rest


@dataclass(frozen=True)
class Retention:
    """Drops messages: `kept` after the last one at the latest, and after the write-up unless it is to outlast it."""

    store: Store
    clock: Clock
    kept: timedelta
    outlasts_write_up: bool = False

    def sweep(self) -> int:
        """Drop what has been kept long enough, and return of how many incidents."""
        now = self.clock()
        written_before = None if self.outlasts_write_up else now - AFTER_WRITE_UP
        with self.store.begin() as tx:
            over = tx.incidents.kept_too_long(now - self.kept, written_before, limit=AT_ONCE)
            for incident_id in over:
                dropped = {"messages": tx.incidents.forget(incident_id)}
                tx.audit.add(AuditRecord(now, "retention", "incident.drop", f"incident:{incident_id}", None, dropped))
        return len(over)
