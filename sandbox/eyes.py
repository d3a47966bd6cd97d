"""Eyes: what a person in a test sees and waits for, and the handles on what they have seen."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar

from sandbox.page.answers import elements, handle, state
from sandbox.people import NotThere, Outcome, Person
from sandbox.reading import below, choices, label, named_elements, option_value, parts, starting, tells_of_typing, words
from sandbox.slack import Slack
from sandbox.state import SLACKBOT, Channel, Json, Message, View

#: How long somebody looks before giving up.
WAIT = timedelta(seconds=10)

Thing = TypeVar("Thing", Message, View)


@dataclass(frozen=True)
class Note:
    """A message somebody has written or seen."""

    slack: Slack
    reader: str
    message: Message

    @property
    def ts(self) -> str:
        """The message's name in its channel."""
        return self.message.ts

    @property
    def channel(self) -> str:
        """The id of its channel."""
        return self.message.channel

    @property
    def text(self) -> str:
        """All that can be read in it now."""
        return words(self.message)

    @property
    def blocks(self) -> list[Json]:
        """Its blocks now."""
        return list(self.message.body.get("blocks", []))

    @property
    def gone(self) -> bool:
        """Whether it was deleted."""
        return self.message.gone

    def edit(self, text: str) -> None:
        """Write it anew."""
        Person(self.slack, self.reader).edit(self.message, text)

    def delete(self) -> None:
        """Delete it."""
        Person(self.slack, self.reader).delete(self.message)


@dataclass(frozen=True)
class Answer:
    """What came of something a person did, and what they are shown because of it."""

    actor: "Actor"
    outcome: Outcome

    @property
    def wrong(self) -> str | None:
        """What Slack told the person if the app failed."""
        return self.outcome.wrong

    def sees(self, text: str, within: timedelta = WAIT) -> Note:
        """Wait for words in a message, shown or changed since, that no person wrote."""
        return self.actor.note(text, self._news, within)

    def _news(self) -> list[Message]:
        workspace = self.actor.slack.workspace
        people = {user.id for user in workspace.state.users.values() if not user.is_bot and user.id != SLACKBOT}
        return [
            one
            for one in workspace.changed_since(self.outcome.since)
            if workspace.visible(one, self.actor.id) and one.body.get("user") not in people
        ]


@dataclass
class Form:
    """A window in front of somebody, with what they have entered."""

    actor: "Actor"
    view: View
    entered: dict[str, list[str]] = field(default_factory=dict)

    @property
    def is_open(self) -> bool:
        """Whether it is still in front of the person."""
        return self.view.is_open

    @property
    def text(self) -> str:
        """All that can be read in it now."""
        return words(self.view)

    @property
    def wrong(self) -> str | None:
        """Slack's own sentence when the app failed."""
        return self.view.wrong

    @property
    def errors(self) -> dict[str, str]:
        """What is wrong with which field: its label -> the sentence below it."""
        names = {block["block_id"]: block["label"]["text"] for block in self._blocks if block["type"] == "input"}
        return {names[block]: sentence for block, sentence in self.view.errors.items()}

    @property
    def values(self) -> Json:
        """`state.values` as the app would receive it now."""
        known = {handle(block, one) for block, one in elements(self._blocks)}
        return state(self._blocks, {**starting(self._blocks), **{k: v for k, v in self.entered.items() if k in known}})

    @property
    def _blocks(self) -> list[Json]:
        return list(self.view.body["blocks"])

    def fill(self, field_: str, text: str) -> "Form":
        """Type into a field, named by its label."""
        block, element = self.actor.element(self._blocks, field_)
        if element["type"] == "button":
            raise AssertionError(f"{field_!r} is a button")
        self.entered[handle(block, element)] = [text]
        if block.get("dispatch_action") and tells_of_typing(element):
            self.actor.person.act(self.view, block, element, [text], state=self.values)
        return self

    def choose(self, field_: str, *options: str) -> "Form":
        """Choose options by their words or values, people and channels by their names; none at all clears the field."""
        block, element = self.actor.element(self._blocks, field_)
        values = [self.actor.option(self.view, block, element, one) for one in options]
        self.entered[handle(block, element)] = values
        if block["type"] != "input" or block.get("dispatch_action"):
            self.actor.person.act(self.view, block, element, values, state=self.values)
        return self

    def submit(self) -> "Form":
        """Hand it in and wait for the app's acknowledgement; what was typed stays in the form."""
        if self.view.body.get("submit") is None:
            raise AssertionError(f"this window has no button to submit:\n{self.text}")
        self.actor.person.submit(self.view, self.values)
        return self

    def close(self) -> "Form":
        """Close this window."""
        self.actor.person.close(self.view)
        return self

    def sees(self, text: str, within: timedelta = WAIT) -> "Form":
        """Wait for words in this window."""
        self.actor.wait(text, lambda: [self.view] if self.view.is_open else [], within)
        return self


@dataclass(frozen=True)
class Home:
    """The app's home tab as one person sees it."""

    actor: "Actor"

    @property
    def view(self) -> View:
        """What the app has published."""
        view = self.actor.slack.workspace.home(self.actor.id)
        if view is None:
            raise AssertionError("the app has published no home tab")
        return view

    def sees(self, text: str, within: timedelta = WAIT) -> "Home":
        """Wait for words on the tab."""

        def look() -> list[View]:
            view = self.actor.slack.workspace.home(self.actor.id)
            return [view] if view else []

        self.actor.wait(text, look, within)
        return self


@dataclass(frozen=True)
class Actor:
    """A person in a test: does what a person can do, by names instead of ids, and waits for what they expect to see."""

    person: Person

    @property
    def slack(self) -> Slack:
        """Where they are."""
        return self.person.slack

    @property
    def id(self) -> str:
        """Their id."""
        return self.person.id

    @property
    def name(self) -> str:
        """Their name."""
        return self.person.name

    @property
    def token(self) -> str:
        """Their token for the Web API."""
        return self.person.token

    # Doing

    def says(
        self, text: str, channel: str = "", thread: Note | None = None, *, broadcast: bool = False, dm: bool = False
    ) -> Note:
        """Say something in a channel, in the thread of a message, or to the app in private."""
        place = self._direct() if dm else self._channel(channel or (thread.channel if thread else ""))
        first = (thread.message.thread or thread.ts) if thread else None
        return Note(self.slack, self.id, self.person.post(text, place.id, first, broadcast=broadcast))

    def reacts(self, emoji: str, note: Note) -> None:
        """Put an emoji under a message."""
        self.person.react(emoji, note.message)

    def pins(self, note: Note) -> None:
        """Pin a message to its channel."""
        self.person.pin(note.message)

    def command(self, line: str, channel: str = "general", *, dm: bool = False) -> Answer:
        """Type a slash command, in a channel or to the app in private, and wait for its acknowledgement."""
        return Answer(self, self.person.command(line, self._direct() if dm else self._channel(channel)))

    def clicks(self, button: str, where: "Note | Form | Home", *, beside: str = "") -> Answer:
        """Press a button, named by its words or action id; one that is not there cannot be pressed.

        Where several are alike, `beside` names the one meant: the first at or below the block with these words.
        """
        thing = self._thing(where)
        block, element = self.element(below(parts(thing), beside), button, first=bool(beside))
        if element["type"] != "button":
            raise AssertionError(f"{button!r} is no button but a {element['type']}")
        values = where.values if isinstance(where, Form) else None
        return Answer(self, self.person.act(thing, block, element, state=values))

    def presses_as_is(self, button: str, note: Note) -> Answer:
        """Press a button without being able to see it, as a forged request would."""
        block, element = self.element(parts(note.message), button)
        return Answer(self, self.person.act(note.message, block, element))

    def picks(self, option: str, where: "Note | Form | Home", menu: str | None = None, *, beside: str = "") -> Answer:
        """Choose an option of a menu in a message, a window or on the home tab; `menu` names it among several.

        Where several are alike, `beside` names the one meant, as for `clicks`.
        """
        thing = self._thing(where)
        there = list(below(parts(thing), beside))
        for block, element in [self.element(there, menu, first=bool(beside))] if menu else elements(there):
            if element["type"] != "button" and (menu or option_value(element, option) is not None):
                chosen = self.option(thing, block, element, option)
                return Answer(self, self.person.act(thing, block, element, [chosen]))
        raise AssertionError(f"nothing here offers {option!r}; there is {choices(there)}")

    def shortcut(self, callback_id: str, message: Note | None = None) -> Answer:
        """Use a shortcut of the workspace, or of a message's menu."""
        if message:
            return Answer(self, self.person.message_shortcut(callback_id, message.message))
        return Answer(self, self.person.global_shortcut(callback_id))

    def opens_home(self) -> Home:
        """Look at the app's home tab."""
        self.person.open_home()
        return Home(self)

    # Seeing

    def sees(self, text: str, channel: str | None = None, *, dm: bool = False, within: timedelta = WAIT) -> Note:
        """Wait for words in anything shown to this person: in one channel, with the app in private, or anywhere."""
        return self.note(text, lambda: self.visible(channel, dm=dm), within)

    def does_not_see(self, text: str, channel: str | None = None, *, dm: bool = False) -> None:
        """Fail if the words stand anywhere now; call `settled` first."""
        for message in self.visible(channel, dm=dm):
            if text in words(message):
                raise AssertionError(f"{self.name} does see {text!r}:\n{words(message)}")

    def modal(self, text: str, within: timedelta = WAIT) -> Form:
        """Wait for a window on top with these words in its title or content."""
        found = self.wait(text, lambda: self.slack.workspace.views(self.id)[-1:], within)
        return Form(self, found)

    def visible(self, channel: str | None = None, *, dm: bool = False) -> list[Message]:
        """Return all messages this person sees, in one channel or anywhere, oldest first."""
        workspace = self.slack.workspace
        if dm or channel:
            places = [self._direct() if dm else self._channel(channel or "")]
        else:
            places = [one for one in workspace.state.channels.values() if self.id in one.members]
        seen = [one for place in places for one in workspace.messages(place.id) if workspace.visible(one, self.id)]
        return sorted(seen, key=lambda one: one.ts)

    def note(self, text: str, look: Callable[[], list[Message]], within: timedelta) -> Note:
        """Wait for a message with these words and return the newest."""
        return Note(self.slack, self.id, self.wait(text, look, within))

    def wait(self, text: str, look: Callable[[], list[Thing]], within: timedelta) -> Thing:
        """Wait until one of the things `look` finds has these words; fails with what was there instead."""

        def find() -> Thing | None:
            return next((one for one in reversed(look()) if text in words(one)), None)

        found = self.slack.workspace.wait_for(find, within)
        if found is None:
            seen = "\n---\n".join(words(one) for one in look()[-10:]) or "nothing"
            raise AssertionError(f"{self.name} waited for {text!r} and saw instead:\n{seen}")
        return found

    # Finding one's way

    def element(self, blocks: Iterable[Mapping[str, Any]], wanted: str, *, first: bool = False) -> tuple[Json, Json]:
        """Return the one element that is meant, or the first of several alike."""
        blocks = list(blocks)
        found = named_elements(blocks, wanted)
        if not found:
            raise AssertionError(f"{wanted!r} is not there; there is {choices(blocks)}")
        if len(found) > 1 and not first:
            raise AssertionError(f"{wanted!r} may be any of {[label(block, one) for block, one in found]}")
        return dict(found[0][0]), dict(found[0][1])

    def option(self, thing: Message | View, block: Mapping[str, Any], element: Mapping[str, Any], wanted: str) -> str:
        """Return what an element calls the option, person or channel somebody means."""
        kind, workspace = str(element["type"]), self.slack.workspace
        if kind.endswith("external_select"):
            offered = self.person.suggestions(thing, block, element, wanted)
            for option in offered:
                if wanted in option["text"]["text"]:
                    return json.dumps(option)
            raise AssertionError(f"the app does not suggest {wanted!r}, only {offered}")
        if kind.endswith(("static_select", "radio_buttons", "checkboxes", "overflow")):
            value = option_value(element, wanted)
            if value is None:
                raise AssertionError(f"{wanted!r} is not offered by {element['action_id']}")
            return value
        named = workspace.user_named(wanted) if "users_select" in kind else workspace.channel_named(wanted)
        return named.id if named else wanted

    def _thing(self, where: "Note | Form | Home") -> Message | View:
        thing: Message | View = where.message if isinstance(where, Note) else where.view
        if isinstance(thing, Message) and not self.slack.workspace.visible(thing, self.id):
            raise NotThere("the message is not there any more")
        if isinstance(thing, View) and not thing.is_open:
            raise NotThere("the window is not open any more")
        return thing

    def _channel(self, name: str) -> Channel:
        return self.slack.workspace.channel_named(name) or self.slack.workspace.channel(name)

    def _direct(self) -> Channel:
        return self.slack.workspace.direct(self.id, self.slack.credentials.bot_user_id)
