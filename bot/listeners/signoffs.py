"""Asking for sign-offs, deciding, and what is said about them in threads."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Rendered, escape, section
from bot.blocks.signoffs import asked, changes_form, ending, waiting, whole_difference
from bot.forms.calls import CommandCall, press, submission, thread_reply
from bot.replies import Replies
from workflows.errors import NotFound, UserError
from workflows.matters import SignOff
from workflows.remarks import Remarks
from workflows.signoffs import SignOffs

LONGEST_NUMBER = 12


@dataclass(frozen=True)
class SignOffListeners:
    """`/failure review`, the buttons of the question, and its threads."""

    sign_offs: SignOffs
    remarks: Remarks
    replies: Replies
    home_team: str

    def review(self, call: CommandCall) -> Rendered:
        """`/failure review`: what waits for me; with an entry it asks colleagues: `FM-0012 security: a note`."""
        if not call.rest:
            return waiting(self.sign_offs.waiting_for(call.actor))
        wanted, _, note = call.rest.partition(":")
        reference, *disciplines = wanted.replace(",", " ").split()
        return asked(self.sign_offs.ask(reference, [one.lower() for one in disciplines], call.actor, note))

    def approve(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Approve”."""
        pressed = press(body, self.home_team)
        decided = self.sign_offs.decide(_number(pressed.value), "approved", pressed.actor)
        told = f"`{decided.entry.id}` {escape(decided.entry.document.title)}: {ending(decided)}"
        self.replies.tell(pressed.response_url, Rendered(told, [section(told)]))
        ack()

    def ask_for_changes(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Request changes”: opens the form that asks what, while nobody has decided."""
        pressed = press(body, self.home_team)
        found = self.sign_offs.sign_off(_number(pressed.value), pressed.actor)
        if not found.is_open:
            raise UserError(_too_late(found))
        self.replies.open_form(pressed, changes_form(found))
        ack()

    def take_changes(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Request changes”; where somebody else was faster it stays open, so that its text can be copied."""
        submitted = submission(body, self.home_team)
        number, comment = _number(submitted.private_metadata), submitted.answers.get("comment", "")
        decided = self.sign_offs.decide(number, "changes_requested", submitted.actor, comment)
        if (decided.state, decided.decided_by) != ("changes_requested", submitted.actor.user_id):
            raise UserError(_too_late(decided))
        ack()

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “See all of it”."""
        pressed = press(body, self.home_team)
        self.replies.open_form(
            pressed, whole_difference(self.sign_offs.sign_off(_number(pressed.value), pressed.actor))
        )
        ack()

    def hear(self, ack: Ack, body: dict[str, Any]) -> None:
        """Pass on what is said in a thread of ours; whatever else is said in direct messages is left in peace."""
        heard = thread_reply(body, self.home_team)
        if heard is not None:
            reply, actor = heard
            try:
                self.remarks.take_in(reply, actor)
            except UserError as refused:
                told = escape(refused.sentence)
                self.replies.tell_in_private(actor.user_id, Rendered(told, [section(told)]))
        ack()


def _too_late(found: SignOff) -> str:
    ended = "was changed after you were asked" if found.is_outdated else "was decided or called off in the meantime"
    return f"{found.entry.id} {ended}, so this was not sent; write it in the thread of the message instead."


def _number(value: str) -> int:
    if not value.isdecimal() or len(value) > LONGEST_NUMBER:
        msg = "This button is of an older version; `/failure review` shows what waits for you."
        raise NotFound(msg)
    return int(value)
