"""What a person can do on the page, one function each; Slack's rules and the app's answers are not decided here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sandbox.page.answers import answer, find, state
from sandbox.page.desk import Desk, Lost, Visit
from sandbox.people import Person
from sandbox.reading import parts
from sandbox.state import Json, Message, View

Fields = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Outcome:
    """What doing something came to: a sentence to show, or an address to go to."""

    notice: str | None = None
    go: str | None = None


@dataclass(frozen=True)
class Offer:
    """What the app suggests for one of its menus."""

    block: Json
    element: Json
    options: Sequence[Json]
    chosen: Sequence[Json] = ()


DONE = Outcome()


def look(_desk: Desk, _visit: Visit, _fields: Fields) -> Outcome:
    """Do nothing; the answer brings what has changed."""
    return DONE


# --- messages -------------------------------------------------------------------------------------------------------


def say(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Say something here or in the thread, or give a command."""
    text, thread = _one(fields, "text").strip(), visit.thread if fields.get("reply") else None
    if not text:
        return DONE
    if not text.startswith("/"):
        _me(desk, visit).post(text, visit.channel_id, thread)
        return DONE
    if thread:
        # docs.slack.dev/interactivity/implementing-slash-commands: commands cannot be invoked in threads.
        return Outcome(f"{text.split()[0]} is not supported in threads. Sorry!")
    _me(desk, visit).command(text, desk.workspace.channel(visit.channel_id))
    return DONE


def edit(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Change the words of one's own message."""
    _me(desk, visit).edit(_message(desk, visit, fields), _one(fields, "text"))
    return DONE


def delete(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Take one's own message away."""
    _me(desk, visit).delete(_message(desk, visit, fields))
    return DONE


def dismiss(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Put away a message only this person sees."""
    _me(desk, visit).dismiss(_message(desk, visit, fields))
    return DONE


def react(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Put an emoji under a message, or take one's own away again."""
    name, message = _one(fields, "name"), _message(desk, visit, fields)
    is_there = any(one["name"] == name and visit.me.id in one["users"] for one in message.body.get("reactions", ()))
    me = _me(desk, visit)
    (me.unreact if is_there else me.react)(name, message)
    return DONE


def shortcut(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Use an entry of a message's menu."""
    _me(desk, visit).message_shortcut(_one(fields, "callback"), _message(desk, visit, fields))
    return DONE


# --- channels -------------------------------------------------------------------------------------------------------


def create(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Create a channel and go there."""
    channel = _me(desk, visit).create(_one(fields, "name").removeprefix("#"), private=bool(fields.get("private")))
    return Outcome(go=desk.address(visit.me, channel=channel.name))


def invite(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Bring somebody, or the app, into the channel."""
    _me(desk, visit).invite([_one(fields, "person")], visit.channel_id)
    return DONE


def join(desk: Desk, visit: Visit, _fields: Fields) -> Outcome:
    """Enter the channel one looks at."""
    _me(desk, visit).join(visit.channel_id)
    return Outcome(go=desk.address(visit.me, channel=visit.channel_id))


# --- blocks and windows ---------------------------------------------------------------------------------------------


def press(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Press a button or choose something the app hears of at once."""
    thing = _thing(desk, visit, fields)
    block, element = _element(thing, fields)
    name = _one(fields, "press")
    values = fields.get("choice") or fields.get(name, ())
    _me(desk, visit).act(thing, block, element, values, state=state(parts(thing), fields))
    return DONE


def suggestions(desk: Desk, visit: Visit, fields: Fields) -> Offer:
    """Return what the app offers for the words typed so far."""
    thing = _thing(desk, visit, fields)
    block, element = _element(thing, fields)
    chosen = _chosen(element, fields.get(_one(fields, "press"), ()))
    if len(typed := _one(fields, "query")) < _least_query(element):
        return Offer(block, element, chosen, chosen)
    found = _me(desk, visit).suggestions(thing, block, element, typed)
    offered = [option for one in found for option in one.get("options", [one])]
    return Offer(block, element, [*chosen, *(option for option in offered if option not in chosen)], chosen)


def submit(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Hand in the form of a window; what is wrong with it shows in the window."""
    view = _view(desk, visit, fields)
    _me(desk, visit).submit(view, state(view.body["blocks"], fields))
    return DONE


def close(desk: Desk, visit: Visit, fields: Fields) -> Outcome:
    """Close a window, or with `all` the whole stack."""
    _me(desk, visit).close(_view(desk, visit, fields), everything=bool(fields.get("all")))
    return DONE


def open_home(desk: Desk, visit: Visit) -> None:
    """Look at the app's home tab, which the app may then publish."""
    _me(desk, visit).open_home()


# --- finding what a request is about --------------------------------------------------------------------------------


def _me(desk: Desk, visit: Visit) -> Person:
    return Person(desk.slack, visit.me.id)


def _one(fields: Fields, name: str) -> str:
    return (fields.get(name) or [""])[-1]


def _message(desk: Desk, visit: Visit, fields: Fields) -> Message:
    message = desk.workspace.message(visit.channel_id, _one(fields, "message"))
    if message is None or not desk.workspace.visible(message, visit.me.id):
        raise Lost("This message is gone.")
    return message


def _view(desk: Desk, visit: Visit, fields: Fields) -> View:
    view = desk.workspace.state.views.get(_one(fields, "view"))
    if view is None or view.owner != visit.me.id or not view.is_open:
        raise Lost("This window is closed.")
    return view


def _thing(desk: Desk, visit: Visit, fields: Fields) -> Message | View:
    return _view(desk, visit, fields) if fields.get("view") else _message(desk, visit, fields)


def _element(thing: Message | View, fields: Fields) -> tuple[Json, Json]:
    found = find(parts(thing), _one(fields, "press"))
    if found is None:
        raise Lost("This has changed in the meantime; please look again.")
    block, element = found
    return dict(block), dict(element)


def _chosen(element: Json, entered: Sequence[str]) -> list[Json]:
    """Return what is ticked already, so that a new search does not lose it."""
    given = answer(element, entered)
    return [one for one in given.get("selected_options") or [given.get("selected_option")] if one]


def _least_query(element: Json) -> int:
    """Return how much one types before Slack asks the app; three characters unless the menu says otherwise."""
    least = element.get("min_query_length")
    return 3 if least is None else int(least)
