"""What colleagues say about a sign-off in the threads of its messages, kept once and passed on to all whom it concerns.

A reply that is edited or deleted afterwards stays as it was first said: it has been passed on by then.
"""

from dataclasses import dataclass

from store import Store, Transaction
from store.outbox import OwedMessage
from store.signoffs import RemarkRecord, SignOffRecord
from workflows.clock import Clock
from workflows.entries.entry import Entry, entry_of
from workflows.entries.ledger import PROGRESS, progress_key, sign_off_key
from workflows.entries.parts import without_unstorable_characters
from workflows.errors import NotAllowed
from workflows.matters import entry_asked_about
from workflows.people import Actor, require_colleague
from workflows.ports import DeliveryBell
from workflows.signoffs import SIGN_OFF, SignOffs

REMARK = "sign_off_remark"  # the message that passes a remark on
MAX_REMARK = 8_000  # characters kept of one reply


@dataclass(frozen=True)
class Reply:
    """Something that a person wrote in the thread of one of our direct messages to them."""

    channel_id: str
    thread_ts: str
    ts: str
    text: str

    @property
    def origin(self) -> str:
        """Where it stands, so that it is kept once."""
        return f"{self.channel_id}:{self.ts}"


@dataclass(frozen=True)
class Remark:
    """A remark as it is passed on: what was said, by whom, about which entry."""

    entry: Entry
    author: str
    text: str


@dataclass(frozen=True)
class Remarks:
    """Takes replies in and passes them on."""

    store: Store
    clock: Clock
    sign_offs: SignOffs
    bell: DeliveryBell

    def take_in(self, reply: Reply, actor: Actor) -> bool:
        """Keep the reply and pass it on; return False for a thread that is about no sign-off, or a reply kept before.

        Raises NotAllowed for somebody who may no longer see the entry; nothing of theirs is passed on.
        """
        said = without_unstorable_characters(reply.text).strip()[:MAX_REMARK]
        with self.store.begin() as tx:
            asked = self._answered(tx, reply, actor) if said else None
            if asked is None:
                return False
            self._require_concerned(tx, asked, actor)
            remark = RemarkRecord(asked.id, reply.origin, actor.user_id, said, self.clock())
            is_new = tx.sign_offs.remark(remark)
            if is_new:
                self._pass_on(tx, asked, remark)
        self.bell.ring()
        return is_new

    def for_message(self, sign_off_id: int, origin: str, person: str) -> Remark | None:
        """Return the remark for one to whom it is passed on; None where they may not see the entry (any more)."""
        with self.store.read() as tx:
            asked = tx.sign_offs.look_at(sign_off_id)
            said = tx.sign_offs.remark_from(sign_off_id, origin)
            if asked is None or said is None:
                return None
            record = entry_asked_about(tx, asked)
            if not self.sign_offs.may_see(tx, record, Actor(person)):
                return None
        return Remark(entry_of(record, self.sign_offs.catalog.people), said.author, said.text)

    def _answered(self, tx: Transaction, reply: Reply, actor: Actor) -> SignOffRecord | None:
        """Return the sign-off in whose thread the reply stands, or None for any other thread."""
        parent = tx.outbox.standing_at(reply.channel_id, reply.thread_ts)
        if parent is None or parent.address != actor.user_id:
            return None
        subject, _, _ = parent.subject.rpartition("|")
        if parent.kind == SIGN_OFF:
            return tx.sign_offs.look_at(int(subject))
        if parent.kind == PROGRESS:
            return next(iter(tx.sign_offs.of_matter(subject)), None)
        return None

    def _require_concerned(self, tx: Transaction, asked: SignOffRecord, actor: Actor) -> None:
        require_colleague(actor)
        if not self.sign_offs.may_see(tx, entry_asked_about(tx, asked), actor):
            msg = "This was not passed on: the entry is not open to you any more; ask its steward in person."
            raise NotAllowed(msg)

    def _pass_on(self, tx: Transaction, asked: SignOffRecord, remark: RemarkRecord) -> None:
        for person, key in self._threads(tx, asked).items():
            if person == remark.author:
                continue
            parent = tx.outbox.get(key)
            if parent is not None and parent.channel_id and parent.message_ts:
                self._owe(tx, parent, remark, person)
            elif parent is not None:
                tx.outbox.edit(key, at=self.clock())  # it shows what was said by the time it is sent
        tx.outbox.edit_all(PROGRESS, prefix=progress_key(asked.matter, ""), at=self.clock())

    def _threads(self, tx: Transaction, asked: SignOffRecord) -> dict[str, str]:
        """Return the message of each person concerned, by its key: the question they were asked, or the progress."""
        record = entry_asked_about(tx, asked)
        matter = tx.sign_offs.of_matter(asked.matter)
        threads = {person: progress_key(asked.matter, person) for person in self.sign_offs.concerned(tx, asked.matter)}
        for one in matter:
            for person in one.asked_people:
                threads.setdefault(person, sign_off_key(one.id, person))
        return {person: key for person, key in threads.items() if self.sign_offs.may_see(tx, record, Actor(person))}

    def _owe(self, tx: Transaction, parent: OwedMessage, remark: RemarkRecord, person: str) -> None:
        tx.outbox.owe_once(
            f"remark:{remark.sign_off_id}:{remark.origin}:{person}", kind=REMARK,
            subject=f"{remark.sign_off_id}|{remark.origin}|{person}", address=parent.channel_id or person,
            thread_ts=parent.message_ts, at=self.clock(),
        )  # fmt: skip
