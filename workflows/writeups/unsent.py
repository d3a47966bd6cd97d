"""What somebody types into a form of a write-up is kept before they send it, so that closing it loses nothing.

Slack tells no app what stood in a form that is closed: it tells of each change while somebody types, if asked to.
What is kept so is theirs alone, counts for nothing, and stands in the form again when they open it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from store.unsent import UnsentRecord
from workflows.people import Actor
from workflows.writeups.answers import Answers, normal, words
from workflows.writeups.template import Step
from workflows.writeups.writeup import WriteUp
from workflows.writeups.writeups import WriteUps

LONGEST: Final = 3_000  # characters of a field, docs.slack.dev/reference/block-kit/block-elements
MOST: Final = 100  # fields of a view, docs.slack.dev/reference/views


@dataclass(frozen=True)
class Left:
    """What somebody left in a form, and the version of what it was opened at."""

    answers: Answers
    version: int


@dataclass(frozen=True)
class Unsent:
    """Keeps and finds what was typed; `form` is the name of a step, or names a line of a list."""

    writeups: WriteUps

    def keep(self, writeup_id: int, form: str, given: Answers, actor: Actor, *, version: int, stamp: str = "") -> None:
        """Keep what stands in a form now; `stamp` is Slack's time of the change, by which the latest one counts.

        Raises NotAllowed and NotFound as writing in the write-up does.
        """
        writeups = self.writeups
        questions = writeups.template.questions
        # Slack lets nobody type more than this; what was made up to be larger is cut.
        shown = [(key[:40], text[:LONGEST]) for key, text in given.items()][:MOST]
        typed = {key: normal(questions[key], text) if key in questions else words(text) for key, text in shown}
        with writeups.store.begin() as tx:
            if writeups.entitled_within(tx, writeup_id, actor).state != "submitted":
                now = writeups.clock()
                tx.unsent.keep(UnsentRecord(writeup_id, actor.user_id, form, version, typed, stamp[:30], now))

    def keep_closed(self, writeup_id: int, step: str, given: Answers, actor: Actor, *, version: int) -> None:
        """Keep what stood in the form of a step that was closed, where Slack says what that was.

        It may as well say what stood there when the form was opened, so only what is new is taken from it.
        """
        with self.writeups.store.read() as tx:
            found = tx.unsent.get(writeup_id, actor.user_id, step)
            before = tx.writeups.answers_at(writeup_id, version)
        new = {key: text for key, text in given.items() if text and text != before.get(key, "")}
        if new:
            self.keep(writeup_id, step, {**(found.answers if found else {}), **new}, actor, version=version)

    def left_in_step(self, writeup: WriteUp, step: Step, actor: Actor) -> Left | None:
        """Return what the person left in a step and neither sent nor anybody else wrote; None where there is none."""
        with self.writeups.store.read() as tx:
            found = tx.unsent.get(writeup.id, actor.user_id, step.name)
            before = tx.writeups.answers_at(writeup.id, found.version) if found else {}
        return _left(found, before, writeup.answers)

    def left_in_line(self, writeup_id: int, form: str, actor: Actor, *, standing: Answers) -> Left | None:
        """Return what the person left in the form of a line that says `standing`, or None."""
        with self.writeups.store.read() as tx:
            found = tx.unsent.get(writeup_id, actor.user_id, form)
        return _left(found, standing, standing)


def _left(found: UnsentRecord | None, before: Answers, standing: Answers) -> Left | None:
    typed: Mapping[str, str] = found.answers if found else {}
    own = {key: text for key, text in typed.items() if text not in (before.get(key, ""), standing.get(key, ""))}
    return Left(own, found.version) if found and own else None
