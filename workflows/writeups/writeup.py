"""A write-up as people see it: what was answered, by whom, what is missing, and what became of it.

open ──submit──> submitted
│
└──not doing (with a reason)──> not_doing ──take it up again──> open
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, cast

from store import Transaction
from store.incidents import ChannelRecord
from store.writeups import FollowUpRecord, MomentRecord, WriteUpRecord
from workflows.people import BEGINNINGS_OF_PEOPLE
from workflows.writeups.answers import Answers
from workflows.writeups.template import Question, Step, Template

# A change that somebody made in a form just before they sent it may reach us after the form did.
OVERTAKEN: Final = timedelta(seconds=2)
CALM: Final = timedelta(seconds=2)  # between two edits of the message while several people write
PROGRESS: Final = "writeup_progress"  # the one message of a write-up, which edits itself
NEW, OCCURRENCE, AMENDMENT, CASE_STUDY = "new", "occurrence", "amendment", "case_study"  # what it can become
# The forms that end a write-up: why it is not done, and what becomes of it.
LEAVING, BECOMING = "end:leave", "end:becomes"
Moment = MomentRecord  # a point of the timeline
FollowUp = FollowUpRecord
# Who is named where the bot itself filled something in.
PREFILLED_BY: Final = "faultline"


@dataclass(frozen=True)
class WriteUp:
    """A write-up; `contributors` are those who answered anything, in the order in which they first did."""

    record: WriteUpRecord
    template: Template
    contributors: tuple[str, ...] = ()
    moments: tuple[MomentRecord, ...] = ()
    follow_ups: tuple[FollowUpRecord, ...] = ()

    @property
    def id(self) -> int:
        """Its number."""
        return self.record.id

    @property
    def owner(self) -> str:
        """Whose it is to finish."""
        return self.record.owner

    @property
    def answers(self) -> Answers:
        """The answers as they stand, by question."""
        return cast("Mapping[str, str]", self.record.answers)

    @property
    def results(self) -> Mapping[str, Mapping[str, Any]]:
        """What became of it, by what was chosen."""
        return self.record.results

    @property
    def title(self) -> str:
        """The name given so far."""
        return self.answers.get("title") or "Untitled write-up"

    @property
    def severity(self) -> str | None:
        """How bad it was, once that is said."""
        return self.answers.get("severity") or None

    @property
    def is_open(self) -> bool:
        """Whether it can still be written."""
        return self.record.state == "open"

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps it is asked for, in their order."""
        return self.template.steps_for(self.severity)

    @property
    def next_step(self) -> Step | None:
        """The first step that was not sent in yet, or lacks something; None when all are there."""
        return next((step for step in self.steps if not self.is_done(step)), None)

    @property
    def share(self) -> float:
        """How much of it is done, from 0 to 1."""
        return sum(map(self.is_done, self.steps)) / len(self.steps)

    def is_done(self, step: Step) -> bool:
        """Return whether the step was sent in and nothing it needs is missing."""
        return step.name in self.record.steps and not self.missing(step)

    def missing(self, step: Step) -> tuple[Question, ...]:
        """Return the questions of the step that need an answer and have none."""
        asked = self.template.fields_of(step, self.severity)
        return tuple(question for question in asked if question.required and not self.answers.get(question.key))

    def asked(self, step: Step) -> tuple[Question, ...]:
        """Return every field of the step, repeated ones as often as they are answered."""
        return step.asked(self.answers)

    def step_after(self, step: Step) -> Step | None:
        """Return the next step to ask after this one, else the first that is not done, else None."""
        places = [one.name for one in self.steps]
        later = self.steps[places.index(step.name) + 1 :] if step.name in places else ()
        return next((one for one in later if not self.is_done(one)), self.next_step)


def writeup_within(tx: Transaction, record: WriteUpRecord, template: Template) -> WriteUp:
    """Return the write-up that a record begins, with what belongs to it."""
    people = (one.by for one in tx.writeups.told(record.id) if one.by != PREFILLED_BY)
    return WriteUp(
        record,
        template,
        tuple(dict.fromkeys(people)),
        tuple(tx.writeups.moments(record.id)),
        tuple(tx.writeups.follow_ups(record.id)),
    )


def place_within(tx: Transaction, record: WriteUpRecord) -> str:
    """Return where to speak of the write-up: the channel it belongs to where we listen, else its owner."""
    channel = _open_channel(tx, record)
    return channel.id if channel and channel.watched else record.owner


def tell_progress_within(tx: Transaction, record: WriteUpRecord, now: datetime) -> None:
    """Owe the one message that shows how far it is, or its edit, and edits of those that it had elsewhere before."""
    place, channel, key = place_within(tx, record), _open_channel(tx, record), f"writeup:{record.id}:"
    for told in [*BEGINNINGS_OF_PEOPLE, *([channel.id] if channel else [])]:
        tx.outbox.edit_all(PROGRESS, prefix=key + told, at=now, besides=key + place)
    tx.outbox.owe_latest(
        key + place, kind=PROGRESS, subject=str(record.id), address=place, thread_ts=None, at=now, calm=CALM
    )


def _open_channel(tx: Transaction, record: WriteUpRecord) -> ChannelRecord | None:
    """Return the channel it belongs to, where anything can still be said and edited there."""
    channel = tx.incidents.channel(record.channel_id) if record.channel_id else None
    return channel if channel and not channel.is_archived else None
