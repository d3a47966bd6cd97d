"""What people said of earlier suggestions, kept in memory as a correction of the chances."""

from dataclasses import dataclass, field
from typing import Final

from store import Store
from workflows.search.calibration import AS_FITTED, Calibration, Outcome, calibrated

LATEST: Final = 500  # judged cards that count; a catalog that got better is not held to what it was years ago


@dataclass
class Feedback:
    """The correction that the store's verdicts call for, as of the last `refresh`."""

    store: Store
    calibration: Calibration = field(default=AS_FITTED, init=False)

    def refresh(self) -> None:
        """Take the latest verdicts into account; raises Unavailable when the database does not answer."""
        with self.store.read() as tx:
            judged = tx.incidents.judged_cards(latest=LATEST)
        self.calibration = calibrated([Outcome(card.score, card.was_confirmed) for card in judged])
