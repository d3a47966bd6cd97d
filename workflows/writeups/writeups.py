"""Starting, saving, resuming and finishing a write-up."""

import re
from dataclasses import dataclass
from typing import Any, cast

from store import Store, Transaction
from store.writeups import WriteUpRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.document import FailureMode, LatentCondition, Severity, Trigger
from workflows.entries.mitigations import Mitigation, Rollback
from workflows.entries.parts import SeverityLevel
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotAllowed, NotFound
from workflows.people import Actor
from workflows.writeups.questions import STEPS, Answers, Step, checked_answers, items, step_after, step_named


@dataclass(frozen=True)
class WriteUp:
    """A write-up: what was answered so far, the step to ask next (None when all are), the draft it became."""

    id: int
    channel_id: str | None
    answers: dict[str, dict[str, str]]
    entry_id: str | None

    @property
    def next_step(self) -> Step | None:
        """The first step that was not answered yet."""
        return next((step for step in STEPS if step.name not in self.answers), None)

    @property
    def title(self) -> str:
        """The name given so far."""
        return self.answers.get("what", {}).get("title", "Untitled write-up")


@dataclass(frozen=True)
class Saved:
    """The write-up after a step was saved, and the draft entry when it was the last one."""

    writeup: WriteUp
    next_step: Step | None
    draft: Entry | None


@dataclass(frozen=True)
class WriteUps:
    """Write-ups of this organisation."""

    store: Store
    clock: Clock
    catalog: Catalog
    vocabulary: Vocabulary

    def start(self, actor: Actor, *, channel_id: str | None) -> WriteUp:
        """Return a new write-up; where the channel has an incident, the write-up belongs to it."""
        self.catalog.people.require_contributor(actor)
        with self.store.begin() as tx:
            incident = tx.incidents.in_channel(channel_id) if channel_id else None
            record = tx.writeups.add(
                author=actor.user_id,
                channel_id=channel_id,
                incident_id=incident.id if incident else None,
                at=self.clock(),
            )
        return _writeup(record)

    def open(self, writeup_id: int, actor: Actor) -> WriteUp:
        """Return the write-up to its author; raises NotFound or NotAllowed."""
        with self.store.begin() as tx:
            return _writeup(self._of_author(tx, writeup_id, actor))

    def unfinished_of(self, actor: Actor) -> list[WriteUp]:
        """Return the person's write-ups with saved answers that are no draft entry yet, newest first."""
        with self.store.read() as tx:
            return [_writeup(record) for record in tx.writeups.unfinished_of(actor.user_id) if record.answers]

    def save(self, writeup_id: int, step_name: str, given: Answers, actor: Actor) -> Saved:
        """Keep a step's answers, and after the last step make the draft entry.

        Sending the same form again keeps the same answers and makes no second draft. Raises InvalidForm with a
        sentence for every answer that needs correcting, NotFound, NotAllowed.
        """
        step = step_named(step_name)
        if step is None:
            msg = "This form is of an older version; continue with `/failure drafts`."
            raise NotFound(msg)
        answers = checked_answers(step, given, self.vocabulary)
        with self.store.begin() as tx:
            record = self._of_author(tx, writeup_id, actor)
            writeup = _writeup(record)
            if record.entry_id is None:
                writeup = WriteUp(record.id, record.channel_id, {**writeup.answers, step.name: answers}, None)
                tx.writeups.save(record.id, writeup.answers, at=self.clock())
                writeup = self._finished(tx, writeup, actor)
        draft = self.catalog.entry(writeup.entry_id, actor) if writeup.entry_id else None
        return Saved(writeup, None if draft else step_after(step) or writeup.next_step, draft)

    def _finished(self, tx: Transaction, writeup: WriteUp, actor: Actor) -> WriteUp:
        if writeup.next_step is not None:
            return writeup
        draft = _draft(tx.entries.next_number(), writeup.answers)
        reason = f"written up after an incident (write-up {writeup.id})"
        self.catalog.add_draft(tx, draft, by=actor.user_id, reason=reason)
        tx.writeups.became(writeup.id, draft.id, at=self.clock())
        return WriteUp(writeup.id, writeup.channel_id, writeup.answers, draft.id)

    @staticmethod
    def _of_author(tx: Transaction, writeup_id: int, actor: Actor) -> WriteUpRecord:
        record = tx.writeups.get(writeup_id)
        if record is None:
            msg = "There is no such write-up; start one with `/failure write-up`."
            raise NotFound(msg)
        if actor.is_external or record.author != actor.user_id:
            msg = "Only the person who started this write-up can continue it."
            raise NotAllowed(msg, ask=record.author)
        return record


def _writeup(record: WriteUpRecord) -> WriteUp:
    return WriteUp(record.id, record.channel_id, cast("dict[str, dict[str, str]]", record.answers), record.entry_id)


def _draft(number: int, answers: dict[str, dict[str, str]]) -> FailureMode:
    what, why, response = (answers[step.name] for step in STEPS)
    level = cast("SeverityLevel", what["severity"])
    return FailureMode(
        id=f"FM-{number:04d}",
        slug=f"{_slug(what['title'])}-{number}",
        title=what["title"],
        status="draft",
        symptom=what["symptom"],
        aliases=items(what.get("aliases", "")),
        cause_category=why["cause_category"],
        latent_conditions=[LatentCondition(text=why["latent_condition"])],
        triggers=[Trigger(kind=why["trigger"])],
        severity=Severity(typical=level, worst_credible=level),
        mitigations=[_mitigation(response)],
        domain=why["domain"],
        confidence="observed",
    )


def _mitigation(response: dict[str, Any]) -> Mitigation:
    rollback = response.get("rollback")
    return Mitigation(
        title=response["mitigation"],
        kind="contain",
        checklist=items(response["checklist"]),
        owner=response["owner"],
        rollback=Rollback(text=rollback) if rollback else None,
        fallback=response.get("fallback"),
    )


def _slug(title: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60].rstrip("-") or "entry"
