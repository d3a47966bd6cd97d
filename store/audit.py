"""Who did what, before and after; rows are only ever added, and the database refuses anything else."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from store.models import AuditRow
from store.records import record_of


@dataclass(frozen=True)
class AuditRecord:
    """One deed: `subject` is what it was done to, such as `entry:FM-0012` or `role:steward:serving`."""

    at: datetime
    actor: str
    action: str
    subject: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None


class Audit:
    """The trail within one transaction."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def add(self, record: AuditRecord) -> None:
        """Keep one more deed."""
        row = AuditRow(**vars(record))
        self._session.add(row)
        self._session.flush()
        self._session.expunge(row)

    def find(
        self,
        *,
        actor: str | None = None,
        action: str | None = None,
        subject: str | None = None,
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 100,
    ) -> list[AuditRecord]:
        """Return the newest deeds that fit everything given, newest first."""
        query = select(AuditRow)
        for column, wanted in ((AuditRow.actor, actor), (AuditRow.action, action), (AuditRow.subject, subject)):
            if wanted is not None:
                query = query.where(column == wanted)
        if since is not None:
            query = query.where(AuditRow.at >= since)
        if until is not None:
            query = query.where(AuditRow.at < until)
        newest = query.order_by(AuditRow.id.desc()).limit(limit)
        return [record_of(AuditRecord, row) for row in self._session.scalars(newest)]
