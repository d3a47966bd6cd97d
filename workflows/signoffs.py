"""Approvals: colleagues of the needed disciplines are asked about a draft or a change; never one of its authors."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from store import Store, Transaction
from store.entries import EntryRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.ledger import sign_off_key
from workflows.errors import UserError
from workflows.people import Actor
from workflows.ports import DeliveryBell

SIGN_OFF = "sign_off"
PEER = "peer"  # not a discipline: anybody who answers for anything in the catalog
Purpose = Literal["publication", "amendment", "afterwards", "sampling"]


@dataclass(frozen=True)
class SignOffs:
    """Asks for approvals and takes them."""

    store: Store
    clock: Clock
    catalog: Catalog
    bell: DeliveryBell

    def ask_within(
        self,
        tx: Transaction,
        record: EntryRecord,
        *,
        purpose: Purpose,
        disciplines: Collection[str],
        asked_by: Actor | None,
        authors: frozenset[str],
        base_revision: int,
        amendment_id: int | None = None,
    ) -> int:
        """Ask each discipline's reviewers for an approval, as part of the caller's transaction; return how many people.

        Asking twice for the same state asks once. Raises UserError naming the role to fill where nobody can be asked.
        """
        now = self.clock()
        count = 0
        for discipline in disciplines:
            able = self.able_to_approve(record, discipline, authors)
            if not able:
                msg = f"Nobody but the authors can review this as {discipline}; {_role_to_fill(discipline)}."
                raise UserError(msg)
            subject = f"amendment:{amendment_id}" if amendment_id is not None else f"revision:{record.revision}"
            key = f"{purpose}:{record.id}:{subject}:{discipline}"
            tx.sign_offs.ask_once(
                key=key,
                entry_id=record.id,
                amendment_id=amendment_id,
                revision=record.revision,
                base_revision=base_revision,
                purpose=purpose,
                discipline=discipline,
                asked_by=asked_by.user_id if asked_by else None,
                asked_people=able,
                asked_at=now,
            )
            self._tell(tx, key, able)
            count += len(able)
        return count

    def _tell(self, tx: Transaction, key: str, people: Collection[str]) -> None:
        asked = tx.sign_offs.with_key(key)
        if asked is None:
            return
        for person in people:
            subject = f"{asked.id}|{person}"
            tx.outbox.owe_once(
                sign_off_key(asked.id, person), kind=SIGN_OFF, subject=subject, address=person, at=self.clock()
            )

    def able_to_approve(self, record: EntryRecord, discipline: str, authors: Collection[str]) -> list[str]:
        """Return who can approve in the name of the discipline: present, no author, and allowed to see the entry."""
        people = self.catalog.people
        document = FailureMode.model_validate(record.document)
        if discipline == PEER:
            named = (*people.stewards_of(record.domain), *people.backups_of(record.domain), *people.peers())
        else:
            named = people.holders(f"reviewer:{discipline}")
        return [
            person
            for person in dict.fromkeys(named)
            if person not in authors and people.workspace.is_active(person) and people.may_see(Actor(person), document)
        ]


def _role_to_fill(discipline: str) -> str:
    if discipline == PEER:
        return "name a backup, a champion or a reviewer (FAULTLINE_BACKUPS, FAULTLINE_CHAMPIONS, FAULTLINE_REVIEWERS)"
    return f"name a reviewer for {discipline} in FAULTLINE_REVIEWERS"
