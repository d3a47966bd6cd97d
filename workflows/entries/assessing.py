"""How good an entry is and whether it may be published: quality's rules, fed with what this organisation knows."""

from collections.abc import Collection
from dataclasses import dataclass

from store import Store, Transaction
from store.entries import EntryRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.entries.entry import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound, UserError
from workflows.occurrences import occurrence_of
from workflows.people import Actor
from workflows.quality.checks import findings
from workflows.quality.completeness import Completeness, completeness
from workflows.quality.findings import Finding
from workflows.quality.gates import missing_for_publication
from workflows.quality.likeness import Likeness, look_alikes
from workflows.quality.priority import (
    ActionPriority,
    Detectability,
    Frequency,
    action_priority,
    detectability,
    frequency,
)
from workflows.quality.surroundings import Approval, Facts, Surroundings


class NotPublishable(UserError):
    """What the entry still lacks; nothing was published."""

    def __init__(self, entry_id: str, missing: Collection[Finding]) -> None:
        lines = "\n".join(f"• {finding.sentence}" for finding in missing)
        super().__init__(f"{entry_id} cannot be published yet; {len(missing)} thing(s) come first:\n{lines}")
        self.missing = tuple(missing)


@dataclass(frozen=True)
class Assessment:
    """What the rules say of one entry; frequency, detectability and priority are derived and never typed."""

    missing: tuple[Finding, ...]
    findings: tuple[Finding, ...]
    completeness: Completeness
    frequency: Frequency
    detectability: Detectability
    action_priority: ActionPriority
    look_alikes: tuple[Likeness, ...]

    @property
    def flags(self) -> tuple[Finding, ...]:
        """What is shown and may stay."""
        return tuple(finding for finding in self.findings if finding.level == "flags")


@dataclass(frozen=True)
class Assessing:
    """Judges entries; a draft against the gates, whatever is published against the checks."""

    store: Store
    clock: Clock
    catalog: Catalog
    vocabulary: Vocabulary

    def of(self, entry: Entry, actor: Actor) -> Assessment:
        """Return what the rules say of the entry; doubles that the person may not see are left out."""
        return self.of_copy(entry, entry.document, actor)

    def of_copy(self, entry: Entry, document: FailureMode, actor: Actor) -> Assessment:
        """Return what the rules say of the entry if its document were this one."""
        with self.store.read() as tx:
            record = tx.entries.get(entry.id)
            if record is None:
                msg = f"There is no entry {entry.id} in the catalog any more."
                raise NotFound(msg)
            facts = self.facts(tx, record, document)
        surroundings = self._surroundings(facts)
        now = self.clock()
        often = frequency([one.began for one in facts.occurrences if one.began], now.date())
        detected = detectability(document.detectors, now.date())
        return Assessment(
            missing=tuple(missing_for_publication(document, surroundings)),
            findings=tuple(findings(document, surroundings)),
            completeness=completeness(document, surroundings),
            frequency=often,
            detectability=detected,
            action_priority=action_priority(document.severity.worst_credible, often, detected),
            look_alikes=tuple(self._visible(look_alikes(document, surroundings.neighbourhood), actor)),
        )

    def require_publishable(
        self, tx: Transaction, record: EntryRecord, document: FailureMode, *, approvals: Collection[Approval] = ()
    ) -> None:
        """Raise NotPublishable, naming all it lacks, unless the document may stand published; part of a transaction.

        `approvals` are those of an amendment; those of the entry itself are known.
        """
        if missing := self._missing(tx, record, document, approvals):
            raise NotPublishable(record.id, missing)

    def require_no_new_gaps(
        self, tx: Transaction, record: EntryRecord, document: FailureMode, *, approvals: Collection[Approval] = ()
    ) -> None:
        """Raise NotPublishable for what `new_gaps` finds."""
        if new := self.new_gaps(tx, record, document, approvals=approvals):
            raise NotPublishable(record.id, new)

    def new_gaps(
        self, tx: Transaction, record: EntryRecord, document: FailureMode, *, approvals: Collection[Approval] = ()
    ) -> list[Finding]:
        """Return the gates that the published entry passes and the changed document would not.

        What it lacked before it may lack still: a correction must not wait for everything else to be put right.
        """
        now = self._missing(tx, record, FailureMode.model_validate(record.document), ())
        then = self._missing(tx, record, document, approvals)
        lacking = {(finding.check, finding.sentence) for finding in now}
        return [finding for finding in then if (finding.check, finding.sentence) not in lacking]

    def _missing(
        self, tx: Transaction, record: EntryRecord, document: FailureMode, approvals: Collection[Approval]
    ) -> list[Finding]:
        facts = self.facts(tx, record, document, approvals=approvals)
        published = document.model_copy(update={"status": "published"})
        return missing_for_publication(published, self._surroundings(facts))

    def facts(
        self, tx: Transaction, record: EntryRecord, document: FailureMode, *, approvals: Collection[Approval] = ()
    ) -> Facts:
        """Return what only this organisation knows of the entry."""
        people = self.catalog.people
        answering = (*people.stewards_of(document.domain), *people.backups_of(document.domain))
        review = tx.reviews.due_date(record.id)
        _, last_shown = tx.followers.exposure(record.id)
        return Facts(
            steward=people.steward_of(document.domain, record.id),
            inactive=people.inactive(answering),
            authors=tx.revisions.authors_of(record.id),
            approvals=(*_approvals_of(tx, record), *approvals),
            occurrences=tuple(occurrence_of(one) for one in tx.occurrences.of(record.id)),
            # A review is scheduled when the entry is published, so its date is never what is missing.
            review_due=(review or self.clock() + self.catalog.cadence.of(document)).date(),
            shown=tx.incidents.cards_with(record.id),
            rejected=tx.incidents.rejections(record.id),
            last_opened=last_shown.date() if last_shown else None,
            created=record.created_at.date(),
            link_states={uri: (state, at.date()) for uri, (state, at) in tx.link_checks.all().items()},
        )

    def _surroundings(self, facts: Facts) -> Surroundings:
        return Surroundings(self.vocabulary, self.catalog.neighbourhood, self.clock().date(), facts)

    def _visible(self, found: Collection[Likeness], actor: Actor) -> list[Likeness]:
        others = self.catalog.neighbourhood
        return [one for one in found if one.slug in others and self.catalog.people.may_see(actor, others[one.slug])]


def _approvals_of(tx: Transaction, record: EntryRecord) -> tuple[Approval, ...]:
    """Return who approved the entry as it stands; for one that was published, who approved it until then."""
    was_published = record.status in {"published", "deprecated", "archived"}
    return tuple(
        Approval(asked.decided_by, asked.discipline)
        for asked in tx.sign_offs.find(entry_id=record.id, states=("approved",))
        if asked.decided_by and (was_published or (asked.amendment_id is None and asked.revision == record.revision))
    )
