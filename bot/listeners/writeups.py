"""The after-action write-up, form by form."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Rendered
from bot.blocks.writeups import draft_made, writeup_form
from bot.forms.calls import CommandCall, Press, press, submission
from bot.replies import Replies
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound
from workflows.writeups.questions import STEPS
from workflows.writeups.writeups import WriteUp, WriteUps


@dataclass(frozen=True)
class WriteUpListeners:
    """Starting, continuing and saving write-ups."""

    writeups: WriteUps
    vocabulary: Vocabulary
    replies: Replies
    home_team: str

    def start(self, call: CommandCall) -> Rendered | None:
        """`/failure write-up`."""
        self._open(call, self.writeups.start(call.actor, channel_id=call.channel_id))
        return None

    def start_here(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Start a write-up”."""
        pressed = press(body, self.home_team)
        self._open(pressed, self.writeups.start(pressed.actor, channel_id=pressed.channel_id or None))
        ack()

    def resume(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Continue”."""
        pressed = press(body, self.home_team)
        self._open(pressed, self.writeups.open(pressed.number(), pressed.actor))
        ack()

    def save(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form of one step: keep it and show the next, or the draft after the last."""
        submitted = submission(body, self.home_team)
        writeup_id, step = submitted.noted("writeup"), submitted.noted("step")
        if not isinstance(writeup_id, int) or not isinstance(step, str):
            msg = "This form is of an older version; continue with `/failure drafts`."
            raise NotFound(msg)
        saved = self.writeups.save(writeup_id, step, submitted.answers, submitted.actor)
        if saved.draft is not None:
            ack(response_action="update", view=draft_made(saved.draft))
        elif saved.next_step is not None:
            ack(response_action="update", view=writeup_form(saved.writeup, saved.next_step, self.vocabulary))
        else:
            ack()

    def _open(self, asked: CommandCall | Press, writeup: WriteUp) -> None:
        step = writeup.next_step or STEPS[-1]
        self.replies.open_form(asked, writeup_form(writeup, step, self.vocabulary))
