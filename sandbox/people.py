"""People: everything a person can do in Slack, whether a test or a browser does it for them.

A method that hands something to the app waits for the app's acknowledgement; none may be called from the server's own
thread.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import uuid4

from sandbox.answering import reply, respond_to_submission
from sandbox.blockkit import check_options
from sandbox.calls import Caller
from sandbox.delivery import Unanswered
from sandbox.interactions import Interactions
from sandbox.methods import perform
from sandbox.methods.views import close
from sandbox.page.answers import answer, faults
from sandbox.posting import typed
from sandbox.refusal import Refusal
from sandbox.slack import Slack
from sandbox.state import Channel, Json, Message, User, View
from sandbox.triggers import ResponseUrl
from sandbox.workspace import is_modal

#: What people read when the app does not answer.
TROUBLE = "We had some trouble connecting. Try again?"


class NotThere(Exception):
    """Somebody wants to use what is not in front of them."""


@dataclass(frozen=True)
class Outcome:
    """What came of something a person did: `wrong` is what Slack told them if the app failed."""

    since: int
    wrong: str | None = None
    answer: Any = None


@dataclass(frozen=True)
class Person:
    """Somebody who does things; refuses what Slack would refuse them."""

    slack: Slack
    id: str

    @property
    def user(self) -> User:
        """The person as the workspace knows them."""
        return self.slack.workspace.user(self.id)

    @property
    def name(self) -> str:
        """The name others write after an @."""
        return self.user.name

    @property
    def token(self) -> str:
        """A token that does through the Web API what the person may do."""
        return self.user.token

    def call(self, method: str, **args: Any) -> Json:
        """Call a method of the Web API as this person."""
        kind: Literal["other_bot", "user"] = "other_bot" if self.user.is_bot else "user"
        return perform(self.slack, method, Caller(kind, self.user, frozenset()), args)

    # Messages

    def post(
        self, text: str, channel: str, thread: str | None = None, *, broadcast: bool = False, **more: Any
    ) -> Message:
        """Say something in a channel or thread; `channel` is an id."""
        said = {"text": typed(text), "thread_ts": thread, "reply_broadcast": broadcast, "client_msg_id": str(uuid4())}
        posted = self.call("chat.postMessage", channel=channel, **said, **more)
        message = self.slack.workspace.message(posted["channel"], posted["ts"])
        if message is None:
            raise NotThere("the message has gone at once")
        return message

    def edit(self, message: Message, text: str) -> None:
        """Write one's message anew."""
        self.call("chat.update", channel=message.channel, ts=message.ts, text=typed(text))

    def delete(self, message: Message) -> None:
        """Delete one's message."""
        self.call("chat.delete", channel=message.channel, ts=message.ts)

    def dismiss(self, message: Message) -> None:
        """Put away a message that only this person sees."""
        if message.only_for != self.id:
            raise NotThere("only what one sees alone can be put away")
        message.gone = True
        self.slack.workspace.touch(message)

    def react(self, emoji: str, message: Message) -> None:
        """Put an emoji under a message."""
        self.call("reactions.add", channel=message.channel, timestamp=message.ts, name=emoji)

    def unreact(self, emoji: str, message: Message) -> None:
        """Take it away again."""
        self.call("reactions.remove", channel=message.channel, timestamp=message.ts, name=emoji)

    def pin(self, message: Message) -> None:
        """Pin a message to its channel."""
        self.call("pins.add", channel=message.channel, timestamp=message.ts)

    # Channels

    def create(self, name: str, *, private: bool = False) -> Channel:
        """Make a channel."""
        made = self.call("conversations.create", name=name, is_private=private)
        return self.slack.workspace.channel(made["channel"]["id"])

    def invite(self, users: Iterable[str], channel: str) -> None:
        """Bring others, by their ids, into a channel."""
        self.call("conversations.invite", channel=channel, users=list(users))

    def join(self, channel: str) -> None:
        """Enter a public channel."""
        self.call("conversations.join", channel=channel)

    def leave(self, channel: str) -> None:
        """Leave a channel."""
        self.call("conversations.leave", channel=channel)

    # What goes to the app

    def command(self, line: str, channel: Channel) -> Outcome:
        """Type a slash command and see the app's immediate answer."""
        slack, since = self.slack, self._now()
        name, _, text = line.strip().partition(" ")
        known = next((one for one in slack.manifest.commands if one.command == name), None)
        if known is None:
            sentence = f"{name} is not a valid command."
            slack.workspace.whisper(channel.id, self.id, sentence)
            return Outcome(since, sentence)
        with slack.workspace.changing():
            if self.id not in channel.members:
                raise Refusal("not_in_channel")
            self._must_have_a_composer(channel)
            payload = self._write().command(name, text.strip(), channel, with_ids=known.should_escape)
        outcome = self._send("slash_commands", payload, name, since)
        if outcome.wrong is None and outcome.answer:
            outcome = self._answered(outcome, payload, channel)
        if outcome.wrong:
            slack.workspace.whisper(channel.id, self.id, f"{name} failed with the error “{outcome.wrong}”")
        return outcome

    def _answered(self, outcome: Outcome, payload: Json, channel: Channel) -> Outcome:
        said = {"text": outcome.answer} if isinstance(outcome.answer, str) else outcome.answer
        if not isinstance(said, Mapping):
            return Outcome(outcome.since, "invalid_command_response")
        place = self.slack.triggers.urls.get(payload["response_url"].split("/", 5)[-1])
        place = place or ResponseUrl(self.id, channel.id, self.slack.workspace.clock())
        try:
            reply(self.slack, place, said)
        except Refusal as refusal:
            self.slack.workspace.record("refused", "to_bot", payload["command"], error=str(refusal))
            return Outcome(outcome.since, str(refusal))
        return outcome

    def act(
        self,
        thing: Message | View,
        block: Mapping[str, Any],
        element: Mapping[str, Any],
        values: Iterable[str] = (),
        *,
        state: Json | None = None,
    ) -> Outcome:
        """Press a button, or choose `values` in something that reports at once; `state` is what the fields hold."""
        since = self._now()
        with self.slack.workspace.changing():
            action: Json = {"action_id": element["action_id"], "block_id": block["block_id"], "type": element["type"]}
            if element["type"] == "button":
                action |= {name: element[name] for name in ("text", "value", "style") if name in element}
            else:
                action |= answer(element, list(values))
            payload = self._write().actions(thing, action, state)
        outcome = self._send("interactive", payload, "block_actions", since)
        if outcome.wrong:
            self._complain(thing, outcome.wrong)
        return outcome

    def suggestions(
        self, thing: Message | View, block: Mapping[str, Any], element: Mapping[str, Any], typed: str
    ) -> list[Json]:
        """Type into a menu that the app fills, and return the options (or groups) it offers."""
        with self.slack.workspace.changing():
            payload = self._write().suggestion(thing, block["block_id"], element["action_id"], typed)
        outcome = self._send("interactive", payload, "block_suggestion", self._now())
        if outcome.wrong:
            raise Refusal(outcome.wrong)
        offered = outcome.answer or {}
        check_options(offered)
        return list(offered.get("options") or offered.get("option_groups") or ())

    def submit(self, view: View, values: Mapping[str, Any]) -> Outcome:
        """Hand in a form; what Slack's own client finds wrong goes into `view.errors` and not to the app."""
        workspace, since = self.slack.workspace, self._now()
        with workspace.changing():
            self._must_be_open(view)
            view.errors, view.wrong = faults(view.body["blocks"], values), None
            workspace.touch(view)
            if view.errors:
                return Outcome(since)
            payload = self._write().submission(view, dict(values))
        outcome = self._send("interactive", payload, "view_submission", since)
        wrong = TROUBLE if outcome.wrong else None
        with workspace.changing():
            try:
                if wrong is None:
                    respond_to_submission(self.slack, view, outcome.answer)
            except Refusal as refusal:
                workspace.record("refused", "to_bot", "view_submission", error=str(refusal))
                wrong = f"{TROUBLE} ({refusal})"
            view.wrong = wrong
            workspace.touch(view)
        return Outcome(since, wrong, outcome.answer)

    def close(self, view: View, *, everything: bool = False) -> Outcome:
        """Close a window, or its whole stack; the app hears of it if the window says so."""
        workspace, since = self.slack.workspace, self._now()
        with workspace.changing():
            self._must_be_open(view)
            stack = [one for one in workspace.views(self.id) if one.root == view.root] if everything else [view]
            told = [one for one in stack if one.body.get("notify_on_close")]
            payloads = [self._write().closing(one, cleared=everything) for one in told]
            for one in stack:
                close(self.slack, one)
        outcomes = [self._send("interactive", payload, "view_closed", since) for payload in payloads]
        return outcomes[-1] if outcomes else Outcome(since)

    def global_shortcut(self, callback_id: str) -> Outcome:
        """Use a shortcut of the workspace."""
        self._must_have(callback_id, "global")
        with self.slack.workspace.changing():
            payload = self._write().global_shortcut(callback_id)
        return self._send("interactive", payload, "shortcut", self._now())

    def message_shortcut(self, callback_id: str, message: Message) -> Outcome:
        """Use a shortcut in the menu of a message."""
        self._must_have(callback_id, "message")
        since = self._now()
        with self.slack.workspace.changing():
            payload = self._write().message_shortcut(callback_id, message)
        outcome = self._send("interactive", payload, "message_action", since)
        if outcome.wrong:
            self._complain(message, outcome.wrong)
        return outcome

    def open_home(self, tab: str = "home") -> None:
        """Look at the app's home tab, or its messages."""
        slack = self.slack
        if tab == "home" and not slack.manifest.features.app_home.home_tab_enabled:
            raise NotThere("the app's manifest enables no home tab")
        with slack.workspace.changing():
            direct = slack.workspace.direct(self.id, slack.credentials.bot_user_id)
            event: Json = {"type": "app_home_opened", "user": self.id, "channel": direct.id, "tab": tab}
            home = slack.workspace.home(self.id)
            if home and tab == "home":
                event["view"] = self._write().view(home, {})
            slack.announcer.tell(event)

    # Inside

    def _write(self) -> Interactions:
        return Interactions(self.slack, self.user)

    def _now(self) -> int:
        return self.slack.workspace.state.version

    def _send(self, kind: Any, payload: Json, summary: str, since: int) -> Outcome:
        if kind == "interactive" and not self.slack.manifest.settings.interactivity.is_enabled:
            return Outcome(since, "not_configured_for_interactivity")
        try:
            return Outcome(since, None, self.slack.courier.ask(kind, payload, summary))
        except Unanswered as failure:
            late = failure.reason in {"timeout", "http_timeout"}
            return Outcome(since, "operation_timeout" if late else "dispatch_failed")

    def _complain(self, thing: Message | View, wrong: str) -> None:
        workspace = self.slack.workspace
        if isinstance(thing, View):
            thing.wrong = TROUBLE
            workspace.touch(thing)
        else:
            workspace.whisper(thing.channel, self.id, f"This app failed with the error “{wrong}”", thing.thread)

    def _must_have_a_composer(self, channel: Channel) -> None:
        home = self.slack.manifest.features.app_home
        writable = home.messages_tab_enabled and not home.messages_tab_read_only_enabled
        if channel.is_dm and not writable and self.slack.credentials.bot_user_id in channel.members:
            raise NotThere("the app's manifest gives people nothing to type into in its direct messages")

    def _must_be_open(self, view: View) -> None:
        if not view.is_open or view.owner != self.id or not is_modal(view):
            raise NotThere("this window is not open any more")

    def _must_have(self, callback_id: str, kind: str) -> None:
        known = [one.callback_id for one in self.slack.manifest.shortcuts if one.type == kind]
        if callback_id not in known:
            raise NotThere(f"the manifest has no {kind} shortcut {callback_id!r}, only {known}")
