"""The messages about reviews: under which key each is owed, and what its subject says."""

from datetime import date, datetime
from typing import Final

from store import Transaction
from workflows.errors import NotFound

NUDGE: Final = "review_nudge"  # one review
LIST: Final = "review_list"  # the digest, and every other message that tells of several reviews
GAPS: Final = "ownership_gaps"


def nudge_key(entry_id: str, due_at: datetime, stage: str, address: str) -> str:
    """Return the key under which somebody is told of this one review in this step."""
    return f"review:{nudge_subject(entry_id, due_at)}:{stage}:{address}"


def list_key(stage: str, address: str, day: date) -> str:
    """Return the key under which somebody is told of all reviews that come to the step on one day, or in one month.

    A champion's list is a month's, whatever holidays the stewards have whose entries stand in it.
    """
    day = day.replace(day=1) if stage == "champions" else day
    name = "digest" if stage == "soon" else stage
    return f"{name}:{address}:{day.isoformat()}"


def gaps_key(champion: str, day: str) -> str:
    """Return the key under which a champion is told of the domains that nobody looks after, once a day."""
    return f"gaps:{champion}:{day}"


def stage_of(key: str) -> str:
    """Return the step of a message that tells of several reviews."""
    name = key.partition(":")[0]
    return "soon" if name == "digest" else name


def nudge_subject(entry_id: str, due_at: datetime) -> str:
    """Return the review in one string, for a message's subject and a button's value."""
    return f"{entry_id}|{due_at.isoformat()}"


def read_nudge_subject(subject: str) -> tuple[str, datetime]:
    """Return the entry and due date that `nudge_subject` wrote; raises NotFound for anything else."""
    entry_id, _, moment = subject.partition("|")
    try:
        due_at = datetime.fromisoformat(moment)
    except ValueError:
        due_at = None
    if due_at is None or due_at.tzinfo is None:
        msg = "This button belongs to no review; open yours with `/failure reviews`."
        raise NotFound(msg)
    return entry_id, due_at


def close_within(tx: Transaction, entry_id: str, now: datetime) -> None:
    """Have the messages about an entry's review say that it is published no more."""
    for review in tx.reviews.of([entry_id]):
        edit_within(tx, entry_id, review.due_at, now)


def edit_within(tx: Transaction, entry_id: str, due_at: datetime, now: datetime) -> None:
    """Owe the edits by which every message about a review says how it stands now."""
    # The first is how an older version of us named the only message there was.
    keys = [f"review:{nudge_subject(entry_id, due_at)}", *(one.key for one in tx.reviews.nudges_of(entry_id, due_at))]
    for key in dict.fromkeys(keys):
        tx.outbox.edit(key, at=now)
