"""The desk: the workspace seen with one person's eyes, as a scene to draw."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urlencode

from sandbox.page.scene import Attachment, Channel, Face, Message, Place, Reaction, Scene, Window
from sandbox.slack import Slack
from sandbox.state import SLACKBOT, State, User, View
from sandbox.state import Channel as Conversation
from sandbox.state import Message as Kept


class Lost(Exception):
    """Somebody asks for a place or person there is not; the sentence says so to them."""

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


@dataclass(frozen=True)
class Visit:
    """Who is looking, and at what: a channel with or without a thread, or the app's home tab."""

    me: User
    channel: Conversation | None
    thread: str | None = None

    @property
    def channel_id(self) -> str:
        """The channel looked at; raises `Lost` on a home tab, which has none."""
        if self.channel is None:
            raise Lost("There is no conversation here.")
        return self.channel.id


class Desk:
    """Finds what a visitor asks for and gathers what they may see."""

    def __init__(self, slack: Slack) -> None:
        self.slack = slack
        self.workspace = slack.workspace
        self.manifest = slack.manifest

    # Finding the way

    def visit(self, query: Mapping[str, str]) -> Visit:
        """Return who asks for what, from the names or ids in an address; raises `Lost`."""
        me = self._me(query.get("as", ""))
        if query.get("app"):
            return Visit(me, None)
        channel = (
            self._near(me, query["near"]) if query.get("near") else self._conversation(me, query.get("channel", ""))
        )
        thread = query.get("thread") or None
        if thread and self.workspace.message(channel.id, thread) is None:
            raise Lost(f"There is no such thread in {self._title(me, channel)}.")
        return Visit(me, channel, thread)

    def _me(self, wanted: str) -> User:
        people = list(self._people())
        if not people:
            raise Lost("There is nobody in this workspace yet.")
        if not wanted:
            return people[0]
        for user in people:
            if wanted in (user.id, user.name):
                return user
        raise Lost(f"There is no person called {wanted} in this workspace.")

    def _near(self, me: User, wanted: str) -> Conversation:
        """Return where somebody else was, if this person can be there too."""
        try:
            return self._conversation(me, wanted)
        except Lost:
            return self._liveliest(me)

    def _conversation(self, me: User, wanted: str) -> Conversation:
        if not wanted:
            return self._liveliest(me)
        if wanted.startswith("@"):
            partner = self.workspace.user_named(wanted[1:])
            if partner is None:
                raise Lost(f"There is nobody called {wanted[1:]} in this workspace.")
            return self.workspace.direct(me.id, partner.id)
        found = self.workspace.state.channels.get(wanted) or self.workspace.channel_named(wanted)
        if found is None or not self._may_see(me, found):
            raise Lost(f"There is no channel called {wanted} that {me.name} can see.")
        return found

    def _liveliest(self, me: User) -> Conversation:
        """Return the conversation in which something was said last."""
        mine = [one for one in self.workspace.state.channels.values() if me.id in one.members and not one.archived]
        if not mine:
            raise Lost(f"{me.name} is in no channel yet.")
        return max(mine, key=lambda one: max((said.ts for said in self.workspace.messages(one.id)), default=""))

    def _may_see(self, me: User, channel: Conversation) -> bool:
        return me.id in channel.members or (channel.kind == "public" and not (me.is_stranger or me.is_restricted))

    def _people(self) -> Iterator[User]:
        for user in self.workspace.state.users.values():
            if not (user.is_bot or user.deleted or user.id == SLACKBOT):
                yield user

    def address(self, me: User, *, channel: str) -> str:
        """Return the address of a channel for one person."""
        return "/?" + urlencode({"as": me.name, "channel": channel})

    # Gathering

    def names(self, visit: Visit) -> "KnownNames":
        """Return the names the visitor knows."""
        return KnownNames(self, visit.me)

    def scene(self, visit: Visit) -> Scene:
        """Return all the visitor sees."""
        with self.workspace.lock:
            return self._scene(visit)

    def _scene(self, visit: Visit) -> Scene:
        me, channel = visit.me, visit.channel
        home = self.workspace.home(me.id) if channel is None else None
        said = list(self._said(me, channel)) if channel else []
        return Scene(
            workspace=self.workspace.state.team.name,
            me=face(me),
            people=[face(user) for user in self._people()],
            channels=list(self._channels(me)),
            partners=list(self._partners(me)),
            apps=[face(self._bot())] if self.manifest.features.app_home.home_tab_enabled else [],
            here=self._place(me, channel),
            messages=[self._message(me, one, said) for one in said if _stands_in_channel(one)],
            thread=next((self._message(me, one, said) for one in said if one.ts == visit.thread), None),
            replies=[self._message(me, one, said) for one in said if one.is_reply and one.thread == visit.thread],
            home={"id": home.id, **home.body} if home else None,
            windows=[window(view) for view in self.workspace.views(me.id)],
            commands=[one.model_dump() for one in self.manifest.commands],
            shortcuts=[one.model_dump() for one in self.manifest.shortcuts if one.type == "message"],
        )

    def _bot(self) -> User:
        return self.workspace.user(self.workspace.state.credentials.bot_user_id)

    def _said(self, me: User, channel: Conversation) -> Iterator[Kept]:
        for message in self.workspace.messages(channel.id):
            if self.workspace.visible(message, me.id):
                yield message

    def _channels(self, me: User) -> Iterator[Channel]:
        every = (one for one in self.workspace.state.channels.values() if not (one.is_dm or one.archived))
        for one in sorted(every, key=lambda one: (me.id not in one.members, one.name)):
            if self._may_see(me, one):
                yield Channel(one.id, one.name, one.kind == "private", me.id in one.members)

    def _partners(self, me: User) -> Iterator[Face]:
        direct = {
            other: one.id
            for one in self.workspace.state.channels.values()
            if one.is_dm and me.id in one.members
            for other in one.members
            if other != me.id
        }
        for user in self.workspace.state.users.values():
            if user.id in direct or not (user.id in (me.id, SLACKBOT) or user.deleted):
                yield face(user, direct.get(user.id))

    def _title(self, me: User, channel: Conversation) -> str:
        return f"#{channel.name}" if not channel.is_dm else self._partner(me, channel).shown

    def _partner(self, me: User, channel: Conversation) -> Face:
        others = [id_ for id_ in channel.members if id_ != me.id] or [me.id]
        return face(self.workspace.user(others[0]))

    def _place(self, me: User, channel: Conversation | None) -> Place:
        if channel is None:
            app = face(self._bot())
            return Place("home", "", app.shown, "", app=app.id)
        title = self._title(me, channel)
        if channel.is_dm:
            beginning = f"This is where you and {title} talk. Nobody else sees it."
            partner = self._partner(me, channel).id
            closed = partner == self._bot().id and self.manifest.features.app_home.messages_tab_read_only_enabled
            return Place("dm", channel.id, title, beginning, channel.id, partner=partner, is_read_only=closed)
        outsiders = [face(one) for one in self.workspace.state.users.values() if self._could_join(one, channel)]
        return Place(
            "channel",
            channel.id,
            title,
            f"This is the beginning of {title}.",
            channel.name,
            topic=channel.topic,
            archived=channel.archived,
            is_member=me.id in channel.members,
            members=channel.members,
            outsiders=outsiders,
        )

    def _could_join(self, user: User, channel: Conversation) -> bool:
        return not (user.id in channel.members or user.id == SLACKBOT or user.deleted or user.is_stranger)

    def _message(self, me: User, kept: Kept, said: Iterable[Kept]) -> Message:
        body = kept.body
        return Message(
            ts=kept.ts,
            moment=datetime.fromtimestamp(float(kept.ts), UTC),
            author=self._author(body),
            text=body.get("text") or "",
            blocks=body.get("blocks") or (),
            attachments=[_attachment(one) for one in body.get("attachments") or ()],
            thread_ts=kept.thread,
            reply_count=sum(one.is_reply and one.thread == kept.ts and one.only_for is None for one in said),
            reactions=[self._reaction(me, one) for one in body.get("reactions") or ()],
            edited="edited" in body,
            ephemeral=kept.only_for is not None,
            mine=body.get("user") == me.id and not body.get("bot_id"),
            system=body.get("subtype") in QUIET,
            trouble=body.get("user") == SLACKBOT and kept.only_for is not None,
        )

    def _author(self, body: Mapping[str, str]) -> Face:
        state = self.workspace.state
        user = state.users.get(body.get("user", "")) or _bot_of(state, body.get("bot_id", ""))
        if user is None:
            return Face("", "?", "Somebody")
        known = face(user)
        name = body.get("username")
        return Face(known.id, name, name, known.is_app) if name else known

    def _reaction(self, me: User, reaction: Mapping[str, list[str]]) -> Reaction:
        users = reaction["users"]
        who = [face(self.workspace.user(id_)).shown for id_ in users]
        return Reaction(str(reaction["name"]), who, me.id in users)


#: The colours of attachments that have names.
COLOURS = {"good": "#2eb67d", "warning": "#ecb22e", "danger": "#e01e5a"}
HEX = re.compile("#[0-9A-Fa-f]{3,8}")

#: Subtypes of messages that tell what happened and not what somebody said.
QUIET = {"channel_join", "channel_leave", "channel_topic", "channel_purpose", "channel_name", "channel_archive"}


@dataclass(frozen=True)
class KnownNames:
    """Names as one person knows them: private channels they are not in stay nameless."""

    desk: Desk
    me: User

    def person(self, id_: str) -> str | None:
        """Return the name of a person or bot."""
        state = self.desk.workspace.state
        user = state.users.get(id_) or _bot_of(state, id_)
        return face(user).shown if user else None

    def channel(self, id_: str) -> str | None:
        """Return the name of a channel the person can see."""
        channel = self.desk.workspace.state.channels.get(id_)
        if channel is None or channel.is_dm:
            return None
        return channel.name if channel.kind == "public" or self.me.id in channel.members else None


def face(user: User, channel: str | None = None) -> Face:
    """Return how a user is shown."""
    return Face(user.id, user.name, user.real_name or user.name, user.is_bot, channel)


def window(view: View) -> Window:
    """Return a modal as a window."""
    submit, close = (view.body.get(name) for name in ("submit", "close"))
    return Window(
        view.id,
        view.body["title"],
        view.body["blocks"],
        submit["text"] if submit else None,
        close["text"] if close else None,
        view.errors,
        view.wrong,
    )


def _stands_in_channel(message: Kept) -> bool:
    return not message.is_reply or message.body.get("subtype") == "thread_broadcast"


def _bot_of(state: State, bot_id: str) -> User | None:
    return next((user for user in state.users.values() if bot_id and user.bot_id == bot_id), None)


def _attachment(raw: Mapping[str, object]) -> Attachment:
    lines = (raw.get(name) for name in ("pretext", "title", "text") if raw.get(name))
    words = "\n".join(str(line) for line in lines) or str(raw.get("fallback") or "")
    colour, blocks = raw.get("color"), raw.get("blocks")
    shown = COLOURS.get(str(colour), f"#{str(colour).removeprefix('#')}")
    return Attachment(
        "" if blocks else words, shown if HEX.fullmatch(shown) else None, blocks if isinstance(blocks, list) else ()
    )
