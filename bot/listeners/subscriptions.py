"""Following entries, domains and tags, and hearing no more of them."""

from dataclasses import dataclass
from typing import Any, get_args

from slack_bolt import Ack

from bot.blocks.elements import Rendered, section
from bot.blocks.sheets import opened_entry
from bot.blocks.subscriptions import no_longer_following, now_following, subscriptions, told_no_more
from bot.forms.calls import CommandCall, Press, press
from bot.homes import Homes
from bot.replies import Replies
from workflows.entries.sheets import Sheets
from workflows.errors import NotFound
from workflows.subscriptions import Kind, Subscriptions, Target


@dataclass(frozen=True)
class SubscriptionListeners:
    """The two commands, and the buttons that stand in entries, lists, messages and at home."""

    subscriptions: Subscriptions
    sheets: Sheets
    homes: Homes
    replies: Replies
    home_team: str

    def subscribe(self, call: CommandCall) -> Rendered:
        """`/failure subscribe`: alone it lists, with a name it follows."""
        if not call.rest:
            return subscriptions(self.subscriptions.of(call.actor))
        target = self.subscriptions.understood(call.rest)
        return now_following(self.subscriptions.follow(target, call.actor))

    def unsubscribe(self, call: CommandCall) -> Rendered:
        """`/failure unsubscribe FM-0012`; alone it lists what can be ended."""
        if not call.rest:
            return subscriptions(self.subscriptions.of(call.actor))
        target = self.subscriptions.understood(call.rest)
        return no_longer_following(target, did=self.subscriptions.unfollow(target, call.actor))

    def follow(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Follow”."""
        pressed = press(body, self.home_team)
        target, tab = _target(pressed)
        followed = self.subscriptions.follow(target, pressed.actor)
        self._show(pressed, target, tab, now_following(followed))
        ack()

    def unfollow(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Stop following”."""
        pressed = press(body, self.home_team)
        target, tab = _target(pressed)
        did = self.subscriptions.unfollow(target, pressed.actor)
        self._show(pressed, target, tab, no_longer_following(target, did=did))
        ack()

    def stop_telling(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Stop telling me about this”."""
        pressed = press(body, self.home_team)
        entry_id = self.subscriptions.mute(pressed.value, pressed.actor)
        self.replies.tell(pressed.response_url, told_no_more(entry_id))
        ack()

    def tell_again(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Tell me again”."""
        pressed = press(body, self.home_team)
        self.subscriptions.unmute(pressed.value, pressed.actor)
        said = f"You will hear again of changes of {Target('entry', pressed.value).name}."
        self._show(pressed, Target("entry", pressed.value), "", Rendered(said, [section(said)]))
        ack()

    def _show(self, pressed: Press, target: Target, tab: str, said: Rendered) -> None:
        """Show what came of it where it was pressed: in the opened entry, at home, or to the person alone."""
        if pressed.is_at_home:
            self.homes.publish_for(pressed.actor)
        elif pressed.view_id and target.kind == "entry":
            sheet = self.sheets.of(target.name, pressed.actor)
            self.replies.replace_form(pressed.view_id, opened_entry(sheet, tab))
        else:
            self.replies.tell(pressed.response_url, said)


def _target(pressed: Press) -> tuple[Target, str]:
    kind, _, rest = pressed.value.partition("|")
    name, _, tab = rest.partition("|")
    if kind not in get_args(Kind) or not name:
        msg = "This button is of an older version; `/failure subscribe` lists what you follow."
        raise NotFound(msg)
    known: Kind = kind  # type: ignore[assignment]  # checked above
    return Target(known, name), tab
