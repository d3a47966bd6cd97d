"""What somebody types into a form of a write-up, told by Slack while they type."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.forms.calls import Submission, submission
from workflows.errors import Unavailable, UserError
from workflows.writeups.unsent import Unsent

# Whoever may not write is told so when they send the form, not at every letter; nothing is promised before that.
UNTOLD = (UserError, Unavailable)


@dataclass(frozen=True)
class UnsentListeners:
    """Keeps it, in silence."""

    unsent: Unsent
    home_team: str

    def typed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Change in a field: keep all that stands in the form now."""
        told = submission(body, self.home_team)
        stamp = str((body.get("actions") or [{}])[0].get("action_ts") or "")
        writeup_id, form, version = told.noted("writeup"), _form_of(told), told.noted("version")
        if isinstance(writeup_id, int) and isinstance(version, int) and form:
            with suppress(*UNTOLD):
                self.unsent.keep(writeup_id, form, told.answers, told.actor, version=version, stamp=stamp)
        ack()

    def closed(self, ack: Ack, body: dict[str, Any]) -> None:
        """Close of a form of a step: keep what stood in it, where Slack says so; the real one does not."""
        told = submission(body, self.home_team)
        writeup_id, step, version = told.noted("writeup"), told.noted("step"), told.noted("version")
        if isinstance(writeup_id, int) and isinstance(version, int) and isinstance(step, str) and told.answers:
            with suppress(*UNTOLD):
                self.unsent.keep_closed(writeup_id, step, told.answers, told.actor, version=version)
        ack()


def _form_of(told: Submission) -> str:
    """Return what the form is called: a step, or a line of a list that is there or new."""
    name = told.noted("step") or told.noted("form")
    return name[:60] if isinstance(name, str) else ""
