"""How each kind of owed message looks at the moment it is sent; what is no longer needed is not sent at all."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from bot.blocks.amendments import outcome, proposal
from bot.blocks.drills import intro, result, signal
from bot.blocks.elements import Rendered
from bot.blocks.incidents import incident_card
from bot.blocks.notices import change_notice
from bot.blocks.recognition import digest, thanks
from bot.blocks.reviews import ownership_gaps, review_list, review_nudge
from bot.blocks.runs import call_for_help, checklist, how_it_went, word
from bot.blocks.signoffs import closed, progress_message, remark_message, sign_off_message
from bot.blocks.undelivered import alarm
from bot.blocks.writeup_lists import finished, undone
from bot.blocks.writeups import handed_in, no_longer_asked, progress, published, unfinished
from workflows.amendments.amendment import OUTCOME, PROPOSAL, Amendment
from workflows.amendments.amendments import Amendments
from workflows.drills import INTRO, SIGNAL, Drills
from workflows.drills import RESULT as DRILL_RESULT
from workflows.entries.ledger import PROGRESS
from workflows.errors import NotFound
from workflows.incidents import CARD, Incidents
from workflows.notices import CHANGE_NOTICE, Notices
from workflows.people import OPERATOR, Actor
from workflows.recognition import DIGEST, THANKS, Recognition
from workflows.remarks import REMARK, Remarks
from workflows.reviews.messages import GAPS, LIST, NUDGE, read_nudge_subject
from workflows.reviews.ownership import Ownership
from workflows.reviews.reviews import Reviews
from workflows.runs.run import CALL, CHECKLIST, WORD
from workflows.runs.run import OUTCOME as RUN_OUTCOME
from workflows.runs.runs import Runs
from workflows.signoffs import SIGN_OFF, SignOffs
from workflows.undelivered import ALARM, Undelivered
from workflows.writeups.announcing import PUBLISHED
from workflows.writeups.answered import UNDONE, UNFINISHED, is_undone, is_unfinished
from workflows.writeups.reminding import Reminding
from workflows.writeups.submitting import HANDED_IN, Submitting
from workflows.writeups.writeup import PROGRESS as WRITEUP_PROGRESS
from workflows.writeups.writeups import WriteUps

Renderer = Callable[[str], Rendered | None]


@dataclass(frozen=True)
class OwedMessages:
    """Draws owed messages from their subject, as the database stands now."""

    amendments: Amendments
    incidents: Incidents
    runs: Runs
    drills: Drills
    reviews: Reviews
    ownership: Ownership
    sign_offs: SignOffs
    remarks: Remarks
    notices: Notices
    recognition: Recognition
    writeups: WriteUps
    submitting: Submitting
    reminding: Reminding
    undelivered: Undelivered
    names_of: Callable[[Iterable[str]], Mapping[str, str]]

    def renderers(self) -> Mapping[str, Renderer]:
        """Return what draws each kind."""
        return {
            CARD: self.card,
            CHECKLIST: self.checklist,
            INTRO: self.drill_intro,
            SIGNAL: self.drill_signal,
            DRILL_RESULT: self.drill_result,
            WORD: self.word,
            CALL: self.call_for_help,
            RUN_OUTCOME: self.how_it_went,
            NUDGE: self.nudge,
            LIST: self.reviews_together,
            GAPS: self.gaps,
            PROPOSAL: self.proposal,
            OUTCOME: self.outcome,
            SIGN_OFF: self.sign_off,
            PROGRESS: self.progress,
            REMARK: self.remark,
            CHANGE_NOTICE: self.notice,
            THANKS: self.thanks,
            DIGEST: self.digest,
            WRITEUP_PROGRESS: self.writeup,
            HANDED_IN: self.handed_in,
            PUBLISHED: self.published,
            UNFINISHED: self.unfinished,
            UNDONE: self.undone,
            ALARM: self.alarm,
        }

    def gaps(self, subject: str) -> Rendered | None:
        """Return the domains that nobody looked after on a day, or None where somebody does before it was told."""
        found = self.ownership.told_under(subject)
        return ownership_gaps(found) if found else None

    def writeup(self, subject: str) -> Rendered | None:
        """Return how far a write-up is, or None where it is gone."""
        found = self.writeups.shown(int(subject))
        return progress(found) if found else None

    def unfinished(self, subject: str) -> Rendered | None:
        """Return the question when a write-up will be finished, or None where it needs no asking any more."""
        number, address, due = f"{subject}||".split("|")[:3]
        found = self.reminding.unfinished(int(number), address, due)
        if found is None:
            return None
        return unfinished(found) if is_unfinished(found, address) else no_longer_asked(found)

    def undone(self, subject: str) -> Rendered | None:
        """Return the reminder of a follow-up action, or None where it is done or somebody else's."""
        number, owner, due = f"{subject}||".split("|")[:3]
        found = self.reminding.undone(int(number), owner, due)
        if found is None:
            return None
        return undone(found, owner) if is_undone(found, owner) else finished(found)

    def handed_in(self, subject: str) -> Rendered | None:
        """Return the word to a steward about a new draft, or None where it is not for them any more."""
        number, entry_id, steward = subject.split("|")
        found, draft = self.writeups.shown(int(number)), self.submitting.assessment(entry_id, Actor(steward))
        return handed_in(found, *draft) if found and draft else None

    def published(self, subject: str) -> Rendered | None:
        """Return the word that what came of a write-up is published, or None where it is withdrawn already."""
        number, _, choice = subject.partition("|")
        found = self.submitting.published(int(number), choice)
        return published(found) if found else None

    def sign_off(self, subject: str) -> Rendered | None:
        """Return the question to a reviewer, or None where it ended, or is theirs no more, before it was ever sent."""
        number, _, person = subject.partition("|")
        found = self.sign_offs.for_message(int(number), person)
        if found is not None:
            return sign_off_message(found)
        return closed() if self.sign_offs.was_told(int(number), person) else None

    def progress(self, subject: str) -> Rendered | None:
        """Return how far the approvals of a matter are, or None for somebody who may not see the entry any more."""
        matter, _, person = subject.rpartition("|")
        found = self.sign_offs.progress(matter, person)
        return progress_message(found) if found else None

    def remark(self, subject: str) -> Rendered | None:
        """Return what was said in somebody else's thread, or None for somebody who may not see the entry any more."""
        number, origin, person = subject.split("|", 2)
        found = self.remarks.for_message(int(number), origin, person)
        return remark_message(found) if found else None

    def proposal(self, subject: str) -> Rendered | None:
        """Return a suggested change for its steward, or None when nobody may see the entry any more."""
        found = self._amendment(subject)
        return proposal(found) if found else None

    def outcome(self, subject: str) -> Rendered | None:
        """Return what became of a suggestion, for whoever made it."""
        found = self._amendment(subject)
        return outcome(found) if found else None

    def _amendment(self, subject: str) -> Amendment | None:
        try:
            return self.amendments.amendment(int(subject), OPERATOR)
        except NotFound:
            return None

    def notice(self, subject: str) -> Rendered | None:
        """Return what changed for one reader, or None when nothing is left that they may see."""
        found = self.notices.notice(subject)
        return change_notice(found) if found else None

    def thanks(self, subject: str) -> Rendered | None:
        """Return the thanks to an author, or None when the confirmation was undone."""
        found = self.recognition.thanks(subject)
        return thanks(found) if found else None

    def digest(self, subject: str) -> Rendered | None:
        """Return the digest of a month, or None when nothing happened in it."""
        found = self.recognition.digest(subject)
        return digest(found, self.names_of(found.contributors)) if found else None

    def alarm(self, _day: str) -> Rendered | None:
        """Return what got stuck, for an admin, or None when nothing is stuck any more."""
        standing = self.undelivered.alarm()
        return alarm(standing) if standing else None

    def card(self, subject: str) -> Rendered | None:
        """Return the incident's card, or None when nothing on it is published any more."""
        card = self.incidents.card(int(subject))
        return incident_card(card) if card else None

    def checklist(self, subject: str) -> Rendered | None:
        """Return the checklist of a run, or None where the run is gone."""
        run = self.runs.run(int(subject))
        return checklist(run) if run else None

    def drill_intro(self, subject: str) -> Rendered | None:
        """Return the first message of a drill."""
        drill = self.drills.drill(int(subject))
        return intro(drill) if drill else None

    def drill_signal(self, subject: str) -> Rendered | None:
        """Return a signal of a drill, or None where the drill is over."""
        number, _, place = subject.partition("|")
        drill = self.drills.drill(int(number))
        return signal(drill, int(place)) if drill else None

    def drill_result(self, subject: str) -> Rendered | None:
        """Return what came of a drill."""
        drill = self.drills.drill(int(subject))
        return result(drill) if drill else None

    def word(self, subject: str) -> Rendered | None:
        """Return a word on a run's clock, or None where what it is about is past."""
        number, what, about = subject.split("|")
        run = self.runs.run(int(number))
        return word(run, what, about) if run else None

    def call_for_help(self, subject: str) -> Rendered | None:
        """Return the call for help to a person or a channel, or None where the run is over before it was sent."""
        number, place, *address = subject.split("|")  # an older version of us wrote no address
        run = self.runs.run(int(number))
        return call_for_help(run, int(place), *address) if run else None

    def how_it_went(self, subject: str) -> Rendered | None:
        """Return the question how a run went, with the answers so far."""
        run = self.runs.run(int(subject))
        return how_it_went(run) if run else None

    def nudge(self, subject: str) -> Rendered | None:
        """Return the nudge for one review, or None where it was settled before the nudge was ever sent."""
        entry_and_date, _, key = subject.partition(" ")
        try:
            found = self.reviews.nudge(*read_nudge_subject(entry_and_date), key or f"review:{subject}")
        except NotFound:
            return None
        return review_nudge(found) if found else None

    def reviews_together(self, subject: str) -> Rendered | None:
        """Return a digest or another message about several reviews, or None where all are settled before it is sent."""
        found = self.reviews.list_under(subject)
        return review_list(found) if found else None
