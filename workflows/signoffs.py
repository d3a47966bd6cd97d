"""Sign-offs: colleagues of the needed disciplines approve a draft or a change, or say what has to change first.

    open ──approve──────────> approved             what all disciplines approved can be published
      ├────request changes──> changes_requested    a draft goes back to its authors; a published entry is due for review
      └────called off───────> cancelled            it was withdrawn, edited, published, or somebody asked for changes

Asked are a publication (a draft as a whole), an amendment, what is looked at `afterwards` because it is published
already, and a sampling. Whoever wrote a part of it is never asked and never approves.
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

from store import Store, Transaction
from store.audit import AuditRecord
from store.entries import EntryRecord
from store.signoffs import RemarkRecord, SignOffRecord
from workflows.clock import Clock
from workflows.disciplines import PEER, able_to_approve, reviewer_of, role_to_fill
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.entry import entry_of
from workflows.entries.ledger import (
    PROGRESS,
    Change,
    call_off_sign_offs,
    change_entry,
    progress_key,
    sign_off_key,
    with_status,
)
from workflows.entries.parts import without_unstorable_characters
from workflows.errors import InvalidForm, NotAllowed, NotFound, UserError
from workflows.matters import (
    Progress,
    Purpose,
    SignOff,
    amendment_asked_about,
    authors_of_amendment,
    entry_asked_about,
    is_outdated,
    matter_of,
    sign_off_of,
)
from workflows.people import OPERATOR, Actor
from workflows.ports import DeliveryBell
from workflows.reviews.reviews import Reviews

SIGN_OFF = "sign_off"  # the message that asks
MAX_COMMENT = 3_000  # characters, as many as a field of a form takes
SAMPLED_PEERS = 3  # how many are asked about an entry that was only picked for sampling

Verdict = Literal["approved", "changes_requested"]
UNPUBLISHED: Final = frozenset({"draft", "in_review"})
PUBLISHABLE: Final = frozenset({"publication", "amendment"})  # what is still to be published once all approved


@dataclass(frozen=True)
class SignOffs:
    """Asks for approvals and takes them."""

    store: Store
    clock: Clock
    catalog: Catalog
    reviews: Reviews
    bell: DeliveryBell

    def ask(self, reference: str, disciplines: Collection[str], actor: Actor, note: str = "") -> list[SignOff]:
        """Ask colleagues for approvals of an entry as it stands, a peer's where no discipline is named; return them.

        Raises NotAllowed for whoever neither wrote nor decides over it, UserError where nobody can be asked.
        """
        with self.store.begin() as tx:
            entry = self.catalog.entry_within(tx, reference, actor)
            authors = tx.revisions.authors_of(entry.id)
            if actor.user_id not in authors:
                self.catalog.people.require_steward(actor, entry.document.domain, f"ask for approvals of {entry.id}")
            record = tx.entries.take(entry.id)
            if record is None or record.status not in {*UNPUBLISHED, "published"}:
                msg = f"{entry.id} is {entry.status}; only drafts and published entries are approved."
                raise UserError(msg)
            purpose: Purpose = "afterwards" if record.status == "published" else "publication"
            wanted = tuple(dict.fromkeys(disciplines)) or (PEER,)
            self.ask_within(
                tx, record, purpose=purpose, disciplines=wanted, asked_by=actor, authors=authors, base_revision=0
            )
            matter = matter_of(purpose, record, None, self.clock())
            asked = [one for one in tx.sign_offs.of_matter(matter) if one.discipline in wanted]
            self._note(tx, asked, note, actor)
            found = [sign_off_of(tx, one, self.catalog.people) for one in asked]
        self.bell.ring()
        return found

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

        Asking twice about the same state asks once. Raises UserError naming the role to fill where nobody can be asked.
        """
        now = self.clock()
        amendment = tx.amendments.get(amendment_id) if amendment_id is not None else None
        matter = matter_of(purpose, record, amendment, now)
        told: set[str] = set()
        for discipline in dict.fromkeys(disciplines):
            able = self._askable(record, discipline, authors | authors_of_amendment(amendment), asked_by)
            if purpose == "sampling":
                able = able[:SAMPLED_PEERS]
            new = tx.sign_offs.ask_once(
                key=f"{matter}:{discipline}", entry_id=record.id, amendment_id=amendment_id, revision=record.revision,
                base_revision=base_revision, purpose=purpose, discipline=discipline,
                asked_by=None if asked_by is None or asked_by.is_operator else asked_by.user_id,
                asked_people=able, asked_at=now,
            )  # fmt: skip
            asked = tx.sign_offs.with_key(f"{matter}:{discipline}")
            if new and asked is not None:
                self._send(tx, asked)
                told.update(able)
        if told and purpose != "sampling":
            self.tell_progress(tx, matter)
        return len(told)

    def decide(self, sign_off_id: int, verdict: Verdict, actor: Actor, comment: str | None = None) -> SignOff:
        """Note a reviewer's decision and return what stands now; a second decision changes nothing.

        Raises NotAllowed for whoever may not decide, UserError where what was asked about has changed since, and
        InvalidForm where changes are asked for without a word on which.
        """
        with self.store.begin() as tx:
            asked = self._taken(tx, sign_off_id)
            self._require_reviewer(tx, asked, actor)
            if asked.state == "open":
                self._decide(tx, asked, verdict, actor, self._checked(tx, asked, verdict, comment))
            decided = sign_off_of(tx, self._looked_at(tx, sign_off_id), self.catalog.people)
        self.catalog.refresh()
        self.bell.ring()
        return decided

    def sign_off(self, sign_off_id: int, actor: Actor) -> SignOff:
        """Return the approval to somebody who may give it; raises NotAllowed for everyone else."""
        with self.store.read() as tx:
            asked = self._looked_at(tx, sign_off_id)
            self._require_reviewer(tx, asked, actor)
            return sign_off_of(tx, asked, self.catalog.people)

    def waiting_for(self, actor: Actor) -> list[SignOff]:
        """Return what waits for this person's decision, oldest first."""
        self.catalog.people.require_reader(actor)
        with self.store.read() as tx:
            asked = [one for one in tx.sign_offs.find(states=("open",)) if self._may_decide(tx, one, actor)]
            found = [sign_off_of(tx, one, self.catalog.people) for one in asked]
        return [one for one in found if one.is_open]

    def for_message(self, sign_off_id: int, person: str) -> SignOff | None:
        """Return the approval as the message to one of those asked shows it; None for who may not decide (any more).

        Where it ended before it reached the person there is nothing to tell either.
        """
        with self.store.read() as tx:
            asked = tx.sign_offs.look_at(sign_off_id)
            if asked is None or not self._may_decide(tx, asked, Actor(person)):
                return None
            seen = sign_off_of(tx, asked, self.catalog.people)
            return seen if seen.is_open or self._was_told(tx, sign_off_key(asked.id, person)) else None

    def progress(self, matter: str, person: str) -> Progress | None:
        """Return how far the approvals are, for one whom they concern; None where they may not see the entry."""
        actor = Actor(person)
        with self.store.read() as tx:
            asked = tx.sign_offs.of_matter(matter)
            record = tx.entries.get(asked[0].entry_id) if asked else None
            if record is None or not self.may_see(tx, record, actor):
                return None
            seen = tuple(sign_off_of(tx, one, self.catalog.people) for one in asked)
            amendment = amendment_asked_about(tx, asked[0])
        people, purpose = self.catalog.people, seen[0].purpose
        approved = all(one.state == "approved" and not one.is_outdated for one in seen)
        publishes = approved and purpose in PUBLISHABLE and people.may_steward(actor, record.domain)
        state = f"{amendment.id}|{amendment.version}" if amendment else f"{record.id}|{record.revision}"
        return Progress(matter, entry_of(record, people), purpose, seen, publishes, state)

    def concerned(self, tx: Transaction, matter: str) -> list[str]:
        """Return who is to know how it goes: whoever asked, and the authors, as far as they may see the entry."""
        asked = tx.sign_offs.of_matter(matter)
        amendment = amendment_asked_about(tx, asked[0])
        authors = authors_of_amendment(amendment) if amendment else tx.revisions.authors_of(asked[0].entry_id)
        record = entry_asked_about(tx, asked[0])
        named = dict.fromkeys([*(one.asked_by for one in asked), *sorted(authors - {OPERATOR.user_id})])
        return [person for person in named if person and self.may_see(tx, record, Actor(person))]

    def tell_progress(self, tx: Transaction, matter: str) -> None:
        """Owe everybody concerned the one message on the matter, or its edit; a steward's once all is approved."""
        asked = tx.sign_offs.of_matter(matter)
        people = self.concerned(tx, matter)
        record = entry_asked_about(tx, asked[0])
        steward = self.catalog.people.steward_of(record.domain, record.id)
        if steward and asked[0].purpose in PUBLISHABLE and all(one.state == "approved" for one in asked):
            people = [*people, steward]
        for person in dict.fromkeys(people):
            tx.outbox.owe_latest(
                progress_key(matter, person), kind=PROGRESS, subject=f"{matter}|{person}", address=person,
                thread_ts=None, at=self.clock(),
            )  # fmt: skip

    def was_told(self, sign_off_id: int, person: str) -> bool:
        """Return whether the message that asks stands in the person's direct messages."""
        with self.store.read() as tx:
            return self._was_told(tx, sign_off_key(sign_off_id, person))

    def _askable(
        self, record: EntryRecord, discipline: str, authors: Collection[str], asked_by: Actor | None
    ) -> list[str]:
        """Return who is asked: all who are able, but not whoever asks, unless nobody else is there."""
        able = able_to_approve(self.catalog.people, record, discipline, authors)
        if not able:
            what = "once more by a peer" if discipline == PEER else f"for {discipline[:60]}"
            msg = f"Nobody can review {record.id} {what}; {role_to_fill(self.catalog.people, discipline)}."
            raise UserError(msg)
        return [person for person in able if asked_by is None or person != asked_by.user_id] or able

    def _may_decide(self, tx: Transaction, asked: SignOffRecord, actor: Actor) -> bool:
        authors = tx.revisions.authors_of(asked.entry_id) | authors_of_amendment(amendment_asked_about(tx, asked))
        able = able_to_approve(self.catalog.people, entry_asked_about(tx, asked), asked.discipline, authors)
        return not actor.is_external and actor.user_id in able

    def _require_reviewer(self, tx: Transaction, asked: SignOffRecord, actor: Actor) -> None:
        """Raise NotAllowed, saying nothing of the entry, for whoever may not decide."""
        self.catalog.people.require_reader(actor)
        if not self._may_decide(tx, asked, actor):
            msg = f"Only {reviewer_of(asked.discipline)} who wrote no part of this can decide here."
            raise NotAllowed(msg)

    def _taken(self, tx: Transaction, sign_off_id: int) -> SignOffRecord:
        """Return the approval, locked after what it is about, in the order in which everybody else locks them."""
        asked = self._looked_at(tx, sign_off_id)
        if asked.amendment_id is not None:
            tx.amendments.get(asked.amendment_id)
        tx.entries.take(asked.entry_id)
        return tx.sign_offs.get(sign_off_id) or asked

    def _looked_at(self, tx: Transaction, sign_off_id: int) -> SignOffRecord:
        asked = tx.sign_offs.look_at(sign_off_id)
        if asked is None:
            msg = "Nobody is asked about this any more; `/failure review` shows what waits for you."
            raise NotFound(msg)
        return asked

    def _checked(self, tx: Transaction, asked: SignOffRecord, verdict: Verdict, comment: str | None) -> str:
        if is_outdated(tx, asked):
            msg = (
                f"{asked.entry_id} was changed after you were asked, so nothing was decided; look at it again with "
                f"`/failure show {asked.entry_id}`."
            )
            raise UserError(msg)
        said = without_unstorable_characters(comment or "").strip()[:MAX_COMMENT]
        if verdict == "changes_requested" and not said:
            raise InvalidForm({"comment": "Say in a sentence what has to change, so that the authors can do it."})
        return said

    def _decide(self, tx: Transaction, asked: SignOffRecord, verdict: Verdict, actor: Actor, said: str) -> None:
        now = self.clock()
        tx.sign_offs.decide(asked.id, verdict, by=actor.user_id, at=now)
        if said:
            tx.sign_offs.remark(RemarkRecord(asked.id, "decision", actor.user_id, said, now))
        facts = {
            "purpose": asked.purpose, "discipline": asked.discipline, "revision": asked.revision,
            "amendment": asked.amendment_id,
        }  # fmt: skip
        before, after = {**facts, "state": "open"}, {**facts, "state": verdict, "comment": said or None}
        tx.audit.add(AuditRecord(now, actor.user_id, f"sign_off.{verdict}", f"entry:{asked.entry_id}", before, after))
        if verdict == "changes_requested":
            self._have_changed(tx, asked, actor, said)
        for person in asked.asked_people:
            tx.outbox.edit(sign_off_key(asked.id, person), at=now)
        self.tell_progress(tx, asked.matter)

    def _have_changed(self, tx: Transaction, asked: SignOffRecord, actor: Actor, said: str) -> None:
        """Bring it back to whoever can change it: a draft to its authors, a published entry to its steward."""
        wished = f"changes asked for ({asked.discipline}): {said}"
        if asked.purpose == "publication":
            known = entry_asked_about(tx, asked)
            if known.status == "in_review":
                change = Change("status", actor.user_id, wished)
                change_entry(tx, known, with_status(known, "draft"), change, self.clock(), status_reason=wished)
            call_off_sign_offs(tx, asked.entry_id, self.clock())
        elif asked.purpose in {"afterwards", "sampling"}:
            self.reviews.request_within(tx, asked.entry_id, wished, actor)

    def _note(self, tx: Transaction, asked: Collection[SignOffRecord], note: str, actor: Actor) -> None:
        """Keep what the asking person adds; it stands in the message."""
        said = without_unstorable_characters(note).strip()[:MAX_COMMENT]
        for one in asked if said else ():
            tx.sign_offs.remark(RemarkRecord(one.id, "question", actor.user_id, said, self.clock()))

    def _send(self, tx: Transaction, asked: SignOffRecord) -> None:
        for person in asked.asked_people:
            tx.outbox.owe_once(
                sign_off_key(asked.id, person), kind=SIGN_OFF, subject=f"{asked.id}|{person}", address=person,
                at=self.clock(),
            )  # fmt: skip

    def may_see(self, tx: Transaction, record: EntryRecord, actor: Actor) -> bool:
        """Return whether the person may see the entry, its authors included."""
        document = FailureMode.model_validate(record.document)
        return self.catalog.people.may_see(actor, document, involved=tx.revisions.authors_of(record.id))

    @staticmethod
    def _was_told(tx: Transaction, key: str) -> bool:
        message = tx.outbox.get(key)
        return message is not None and message.message_ts is not None
