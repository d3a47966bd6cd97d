"""The one way in which an entry changes: its new state, a revision, a line of audit and notices, all or nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from store import Transaction
from store.audit import AuditRecord
from store.entries import EntryRecord
from store.revisions import RevisionRecord
from workflows.entries.document import FailureMode, Status
from workflows.errors import NotFound, UserError

Kind = Literal["import", "draft", "edit", "amendment", "restore", "merge", "status", "rehearse"]
SHOWN_LATELY = timedelta(days=90)  # who was shown an entry this recently is told of its changes
LONGEST_REASON = 1_000
PROGRESS = "sign_off_progress"  # the message that tells authors and asker how far the approvals are


class Outdated(UserError):
    """Somebody else changed the entry in the meantime; nothing was written."""


@dataclass(frozen=True)
class Change:
    """What becomes of an entry, by whom, together with whom, and why."""

    kind: Kind
    by: str
    reason: str
    co_authors: tuple[str, ...] = ()


def begin_entry(
    tx: Transaction, document: FailureMode, change: Change, now: datetime, *, fingerprint: str = ""
) -> None:
    """Keep a new entry with its first revision."""
    record = EntryRecord(
        id=document.id,
        slug=document.slug,
        title=document.title,
        status=document.status,
        status_reason=None,
        successor_id=None,
        domain=document.domain,
        document=document.model_dump(mode="json"),
        fingerprint=fingerprint,
        imported=document.model_dump(mode="json") if fingerprint else None,
        revision=1,
        created_by=None if change.kind == "import" else change.by,
        created_at=now,
        updated_at=now,
        last_verified_at=None,
        last_verified_by=None,
    )
    _keep(tx, None, record, change, now)


def change_entry(
    tx: Transaction,
    known: EntryRecord,
    document: FailureMode,
    change: Change,
    now: datetime,
    *,
    file: tuple[str, FailureMode] | None = None,
    status_reason: str | None = None,
    successor_id: str | None = None,
) -> EntryRecord:
    """Give the entry a new state and return it; the id never changes.

    `file` is the fingerprint and the content of the file it comes from. Without one, the last file's are kept: a file
    that did not change brings nothing new at its next import.
    """
    record = EntryRecord(
        **{
            **vars(known),
            "slug": document.slug,
            "title": document.title,
            "status": document.status,
            "status_reason": status_reason,
            "successor_id": successor_id,
            "domain": document.domain,
            "document": document.model_copy(update={"id": known.id}).model_dump(mode="json"),
            "fingerprint": known.fingerprint if file is None else file[0],
            "imported": known.imported if file is None else file[1].model_dump(mode="json"),
            "revision": known.revision + 1,
            "updated_at": now,
        }
    )
    _keep(tx, known, record, change, now)
    return record


def take_entry(tx: Transaction, entry_id: str, *, expected: int | None = None) -> EntryRecord:
    """Return the entry, locked; raises NotFound, and Outdated when its revision is not the expected one."""
    known = tx.entries.take(entry_id)
    if known is None:
        msg = f"There is no entry {entry_id} in the catalog; try `/failure search` with a few words instead."
        raise NotFound(msg)
    if expected is not None and known.revision != expected:
        msg = f"{entry_id} was changed in the meantime; look at it again with `/failure show {entry_id}`."
        raise Outdated(msg)
    return known


def with_status(record: EntryRecord, status: Status) -> FailureMode:
    """Return the entry's document with another status."""
    return FailureMode.model_validate({**record.document, "status": status})


def call_off_sign_offs(tx: Transaction, entry_id: str, now: datetime, *, amendment_id: int | None = None) -> None:
    """Ask nobody any more to approve the entry, or one amendment of it; the messages about it say so."""
    asked = [
        one
        for one in tx.sign_offs.find(entry_id=entry_id)
        if one.amendment_id == amendment_id and one.purpose != "sampling"
    ]
    for one in asked:
        if one.state == "open":
            tx.sign_offs.decide(one.id, "cancelled", by=None, at=now)
            for person in one.asked_people:
                tx.outbox.edit(sign_off_key(one.id, person), at=now)
    # The newest matter may be approved already; its message must not offer to publish what was published or changed.
    matters = {one.matter for one in asked if one.state == "open"} | {one.matter for one in asked[-1:]}
    for matter in matters:
        tx.outbox.edit_all(PROGRESS, prefix=progress_key(matter, ""), at=now)


def sign_off_key(sign_off_id: int, person: str) -> str:
    """Return the key under which the message to one of those asked is owed."""
    return f"signoff:{sign_off_id}:{person}"


def progress_key(matter: str, person: str) -> str:
    """Return the key under which a person concerned is told how far the approvals of a matter are."""
    return f"signoff-progress:{matter}:{person}"


def _keep(tx: Transaction, known: EntryRecord | None, record: EntryRecord, change: Change, now: datetime) -> None:
    tx.entries.put(record)
    tx.revisions.add(
        RevisionRecord(
            entry_id=record.id,
            number=record.revision,
            status=record.status,
            kind=change.kind,
            document=record.document,
            author=change.by,
            co_authors=sorted(set(change.co_authors) - {change.by}),
            reason=change.reason[:LONGEST_REASON],
            created_at=now,
        )
    )
    before, after = _changed_fields(known.document if known else {}, record.document)
    tx.audit.add(AuditRecord(now, change.by, f"entry.{change.kind}", f"entry:{record.id}", before, after))
    # That an entry was rehearsed changes nothing of what it says.
    if change.kind != "rehearse" and "published" in {record.status, known.status if known else ""}:
        _owe_notices(tx, record, {change.by, *change.co_authors}, now)


def _changed_fields(before: dict[str, Any], after: dict[str, Any]) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    changed = [name for name in after if before.get(name) != after[name]]
    return ({name: before.get(name) for name in changed} if before else None), {name: after[name] for name in changed}


def _owe_notices(tx: Transaction, record: EntryRecord, doers: Collection[str], now: datetime) -> None:
    """Note who is to be told: followers of the entry, its domain and its tags, and who was shown it lately."""
    document = FailureMode.model_validate(record.document)
    targets = [("entry", record.id), ("domain", record.domain), *(("tag", tag) for tag in document.tags)]
    following = tx.followers.followers_of(targets)
    shown = tx.followers.shown_since(record.id, now - SHOWN_LATELY)
    for person in sorted((following | shown) - set(doers) - tx.followers.muted(record.id)):
        tx.followers.notify(person, record.id, record.revision, "follows" if person in following else "shown", now)
