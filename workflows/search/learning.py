"""Learning from what people confirm: the words of their incidents become examples of the entry, masked and bounded.

confirmed     the incident's newest messages speak for the entry
rejected      they speak against it, a little
undone        what was learned from the click is forgotten with it

Nothing is learned anywhere else, and each example says where it comes from and can be removed.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Literal

from store import Store, Transaction
from store.audit import AuditRecord
from store.examples import ExampleRecord
from store.incidents import EvidenceRecord, IncidentRecord
from workflows.clock import Clock
from workflows.entries.entry import canonical_id
from workflows.errors import NotFound
from workflows.masking import masked
from workflows.people import Actor
from workflows.search.examples import Example
from workflows.search.words import stems

WINDOW: Final = 40  # messages before the verdict that are looked at, as many as a card is made of
MESSAGES: Final = 12  # of them that are kept, the newest that say something; about what the index reads of one text
LONGEST: Final = 400  # characters kept of one message
READ: Final = 2_000  # characters of one message that are looked at
MEANING: Final = 3  # different words below which a message says too little: “on it”, “thanks, looking”
WEIGHTS: Final = {"confirmed": 1.0, "rejected": -0.25}
# The nearest five examples of an entry count in a search (workflows/search/examples.py). Whoever confirms, or a channel
# that confirms, more often than this only replaces what they taught before, so that no one bends an entry alone.
PER_PERSON: Final = 5
PER_CHANNEL: Final = 10
PER_ENTRY: Final = 50  # incidents of an entry that count for it, and a fifth of that against it: cost stays bounded
AGAINST_SHARE: Final = 5

Verdict = Literal["shown", "confirmed", "rejected"]


def learn_within(
    tx: Transaction, incident: IncidentRecord, entry_id: str, verdict: Verdict, *, by: str, at: datetime
) -> None:
    """Learn from a verdict as part of the caller's transaction; it replaces what the one before taught."""
    known = tx.examples.find(entry_id=entry_id, incident_id=incident.id)
    if known and all(one.kind == verdict for one in known):
        return  # pressed twice
    tx.examples.remove_of(incident.id, entry_id=entry_id)
    if verdict not in WEIGHTS:
        return
    said = tx.incidents.evidence(incident.id, latest=WINDOW)
    tx.examples.add(
        {
            "entry_id": entry_id, "kind": verdict, "text": text, "weight": WEIGHTS[verdict],
            "incident_id": incident.id, "channel_id": incident.channel_id, "said_as": ts,
            "learned_from": by, "learned_at": at,
        }
        for ts, text in worth_learning(said)
    )  # fmt: skip


def weigh_lesson_within(tx: Transaction, incident_id: int, entry_id: str, weight: float) -> None:
    """Let the words of a confirmed incident count so much (1 as they come), because of what came of the remedy."""
    tx.examples.weigh(incident_id, entry_id, weight)


def worth_learning(said: Sequence[EvidenceRecord]) -> list[tuple[str, str]]:
    """Return the newest messages that say something, oldest first, each as its `ts` and its masked text."""
    kept: list[tuple[str, str]] = []
    for one in reversed(said):
        text = _clipped(masked(one.text[:READ]))
        if len(set(stems(text))) >= MEANING:
            kept.append((one.ts, text))
        if len(kept) == MESSAGES:
            break
    return kept[::-1]


def _clipped(text: str) -> str:
    if len(text) <= LONGEST:
        return text
    whole, _, _ = text[:LONGEST].rpartition(" ")
    return whole or text[:LONGEST]


def that_count(records: Iterable[ExampleRecord]) -> dict[tuple[str, str, object], list[ExampleRecord]]:
    """Return the examples that count by entry, kind and incident: the newest that nobody's share shuts out."""
    cases: defaultdict[tuple[str, str, object], list[ExampleRecord]] = defaultdict(list)
    for one in sorted(records, key=lambda one: (one.learned_at, one.id), reverse=True):
        cases[one.entry_id, one.kind, one.incident_id or f"alone {one.id}"].append(one)
    taken: Counter[tuple[str, ...]] = Counter()
    counted = {}
    for (entry_id, kind, case), said in cases.items():
        person = (entry_id, kind, "person", said[0].learned_from)
        channel = (entry_id, kind, "channel", said[0].channel_id or "")
        all_of_it = (entry_id, kind)
        most = PER_ENTRY if kind == "confirmed" else PER_ENTRY // AGAINST_SHARE
        if taken[person] < PER_PERSON and taken[channel] < PER_CHANNEL and taken[all_of_it] < most:
            taken.update((person, channel, all_of_it))
            counted[entry_id, kind, case] = said
    return counted


def examples_of(records: Iterable[ExampleRecord]) -> Iterator[Example]:
    """Yield what the index compares texts with: the words of each incident that counts, oldest first, as one text.

    An incident is asked about as a whole, so it is also remembered as a whole.
    """
    for (entry_id, _, _), said in that_count(records).items():
        text = "\n".join(one.text for one in sorted(said, key=lambda one: one.said_as))
        yield Example(entry_id, text, said[0].weight, source_of(said[0]))


def source_of(record: ExampleRecord) -> str:
    """Return where the example comes from, in words."""
    return f"incident {record.incident_id}" if record.incident_id else f"{record.kind} by {record.learned_from}"


@dataclass(frozen=True)
class Lesson:
    """An example as it is kept; `counts` says whether it takes part, or others of its person or channel did enough."""

    example: ExampleRecord
    source: str
    counts: bool


@dataclass(frozen=True)
class Learning:
    """Looking at what was learned, and removing it piece by piece; for whoever runs the bot."""

    store: Store
    clock: Clock

    def of(self, reference: str) -> list[Lesson]:
        """Return what was learned about an entry (`FM-0012`, `12`), newest first; raises UserError otherwise."""
        with self.store.read() as tx:
            records = tx.examples.find(entry_id=canonical_id(reference))
        counting = {one.id for said in that_count(records).values() for one in said}
        return [Lesson(one, source_of(one), one.id in counting) for one in records]

    def remove(self, reference: str, example_id: int, actor: Actor) -> None:
        """Remove one example of the entry; raises NotFound where the entry has none with this number."""
        entry_id = canonical_id(reference)
        with self.store.begin() as tx:
            known = tx.examples.get(example_id)
            if known is None or known.entry_id != entry_id:
                msg = f"{entry_id} has no example {example_id}; `faultline examples {entry_id}` lists those it has."
                raise NotFound(msg)
            tx.examples.remove(example_id)
            what = {"example": example_id, "source": source_of(known)}
            tx.audit.add(AuditRecord(self.clock(), actor.user_id, "example.remove", f"entry:{entry_id}", what, None))
