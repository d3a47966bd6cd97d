"""That what came of a write-up was published, said where the incident happened, with thanks to those who wrote it.

The entry or the change knows which write-up led to it; whoever publishes it owes the word in the same transaction.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from store import Transaction
from store.amendments import AmendmentRecord
from store.writeups import WriteUpRecord
from workflows.writeups.writeup import NEW, place_within, tell_progress_within

PUBLISHED: Final = "writeup_published"


def origin_of(writeup_id: int, choice: str) -> str:
    """Return what a suggested change names as its origin: the write-up, and what was chosen in it."""
    return f"{writeup_id}|{choice}"


def announce_entry_within(tx: Transaction, entry_id: str, now: datetime) -> None:
    """Owe the word that a new entry is published, where it came of a write-up; once, however often it is published."""
    if (record := tx.writeups.of_entry(entry_id)) is not None:
        _announce(tx, record, NEW, {"entry": entry_id}, now)


def announce_change_within(tx: Transaction, amendment: AmendmentRecord, now: datetime) -> None:
    """Owe the word that a change is published, where it came of a write-up."""
    number, _, choice = (amendment.origin or "").partition("|")
    record = tx.writeups.get(int(number)) if choice else None
    if record is not None:
        _announce(tx, record, choice, {"entry": amendment.entry_id, "amendment": amendment.id}, now)


def _announce(tx: Transaction, record: WriteUpRecord, choice: str, result: Mapping[str, Any], now: datetime) -> None:
    told = {**record.results.get(choice, {}), **result, "published": True}
    tx.writeups.change(record.id, results={**record.results, choice: told})
    tx.outbox.owe_once(
        f"writeup:{record.id}:published:{choice}", kind=PUBLISHED, subject=origin_of(record.id, choice),
        address=place_within(tx, record), at=now,
    )  # fmt: skip
    tell_progress_within(tx, record, now)
