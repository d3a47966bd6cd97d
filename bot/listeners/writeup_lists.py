"""The timeline and the follow-up actions of a write-up, line by line."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.elements import Block
from bot.blocks.writeup_forms import LEFT, writeup_form
from bot.blocks.writeup_lists import action_form, finished, point_form
from bot.forms.calls import Submission, press, submission
from bot.replies import Replies
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm, NotFound
from workflows.people import Actor
from workflows.writeups.answers import moment
from workflows.writeups.lists import (
    NEW_ACTION,
    NEW_POINT,
    Action,
    ChangedMeanwhile,
    Lists,
    Point,
    answers_of_action,
    answers_of_point,
)
from workflows.writeups.unsent import Unsent
from workflows.writeups.writeup import FollowUp, Moment, WriteUp

OLD = "This button is of an older version; open the write-up again with `/failure drafts`."


@dataclass(frozen=True)
class WriteUpListListeners:
    """Adding, changing, moving and taking out."""

    lists: Lists
    unsent: Unsent
    vocabulary: Vocabulary
    replies: Replies
    home_team: str

    def add_point(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Add a point”."""
        pressed = press(body, self.home_team)
        writeup = self.lists.writeups.open(pressed.number(), pressed.actor)
        self.replies.open_form(pressed, self._point_form(writeup.id, None, pressed.actor))
        ack()

    def change_point(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Change” beside a point."""
        pressed = press(body, self.home_team)
        writeup, point = self.lists.point(*_pair(pressed.value), pressed.actor)
        self.replies.open_form(pressed, self._point_form(writeup.id, point, pressed.actor))
        ack()

    def turn(self, ack: Ack, body: dict[str, Any]) -> None:
        """Buttons to the points before and behind those shown."""
        pressed = press(body, self.home_team)
        writeup_id, start = _pair(pressed.value)
        writeup = self.lists.writeups.open(writeup_id, pressed.actor)
        self.replies.replace_form(pressed.view_id, self._list(writeup, "timeline", start))
        ack()

    def save_point(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form of one point."""
        sent = submission(body, self.home_team)
        writeup_id, point_id, version = _noted(sent, "point")
        given = _point(sent.answers)

        def save() -> WriteUp:
            if point_id is None:
                return self.lists.add_point(writeup_id, given, sent.actor, key=sent.key)
            return self.lists.change_point(writeup_id, point_id, given, sent.actor, version=version)

        def again(changed: ChangedMeanwhile) -> Block:
            _, known = self.lists.point(writeup_id, point_id or 0, sent.actor)
            notice = f":warning: {changed.sentence}"
            return point_form(writeup_id, known, typed=given, notice=notice, version=changed.version)

        self._save(ack, sent, "timeline", save, again)

    def add_action(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Add an action”."""
        pressed = press(body, self.home_team)
        writeup = self.lists.writeups.open(pressed.number(), pressed.actor)
        self.replies.open_form(pressed, self._action_form(writeup.id, None, pressed.actor))
        ack()

    def change_action(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Change” beside an action, and the one of its reminder."""
        pressed = press(body, self.home_team)
        known = self.lists.action(pressed.number(), pressed.actor)
        self.replies.open_form(pressed, self._action_form(known.writeup_id, known, pressed.actor))
        ack()

    def finish_action(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Done” on a reminder."""
        pressed = press(body, self.home_team)
        done = self.lists.finish_action(pressed.number(), pressed.actor)
        ack()
        self.replies.tell(pressed.response_url, finished(done))

    def save_action(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form of one action."""
        sent = submission(body, self.home_team)
        writeup_id, action_id, version = _noted(sent, "action")
        given = _action(sent.answers)

        def save() -> WriteUp:
            if action_id is None:
                return self.lists.add_action(writeup_id, given, sent.actor, key=sent.key)
            return self.lists.change_action(action_id, given, sent.actor, version=version)

        def again(changed: ChangedMeanwhile) -> Block:
            known = self.lists.action(action_id or 0, sent.actor)
            notice = f":warning: {changed.sentence}"
            return action_form(writeup_id, known, typed=given, notice=notice, version=changed.version)

        self._save(ack, sent, "actions", save, again)

    def _save(
        self,
        ack: Ack,
        sent: Submission,
        kind: str,
        save: Callable[[], WriteUp],
        again: Callable[[ChangedMeanwhile], Block],
    ) -> None:
        """Save; where somebody else changed the same, show the form again with both texts."""
        try:
            writeup = save()
        except ChangedMeanwhile as changed:
            ack(response_action="update", view=again(changed))
            return
        ack()
        self.replies.replace_form(sent.view_below, self._list(writeup, kind, 0))

    def _point_form(self, writeup_id: int, known: Moment | None, actor: Actor) -> Block:
        """Return the form of a point, with what the person left in it when they closed it last."""
        standing = answers_of_point(known) if known else {}
        form = f"point:{known.id}" if known else NEW_POINT
        left = self.unsent.left_in_line(writeup_id, form, actor, standing=standing)
        if left is None:
            return point_form(writeup_id, known)
        typed = _point({**standing, **left.answers})
        return point_form(writeup_id, known, typed=typed, notice=LEFT, version=left.version)

    def _action_form(self, writeup_id: int, known: FollowUp | None, actor: Actor) -> Block:
        """Return the form of a follow-up action, with what the person left in it when they closed it last."""
        standing = answers_of_action(known) if known else {}
        form = f"action:{known.id}" if known else NEW_ACTION
        left = self.unsent.left_in_line(writeup_id, form, actor, standing=standing)
        if left is None:
            return action_form(writeup_id, known)
        typed = _action({**standing, **left.answers})
        return action_form(writeup_id, known, typed=typed, notice=LEFT, version=left.version)

    def _list(self, writeup: WriteUp, kind: str, start: int) -> Block:
        step = next((one for one in writeup.template.steps if one.kind == kind), None)
        if step is None:
            raise NotFound(OLD)
        return writeup_form(writeup, step, self.vocabulary, start=start)


def _point(answers: Mapping[str, str]) -> Point:
    try:
        at = moment(answers.get("at"))
    except ValueError:
        raise InvalidForm({"at": "Choose a day and a time."}) from None
    return Point(answers.get("text", ""), at, answers.get("place") or "stay")


def _action(answers: Mapping[str, str]) -> Action:
    said = answers.get
    return Action(said("text", ""), said("owner", ""), said("due", ""), said("state") or "open", said("note", ""))


def _pair(value: str) -> tuple[int, int]:
    first, _, second = value.partition("|")
    if not (first.isdecimal() and second.isdecimal() and len(value) <= 24):  # noqa: PLR2004 - two numbers of 12 at most
        raise NotFound(OLD)
    return int(first), int(second)


def _noted(sent: Submission, key: str) -> tuple[int, int | None, int]:
    """Return the write-up, the line (None for a new one) and the version that the form was opened at."""
    writeup_id, line, version = sent.noted("writeup"), sent.noted(key), sent.noted("version")
    if not isinstance(writeup_id, int) or not isinstance(line, int | None):
        raise NotFound(OLD)
    return writeup_id, line, version if isinstance(version, int) else 0
