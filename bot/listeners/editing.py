"""Writing entries: new, section by section, sent to review or to its steward, published."""

import json
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack

from bot.blocks.editing import (
    STEP_LABELS,
    Opened,
    desk,
    items_form,
    new_entry_form,
    reason_form,
    section_form,
    send_form,
)
from bot.blocks.elements import Rendered, section
from bot.blocks.entries import card_text
from bot.forms.calls import CommandCall, Press, Submission, press, submission
from bot.forms.fields import fields_of, read
from bot.forms.sections import (
    NEW_ENTRY,
    NEW_FROM_SEARCH,
    Section,
    changes_from,
    section_named,
    values_shown,
    without_item,
)
from bot.replies import Replies
from workflows.amendments.amendments import Amendments
from workflows.entries.assessing import Assessing
from workflows.entries.document import FailureMode
from workflows.entries.editing import EditConflict, Editing, WorkingCopy
from workflows.entries.lifecycle import STEPS, Lifecycle
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import NotFound
from workflows.people import Actor

OLD_FORM = "This form is of an older version; open it again with `/failure edit`."


@dataclass(frozen=True)
class EditingListeners:
    """What people do to write entries."""

    editing: Editing
    assessing: Assessing
    lifecycle: Lifecycle
    amendments: Amendments
    vocabulary: Vocabulary
    replies: Replies
    home_team: str

    def new(self, call: CommandCall) -> None:
        """`/failure new`."""
        self.editing.catalog.people.require_contributor(call.actor)
        self.replies.open_form(call, new_entry_form(self.vocabulary))

    def new_here(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “New entry”; beside a search that found nothing it carries the words."""
        pressed = press(body, self.home_team)
        self.editing.catalog.people.require_contributor(pressed.actor)
        searched = pressed.value if pressed.value != "-" else ""
        self.replies.open_form(pressed, new_entry_form(self.vocabulary, searched))
        ack()

    def create(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “New entry”: keep the draft and show its desk."""
        submitted = submission(body, self.home_team)
        asked = NEW_FROM_SEARCH if "aliases" in submitted.answers else NEW_ENTRY
        given = read(fields_of(FailureMode, asked.fields, self.vocabulary), submitted.answers, None)
        entry = self.editing.create(given, submitted.actor)
        ack(response_action="update", view=self._desk(entry.id, submitted.actor))

    def edit(self, call: CommandCall) -> None:
        """`/failure edit FM-0012`."""
        self.replies.open_form(call, self._desk(call.rest, call.actor))

    def edit_here(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Edit”."""
        pressed = press(body, self.home_team)
        self.replies.open_form(pressed, self._desk(pressed.value, pressed.actor))
        ack()

    def open_section(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Edit” beside a section: its form, or the list of its items, on top of the desk."""
        pressed = press(body, self.home_team)
        opened = _opened(pressed.value)
        self.replies.open_form(pressed, self._section(opened, self.editing.open(opened.entry_id, pressed.actor)))
        ack()

    def open_item(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button of an item's page: its form in place of the list."""
        pressed = press(body, self.home_team)
        opened = _opened(pressed.value)
        self.replies.replace_form(
            pressed.view_id, self._section(opened, self.editing.open(opened.entry_id, pressed.actor))
        )
        ack()

    def remove_item(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Remove”: the item goes, and the list is shown without it."""
        pressed = press(body, self.home_team)
        opened = _opened(pressed.value)
        one = section_named(opened.section)
        saved = self.editing.revise(
            opened.entry_id,
            lambda document: without_item(one, document, opened.item),
            pressed.actor,
            version=opened.version,
            reason=f"edited: {one.title}",
        )
        self.replies.replace_form(pressed.view_id, self._items(opened, one, saved.copy))
        ack()

    def save(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form of a section or item: keep it; a conflict shows both texts above what was typed."""
        submitted = submission(body, self.home_team)
        opened = _opened_before(submitted)
        one = section_named(opened.section)
        page = one.page(opened.page)
        try:
            saved = self.editing.revise(
                opened.entry_id,
                lambda document: changes_from(one, page, document, opened.item, submitted.answers, self.vocabulary),
                submitted.actor,
                version=opened.version,
                reason=f"edited: {one.title}",
            )
        except EditConflict as conflict:
            now = self.editing.open(opened.entry_id, submitted.actor)
            again = Opened(opened.entry_id, opened.section, opened.page, opened.item, now.version)
            form = section_form(again, one, page, submitted.answers, self.vocabulary, conflict=conflict)
            ack(response_action="update", view=form)
            return
        if one.items:
            ack(response_action="update", view=self._items(opened, one, saved.copy))
        else:
            ack()
        self.replies.replace_form(submitted.view_below, self._desk_of(saved.copy, submitted.actor))

    def take_step(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button of a step of the lifecycle: take it, or ask why first."""
        pressed = press(body, self.home_team)
        entry_id, revision, step = _step(pressed.value)
        if STEPS[step].needs_reason:
            entry = self.editing.catalog.entry(entry_id, pressed.actor, follow=False)
            self.replies.open_form(pressed, reason_form(step, pressed.value, f"{entry.id} {entry.document.title}"))
        else:
            self._take(step, entry_id, revision, pressed)
        ack()

    def publish(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Publish” in the message that says everything is approved."""
        pressed = press(body, self.home_team)
        entry_id, expected, step = _step(f"{pressed.value}|publish")
        self._take(step, entry_id, expected, pressed)
        ack()

    def take_reason(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form that says why an entry is rejected, deprecated or archived."""
        submitted = submission(body, self.home_team)
        entry_id, expected, step = _step(submitted.private_metadata)
        reason = submitted.answers.get("reason", "")
        if step == "reject":
            self.lifecycle.reject(entry_id, submitted.actor, expected=expected, reason=reason)
        elif step == "archive":
            self.lifecycle.archive(entry_id, submitted.actor, expected=expected, reason=reason)
        else:
            self.lifecycle.deprecate(
                entry_id,
                submitted.actor,
                expected=expected,
                reason=reason,
                successor=submitted.answers.get("successor") or None,
            )
        ack(response_action="clear")

    def ask_to_send(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Send the change”: opens the form that asks why."""
        pressed = press(body, self.home_team)
        amendment = self.amendments.amendment(pressed.number(), pressed.actor)
        self.replies.open_form(pressed, send_form(self.editing.open(amendment.entry.id, pressed.actor)))
        ack()

    def send(self, ack: Ack, body: dict[str, Any]) -> None:
        """Form “Send the change”."""
        submitted = submission(body, self.home_team)
        self.amendments.send(
            _number(submitted.private_metadata),
            submitted.actor,
            reason=submitted.answers.get("reason", ""),
            urgent=submitted.answers.get("urgent") == "urgent",
        )
        ack(response_action="clear")

    def discard(self, ack: Ack, body: dict[str, Any]) -> None:
        """Button “Discard it”: the working copy is withdrawn."""
        pressed = press(body, self.home_team)
        amendment = self.amendments.withdraw(pressed.number(), pressed.actor)
        self.replies.replace_form(pressed.view_id, self._desk(amendment.entry.id, pressed.actor))
        ack()

    def _take(self, step: str, entry_id: str, expected: int, pressed: Press) -> None:
        taken = {
            "submit": self.lifecycle.submit,
            "withdraw": self.lifecycle.withdraw,
            "publish": self.lifecycle.publish,
            "reopen": self.lifecycle.reopen,
            "bring back": self.lifecycle.bring_back,
        }[step](entry_id, pressed.actor, expected=expected)
        if pressed.view_id:
            self.replies.replace_form(pressed.view_id, self._desk(taken.id, pressed.actor))
        else:
            done = f"{STEP_LABELS[step]}: done. {card_text(taken)}"
            self.replies.tell(pressed.response_url, Rendered(done, [section(done)]))

    def _desk(self, reference: str, actor: Actor) -> dict[str, Any]:
        entry = self.editing.catalog.entry(reference, actor)
        if entry.status in {"deprecated", "archived"}:
            return self._desk_of(WorkingCopy(entry, entry.document, entry.revision), actor)
        return self._desk_of(self.editing.open(reference, actor), actor)

    def _desk_of(self, copy: WorkingCopy, actor: Actor) -> dict[str, Any]:
        assessment = self.assessing.of_copy(copy.entry, copy.document, actor)
        return desk(copy, assessment, self.lifecycle.steps_for(copy.entry, actor))

    def _section(self, opened: Opened, copy: WorkingCopy) -> dict[str, Any]:
        one = section_named(opened.section)
        if one.items and not opened.page:
            return self._items(opened, one, copy)
        now = Opened(opened.entry_id, opened.section, opened.page, opened.item, copy.version)
        page = one.page(opened.page)
        values = values_shown(one, page, copy.document, opened.item, self.vocabulary)
        return section_form(now, one, page, values, self.vocabulary)

    @staticmethod
    def _items(opened: Opened, one: Section, copy: WorkingCopy) -> dict[str, Any]:
        return items_form(Opened(opened.entry_id, one.name, "", opened.item, copy.version), one, copy)


def _opened(value: str) -> Opened:
    """Return which form a button opens; raises NotFound for a value of another kind."""
    parts = value.split("|")
    try:
        entry_id, name, page, item, version = parts
        return Opened(entry_id, name, page, int(item), int(version))
    except ValueError:
        raise NotFound(OLD_FORM) from None


def _opened_before(submitted: Submission) -> Opened:
    noted: Any = None
    try:
        noted = json.loads(submitted.private_metadata)
        return Opened(
            str(noted["entry_id"]), str(noted["section"]), str(noted["page"]), int(noted["item"]), int(noted["version"])
        )
    except (ValueError, KeyError, TypeError):
        raise NotFound(OLD_FORM) from None


def _step(value: str) -> tuple[str, int, str]:
    entry_id, _, rest = value.partition("|")
    revision, _, step = rest.partition("|")
    if step not in STEPS or not revision.isdecimal():
        raise NotFound(OLD_FORM)
    return entry_id, int(revision), step


def _number(noted: str) -> int:
    if not noted.isdecimal():
        raise NotFound(OLD_FORM)
    return int(noted)
