"""The two lists of a write-up, which several people keep: what happened when, and what is done about it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Literal, get_args

from store import Transaction
from store.audit import AuditRecord
from store.writeups import FollowUpRecord, MomentRecord
from workflows.errors import InvalidForm, NotAllowed, NotFound, UserError
from workflows.people import Actor
from workflows.writeups.answered import answer_undone_within
from workflows.writeups.answers import words
from workflows.writeups.timeline import insert_within, number_within
from workflows.writeups.writeup import OVERTAKEN, WriteUp
from workflows.writeups.writeups import WriteUps

LONGEST: Final = 1_000  # characters of a point or an action
MOST: Final = 500  # points or actions of one write-up
Place = Literal["stay", "up", "down", "first", "last", "out"]
State = Literal["open", "done", "dropped"]
Said = tuple[str, str]  # which list, and what was written into it
TIMELINE, ACTIONS = "timeline", "actions"
NEW_POINT, NEW_ACTION = "point:new", "action:new"  # the forms of lines that are not there yet
LATEST_DAY: Final = timedelta(days=3 * 366)


class ChangedMeanwhile(UserError):
    """Somebody changed the same point or action since the form was opened; `version` is that of what stands now."""

    def __init__(self, stands: str, version: int) -> None:
        super().__init__(
            f"Somebody changed this meanwhile to “{stands}”; put into yours what should stay of both, and save again."
        )
        self.version = version


@dataclass(frozen=True)
class Point:
    """A point of the timeline as a form gives it; `at` is None where nobody knows when."""

    text: str
    at: datetime | None
    place: str = "stay"


@dataclass(frozen=True)
class Action:
    """A follow-up action as a form gives it."""

    text: str
    owner: str
    due: str
    state: str = "open"
    note: str = ""


@dataclass(frozen=True)
class Lists:
    """Adds, changes, moves and takes out; whoever may write in the write-up may do so."""

    writeups: WriteUps

    def add_point(self, writeup_id: int, given: Point, actor: Actor, *, key: str) -> WriteUp:
        """Put a point where its time belongs; the same form (`key`) sent twice adds it once."""
        text = _text(given.text)
        self._check_time(given.at)

        def add(tx: Transaction) -> None:
            self._insert(tx, writeup_id, text, given.at, actor, f"by:{key}"[:80])

        return self._within(writeup_id, NEW_POINT, (TIMELINE, text), actor, add)

    def change_point(self, writeup_id: int, point_id: int, given: Point, actor: Actor, *, version: int) -> WriteUp:
        """Change a point, move it, or take it out.

        Raises InvalidForm, and ChangedMeanwhile where somebody else changed it since `version`.
        """
        text = _text(given.text)
        self._check_time(given.at)
        if given.place not in get_args(Place):
            raise InvalidForm({"place": "Choose one of the list."})

        def change(tx: Transaction) -> None:
            points = tx.writeups.moments(writeup_id)
            known = next((one for one in points if one.id == point_id), None)
            if known is None:
                msg = "This point was taken out meanwhile; add it again if it belongs there."
                raise NotFound(msg)
            at = known.at if _is_same_minute(known.at, given.at) else given.at
            stands, wanted = (known.text, known.at), (text, at)
            if stands != wanted:
                _require_version(known.version, version, known.text)
                tx.writeups.change_moment(point_id, text=text, at=at, version=known.version + 1)
            if given.place == "out":
                tx.writeups.change_moment(point_id, removed_by=actor.user_id, version=known.version + 1)
            elif given.place != "stay":
                _move(tx, points, known, given.place)
            if stands != wanted or given.place != "stay":
                before = {"text": known.text, "at": known.at.isoformat() if known.at else None}
                self._note(tx, actor, "writeup.point", writeup_id, before, {"text": text, "place": given.place})

        return self._within(writeup_id, f"point:{point_id}", (TIMELINE, text), actor, change)

    def add_action(self, writeup_id: int, given: Action, actor: Actor, *, key: str) -> WriteUp:
        """Add a follow-up action with its owner and day; the same form (`key`) sent twice adds it once."""
        text, due = _text(given.text), self._day(given)
        if not given.owner:
            raise InvalidForm({"owner": "Choose who does it."})

        def add(tx: Transaction) -> None:
            known = tx.writeups.follow_ups(writeup_id)
            if len(known) >= MOST:
                raise InvalidForm({"text": f"A write-up holds up to {MOST} actions; join some of them."})
            if tx.receipts.is_first_submission(f"action:{key}", self.writeups.clock()):
                tx.writeups.add_follow_up(
                    writeup_id=writeup_id, text=text, owner=given.owner, due=due, note=None, created_by=actor.user_id,
                    created_at=self.writeups.clock(), remind_at=self.writeups.mornings.before(given.owner, due),
                )  # fmt: skip

        return self._within(writeup_id, NEW_ACTION, (ACTIONS, text), actor, add)

    def change_action(self, action_id: int, given: Action, actor: Actor, *, version: int) -> WriteUp:
        """Change an action, or note that it is done or dropped (with a reason); its owner may as well.

        Raises InvalidForm, and ChangedMeanwhile where somebody else changed it since `version`.
        """
        text, due, note = _text(given.text), self._day(given), words(given.note)[:LONGEST] or None
        if given.state not in get_args(State):
            raise InvalidForm({"state": "Choose one of the list."})
        if given.state == "dropped" and not note:
            raise InvalidForm({"note": "Say in a sentence why it is not done, so that nobody asks again."})
        known = self.action(action_id, actor)
        wanted = {"text": text, "owner": given.owner or known.owner, "due": due, "state": given.state, "note": note}

        def change(tx: Transaction) -> None:
            current = tx.writeups.follow_up(action_id) or known
            changed = {name: value for name, value in wanted.items() if getattr(current, name) != value}
            if not changed:
                return
            _require_version(current.version, version, current.text)
            remind_at = self.writeups.mornings.before(str(wanted["owner"]), due) if given.state == "open" else None
            tx.writeups.change_follow_up(
                action_id, **changed, remind_at=remind_at, reminded=0, version=current.version + 1
            )
            answer_undone_within(tx, action_id, self.writeups.clock())
            before = {name: str(getattr(current, name)) for name in changed}
            after = {name: str(value) for name, value in changed.items()}
            self._note(tx, actor, "writeup.action", known.writeup_id, before, after)

        form, owns = f"action:{action_id}", known.owner == actor.user_id
        return self._within(known.writeup_id, form, (ACTIONS, text), actor, change, owns=owns)

    def finish_action(self, action_id: int, actor: Actor) -> FollowUpRecord:
        """Note that an action is done; pressing twice does it once."""
        known = self.action(action_id, actor)
        if known.state != "done":
            done = Action(known.text, known.owner, known.due.isoformat(), "done", known.note or "")
            self.change_action(action_id, done, actor, version=known.version)
        return self.action(action_id, actor)

    def action(self, action_id: int, actor: Actor) -> FollowUpRecord:
        """Return an action to its owner or to somebody who may write in the write-up; raises NotFound, NotAllowed."""
        with self.writeups.store.begin() as tx:
            found = tx.writeups.follow_up(action_id)
        if found is None:
            msg = "There is no such action any more; look at the write-up's list."
            raise NotFound(msg)
        if found.owner != actor.user_id:
            self.writeups.open(found.writeup_id, actor)
        return found

    def point(self, writeup_id: int, point_id: int, actor: Actor) -> tuple[WriteUp, MomentRecord]:
        """Return a point of the timeline with its write-up to somebody who may write in it."""
        writeup = self.writeups.open(writeup_id, actor)
        found = next((one for one in writeup.moments if one.id == point_id), None)
        if found is None:
            msg = "This point was taken out meanwhile; look at the timeline again."
            raise NotFound(msg)
        return writeup, found

    def _within(
        self,
        writeup_id: int,
        form: str,
        said: Said,
        actor: Actor,
        change: Callable[[Transaction], None],
        *,
        owns: bool = False,
    ) -> WriteUp:
        with self.writeups.store.begin() as tx:
            if not owns:
                self.writeups.open_within(tx, writeup_id, actor)
            elif actor.is_external:
                msg = "Write-ups are for members of this workspace."
                raise NotAllowed(msg)
            change(tx)
            tx.unsent.forget(writeup_id, actor.user_id, form, until=self.writeups.clock() + OVERTAKEN)
            writeup = self.writeups.changed_within(tx, writeup_id, said, actor)
        self.writeups.bell.ring()
        return writeup

    def _insert(  # noqa: PLR0917 - a point is all of these
        self, tx: Transaction, writeup_id: int, text: str, at: datetime | None, actor: Actor, source: str
    ) -> None:
        if len(tx.writeups.moments(writeup_id)) >= MOST:
            raise InvalidForm({"text": f"A timeline holds up to {MOST} points; take some out first."})
        insert_within(tx, writeup_id, at=at, source=source, text=text, author=actor.user_id, kind="written", link=None)

    def _check_time(self, at: datetime | None) -> None:
        if at is not None and at > self.writeups.clock():
            raise InvalidForm({"at": "This lies in the future; say when it was."})

    def _day(self, given: Action) -> date:
        try:
            due = date.fromisoformat(given.due)
        except ValueError:
            raise InvalidForm({"due": "Choose the day until when it is done."}) from None
        if due > self.writeups.clock().astimezone(UTC).date() + LATEST_DAY:
            raise InvalidForm({"due": "This is years away; choose a day on which somebody still remembers it."})
        return due

    def _note(  # noqa: PLR0917 - who did what to which, before and after
        self,
        tx: Transaction,
        actor: Actor,
        deed: str,
        writeup_id: int,
        before: dict[str, Any],
        after: dict[str, Any],
    ) -> None:
        at = self.writeups.clock()
        tx.audit.add(AuditRecord(at, actor.user_id, deed, f"writeup:{writeup_id}", before, after))


def answers_of_point(point: MomentRecord) -> dict[str, str]:
    """Return what stands in the form of a point, as Slack gives it: a moment in seconds since 1970, to the minute."""
    at = str(int(point.at.timestamp()) // 60 * 60) if point.at else ""
    return {"text": point.text, "at": at, "place": "stay"}


def answers_of_action(action: FollowUpRecord) -> dict[str, str]:
    """Return what stands in the form of an action, as Slack gives it."""
    return {
        "text": action.text, "owner": action.owner, "due": action.due.isoformat(), "state": action.state,
        "note": action.note or "",
    }  # fmt: skip


def _text(given: str) -> str:
    text = words(given)
    if not text:
        raise InvalidForm({"text": "Say it in a few words."})
    if len(text) > LONGEST:
        raise InvalidForm({"text": f"Please keep this within {LONGEST} characters; it has {len(text)}."})
    return text


def _is_same_minute(known: datetime | None, given: datetime | None) -> bool:
    """Return whether a time is the one that the form was filled with, which Slack shows without seconds."""
    if known is None or given is None:
        return known is given
    return known.replace(second=0, microsecond=0) == given.replace(second=0, microsecond=0)


def _require_version(current: int, version: int, stands: str) -> None:
    if current != version:
        raise ChangedMeanwhile(stands, current)


def _move(tx: Transaction, points: Sequence[MomentRecord], known: MomentRecord, where: str) -> None:
    order = [one for one in points if one.id != known.id]
    stands = points.index(known)
    place = {"first": 0, "last": len(order), "up": max(0, stands - 1)}.get(where, min(len(order), stands + 1))
    number_within(tx, [*order[:place], known, *order[place:]])
