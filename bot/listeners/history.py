"""Looking at what an entry was, and bringing an earlier state back."""

import json
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.history import history, restore_form
from bot.forms.calls import CommandCall, press, submission
from bot.replies import Replies
from workflows.entries.history import History
from workflows.errors import NotFound
from workflows.people import Actor

OLD_FORM = "This form is of an older version; open it again with `/failure history`."


@dataclass(frozen=True)
class HistoryListeners:
    """The history and its buttons."""

    history: History
    replies: Replies
    home_team: str

    def show(self, call: CommandCall) -> None:
        """`/failure history FM-0012`."""
        self.replies.open_form(call, self._view(call.rest, call.actor))

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “History”."""
        pressed = press(body, self.home_team)
        self.replies.open_form(pressed, self._view(pressed.value, pressed.actor))
        ack()

    def compare_before(self, ack: Ack, body: dict[str, Any]) -> None:
        """Menu “From revision”."""
        self._compare(ack, body, "before")

    def compare_after(self, ack: Ack, body: dict[str, Any]) -> None:
        """Menu “to revision”."""
        self._compare(ack, body, "after")

    def ask_to_restore(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Restore”: opens the form that asks why."""
        pressed = press(body, self.home_team)
        entry_id, number = _numbered(pressed.value)
        entry, _ = self.history.of(entry_id, pressed.actor)
        self.history.catalog.people.require_steward(
            pressed.actor, entry.document.domain, f"restore an earlier state of {entry.id}"
        )
        self.replies.open_form(pressed, restore_form(entry, number))
        ack()

    def restore(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Restore”."""
        submitted = submission(body, self.home_team)
        entry_id, _, rest = submitted.private_metadata.partition("|")
        number, expected = _numbered(rest)
        if not number.isdecimal():
            raise NotFound(OLD_FORM)
        self.history.restore(
            entry_id, int(number), submitted.actor, expected=expected, reason=submitted.answers.get("reason", "")
        )
        ack()
        self.replies.replace_form(submitted.view_below, self._view(entry_id, submitted.actor))

    def _compare(self, ack: Ack, body: dict[str, Any], side: str) -> None:
        pressed = press(body, self.home_team)
        try:
            chosen = {**json.loads(pressed.noted), side: int(pressed.value)}
            entry_id, before, after = str(chosen["entry_id"]), int(chosen["before"]), int(chosen["after"])
        except (ValueError, KeyError, TypeError):
            raise NotFound(OLD_FORM) from None
        self.replies.replace_form(pressed.view_id, self._view(entry_id, pressed.actor, before, after))
        ack()

    def _view(
        self, reference: str, actor: Actor, before: int | None = None, after: int | None = None
    ) -> dict[str, Any]:
        entry, revisions = self.history.of(reference, actor)
        newest = revisions[0].number if after is None else after
        compared = self.history.compare(entry.id, newest - 1 if before is None else before, newest, actor)
        return history(entry, revisions, compared)


def _numbered(value: str) -> tuple[str, int]:
    name, _, number = value.partition("|")
    if not number.isdecimal():
        raise NotFound(OLD_FORM)
    return name, int(number)
