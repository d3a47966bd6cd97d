"""Listening in incident channels, and what people say of the card."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from slack_bolt import Ack
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.background import Background
from bot.blocks.elements import Rendered, section
from bot.blocks.situations import threshold
from bot.exposures import Exposures
from bot.forms.calls import CommandCall, message, press
from bot.forms.listening import watched
from bot.identity import Identity
from bot.joining import join
from bot.ranking import Ranking
from bot.refusals import error_of
from bot.replies import Replies
from workflows.errors import UserError
from workflows.incidents import Incidents, Message
from workflows.listening import Scope
from workflows.people import require_colleague
from workflows.search.learning import Verdict
from workflows.situations import Situations
from workflows.thresholds import Thresholds, typed_threshold

WHERE: Mapping[Scope, str] = {
    "all": "here",
    "threads": "to the replies in threads here, and to nothing else,",
    "named": "to that thread here, and to nothing else,",
}
log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class IncidentListeners:
    """What happens in channels, and the buttons of the card."""

    incidents: Incidents
    thresholds: Thresholds
    situations: Situations
    ranking: Ranking
    exposures: Exposures
    replies: Replies
    background: Background
    client: WebClient
    identity: Identity

    def hear(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take a message in as evidence; the acknowledgement follows the commit, so nothing heard is lost."""
        me = self.identity
        said = message(body, bot_user_id=me.bot_user_id, bot_id=me.bot_id, home_team=me.team_id)
        if said is not None:
            self._take_in(said)
        ack()

    def _take_in(self, said: Message) -> None:
        heard = self.incidents.take_in(said)
        if heard.incident_id is not None:
            self.ranking.ask(heard.incident_id)
        if heard.is_new:
            self.exposures.spoke(said)
            self.situations.hear(said)

    def joined(self, ack: Ack, event: dict[str, Any]) -> None:
        """Listen where the bot itself was invited."""
        if event.get("user") == self.identity.bot_user_id:
            self._watch_where_invited(str(event.get("channel", "")), str(event.get("inviter") or "an invitation"))
        ack()

    def created(self, ack: Ack, event: dict[str, Any]) -> None:
        """Join a new public channel whose name says that it is about an incident."""
        channel = event.get("channel") or {}
        if self.incidents.listening.is_incident_channel(str(channel.get("name", ""))):
            self.background.run(lambda: join(self.client, str(channel["id"])))
        ack()

    def renamed(self, ack: Ack, event: dict[str, Any]) -> None:
        """Take a channel's new name into account; who was listened to goes on being listened to."""
        channel = event.get("channel") or {}
        self.incidents.listening.renamed(str(channel.get("id", "")), str(channel.get("name", "")))
        ack()

    def watch(self, call: CommandCall) -> Rendered:
        """`/failure watch`."""
        require_colleague(call.actor)
        if call.channel_id.startswith("D"):
            return _said("I listen in channels, not in direct messages. Here you can use `/failure search`.")
        wanted = watched(call)
        channel = self.incidents.listening.watch(
            call.channel_id, call.channel_name, decided_by=call.actor.user_id,
            scope=wanted.scope, thread_ts=wanted.thread_ts,
        )  # fmt: skip
        is_private = channel.is_private or call.channel_name == "privategroup"
        if (scope := self._missing_scope(is_private=is_private)) is not None:
            return _said(
                f"I am not allowed to read here yet: ask an administrator to grant me `{scope}` and to "
                "restart me; I listen as soon as they have."
            )
        if is_private and channel.is_member is False:
            return _said("One more step: invite me with `/invite @Faultline`, and I listen here.")
        if not channel.is_member:
            self.background.run(lambda: self._join_or_ask(call))
        return _said(
            f"I am listening {WHERE[wanted.scope]} now. I speak up only when I am sure enough, in one thread. "
            "`/failure unwatch` stops it."
        )

    def unwatch(self, call: CommandCall) -> Rendered:
        """`/failure unwatch`."""
        require_colleague(call.actor)
        self.incidents.listening.unwatch(call.channel_id, call.channel_name, decided_by=call.actor.user_id)
        return _said("I have stopped listening here. `/failure watch` starts it again.")

    def threshold(self, call: CommandCall) -> Rendered:
        """`/failure threshold`: tells it; with a number or `default` behind it, changes it."""
        if not call.rest:
            return threshold(self.thresholds.of(call.channel_id, call.actor))
        value = None if call.rest.lower() in {"default", "usual", "off"} else typed_threshold(call.rest)
        in_force = self.thresholds.set(call.channel_id, value, call.actor)
        if in_force.incident_id is not None:
            self.ranking.ask(in_force.incident_id)  # what was not sure enough before may be so now
        return threshold(in_force, changed=True)

    def confirm(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “This is it”."""
        self._judge(ack, body, "confirmed")

    def reject(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Not this”."""
        self._judge(ack, body, "rejected")

    def undo(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Undo”."""
        self._judge(ack, body, "shown")

    def confirm_unsaid(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “This is it” beside what did not stand on the card."""
        pressed = press(body, self.identity.team_id)
        self.incidents.confirm_by_hand(pressed.channel_id, pressed.value, pressed.actor)
        ack()
        self.replies.tell(pressed.response_url, _said("Noted on the card; its remedy is in the thread."))
        self.exposures.shown([pressed.value], pressed.actor)

    def say_certainty(self, ack: Ack, body: dict[str, Any]) -> None:
        """Menu “How sure?” of a confirmed suggestion."""
        pressed = press(body, self.identity.team_id)
        incident_id, entry_id, certainty = pressed.certainty()
        self.incidents.be_certain(incident_id, entry_id, certainty, pressed.actor, channel_id=pressed.channel_id)
        ack()

    def outdated(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Outdated”."""
        pressed = press(body, self.identity.team_id)
        incident_id, entry_id = pressed.suggestion()
        self.incidents.mark_outdated(incident_id, entry_id, pressed.actor, channel_id=pressed.channel_id)
        self.replies.tell(pressed.response_url, _said(f"Thank you. The steward of {entry_id} is asked to look at it."))
        ack()

    def _judge(self, ack: Ack, body: dict[str, Any], verdict: Verdict) -> None:
        pressed = press(body, self.identity.team_id)
        incident_id, entry_id = pressed.suggestion()
        self.incidents.judge(incident_id, entry_id, verdict, pressed.actor, channel_id=pressed.channel_id)
        ack()
        self.exposures.shown([entry_id], pressed.actor)

    def _watch_where_invited(self, channel_id: str, inviter: str) -> None:
        try:
            self.incidents.listening.watch(channel_id, "", decided_by=inviter)
        except UserError as shared:
            log.warning("not listening where the bot was invited", channel=channel_id, reason=str(shared))

    def _missing_scope(self, *, is_private: bool) -> str | None:
        """Return the scope that Slack wants before it sends messages of the channel, or None where none is missing."""
        needed = "groups:history" if is_private else "channels:history"
        return needed if self.identity.scopes and needed not in self.identity.scopes else None

    def _join_or_ask(self, call: CommandCall) -> None:
        try:
            self.client.conversations_join(channel=call.channel_id)
        except SlackApiError as refused:
            if error_of(refused) not in {"method_not_supported_for_channel_type", "channel_not_found"}:
                log.warning("could not join a channel", channel=call.channel_id, error=error_of(refused))
            if not self._is_member(call.channel_id):
                self.replies.tell(call.response_url, _said("One more step: invite me with `/invite @Faultline`."))

    def _is_member(self, channel_id: str) -> bool:
        try:
            return bool(self.client.conversations_info(channel=channel_id)["channel"].get("is_member"))
        except SlackApiError:
            return False


def _said(text: str) -> Rendered:
    return Rendered(text, [section(text)])
