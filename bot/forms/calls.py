"""What people do in Slack, as values: a command, a pressed button, a submitted form, a message."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from typing import Any, get_args

from bot.forms.markup import as_typed
from workflows.entries.parts import Certainty, without_unstorable_characters
from workflows.errors import NotFound
from workflows.incidents import Message
from workflows.people import Actor
from workflows.remarks import Reply

_TYPED = ("value", "selected_date", "selected_date_time", "selected_user")
_MARKS = str.maketrans("", "", "*_~`")  # Slack's marks for bold, italics, struck out and code
MAX_TEXT = 40_000  # characters of a message; Slack truncates longer ones itself


@dataclass(frozen=True)
class CommandCall:
    """`/failure <words>`: who typed it where; `word` is the subcommand, `rest` what follows."""

    actor: Actor
    text: str
    channel_id: str
    channel_name: str
    trigger_id: str
    response_url: str

    @property
    def word(self) -> str:
        """The first word, in lower case."""
        return self.text.split(maxsplit=1)[0].lower() if self.text.strip() else ""

    @property
    def rest(self) -> str:
        """Everything behind the first word."""
        parts = self.text.split(maxsplit=1)
        return parts[1].strip() if len(parts) > 1 else ""


@dataclass(frozen=True)
class Press:
    """A pressed button or a chosen option: `value` is what it carried, `channel_id` and `view_id` where it stood.

    `noted` is what was noted in the form around it when the form was opened. A home tab is no form: nothing can be
    opened on top of it, so it has no `view_id`, but `is_at_home`.
    """

    actor: Actor
    value: str
    trigger_id: str
    response_url: str
    channel_id: str
    view_id: str
    noted: str = ""
    is_at_home: bool = False

    def suggestion(self) -> tuple[int, str]:
        """Return the incident and the entry of a card's button; raises NotFound for a value of another kind."""
        incident, _, entry_id = self.value.partition("|")
        if not incident.isdecimal() or not entry_id or len(incident) > 12:  # noqa: PLR2004 - no incident has a longer number
            msg = "This button is of an older version; search again with `/failure search`."
            raise NotFound(msg)
        return int(incident), entry_id

    def certainty(self) -> tuple[int, str, Certainty]:
        """Return the incident, the entry and how sure the person is; raises NotFound for a value of another kind."""
        about, _, said = self.value.rpartition("|")
        certainty = next((one for one in get_args(Certainty) if one == said), None)
        if certainty is None:
            msg = "This button is of an older version; search again with `/failure search`."
            raise NotFound(msg)
        return *replace(self, value=about).suggestion(), certainty

    def number(self) -> int:
        """Return the number that the button carries; raises NotFound for a value of another kind."""
        if not self.value.isdecimal() or len(self.value) > 12:  # noqa: PLR2004 - as above
            msg = "This button is of an older version; start again with `/failure drafts`."
            raise NotFound(msg)
        return int(self.value)


@dataclass(frozen=True)
class Typing:
    """Letters typed into a menu that asks for its options."""

    actor: Actor
    typed: str


@dataclass(frozen=True)
class Submission:
    """A submitted form: its answers by the block id of their field, and what we noted when we opened it.

    `view_below` is the view it lies on, which its answer may have made out of date; `view_id` is the form itself.
    `asked` are the blocks that ask for something; a menu that draws the form anew is none.
    """

    actor: Actor
    answers: Mapping[str, str]
    private_metadata: str
    view_below: str = ""
    view_id: str = ""
    asked: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What is the same when the form is sent twice, and another when something else was typed into it meanwhile.

        Whoever saw an error though the form was taken, and says it better before sending it again, loses nothing.
        """
        said = {block_id: answer for block_id, answer in self.answers.items() if block_id in self.asked}
        typed = json.dumps([self.view_id, said], sort_keys=True)
        return sha256(typed.encode()).hexdigest()[:32]

    def noted(self, key: str) -> Any:
        """Return what was noted under the key when the form was opened, or None."""
        try:
            noted = json.loads(self.private_metadata)
        except json.JSONDecodeError:
            return None
        return noted.get(key) if isinstance(noted, dict) else None


def command_call(body: Mapping[str, Any], home_team: str) -> CommandCall:
    """Return the command a person typed."""
    return CommandCall(
        actor=Actor(str(body.get("user_id", "")), is_external=_is_elsewhere(body.get("team_id"), home_team)),
        text=as_typed(without_unstorable_characters(str(body.get("text") or ""))),
        channel_id=str(body.get("channel_id", "")),
        channel_name=str(body.get("channel_name", "")),
        trigger_id=str(body.get("trigger_id", "")),
        response_url=str(body.get("response_url", "")),
    )


def press(body: Mapping[str, Any], home_team: str) -> Press:
    """Return the button a person pressed."""
    action = (body.get("actions") or [{}])[0]
    container = body.get("container") or {}
    channel = body.get("channel") or {}
    view = body.get("view") or {}
    return Press(
        actor=_actor(body, home_team),
        value=str(action.get("value") or (action.get("selected_option") or {}).get("value") or ""),
        trigger_id=str(body.get("trigger_id", "")),
        response_url=str(body.get("response_url") or ""),
        channel_id=str(channel.get("id") or container.get("channel_id") or ""),
        view_id=str(view.get("id") or "") if view.get("type") != "home" else "",
        noted=str(view.get("private_metadata") or ""),
        is_at_home=view.get("type") == "home",
    )


def typing(body: Mapping[str, Any], home_team: str) -> Typing:
    """Return what a person types into a menu that asks for its options."""
    return Typing(_actor(body, home_team), without_unstorable_characters(str(body.get("value") or "")))


def submission(body: Mapping[str, Any], home_team: str) -> Submission:
    """Return the form a person submitted."""
    view = body.get("view") or {}
    fields = (view.get("state") or {}).get("values") or {}
    answers = {block_id: _answer(field) for block_id, field in fields.items()}
    return Submission(
        actor=_actor(body, home_team),
        answers=answers,
        private_metadata=str(view.get("private_metadata") or ""),
        view_below=str(view.get("previous_view_id") or ""),
        view_id=str(view.get("id") or ""),
        # Slack makes up the ids of other blocks, and new ones whenever the form is drawn again; what stood in the form
        # may then still bear the old ones.
        asked=frozenset(
            (block.get("block_id", "") for block in view["blocks"] if block["type"] == "input")
            if view.get("blocks")
            else answers
        ),
    )


def message(
    body: Mapping[str, Any], *, bot_user_id: str, bot_id: str, home_team: str = "", is_past: bool = False
) -> Message | None:
    """Return what was said, edited or deleted, or None for what is no evidence: joins, topics, our own messages."""
    event = body.get("event") or {}
    subtype = event.get("subtype")
    inner = event.get("message") or {} if subtype == "message_changed" else event
    if subtype not in _SPOKEN or bot_user_id == inner.get("user") or bot_id == inner.get("bot_id"):
        return None
    deleted = subtype == "message_deleted"
    previous = event.get("previous_message") or {}
    return Message(
        event_id=str(body.get("event_id", "")),
        channel_id=str(event.get("channel", "")),
        ts=str((event.get("deleted_ts") if deleted else inner.get("ts")) or ""),
        thread_ts=(previous if deleted else inner).get("thread_ts"),
        author=str(inner.get("user") or inner.get("bot_id") or ""),
        text="" if deleted else spoken_text(inner),
        deleted=deleted,
        is_external=_is_elsewhere(inner.get("user_team"), home_team),
        is_shared=bool(body.get("is_ext_shared_channel")),
        bot_name=str((inner.get("bot_profile") or {}).get("name") or inner.get("username") or "")
        if inner.get("bot_id")
        else "",
        is_past=is_past,
    )


@dataclass(frozen=True)
class Reaction:
    """An emoji put under a message (its `ts`) of `author`, or taken away."""

    actor: Actor
    name: str
    channel_id: str
    author: str
    ts: str
    is_added: bool


def reaction(body: Mapping[str, Any], home_team: str) -> Reaction | None:
    """Return the reaction to a message, or None for one to anything else."""
    event = body.get("event") or {}
    item = event.get("item") or {}
    if item.get("type") != "message" or not is_ts(str(item.get("ts"))):
        return None
    team = event.get("user_team") or body.get("team_id")
    actor = Actor(str(event.get("user", "")), is_external=_is_elsewhere(team, home_team))
    added, author = event.get("type") == "reaction_added", str(event.get("item_user") or "")
    return Reaction(actor, str(event.get("reaction", "")), str(item.get("channel", "")), author, str(item["ts"]), added)


def pin(body: Mapping[str, Any], home_team: str) -> Reaction | None:
    """Return the pin of a message as what it is to us, a mark like a reaction, or None for one of anything else."""
    event = body.get("event") or {}
    item = event.get("item") or {}
    message = item.get("message") or {}
    if item.get("type") != "message" or not is_ts(str(message.get("ts"))):
        return None
    actor = Actor(str(event.get("user", "")), is_external=_is_elsewhere(body.get("team_id"), home_team))
    channel, author = str(event.get("channel_id") or item.get("channel") or ""), str(event.get("item_user") or "")
    return Reaction(actor, "pin", channel, author, str(message["ts"]), event.get("type") == "pin_added")


def is_ts(text: str) -> bool:
    """Return whether this can be the time of a message as Slack writes it, in seconds with a fraction."""
    return text.replace(".", "", 1).isdecimal()


def is_direct(body: Mapping[str, Any]) -> bool:
    """Return whether a message was said in direct messages with us."""
    return (body.get("event") or {}).get("channel_type") == "im"


def thread_reply(body: Mapping[str, Any], home_team: str) -> tuple[Reply, Actor] | None:
    """Return what a person wrote in a thread of the direct messages with us, or None for everything else there.

    What was edited or deleted is None as well, and so is what we said ourselves.
    """
    event = body.get("event") or {}
    written = event.get("subtype") in {None, "file_share", "thread_broadcast"} and not event.get("bot_id")
    thread_ts, ts = str(event.get("thread_ts") or ""), str(event.get("ts") or "")
    if not written or not event.get("user") or not thread_ts or thread_ts == ts:
        return None
    is_external = _is_elsewhere(event.get("user_team") or event.get("team"), home_team)
    reply = Reply(str(event.get("channel", "")), thread_ts, ts, spoken_text(event))
    return reply, Actor(str(event["user"]), is_external=is_external)


def spoken_text(said: Mapping[str, Any]) -> str:
    """Return everything a message says: its text, its files' names, and the text of its attachments and blocks.

    Alert bots say what matters in attachments and blocks.
    """
    parts = [str(said.get("text") or "")]
    # What people type stands whole in the text, and once more in pieces in blocks; bots say it anywhere.
    if said.get("bot_id") or not parts[0]:
        parts += _texts_of(said.get("blocks") or [])
    for attachment in said.get("attachments") or []:
        parts += [str(attachment.get(name) or "") for name in ("pretext", "title", "text")]
        parts += [f"{field.get('title', '')} {field.get('value', '')}" for field in attachment.get("fields") or []]
        drawn = _texts_of(attachment.get("blocks") or [])
        if not drawn and not any(attachment.get(name) for name in ("title", "text")):
            drawn = [str(attachment.get("fallback") or "")]
        parts += drawn
    parts += [str(file.get("title") or file.get("name") or "") for file in said.get("files") or []]
    return as_typed("\n".join(_said_once(parts))[:MAX_TEXT])


# The kinds of message that carry evidence; everything else (joins, topics, renames) is the channel talking to itself.
_SPOKEN = frozenset(
    {None, "bot_message", "message_changed", "message_deleted", "thread_broadcast", "file_share", "me_message"}
)


def _said_once(parts: Sequence[str]) -> list[str]:
    """Return the lines without those that an earlier part says already, however they are marked up and spaced."""
    said, kept = "", []
    for part in parts:
        new = [line for line in part.splitlines() if (bare := _bare(line)) and bare not in said]
        kept += new
        said += "\n" + " ".join(_bare(line) for line in new)
        if sum(map(len, kept)) > MAX_TEXT:
            break
    return kept


def _bare(line: str) -> str:
    return " ".join(line.translate(_MARKS).split())


def _texts_of(blocks: Any) -> list[str]:
    """Return the texts anywhere inside Block Kit, in order."""
    if isinstance(blocks, list):
        return [text for block in blocks for text in _texts_of(block)]
    if not isinstance(blocks, dict):
        return []
    own = [blocks["text"]] if isinstance(blocks.get("text"), str) else []
    return own + [text for value in blocks.values() for text in _texts_of(value)]


def _actor(body: Mapping[str, Any], home_team: str) -> Actor:
    user = body.get("user") or {}
    team = user.get("team_id") or (body.get("team") or {}).get("id")
    return Actor(str(user.get("id", "")), is_external=_is_elsewhere(team, home_team))


def _is_elsewhere(team: Any, home_team: str) -> bool:
    return bool(team) and bool(home_team) and str(team) != home_team


def _answer(field: Mapping[str, Any]) -> str:
    """Return what was typed or chosen; several choices are parted by commas, which no value holds."""
    for element in field.values():
        if "selected_options" in element:
            return ",".join(str(option["value"]) for option in element["selected_options"] or ())
        if "selected_users" in element:
            return ",".join(map(str, element["selected_users"] or ()))
        chosen = element.get("selected_option")
        typed = next((element[name] for name in _TYPED if element.get(name)), None)
        return without_unstorable_characters(str(chosen["value"] if chosen else typed or ""))
    return ""
