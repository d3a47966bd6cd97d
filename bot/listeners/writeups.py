"""The after-action write-up, form by form."""

from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Block, Rendered
from bot.blocks.submitting import submit_form, submitted
from bot.blocks.writeup_forms import LEFT, hand_over_form, leave_form, writeup_form, writeup_page
from bot.forms.calls import CommandCall, Press, Submission, press, submission
from bot.forms.writeups import pointed_at
from bot.replies import Replies
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound
from workflows.people import Actor
from workflows.writeups.elsewhere import Elsewhere
from workflows.writeups.submitting import BECOMES, StillMissing, Submitting
from workflows.writeups.template import Step
from workflows.writeups.unsent import Unsent
from workflows.writeups.writeup import BECOMING, LEAVING, NEW, WriteUp
from workflows.writeups.writeups import AnswerConflict, WriteUps

OLD_FORM = "This form is of an older version; continue with `/failure drafts`."


@dataclass(frozen=True)
class WriteUpListeners:
    """Starting, continuing, saving, handing over, leaving and submitting write-ups."""

    writeups: WriteUps
    elsewhere: Elsewhere
    submitting: Submitting
    unsent: Unsent
    vocabulary: Vocabulary
    replies: Replies
    home_team: str

    def start(self, call: CommandCall) -> Rendered | None:
        """`/failure write-up`."""
        writeup = self.writeups.start(call.actor, channel_id=call.channel_id)
        self.replies.open_form(call, self._continued(writeup, call.actor))
        return None

    def start_here(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Start a write-up”."""
        pressed = press(body, self.home_team)
        writeup = self.writeups.start(pressed.actor, channel_id=pressed.channel_id or None)
        self.replies.open_form(pressed, self._continued(writeup, pressed.actor))
        ack()

    def start_from_message(self, ack: Ack, body: dict[str, Any]) -> None:
        """Shortcut “Write this up” in the menu of a message."""
        used = press(body, self.home_team)
        writeup = self.elsewhere.from_message(pointed_at(body), used.actor)
        self.replies.open_form(used, self._continued(writeup, used.actor))
        ack()

    def resume(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Continue”: the form of the first part that is missing."""
        pressed = press(body, self.home_team)
        self.replies.open_form(pressed, self._continued(self._opened(pressed), pressed.actor))
        ack()

    def open(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “All parts”."""
        pressed = press(body, self.home_team)
        self.replies.open_form(pressed, writeup_page(self._opened(pressed)))
        ack()

    def open_step(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Write” beside a step: its form on top of the page."""
        pressed = press(body, self.home_team)
        number, _, name = pressed.value.partition("|")
        step = self.writeups.template.step_named(name)
        if step is None or not number.isdecimal():
            raise NotFound(OLD_FORM)
        writeup = self.writeups.open(int(number), pressed.actor)
        self.replies.open_form(pressed, self._form(writeup, step, pressed.actor))
        ack()

    def save(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form of one step: keep it and show the next, or the last form when all are there."""
        submitted_form = submission(body, self.home_team)
        writeup_id, step, version = _noted(submitted_form)
        actor, answers = submitted_form.actor, submitted_form.answers
        try:
            saved = self.writeups.save(writeup_id, step, answers, actor, version=version)
        except AnswerConflict as conflict:
            ack(response_action="update", view=self._conflict(conflict, step, answers))
            return
        self._show_page(submitted_form, saved.writeup)
        if submitted_form.view_below:
            ack()  # the page lies below, and shows what comes next
        elif saved.next_step is not None:
            ack(response_action="update", view=self._form(saved.writeup, saved.next_step, actor))
        else:
            ack(response_action="update", view=self._last(saved.writeup, actor))

    def ask_another(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Another figure” and its like: the same form with these fields once more, and all that was typed."""
        told, pressed = submission(body, self.home_team), press(body, self.home_team)
        writeup_id, step_name, version = _noted(told)
        _, _, name, times = ([*pressed.value.split("|"), "", "", ""])[:4]
        step = self.writeups.template.step_named(step_name)
        if step is None or not times.isdecimal():
            raise NotFound(OLD_FORM)
        writeup = self.writeups.open(writeup_id, pressed.actor)
        before = told.noted("shown")
        shown = {**(before if isinstance(before, dict) else {}), name: int(times[:2])}
        form = writeup_form(writeup, step, self.vocabulary, typed=told.answers, version=version, shown=shown)
        self.replies.replace_form(pressed.view_id, form)
        ack()

    def ask_to_submit(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Submit…”."""
        pressed = press(body, self.home_team)
        self.replies.open_form(pressed, self._last(self._opened(pressed), pressed.actor))
        ack()

    def submit(self, ack: Ack, body: dict[str, Any]) -> None:
        """Last form: what becomes of it; where a new entry lacks something, the step that asks for it."""
        sent = submission(body, self.home_team)
        writeup_id, _, _ = _noted(sent)
        choices = [one for one in sent.answers.get(BECOMES, "").split(",") if one]
        try:
            writeup = self.submitting.submit(writeup_id, choices, sent.actor)
        except StillMissing as lacking:
            form = self._form(lacking.writeup, lacking.step, sent.actor, notice=f":warning: {lacking.sentence}")
            ack(response_action="update", view=form)
            return
        made = str((writeup.results.get(NEW) or {}).get("entry", ""))
        draft = self.submitting.assessment(made, sent.actor) if made else None
        ack(response_action="update", view=submitted(writeup, draft))
        self._show_page(sent, writeup)

    def ask_to_hand_over(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Hand over”."""
        pressed = press(body, self.home_team)
        self.replies.open_form(pressed, hand_over_form(self._opened(pressed)))
        ack()

    def hand_over(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Hand over”."""
        sent = submission(body, self.home_team)
        writeup = self.writeups.hand_over(_noted(sent)[0], sent.answers.get("owner", ""), sent.actor)
        ack()
        self._show_page(sent, writeup)

    def ask_to_leave(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Not doing”."""
        pressed = press(body, self.home_team)
        writeup = self._opened(pressed)
        typed = self.unsent.left_at_the_end(writeup, LEAVING, pressed.actor)
        self.replies.open_form(pressed, leave_form(writeup, typed))
        ack()

    def leave(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Not doing it”."""
        sent = submission(body, self.home_team)
        writeup = self.writeups.leave(_noted(sent)[0], sent.actor, reason=sent.answers.get("reason", ""))
        ack()
        self._show_page(sent, writeup)

    def take_up(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Write it after all”."""
        pressed = press(body, self.home_team)
        self._opened(pressed)
        writeup = self.writeups.take_up(pressed.number(), pressed.actor)
        if pressed.view_id:
            self.replies.replace_form(pressed.view_id, writeup_page(writeup))
        else:
            self.replies.open_form(pressed, self._continued(writeup, pressed.actor))
        ack()

    def _opened(self, pressed: Press) -> WriteUp:
        return self.writeups.open(pressed.number(), pressed.actor, channel_id=pressed.channel_id or None)

    def _continued(self, writeup: WriteUp, actor: Actor) -> Block:
        if not writeup.is_open:
            return writeup_page(writeup)
        step = writeup.next_step
        return self._form(writeup, step, actor) if step is not None else self._last(writeup, actor)

    def _form(self, writeup: WriteUp, step: Step, actor: Actor, *, notice: str = "") -> Block:
        """Return the form of a step, with what the person left in it when they closed it last."""
        left = self.unsent.left_in_step(writeup, step, actor)
        if left is None:
            return writeup_form(writeup, step, self.vocabulary, notice=notice)
        said = "\n".join(one for one in (notice, LEFT) if one)
        return writeup_form(writeup, step, self.vocabulary, typed=left.answers, notice=said, version=left.version)

    def _last(self, writeup: WriteUp, actor: Actor) -> Block:
        likely, unsaved = self.submitting.likely(writeup, actor), self.unsent.left_unsaved(writeup, actor)
        return submit_form(writeup, likely, unsaved, self.unsent.left_at_the_end(writeup, BECOMING, actor))

    def _conflict(self, conflict: AnswerConflict, step_name: str, typed: Any) -> Block:
        step = self.writeups.template.step_named(step_name)
        if step is None:
            raise NotFound(OLD_FORM)
        return writeup_form(
            conflict.writeup, step, self.vocabulary, typed=typed, notice=f":warning: {conflict.sentence}",
            clashes=conflict.clashes, who=conflict.who,
        )  # fmt: skip

    def _show_page(self, sent: Submission, writeup: WriteUp) -> None:
        """Bring the page below the form up to date; where there is none, nothing happens."""
        self.replies.replace_form(sent.view_below, writeup_page(writeup))


def _noted(sent: Submission) -> tuple[int, str, int]:
    """Return the write-up, the step and the version that a form was opened at; one of long ago knows no version."""
    writeup_id, step, version = sent.noted("writeup"), sent.noted("step"), sent.noted("version")
    if not isinstance(writeup_id, int) or not isinstance(step, str):
        raise NotFound(OLD_FORM)
    return writeup_id, step, version if isinstance(version, int) else 0
