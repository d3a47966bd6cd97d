"""An entry as this organisation has it: the portable document, and what only we know of it."""

from dataclasses import dataclass
from datetime import datetime

from store.entries import EntryRecord
from workflows.entries.document import FailureMode, Status
from workflows.errors import UserError
from workflows.people import People

LONGEST_NUMBER = 6  # digits of an id


@dataclass(frozen=True)
class Entry:
    """A failure mode with who verified it when, who answers for it, and what became of it.

    `revision` is the number of its newest state; `successor_id` is the entry to use instead of this one. `is_stale`
    says that nobody verified it here, or too long ago.
    """

    document: FailureMode
    revision: int
    created_by: str | None
    updated_at: datetime
    last_verified_at: datetime | None
    last_verified_by: str | None
    steward: str | None
    status_reason: str | None = None
    successor_id: str | None = None
    is_stale: bool = False

    @property
    def id(self) -> str:
        """The id by which people cite it, such as FM-0012."""
        return self.document.id

    @property
    def status(self) -> Status:
        """Where it stands between draft and archive."""
        return self.document.status

    @property
    def is_published(self) -> bool:
        """Whether it is suggested to people."""
        return self.status == "published"


def entry_of(record: EntryRecord, people: People) -> Entry:
    """Return the entry that a record holds."""
    return Entry(
        document=FailureMode.model_validate(record.document),
        revision=record.revision,
        created_by=record.created_by,
        updated_at=record.updated_at,
        last_verified_at=record.last_verified_at,
        last_verified_by=record.last_verified_by,
        steward=people.steward_of(record.domain, record.id),
        status_reason=record.status_reason,
        successor_id=record.successor_id,
    )


def canonical_id(reference: str) -> str:
    """Return `FM-0012` for what a person types: FM-12, fm 12, 0012; raises UserError for anything else."""
    digits = reference.strip().upper().removeprefix("FM").strip(" -–#")
    if not digits.isdecimal() or not digits.isascii() or len(digits) > LONGEST_NUMBER:
        shown = reference.strip()[:40] or "nothing"
        msg = f"An entry is named like FM-0012, and “{shown}” is not; try `/failure search` with a few words instead."
        raise UserError(msg)
    return f"FM-{int(digits):04d}"
