"""Reminders of write-ups and follow-up actions, and that a reminder which was answered says so wherever it stands."""

from datetime import datetime
from typing import Final

from store import Transaction
from store.writeups import FollowUpRecord
from workflows.people import is_person
from workflows.writeups.writeup import WriteUp

UNFINISHED: Final = "writeup_reminder"  # the message about a write-up
UNDONE: Final = "follow_up_reminder"  # the message about an action


def unfinished_key(writeup_id: int, due: str) -> str:
    """Return the key of a write-up's reminder; without a due moment, how all of them begin."""
    return f"writeup:{writeup_id}:unfinished:{due}"


def undone_key(action_id: int, due: str) -> str:
    """Return the key of an action's reminder; without a due moment, how all of them begin."""
    return f"follow_up:{action_id}:undone:{due}"


def is_unfinished(writeup: WriteUp, address: str) -> bool:
    """Return whether whoever is addressed, its owner or a channel, is still asked to finish it."""
    return writeup.is_open and (address == writeup.owner or not is_person(address))


def is_undone(action: FollowUpRecord, address: str) -> bool:
    """Return whether whoever is addressed, its owner or a channel, is still asked to do it."""
    return action.state == "open" and (address == action.owner or not is_person(address))


def answer_unfinished_within(tx: Transaction, writeup_id: int, now: datetime) -> None:
    """Owe the edits by which the reminders of a write-up say what became of it, or who finishes it now."""
    tx.outbox.edit_all(UNFINISHED, prefix=unfinished_key(writeup_id, ""), at=now)


def answer_undone_within(tx: Transaction, action_id: int, now: datetime) -> None:
    """Owe the edits by which the reminders of an action say what became of it."""
    tx.outbox.edit_all(UNDONE, prefix=undone_key(action_id, ""), at=now)
