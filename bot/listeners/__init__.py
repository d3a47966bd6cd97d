"""The route table: everything Slack can send us, on one screen.

tests/unit/test_routes.py holds it equal to manifest.yml and to the README's list of commands.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from slack_bolt import Ack, App

from bot import ids
from bot.forms.calls import is_direct, press
from bot.forms.situations import incident_of
from bot.listeners.amendments import AmendmentListeners
from bot.listeners.archives import ArchiveListeners
from bot.listeners.choices import ChoiceListeners
from bot.listeners.commands import CommandListener, Handler, help_text
from bot.listeners.documents import DocumentListeners
from bot.listeners.domains import DomainListeners
from bot.listeners.drills import DrillListeners
from bot.listeners.editing import EditingListeners
from bot.listeners.entries import EntryListeners
from bot.listeners.history import HistoryListeners
from bot.listeners.home import HomeListeners
from bot.listeners.incidents import IncidentListeners
from bot.listeners.marks import MarkListeners
from bot.listeners.merging import MergingListeners
from bot.listeners.occurrences import OccurrenceListeners
from bot.listeners.punctuality import Punctuality
from bot.listeners.releases import ReleaseListeners
from bot.listeners.reviews import ReviewListeners
from bot.listeners.runs import RunListeners
from bot.listeners.search import SearchListeners
from bot.listeners.signoffs import SignOffListeners
from bot.listeners.situations import SituationListeners
from bot.listeners.stewards import StewardListeners
from bot.listeners.stubs import StubListeners
from bot.listeners.subscriptions import SubscriptionListeners
from bot.listeners.unsent import UnsentListeners
from bot.listeners.writeup_lists import WriteUpListListeners
from bot.listeners.writeups import WriteUpListeners
from workflows.errors import UserError

Listener = Callable[..., None]


@dataclass(frozen=True)
class Listeners:
    """All listeners, one noun each."""

    amendments: AmendmentListeners
    archives: ArchiveListeners
    choices: ChoiceListeners
    documents: DocumentListeners
    domains: DomainListeners
    drills: DrillListeners
    editing: EditingListeners
    entries: EntryListeners
    history: HistoryListeners
    home: HomeListeners
    incidents: IncidentListeners
    marks: MarkListeners
    merging: MergingListeners
    occurrences: OccurrenceListeners
    releases: ReleaseListeners
    reviews: ReviewListeners
    runs: RunListeners
    search: SearchListeners
    sign_offs: SignOffListeners
    situations: SituationListeners
    stewards: StewardListeners
    stubs: StubListeners
    subscriptions: SubscriptionListeners
    unsent: UnsentListeners
    writeups: WriteUpListeners
    writeup_lists: WriteUpListListeners
    home_team: str

    def subcommands(self) -> Mapping[str, Handler]:
        """Return what answers each subcommand of `/failure`."""
        return {
            "search": self.search.find,
            "show": self.entries.show,
            "drafts": self.entries.drafts,
            "write-up": self.writeups.start,
            "review": self.sign_offs.review,
            "reviews": self.reviews.list,
            "away": self.stewards.away,
            "calendar": self.stewards.calendar,
            "release": self.releases.announce,
            "status": self.situations.status,
            "brief": self.situations.brief,
            "runs": self.runs.list,
            "drill": self.drills.drill,
            "explain": self.situations.explain,
            "mute": self.situations.mute,
            "threshold": self.incidents.threshold,
            "watch": self.incidents.watch,
            "unwatch": self.incidents.unwatch,
            "new": self.editing.new,
            "edit": self.editing.edit,
            "history": self.history.show,
            "subscribe": self.subscriptions.subscribe,
            "unsubscribe": self.subscriptions.unsubscribe,
            "domains": self.domains.overview,
            "help": help_text,
        }

    def events(self) -> Mapping[str, Listener]:
        """Return what hears each event."""
        return {
            "message": self.hear,
            "member_joined_channel": self.incidents.joined,
            "channel_created": self.incidents.created,
            "channel_rename": self.incidents.renamed,
            "group_rename": self.incidents.renamed,
            "channel_archive": self.archives.archived,
            "group_archive": self.archives.archived,
            "channel_unarchive": self.archives.opened_again,
            "group_unarchive": self.archives.opened_again,
            "reaction_added": self.react,
            "reaction_removed": self.react,
            "pin_added": self.marks.pinned,
            "pin_removed": self.marks.pinned,
            "app_home_opened": self.home.opened,
        }

    def react(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take a reaction: the one that marks a message for the write-up, or one that says something to us."""
        (self.marks.marked if self.marks.is_mark(body) else self.situations.reacted)(ack, body)

    def hear(self, ack: Ack, body: dict[str, Any]) -> None:
        """Take a message in: in direct messages as a word on a sign-off, in a channel as evidence."""
        heard_by = self.sign_offs.hear if is_direct(body) else self.incidents.hear
        heard_by(ack, body)

    def choose_more(self, ack: Ack, body: dict[str, Any]) -> None:
        """Do what was chosen from “More” on a card: describe it as new, or anything else that is asked of it."""
        pressed = press(body, self.home_team)
        _, chosen = incident_of(pressed)
        if chosen == "stub":
            self.stubs.ask(ack, body)
            return
        self.situations.more(pressed, chosen)
        ack()

    def buttons(self) -> Mapping[str, Listener]:
        """Return what each button does."""
        return {
            ids.OPEN_ENTRY: self.entries.open,
            ids.CONFIRM: self.incidents.confirm,
            ids.REJECT: self.incidents.reject,
            ids.UNDO: self.incidents.undo,
            ids.OUTDATED: self.incidents.outdated,
            ids.CARD_MORE: self.choose_more,
            ids.CONFIRM_UNSAID: self.incidents.confirm_unsaid,
            ids.CERTAINTY: self.incidents.say_certainty,
            ids.SET_STATUS: self.situations.set_status,
            ids.TAKE_COMMAND: self.situations.take_command,
            ids.EDIT_SITUATION: self.situations.ask,
            ids.NEW_STUB: self.stubs.ask,
            ids.CHECK_STEP: self.runs.check,
            ids.NOTE_STEP: self.runs.ask_note,
            ids.RUN_WORKED: self.runs.worked,
            ids.RUN_FAILED: self.runs.failed,
            ids.RUN_FALLBACK: self.runs.fall_back,
            ids.RUN_ROLL_BACK: self.runs.ask_to_roll_back,
            ids.RUN_ESCALATE: self.runs.escalate,
            ids.RUN_STOP_ESCALATION: self.runs.stop_escalation,
            ids.RUN_DEGRADE: self.runs.degrade,
            ids.RUN_GIVE_UP: self.runs.give_up,
            ids.RUN_OTHER: self.runs.start_other,
            ids.RUN_HELPED: self.runs.say_outcome,
            ids.START_WRITEUP: self.writeups.start_here,
            ids.CONTINUE_WRITEUP: self.writeups.resume,
            ids.OPEN_WRITEUP: self.writeups.open,
            ids.SEND_DOCUMENT: self.documents.send,
            ids.WRITE_STEP: self.writeups.open_step,
            ids.SUBMIT_WRITEUP: self.writeups.ask_to_submit,
            ids.HAND_OVER_WRITEUP: self.writeups.ask_to_hand_over,
            ids.LEAVE_WRITEUP: self.writeups.ask_to_leave,
            ids.TAKE_UP_WRITEUP: self.writeups.take_up,
            ids.ASK_ANOTHER: self.writeups.ask_another,
            ids.ADD_POINT: self.writeup_lists.add_point,
            ids.CHANGE_POINT: self.writeup_lists.change_point,
            ids.TURN_TIMELINE: self.writeup_lists.turn,
            ids.ADD_ACTION: self.writeup_lists.add_action,
            ids.CHANGE_ACTION: self.writeup_lists.change_action,
            ids.FINISH_ACTION: self.writeup_lists.finish_action,
            ids.ANSWER: self.unsent.typed,
            ids.VERIFY: self.reviews.verify,
            ids.SNOOZE: self.reviews.snooze,
            ids.NEEDS_CHANGE: self.reviews.ask_for_change,
            ids.HAND_OVER_REVIEW: self.reviews.ask_to_hand_over,
            ids.MORE_REVIEWS: self.reviews.more,
            ids.SHOW_TAB: self.entries.show_tab,
            ids.NEW_ENTRY: self.editing.new_here,
            ids.EDIT_ENTRY: self.editing.edit_here,
            ids.EDIT_SECTION: self.editing.open_section,
            ids.EDIT_ITEM: self.editing.open_item,
            ids.REMOVE_ITEM: self.editing.remove_item,
            ids.TAKE_STEP: self.editing.take_step,
            ids.PUBLISH: self.editing.publish,
            ids.SEND_AMENDMENT: self.editing.ask_to_send,
            ids.DISCARD_AMENDMENT: self.editing.discard,
            ids.OPEN_HISTORY: self.history.open,
            ids.COMPARE_BEFORE: self.history.compare_before,
            ids.COMPARE_AFTER: self.history.compare_after,
            ids.RESTORE: self.history.ask_to_restore,
            ids.SUGGEST: self.amendments.suggest,
            ids.CHOOSE_FIELD: self.amendments.choose_field,
            ids.APPROVE_AMENDMENT: self.amendments.approve,
            ids.EDIT_AMENDMENT: self.amendments.open_to_edit,
            ids.DECLINE_AMENDMENT: self.amendments.ask_to_decline,
            ids.OPEN_AMENDMENT: self.amendments.open,
            ids.MERGE: self.merging.ask,
            ids.APPROVE_SIGN_OFF: self.sign_offs.approve,
            ids.REQUEST_CHANGES: self.sign_offs.ask_for_changes,
            ids.WHOLE_SIGN_OFF: self.sign_offs.open,
            ids.FOLLOW: self.subscriptions.follow,
            ids.UNFOLLOW: self.subscriptions.unfollow,
            ids.STOP_TELLING: self.subscriptions.stop_telling,
            ids.TELL_AGAIN: self.subscriptions.tell_again,
            ids.RECORD_OCCURRENCE: self.occurrences.ask,
            ids.DESCRIBE_OCCURRENCE: self.occurrences.open,
            ids.SHOW_HOME: self.home.show,
            ids.OPEN_SEARCH: self.search.open,
            ids.SEARCH_AGAIN: self.search.again,
            ids.BROWSE_DOMAIN: self.domains.browse,
            ids.BROWSE_ON: self.domains.turn,
            ids.PICK_ENTRY: self.entries.pick,
        }

    def forms(self) -> Mapping[str, Listener]:
        """Return what takes each form."""
        return {
            ids.WRITEUP_FORM: self.writeups.save,
            ids.POINT_FORM: self.writeup_lists.save_point,
            ids.ACTION_FORM: self.writeup_lists.save_action,
            ids.SUBMIT_WRITEUP_FORM: self.writeups.submit,
            ids.HAND_OVER_WRITEUP_FORM: self.writeups.hand_over,
            ids.LEAVE_WRITEUP_FORM: self.writeups.leave,
            ids.SITUATION_FORM: self.situations.save,
            ids.STUB_FORM: self.stubs.create,
            ids.STEP_NOTE_FORM: self.runs.take_note,
            ids.ROLL_BACK_FORM: self.runs.roll_back,
            ids.OUTCOME_FORM: self.runs.take_outcome,
            ids.NEEDS_CHANGE_FORM: self.reviews.take_change,
            ids.SNOOZE_FORM: self.reviews.take_snooze,
            ids.HAND_OVER_REVIEW_FORM: self.reviews.hand_over,
            ids.NEW_ENTRY_FORM: self.editing.create,
            ids.SECTION_FORM: self.editing.save,
            ids.SEND_FORM: self.editing.send,
            ids.STEP_FORM: self.editing.take_reason,
            ids.RESTORE_FORM: self.history.restore,
            ids.SUGGEST_FORM: self.amendments.take_suggestion,
            ids.DECLINE_FORM: self.amendments.decline,
            ids.AMENDMENT_FORM: self.amendments.edit,
            ids.MERGE_FORM: self.merging.merge,
            ids.REQUEST_CHANGES_FORM: self.sign_offs.take_changes,
            ids.OCCURRENCE_FORM: self.occurrences.save,
            ids.SEARCH_FORM: self.search.take,
        }

    def closed_forms(self) -> Mapping[str, Listener]:
        """Return what hears that a form was closed."""
        return {ids.WRITEUP_FORM: self.unsent.closed}

    def shortcuts(self) -> Mapping[str, Listener]:
        """Return what each shortcut in the menu of a message does."""
        return {ids.WRITE_UP_MESSAGE: self.writeups.start_from_message}

    def menus(self) -> Mapping[str, Listener]:
        """Return what offers the options of each menu that asks for them while somebody types."""
        return {ids.PICK_ENTRY: self.choices.entries}

    def register(self, app: App) -> None:
        """Connect everything to the Bolt app; what comes from an older version of us gets a sentence as well."""
        punctually = Punctuality().kept_by
        app.command(ids.COMMAND)(punctually(CommandListener(self.subcommands(), self.home_team).answer))
        for event, listener in self.events().items():
            app.event(event)(punctually(listener))
        for action_id, listener in self.buttons().items():
            app.action(with_or_without_suffix(action_id))(punctually(listener))
        for callback_id, listener in self.forms().items():
            app.view(callback_id)(punctually(listener))
        for callback_id, listener in self.closed_forms().items():
            app.view_closed(callback_id)(punctually(listener))
        for callback_id, listener in self.shortcuts().items():
            app.message_shortcut(callback_id)(punctually(listener))
        for action_id, listener in self.menus().items():
            app.options(with_or_without_suffix(action_id))(punctually(listener))
        app.action(re.compile(".*"))(no_such_button)
        app.view(re.compile(".*"))(no_such_form)
        app.event(re.compile(".*"))(unheard)


def with_or_without_suffix(action_id: str) -> re.Pattern[str]:
    """Return what matches an action id, alone or with a colon and what tells it from others in the same view."""
    return re.compile(rf"^{re.escape(action_id)}(:.*)?$")


def no_such_button(ack: Ack, body: dict[str, Any]) -> None:
    """Answer a button that an older version of the bot drew."""
    del ack, body  # the error handler acknowledges
    msg = "This button is of an older version of Faultline; `/failure help` shows what there is now."
    raise UserError(msg)


def no_such_form(ack: Ack, body: dict[str, Any]) -> None:
    """Answer a form that an older version of the bot drew; it stays open, so that its text can be copied."""
    del ack, body
    msg = "This form is of an older version of Faultline; copy your text and open it again with `/failure help`."
    raise UserError(msg)


def unheard(ack: Ack) -> None:
    """Acknowledge an event we do not need, so that Slack does not deliver it again."""
    ack()
