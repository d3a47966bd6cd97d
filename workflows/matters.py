"""What a sign-off is about and how it stands, read from the tables for people to look at.

A matter is one state that approvals are asked for, whatever the disciplines: a revision of an entry, a version of an
amendment, or what one month's sampling picked. Its name is the key of its sign-offs without the discipline.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from store import Transaction
from store.amendments import AmendmentRecord
from store.entries import EntryRecord
from store.signoffs import SignOffRecord
from workflows.entries.differences import Difference, differences
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry, entry_of
from workflows.people import People

Purpose = Literal["publication", "amendment", "afterwards", "sampling"]


@dataclass(frozen=True)
class Said:
    """Something that was said about a sign-off, by whom (a Slack id) and when."""

    author: str
    text: str
    said_at: datetime


@dataclass(frozen=True)
class SignOff:
    """One approval asked for: of what, of whom, what differs, what was said, and how it ended.

    `entry` holds the document that was asked about. `is_outdated` says that it reads otherwise by now, so that nobody
    can decide any more; what differs is not told then.
    """

    id: int
    matter: str
    entry: Entry
    purpose: Purpose
    discipline: str
    asked_by: str | None
    asked_people: tuple[str, ...]
    reason: str
    is_new_entry: bool
    is_outdated: bool
    differences: tuple[Difference, ...]
    remarks: tuple[Said, ...]
    state: str
    decided_by: str | None
    decided_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether somebody can still decide."""
        return self.state == "open" and not self.is_outdated


@dataclass(frozen=True)
class Progress:
    """How far the approvals of one matter are, for somebody whom it concerns.

    `publishes` says that this person can publish now; `state` is what they would publish: the entry's revision, or the
    amendment's version.
    """

    matter: str
    entry: Entry
    purpose: Purpose
    sign_offs: tuple[SignOff, ...]
    publishes: bool
    state: str

    @property
    def is_approved(self) -> bool:
        """Whether everybody who was asked has approved."""
        return all(one.state == "approved" for one in self.sign_offs)

    @property
    def remarks(self) -> tuple[Said, ...]:
        """What was said in all disciplines, oldest first."""
        return tuple(sorted((said for one in self.sign_offs for said in one.remarks), key=lambda said: said.said_at))


def matter_of(purpose: Purpose, record: EntryRecord, amendment: AmendmentRecord | None, now: datetime) -> str:
    """Return the name of what is asked about: an entry's revision, an amendment's version, or a month's sampling."""
    if purpose == "sampling":
        return f"sampling:{now:%Y-%m}:{record.id}"
    if amendment is not None:
        return matter_of_amendment(purpose, amendment)
    return f"{purpose}:{record.id}:{record.revision}"


def matter_of_amendment(purpose: Purpose, amendment: AmendmentRecord) -> str:
    """Return the name of a change as it reads now."""
    return f"{purpose}:{amendment.entry_id}:amendment:{amendment.id}:{amendment.version}"


def authors_of_amendment(amendment: AmendmentRecord | None) -> frozenset[str]:
    """Return who wrote the change, its helpers included; nobody where there is none."""
    return frozenset({amendment.proposed_by, *amendment.co_authors}) if amendment else frozenset()


def sign_off_of(tx: Transaction, asked: SignOffRecord, people: People) -> SignOff:
    """Return the approval with what it is about and what was said."""
    outdated = is_outdated(tx, asked)
    record = entry_asked_about(tx, asked)
    amendment = amendment_asked_about(tx, asked)
    document = _document(tx, asked, record, amendment)
    base = tx.revisions.get(asked.entry_id, asked.base_revision) if asked.base_revision else None
    before = FailureMode.model_validate(base.document) if base else None
    return SignOff(
        id=asked.id,
        matter=asked.matter,
        entry=replace(entry_of(record, people), document=document),
        purpose=asked.purpose,  # type: ignore[arg-type]  # the column holds a Purpose
        discipline=asked.discipline,
        asked_by=asked.asked_by,
        asked_people=tuple(asked.asked_people),
        reason=amendment.reason if amendment else "",
        is_new_entry=before is None,
        is_outdated=outdated,
        differences=() if outdated else tuple(differences(before, document)),
        remarks=tuple(Said(one.author, one.text, one.said_at) for one in tx.sign_offs.remarks(asked.id)),
        state=asked.state,
        decided_by=asked.decided_by,
        decided_at=asked.decided_at,
    )


def is_outdated(tx: Transaction, asked: SignOffRecord) -> bool:
    """Return whether what was asked about reads otherwise by now, or is no longer there to be decided over."""
    record = entry_asked_about(tx, asked)
    if asked.amendment_id is None:
        return record.revision != asked.revision
    amendment = amendment_asked_about(tx, asked)
    if amendment is None or asked.purpose == "afterwards":
        return amendment is None
    return amendment.state != "open" or asked.matter != matter_of_amendment("amendment", amendment)


def amendment_asked_about(tx: Transaction, asked: SignOffRecord) -> AmendmentRecord | None:
    """Return the change that approval is asked for, or None for an entry."""
    return tx.amendments.look_at(asked.amendment_id) if asked.amendment_id is not None else None


def entry_asked_about(tx: Transaction, asked: SignOffRecord) -> EntryRecord:
    """Return the entry as it stands now."""
    record = tx.entries.get(asked.entry_id)
    assert record is not None  # noqa: S101 - the database takes sign-offs away with their entry
    return record


def _document(
    tx: Transaction, asked: SignOffRecord, record: EntryRecord, amendment: AmendmentRecord | None
) -> FailureMode:
    if amendment is not None:
        return FailureMode.model_validate(amendment.document)
    state = tx.revisions.get(asked.entry_id, asked.revision)
    return FailureMode.model_validate(state.document if state else record.document)
