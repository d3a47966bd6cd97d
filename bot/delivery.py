"""One try to deliver one owed message: prepared, looked up where an earlier try may have arrived, posted or edited."""

from dataclasses import dataclass, field
from datetime import timedelta
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.web import SlackResponse

from bot.blocks.elements import Rendered
from bot.ids import MESSAGE_EVENT
from bot.look_up import CannotLook, look_up, opaque_key
from bot.outcomes import Delivered, Ended, Later, Outcome, backoff, refused, refused_before, unanswered
from bot.pace import Pace
from bot.patience import Patience, Uptime
from bot.slack_time import SlackTime
from store import Store
from store.outbox import ClaimedMessage, OwedMessage
from workflows.people import is_person

BROKEN = (OSError, HTTPException)  # timeouts and broken connections
FEWEST_TRIES = 10  # before a message is given up: a single try after a long downtime is too few


@dataclass(frozen=True)
class Delivery:
    """Tries to deliver; `posting` is a client that never retries by itself, the messenger's invariant rests on that."""

    store: Store
    posting: WebClient
    reading: WebClient
    pace: Pace
    slack_time: SlackTime
    uptime: Uptime
    patience: Patience
    _direct: dict[str, str] = field(default_factory=dict)  # the channels of people's direct messages

    def resting(self) -> frozenset[str]:
        """Return the channels, and the people by their ids, to whom nothing new can be posted at this moment."""
        busy = self.pace.busy()
        return busy | {person for person, channel in list(self._direct.items()) if channel in busy}

    def not_yet(self, message: OwedMessage) -> Later | None:
        """Return until when a message waits for its channel's turn, before anybody takes the trouble to draw it.

        None where its turn may be now, and where it takes no turn: an edit, or one that is to be looked up first.
        """
        address = message.address
        channel = message.channel_id or self._direct.get(address, "" if is_person(address) else address)
        if message.message_ts or message.maybe_sent or not channel:
            return None
        wait = self.pace.free_in(channel)
        return Later(wait, tried=False) if wait else None

    def attempt(self, claimed: ClaimedMessage, rendered: Rendered, started: float) -> Outcome:
        """Try once and return what came of it; `started` is the uptime before the claim."""
        message = claimed.message
        if message.message_ts:
            # An edit that is repeated changes nothing, so it needs no look-up; but a late one would undo a newer one.
            return self._too_late(started) or self._edit(message, rendered, message.message_ts)
        prepared = self._prepare(claimed)
        if not isinstance(prepared, str):
            return prepared
        if wait := self.pace.take(prepared):
            return Later(wait, tried=False)
        return self._too_late(started) or self._post(message, rendered, prepared)

    def _prepare(self, claimed: ClaimedMessage) -> str | Outcome:
        """Return the channel to post in, or what came of the try already."""
        message = claimed.message
        try:
            channel = self._channel(claimed)
            found = self._look_up(message, channel) if message.maybe_sent else None
        except CannotLook as blind:
            return Ended("uncertain", f"cannot be looked up: {blind}")
        except SlackApiError as refusal:
            return refused_before(refusal, message)
        except BROKEN as broken:
            return Later(backoff(message), f"Slack cannot be reached: {broken}")
        if found:
            return Delivered(channel, found)
        if message.maybe_sent and self.is_exhausted(message):
            return Ended("failed", self.given_up(message, message.problem or "never answered"))
        return channel

    def is_exhausted(self, message: OwedMessage) -> bool:
        """Return whether it was tried often and long enough."""
        since = message.first_try_at or self.slack_time()
        return message.attempts >= FEWEST_TRIES and self.slack_time() - since >= self.patience.give_up

    def given_up(self, message: OwedMessage, problem: str) -> str:
        """Return the sentence for one that is."""
        return f"given up after {message.attempts} tries: {problem}"

    def _too_late(self, started: float) -> Later | None:
        """Return Later when we were paused since the claim for so long that somebody else may try next."""
        if self.uptime() - started <= self.patience.fence.total_seconds():
            return None
        return Later(timedelta(0), "paused for too long after claiming", tried=False)

    def _edit(self, message: OwedMessage, rendered: Rendered, ts: str) -> Outcome:
        channel = message.channel_id or message.address
        try:
            self._heard(self.posting.chat_update(channel=channel, ts=ts, **rendered.as_payload()))
        except SlackApiError as refusal:
            return self._refused(refusal, message, channel)
        except BROKEN as broken:
            return unanswered(broken, message)
        return Delivered(channel, ts)

    def _post(self, message: OwedMessage, rendered: Rendered, channel: str) -> Outcome:
        try:
            answer = self.posting.chat_postMessage(
                channel=channel,
                thread_ts=message.thread_ts,
                metadata={"event_type": MESSAGE_EVENT, "event_payload": {"key": opaque_key(message.key)}},
                client_msg_id=_posting_key(message),
                unfurl_links=False,
                unfurl_media=False,
                **rendered.as_payload(),
            )
        except SlackApiError as refusal:
            return self._refused(refusal, message, channel)
        except BROKEN as broken:
            return unanswered(broken, message)
        self._heard(answer)
        return Delivered(str(answer["channel"]), str(answer["ts"]))

    def _refused(self, refusal: SlackApiError, message: OwedMessage, channel: str) -> Outcome:
        outcome = refused(refusal, message, channel)
        if isinstance(outcome, Later) and outcome.paused:
            self.pace.pause(outcome.paused, outcome.wait)
        return outcome

    def _channel(self, claimed: ClaimedMessage) -> str:
        """Return the channel to post in; a person's direct messages are opened first, so that we know where to look."""
        message = claimed.message
        if message.channel_id:
            return message.channel_id
        if not is_person(message.address):
            return message.address
        opened = self.reading.conversations_open(users=[message.address])
        channel = self._direct[message.address] = str(opened["channel"]["id"])
        with self.store.begin() as tx:
            tx.outbox.address_found(claimed, channel)
        return channel

    def _look_up(self, message: OwedMessage, channel: str) -> str | None:
        since = message.first_try_at or self.slack_time()
        return look_up(self.reading, message.key, channel=channel, thread_ts=message.thread_ts, since=since)

    def _heard(self, answer: SlackResponse) -> None:
        self.slack_time.hear(answer.headers)


def _posting_key(message: OwedMessage) -> str:
    """Return what tells Slack tries of one posting apart from another; what was deleted is a posting of its own."""
    # Slack answers duplicate_message_not_found to the key of a message that is gone.
    return opaque_key(f"{message.key}#{message.delivered_revision}" if message.delivered_revision else message.key)
