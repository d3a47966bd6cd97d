"""Suggesting, deciding and withdrawing changes of published entries."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, Literal

from store import Store, Transaction
from store.amendments import AmendmentRecord
from store.entries import EntryRecord
from workflows.amendments.amendment import OUTCOME, PROPOSAL, Amendment, amendment_of, proposal_key, weight_of
from workflows.clock import Clock
from workflows.entries.assessing import Assessing
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.editing import NOT_EDITABLE, EditConflict, checked_document
from workflows.entries.entry import Entry
from workflows.entries.ledger import Change, call_off_sign_offs, change_entry, take_entry
from workflows.entries.lifecycle import Reviewers, disciplines_for
from workflows.entries.threeway import join
from workflows.errors import InvalidForm, NotAllowed, NotFound, UserError
from workflows.matters import matter_of_amendment
from workflows.people import Actor
from workflows.ports import DeliveryBell
from workflows.quality.findings import Finding
from workflows.quality.surroundings import Approval
from workflows.reviews.reviews import Reviews
from workflows.writeups.announcing import announce_change_within

LONGEST_REASON: Final = 1_000


@dataclass(frozen=True)
class Amendments:
    """Suggesting, deciding and withdrawing changes of published entries."""

    store: Store
    clock: Clock
    catalog: Catalog
    assessing: Assessing
    sign_offs: Reviewers
    bell: DeliveryBell
    reviews: Reviews

    def suggest(
        self,
        entry_id: str,
        changes: Mapping[str, Any],
        actor: Actor,
        *,
        reason: str,
        urgent: bool = False,
        submission: str = "",
        origin: str | None = None,
    ) -> Amendment:
        """Propose new values for some fields of a published entry, and return the proposal as it then stands.

        The same `submission`, and the same `origin`, whoever sends it, propose once. An editor's urgent correction is
        published at once. Raises InvalidForm for values that cannot be, and where nothing would change.
        """
        self.catalog.people.require_contributor(actor)
        if not reason.strip():
            raise InvalidForm({"reason": "Say in a sentence why, so that the steward can decide."})
        if forbidden := sorted(set(changes) & NOT_EDITABLE):
            raise InvalidForm({name: f"{name} cannot be edited." for name in forbidden})
        with self.store.begin() as tx:
            entry = self._published(tx, entry_id, actor)
            take_entry(tx, entry.id)  # two who propose the same at once: the second finds the first one's
            mine = tx.amendments.find(entry_id=entry.id, proposed_by=actor.user_id)
            is_repeated = submission and not tx.receipts.is_first_submission(f"suggestion:{submission}", self.clock())
            known = mine[-1] if is_repeated and mine else tx.amendments.of_origin(origin) if origin else None
            proposal = known or self._proposed(tx, entry, changes, actor, reason, urgent=urgent, origin=origin)
        return self._after(proposal.id, actor)

    def send(self, amendment_id: int, actor: Actor, *, reason: str, urgent: bool = False) -> Amendment:
        """Send a working copy to whoever decides; an editor's own minor change is published at once."""
        if not reason.strip():
            raise InvalidForm({"reason": "Say in a sentence why, so that the steward can decide."})
        with self.store.begin() as tx:
            record = self._taken(tx, amendment_id, actor, states=("drafting",))
            if record.proposed_by != actor.user_id:
                msg = "Only the person who wrote this change can send it."
                raise NotAllowed(msg, ask=record.proposed_by)
            entry = self._published(tx, record.entry_id, actor)
            document = FailureMode.model_validate(record.document)
            weight = weight_of(entry.document, document, urgent=urgent)
            tx.amendments.change(record.id, state="open", weight=weight, reason=reason.strip()[:LONGEST_REASON])
            self._send(tx, entry, self._record(tx, record.id), actor)
        return self._after(amendment_id, actor)

    def approve(self, amendment_id: int, actor: Actor, *, version: int | None = None) -> Amendment:
        """Publish the proposal on top of whatever the entry says by now; pressing twice publishes once.

        Raises NotAllowed for whoever may not decide, or wrote it and may not decide alone; EditConflict where the
        entry was changed in the same place meanwhile; NotPublishable where a gate would fail.
        """
        with self.store.begin() as tx:
            record = self._taken(tx, amendment_id, actor, states=("open", "published"))
            if record.state == "open":
                entry = self._published(tx, record.entry_id, actor)
                self.catalog.people.require_steward(actor, entry.document.domain, f"decide over changes of {entry.id}")
                if version is not None and version != record.version:
                    msg = "The suggestion was edited in the meantime; look at it again before you approve it."
                    raise UserError(msg)
                self._require_second_pair_of_eyes(tx, record, actor)
                self._publish(tx, record, actor)
        return self._after(amendment_id, actor)

    def decline(self, amendment_id: int, actor: Actor, *, reason: str) -> Amendment:
        """Decline the proposal with a reason that its author reads."""
        if not reason.strip():
            raise InvalidForm({"reason": "Say in a sentence why, so that whoever suggested it learns from it."})
        with self.store.begin() as tx:
            record = self._taken(tx, amendment_id, actor, states=("open", "declined"))
            entry = self._published(tx, record.entry_id, actor)
            self.catalog.people.require_steward(actor, entry.document.domain, f"decide over changes of {entry.id}")
            if record.state == "open":
                self._decide(tx, record, "declined", actor, reason.strip()[:LONGEST_REASON])
        return self._after(amendment_id, actor)

    def withdraw(self, amendment_id: int, actor: Actor) -> Amendment:
        """Take one's own proposal back."""
        with self.store.begin() as tx:
            record = self._taken(tx, amendment_id, actor, states=("drafting", "open", "withdrawn"))
            if record.proposed_by != actor.user_id:
                msg = "Only the person who suggested this can take it back; a steward can decline it."
                raise NotAllowed(msg, ask=record.proposed_by)
            if record.state != "withdrawn":
                self._decide(tx, record, "withdrawn", actor, None)
        return self._after(amendment_id, actor)

    def edit(self, amendment_id: int, changes: Mapping[str, Any], actor: Actor, *, version: int) -> Amendment:
        """Let a steward put an open proposal right before deciding; they become its co-author.

        Raises UserError when somebody edited it since.
        """
        with self.store.begin() as tx:
            record = self._taken(tx, amendment_id, actor, states=("open",))
            entry = self._published(tx, record.entry_id, actor)
            self.catalog.people.require_steward(actor, entry.document.domain, f"edit changes of {entry.id}")
            if record.version != version:
                msg = (
                    "Somebody edited this suggestion in the meantime; look at it again and send your change once more."
                )
                raise UserError(msg)
            if forbidden := sorted(set(changes) & NOT_EDITABLE):
                raise InvalidForm({name: f"{name} cannot be edited." for name in forbidden})
            document = checked_document({**record.document, **changes}, self.assessing.vocabulary)
            co_authors = sorted({*record.co_authors, actor.user_id} - {record.proposed_by})
            weight = weight_of(entry.document, document, urgent=record.weight == "urgent")
            tx.amendments.change(
                record.id, document=document.model_dump(mode="json"), version=record.version + 1, weight=weight,
                co_authors=co_authors, updated_at=self.clock(),
            )  # fmt: skip
            self._owe_edits(tx, self._record(tx, record.id))
            self._ask_again(tx, entry, self._record(tx, record.id), actor)
        return self._after(amendment_id, actor)

    def amendment(self, amendment_id: int, actor: Actor) -> Amendment:
        """Return the proposal to somebody who may see its entry; raises NotFound for everyone else."""
        with self.store.read() as tx:
            # Without a lock: many messages about one proposal are drawn at once, in every process.
            record = _existing(tx.amendments.look_at(amendment_id))
            entry = self.catalog.entry_within(tx, record.entry_id, actor, follow=False)
            before = tx.revisions.get(record.entry_id, (record.published_revision or 1) - 1)
            gaps = self._gaps(tx, record)
        shown_before = FailureMode.model_validate(before.document) if record.published_revision and before else None
        return replace(amendment_of(record, entry, shown_before or entry.document), gaps=gaps)

    def open_for(self, actor: Actor) -> list[Amendment]:
        """Return the open proposals over which this person decides, oldest first."""
        with self.store.read() as tx:
            records = tx.amendments.find(states=("open",))
            entries = {record.id: tx.entries.get(record.entry_id) for record in records}
        mine = [
            record.id
            for record in records
            if (entry := entries[record.id]) and self.catalog.people.may_steward(actor, entry.domain)
        ]
        found = []
        for amendment_id in mine:
            try:
                found.append(self.amendment(amendment_id, actor))
            except NotFound:
                continue
        return found

    def _gaps(self, tx: Transaction, record: AmendmentRecord) -> tuple[Finding, ...]:
        entry = tx.entries.get(record.entry_id)
        if record.state not in {"drafting", "open"} or entry is None:
            return ()
        document = FailureMode.model_validate(record.document)
        return tuple(self.assessing.new_gaps(tx, entry, document, approvals=self._approvals(tx, record)))

    def _published(self, tx: Transaction, entry_id: str, actor: Actor) -> Entry:
        entry = self.catalog.entry_within(tx, entry_id, actor)
        if not entry.is_published:
            msg = f"{entry.id} is {entry.status.replace('_', ' ')}; only published entries are changed by suggestion."
            raise UserError(msg)
        return entry

    def _proposed(
        self,
        tx: Transaction,
        entry: Entry,
        changes: Mapping[str, Any],
        actor: Actor,
        reason: str,
        *,
        urgent: bool,
        origin: str | None,
    ) -> AmendmentRecord:
        document = checked_document({**entry.document.model_dump(mode="json"), **changes}, self.assessing.vocabulary)
        if document == entry.document:
            raise InvalidForm({"value": "Nothing would change; write what it should say instead."})
        proposal = tx.amendments.add(
            entry_id=entry.id,
            base_revision=entry.revision,
            document=document.model_dump(mode="json"),
            weight=weight_of(entry.document, document, urgent=urgent),
            reason=reason.strip()[:LONGEST_REASON],
            state="open",
            proposed_by=actor.user_id,
            at=self.clock(),
            origin=origin,
        )
        self._send(tx, entry, proposal, actor)
        return proposal

    def _send(self, tx: Transaction, entry: Entry, record: AmendmentRecord, actor: Actor) -> None:
        """Publish what its author may publish alone, and bring the rest to whoever decides."""
        people = self.catalog.people
        decides = people.may_steward(actor, entry.document.domain)
        if (record.weight == "urgent" and (decides or people.is_editor(actor))) or (
            record.weight == "minor" and decides
        ):
            self._publish(tx, record, actor)
            return
        if decides:
            self._ask(tx, record, entry, actor, purpose="amendment")
            return
        steward = entry.steward
        if steward is not None:
            tx.outbox.owe_once(
                proposal_key(record.id), kind=PROPOSAL, subject=str(record.id), address=steward, at=self.clock()
            )

    def _ask(
        self,
        tx: Transaction,
        record: AmendmentRecord,
        entry: Entry,
        actor: Actor,
        *,
        purpose: Literal["amendment", "afterwards"],
    ) -> None:
        known = take_entry(tx, entry.id)
        document = FailureMode.model_validate(record.document)
        self.sign_offs.ask_within(
            tx,
            known,
            purpose=purpose,
            disciplines=disciplines_for(document.model_copy(update={"effects": []}), (), self.catalog.people),
            asked_by=actor,
            authors=frozenset({record.proposed_by, *record.co_authors}),
            base_revision=record.base_revision,
            amendment_id=record.id,
        )

    def _ask_again(self, tx: Transaction, entry: Entry, record: AmendmentRecord, actor: Actor) -> None:
        """Where colleagues were asked about what it said before, ask them about what it says now."""
        if tx.sign_offs.find(amendment_id=record.id):
            call_off_sign_offs(tx, entry.id, self.clock(), amendment_id=record.id)
            self._ask(tx, record, entry, actor, purpose="amendment")

    def _require_second_pair_of_eyes(self, tx: Transaction, record: AmendmentRecord, actor: Actor) -> None:
        authors = {record.proposed_by}
        if record.weight == "minor" or actor.user_id not in authors or actor.is_operator:
            return
        if not self._approvals(tx, record):
            msg = (
                "You wrote this change yourself, and it is more than words and links; somebody else has to approve it. "
                "They were asked."
            )
            raise NotAllowed(msg)

    @staticmethod
    def _approvals(tx: Transaction, record: AmendmentRecord) -> list[Approval]:
        """Return who approved the change as it reads now; what was approved before an edit does not count."""
        authors = {record.proposed_by, *record.co_authors}
        matter = matter_of_amendment("amendment", record)
        return [
            Approval(asked.decided_by, asked.discipline)
            for asked in tx.sign_offs.find(amendment_id=record.id, states=("approved",))
            if asked.matter == matter and asked.decided_by and asked.decided_by not in authors
        ]

    def _publish(self, tx: Transaction, record: AmendmentRecord, actor: Actor) -> None:
        known = take_entry(tx, record.entry_id)
        began = tx.revisions.get(record.entry_id, record.base_revision)
        base = FailureMode.model_validate(began.document if began else known.document).model_dump(mode="json")
        now_there = FailureMode.model_validate(known.document).model_dump(mode="json")
        joined = join({**base, "status": "published"}, {**record.document, "status": "published"}, now_there)
        if joined.conflicts:
            raise EditConflict(known.id, tx.revisions.of(known.id)[0].author, joined.conflicts)
        document = checked_document(joined.document, self.assessing.vocabulary)
        self._require_no_worse(tx, known, document, record)
        co_authors = tuple(sorted({*record.co_authors, actor.user_id} - {record.proposed_by}))
        urgent = "urgent correction: " if record.weight == "urgent" else ""
        change = Change("amendment", record.proposed_by, f"{urgent}{record.reason}", co_authors)
        changed = change_entry(tx, known, document, change, self.clock())
        self._decide(tx, record, "published", actor, None, published_revision=changed.revision)
        announce_change_within(tx, record, self.clock())
        if record.weight == "urgent":
            self._have_looked_at(tx, self._record(tx, record.id), actor)

    def _have_looked_at(self, tx: Transaction, record: AmendmentRecord, actor: Actor) -> None:
        """Have somebody else look at an urgent correction; where nobody can be asked, its review falls due at once."""
        entry = self.catalog.entry_within(tx, record.entry_id, actor)
        try:
            self._ask(tx, record, entry, actor, purpose="afterwards")
        except UserError:
            reason = "an urgent correction was published and nobody else could be asked to look at it"
            self.reviews.request_within(tx, record.entry_id, reason, actor)

    def _require_no_worse(
        self, tx: Transaction, known: EntryRecord, document: FailureMode, record: AmendmentRecord
    ) -> None:
        """Refuse a change that breaks a gate; the approver of the change is its reviewer."""
        self.assessing.require_no_new_gaps(tx, known, document, approvals=self._approvals(tx, record))

    def _decide(
        self,
        tx: Transaction,
        record: AmendmentRecord,
        state: str,
        actor: Actor,
        decision: str | None,
        *,
        published_revision: int | None = None,
    ) -> None:
        now = self.clock()
        tx.amendments.change(
            record.id, state=state, decided_by=actor.user_id, decided_at=now, decision=decision,
            published_revision=published_revision, updated_at=now,
        )  # fmt: skip
        call_off_sign_offs(tx, record.entry_id, now, amendment_id=record.id)
        self._owe_edits(tx, record)
        if record.proposed_by != actor.user_id and state in {"published", "declined"}:
            tx.outbox.owe_once(
                f"amendment_outcome:{record.id}",
                kind=OUTCOME,
                subject=str(record.id),
                address=record.proposed_by,
                at=now,
            )

    def _owe_edits(self, tx: Transaction, record: AmendmentRecord) -> None:
        tx.outbox.edit(proposal_key(record.id), at=self.clock())

    def _taken(self, tx: Transaction, amendment_id: int, actor: Actor, *, states: Sequence[str]) -> AmendmentRecord:
        record = self._record(tx, amendment_id)
        self.catalog.entry_within(tx, record.entry_id, actor, follow=False)
        if record.state not in states:
            msg = (
                f"This suggestion is {record.state} already; look at the entry with `/failure show {record.entry_id}`."
            )
            raise UserError(msg)
        return record

    @staticmethod
    def _record(tx: Transaction, amendment_id: int) -> AmendmentRecord:
        return _existing(tx.amendments.get(amendment_id))

    def _after(self, amendment_id: int, actor: Actor) -> Amendment:
        self.catalog.refresh()
        self.bell.ring()
        return self.amendment(amendment_id, actor)


def _existing(record: AmendmentRecord | None) -> AmendmentRecord:
    if record is None:
        msg = "There is no such suggestion any more; look at the entry with `/failure show`."
        raise NotFound(msg)
    return record
