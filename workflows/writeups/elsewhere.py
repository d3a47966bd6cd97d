"""Write-ups of what was no incident here: somebody points at a message, or another tool asks for one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from store import Transaction
from workflows.clock import said_at
from workflows.errors import InvalidForm
from workflows.people import Actor
from workflows.writeups.answers import checked, words
from workflows.writeups.gathering import LONGEST, permalink
from workflows.writeups.timeline import insert_within
from workflows.writeups.writeup import WriteUp, writeup_within
from workflows.writeups.writeups import WriteUps

MOST_POINTS: Final = 200  # of a timeline that a tool sends


@dataclass(frozen=True)
class PointedAt:
    """A message that somebody pointed at; `ts` is its time as Slack writes it, in seconds since 1970."""

    channel_id: str
    ts: str
    text: str
    author: str


@dataclass(frozen=True)
class ToldPoint:
    """A point of a timeline, as a tool tells it."""

    at: datetime
    text: str
    author: str = ""


@dataclass(frozen=True)
class Told:
    """What a tool knows of an incident: its own name for it (`reference`), whose it is, answers and a timeline."""

    source: str
    reference: str
    owner: str
    answers: Mapping[str, str]
    timeline: Sequence[ToldPoint] = field(default_factory=tuple)


@dataclass(frozen=True)
class Elsewhere:
    """Begins such write-ups, each once."""

    writeups: WriteUps

    def from_message(self, message: PointedAt, actor: Actor) -> WriteUp:
        """Return the write-up of the message's incident, or else of the message, with it on the timeline."""
        writeups = self.writeups
        writeups.catalog.people.require_contributor(actor)
        with writeups.store.begin() as tx:
            incident = tx.incidents.with_evidence(message.channel_id, message.ts)
            origin = None if incident else f"message:{message.channel_id}:{message.ts}"
            record = writeups.begin_within(tx, incident, actor.user_id, message.channel_id, origin=origin)
            record = writeups.let_in_within(tx, record, actor)
            if record.state != "submitted" and self._put(tx, record.id, message) and incident is None:
                writeups.prefill_within(tx, record, {"symptom": words(message.text)[:LONGEST]})
            writeup = writeup_within(tx, tx.writeups.get(record.id) or record, writeups.template)
        writeups.bell.ring()
        return writeup

    def from_tool(self, told: Told) -> tuple[WriteUp, bool]:
        """Return the write-up that a tool asks for, and whether it is new; its owner is told in private.

        Raises InvalidForm with a sentence for each answer that cannot be, and for an owner who is nobody here.
        """
        writeups = self.writeups
        if not writeups.catalog.people.workspace.is_active(told.owner):
            raise InvalidForm({"owner": "This person is not in the workspace (any more); name somebody who is."})
        answers = self._answers(told)
        with writeups.store.begin() as tx:
            record = writeups.begin_within(tx, None, told.owner, None, origin=f"tool:{told.source}:{told.reference}")
            is_new = not record.answers and not tx.writeups.moments(record.id, removed=True)
            if is_new:
                writeups.prefill_within(tx, record, answers)
                for place, point in enumerate(told.timeline):
                    insert_within(
                        tx, record.id, at=point.at, text=words(point.text)[:LONGEST], author=point.author,
                        source=f"told:{place}", kind="told", link=None,
                    )  # fmt: skip
                writeups.tell_within(tx, record.id)
            writeup = writeup_within(tx, tx.writeups.get(record.id) or record, writeups.template)
        writeups.bell.ring()
        return writeup, is_new

    def _answers(self, told: Told) -> Mapping[str, str]:
        writeups = self.writeups
        asked = [question for key, question in writeups.template.questions.items() if told.answers.get(key)]
        now = writeups.clock()
        if late := [point for point in told.timeline if point.at > now]:
            raise InvalidForm({"timeline": f"“{late[0].text[:80]}” lies in the future; say when it was."})
        return checked(asked, told.answers, writeups.vocabulary, known={}, now=now)

    @staticmethod
    def _put(tx: Transaction, writeup_id: int, message: PointedAt) -> bool:
        return insert_within(
            tx, writeup_id, at=said_at(message.ts), text=words(message.text)[:LONGEST] or "(no words)",
            author=message.author, source=f"said:{message.ts}", kind="said",
            link=permalink(message.channel_id, message.ts),
        )  # fmt: skip
