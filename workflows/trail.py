"""The audit trail: who did what to what, before and after; it only grows."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from store import Store
from store.audit import AuditRecord
from workflows.entries.entry import canonical_id
from workflows.errors import UserError


@dataclass(frozen=True)
class Trail:
    """Looking back; only whoever may read the database has this, so nothing is hidden from them."""

    store: Store

    def find(
        self,
        *,
        actor: str = "",
        action: str = "",
        subject: str = "",
        since: datetime | None = None,
        until: datetime | None = None,
        limit: int = 50,
    ) -> Sequence[AuditRecord]:
        """Return the newest deeds that fit everything given, newest first.

        A subject without a kind is an entry: FM-12 stands for `entry:FM-0012`.
        """
        if since and until and since >= until:
            msg = "Nothing lies between these moments; --since must come before --until."
            raise UserError(msg)
        named = f"entry:{canonical_id(subject)}" if subject and ":" not in subject else subject
        with self.store.read() as tx:
            return tx.audit.find(
                actor=actor or None, action=action or None, subject=named or None, since=since, until=until, limit=limit
            )
