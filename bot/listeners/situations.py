"""An incident as a whole: looking at it, changing it, and asking the bot to be silent or why it is."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Rendered, clock_time, section
from bot.blocks.incidents import unsaid
from bot.blocks.situations import brief, explanation, situation_form, status
from bot.forms.calls import CommandCall, Press, press, reaction, submission
from bot.forms.situations import incident_of, status_of, submitted_change, typed_change
from bot.identity import Identity
from bot.replies import Replies
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import UserError
from workflows.people import Actor
from workflows.silence import BY_REACTION, USUAL, Silence, duration
from workflows.situations import Change, Situations

MUTE = "mute"  # 🔇


@dataclass(frozen=True)
class SituationListeners:
    """`/failure status`, `brief`, `explain`, `mute`, their buttons and form, and the reaction 🔇."""

    situations: Situations
    silence: Silence
    vocabulary: Vocabulary
    replies: Replies
    identity: Identity

    def status(self, call: CommandCall) -> Rendered:
        """`/failure status`, with words behind it that change it."""
        found = self.situations.here(call.channel_id, call.actor)
        if call.rest:
            change = typed_change(call.rest, call.actor)
            found = self.situations.change(found.incident.id, change, call.actor, channel_id=call.channel_id)
        return status(found)

    def brief(self, call: CommandCall) -> Rendered:
        """`/failure brief`."""
        return brief(self.situations.here(call.channel_id, call.actor))

    def explain(self, call: CommandCall) -> Rendered:
        """`/failure explain`."""
        return explanation(self.silence.explain(call.channel_id, call.actor))

    def more(self, pressed: Press, chosen: str) -> None:
        """Answer what somebody chose from “More” on the card, apart from the stub."""
        match chosen:
            case "next":
                told = unsaid(self.silence.unsaid(pressed.channel_id, pressed.actor))
            case "why":
                told = explanation(self.silence.explain(pressed.channel_id, pressed.actor))
            case "mute":
                told = self._muted(pressed.channel_id, USUAL, pressed.actor)
            case _:
                msg = "This menu is of an older version; `/failure help` shows what there is now."
                raise UserError(msg)
        self.replies.tell(pressed.response_url, told)

    def mute(self, call: CommandCall) -> Rendered:
        """`/failure mute`: for a while, or `off`."""
        if call.rest.lower() in {"off", "end", "stop"}:
            self.silence.unmute(call.channel_id, call.actor)
            return _said("I speak here again when I am sure enough.")
        return self._muted(call.channel_id, duration(call.rest), call.actor)

    def _muted(self, channel_id: str, time: timedelta, actor: Actor) -> Rendered:
        until = self.silence.mute(channel_id, time, actor)
        return _said(
            f":mute: I post nothing here by myself until {clock_time(until)}. Commands are answered, and a remedy "
            "under way keeps its clock. `/failure mute off` ends it."
        )

    def set_status(self, ack: Ack, body: dict[str, Any]) -> None:
        """Buttons with the name of a status."""
        pressed = press(body, self.identity.team_id)
        incident_id, wanted = status_of(pressed)
        self._change(body, incident_id, Change(status=wanted))
        ack()

    def take_command(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “I command”."""
        pressed = press(body, self.identity.team_id)
        self._change(body, incident_of(pressed)[0], Change(commander=pressed.actor.user_id))
        ack()

    def ask(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Change…”: opens the form."""
        pressed = press(body, self.identity.team_id)
        found = self.situations.here(pressed.channel_id, pressed.actor)
        self.replies.open_form(pressed, situation_form(found, self.vocabulary))
        ack()

    def save(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “The incident”."""
        submitted = submission(body, self.identity.team_id)
        incident_id, channel_id, change = submitted_change(submitted)
        self.situations.change(incident_id, change, submitted.actor, channel_id=channel_id)
        ack()

    def reacted(self, ack: Ack, body: dict[str, Any]) -> None:
        """Mute the channel where somebody puts 🔇 under one of our messages; taking it away ends that."""
        given = reaction(body, self.identity.team_id)
        if given is not None and given.name == MUTE and given.author == self.identity.bot_user_id:
            try:
                if given.is_added:
                    self.silence.mute(given.channel_id, BY_REACTION, given.actor)
                else:
                    self.silence.unmute(given.channel_id, given.actor)
            except UserError as refused:
                self.replies.tell_in_private(given.actor.user_id, _said(refused.sentence))
        ack()

    def _change(self, body: dict[str, Any], incident_id: int, change: Change) -> None:
        pressed = press(body, self.identity.team_id)
        found = self.situations.change(incident_id, change, pressed.actor, channel_id=pressed.channel_id)
        self.replies.tell(pressed.response_url, status(found))


def _said(text: str) -> Rendered:
    return Rendered(text, [section(text)])
