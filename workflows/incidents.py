"""What happens in an incident channel: messages become evidence, evidence becomes one card, people judge the card."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from threading import Lock

from store import Store, Transaction
from store.incidents import EvidenceRecord, IncidentRecord, SuggestionRecord
from workflows.cards import Card, card_key, card_within
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.entry import canonical_id
from workflows.entries.parts import Certainty
from workflows.errors import NotFound, UserError
from workflows.evidence import Evidence
from workflows.listening import Listening
from workflows.masking import masked
from workflows.occurrences import confirmed_within, taken_back_within
from workflows.people import Actor, require_colleague
from workflows.ports import DeliveryBell
from workflows.recognition import owe_thanks
from workflows.reviews.reviews import Reviews
from workflows.runs.proof import proven_first
from workflows.runs.run import name_of
from workflows.runs.runs import Runs
from workflows.search.learning import Verdict, learn_within
from workflows.search.suggestions import Suggestion, Suggestions
from workflows.standing import Ranked, face, revised, reworded, verified_first

CARD = "incident_card"
LATEST_EVIDENCE = 40  # messages that still count
MAX_KEPT_TEXT = 8_000  # characters kept of one message
CALM = timedelta(seconds=3)  # between two edits of one card because of what was said
UNKNOWN_PAST = timedelta(hours=1)  # how far back a channel is read in which nothing was heard yet
FRESH = timedelta(days=1)  # older incidents are not brought up to date without a new message
IN_HAND = timedelta(seconds=10)  # within which whoever heard a message is about to rank it
AT_ONCE = 20  # incidents that were left behind, in one look
MOMENTS = 10  # of several messages that are ranked together, those looked at one by one
TURNS = 16  # incidents that are ranked at the same time at most


@dataclass(frozen=True)
class Message:
    """Something said in a channel; `deleted` and edited messages come under the `ts` they were said with.

    `is_shared` says that people of other workspaces are in the channel, `is_external` that its author is one of them.
    `bot_name` is the name of the app that said it, empty for people; `is_past` says that we read it later than it was
    said, so that nothing is posted because of it.
    """

    event_id: str
    channel_id: str
    ts: str
    thread_ts: str | None
    author: str
    text: str
    deleted: bool = False
    is_external: bool = False
    is_shared: bool = False
    bot_name: str = ""
    is_past: bool = False


@dataclass(frozen=True)
class Heard:
    """What became of a message: the incident it belongs to, None where nobody listens, and whether it is new to us."""

    incident_id: int | None
    is_new: bool


@dataclass(frozen=True)
class Incidents:
    """Gathers what is said in watched channels.

    An incident in which nothing was said for longer than `quiet` is over; what is said then opens the next one.
    """

    store: Store
    clock: Clock
    catalog: Catalog
    suggestions: Suggestions
    reviews: Reviews
    listening: Listening
    bell: DeliveryBell
    runs: Runs
    quiet: timedelta
    # Ranking costs too much for a transaction and for every message of a flood: whoever has an incident's turn ranks
    # for all that was heard so far, and who waited for the turn then finds nothing left to do.
    _turns: tuple[Lock, ...] = field(default_factory=lambda: tuple(Lock() for _ in range(TURNS)), repr=False)

    def observe(self, message: Message) -> bool:
        """Take the message in as evidence, bring the card up to date, and return whether that was done.

        Raises Unavailable as `take_in` does.
        """
        heard = self.take_in(message)
        if heard.incident_id is not None:
            self.bring_up_to_date(heard.incident_id, quietly=message.is_past)
        return heard.is_new

    def take_in(self, message: Message) -> Heard:
        """Keep the message as evidence, so that nothing heard is lost; the card is brought up to date after it.

        A redelivered event is not taken in again, and neither is a message where nobody listens.

        Raises Unavailable when the database or Slack's directory does not answer, so that Slack delivers again.
        """
        if message.is_shared:
            self._forget(message)
            return Heard(None, is_new=False)
        if not self._is_heard(message):
            return Heard(None, is_new=False)
        return self._take_in(message)

    def _is_heard(self, message: Message) -> bool:
        if message.deleted:  # what was taken in is forgotten, whatever part of the channel we listen to by now
            return self.listening.is_watched(message.channel_id)
        return self.listening.hears(message.channel_id, message.ts, message.thread_ts)

    def bring_up_to_date(self, incident_id: int, *, quietly: bool = False) -> None:
        """Rank what was heard of the incident and change its card; `quietly` posts none where there is none yet."""
        with self._turns[incident_id % TURNS]:
            is_owed = self._rank(incident_id, quietly=quietly)
        if is_owed:
            self.bell.ring()

    def left_behind(self) -> list[int]:
        """Return incidents in which more was heard than ranked for some seconds, as after a process died."""
        now = self.clock()
        with self.store.read() as tx:
            return tx.incidents.unranked(after=now - FRESH, before=now - IN_HAND, limit=AT_ONCE)

    def judge(self, incident_id: int, entry_id: str, verdict: Verdict, actor: Actor, *, channel_id: str) -> None:
        """Note what a person says of a suggestion, and edit the card; the last word counts, pressing twice is harmless.

        A confirmation is recorded as an occurrence and starts the entry's remedy, its authors are thanked later, and
        search learns the incident's words; taking it back takes all of it back.
        Raises NotFound when the card that was pressed does not belong to the channel it was pressed in.
        """
        require_colleague(actor)
        now = self.clock()
        with self.store.begin() as tx:
            incident = self._incident(tx, incident_id, channel_id)
            if not tx.incidents.judge(incident.id, entry_id, verdict, by=actor.user_id, at=now):
                msg = "That suggestion is no longer on the card; search again with `/failure search`."
                raise NotFound(msg)
            self._back_on_card(tx, incident.id, entry_id)
            if verdict == "confirmed":
                self._confirm(tx, incident, entry_id, actor, now)
            else:
                taken_back_within(tx, incident, entry_id, actor, now)
                self.runs.call_off_within(tx, incident.id, entry_id, actor)
            if not incident.is_drill:
                learn_within(tx, incident, entry_id, verdict, by=actor.user_id, at=now)
            tx.outbox.edit(card_key(incident.id), at=now)
        self.bell.ring()

    def confirm_by_hand(self, channel_id: str, reference: str, actor: Actor) -> IncidentRecord:
        """Say that the channel's incident is this entry, which nobody suggested, and start its remedy.

        Raises NotFound, and UserError where we do not listen; where nothing goes on, an incident begins with it.
        """
        require_colleague(actor)
        entry = self.catalog.published_entry(canonical_id(reference))
        if entry is None:
            msg = f"{canonical_id(reference)} is not published for everybody, so it is not used in incidents."
            raise NotFound(msg)
        if not self.listening.is_watched(channel_id):
            msg = "I do not listen in this channel; type `/failure watch`, then this once more."
            raise UserError(msg)
        now = self.clock()
        with self.store.begin() as tx:
            incident = tx.incidents.current(channel_id, f"by-hand:{now.timestamp():.6f}", now, quiet=self.quiet)
            tx.incidents.note_time(incident.id, "detected", incident.opened_at, source=f"said by {actor.user_id}")
            if tx.incidents.suggestion(incident.id, entry.id) is None:
                named = SuggestionRecord(entry.id, 1, 0.0, "named by a person", "shown", None, None, now)
                tx.incidents.put_suggestions(incident.id, [named])
        self.judge(incident.id, entry.id, "confirmed", actor, channel_id=channel_id)
        return incident

    def be_certain(
        self, incident_id: int, entry_id: str, certainty: Certainty, actor: Actor, *, channel_id: str
    ) -> None:
        """Note how sure people are that the incident is a case of the confirmed entry; raises NotFound otherwise."""
        require_colleague(actor)
        with self.store.begin() as tx:
            incident = self._incident(tx, incident_id, channel_id)
            case = tx.occurrences.in_incident(entry_id, incident.id)
            if case is None:
                msg = "Press *This is it* first; then say how sure it is."
                raise NotFound(msg)
            tx.occurrences.change(case.id, certainty=certainty)
            tx.outbox.edit(card_key(incident.id), at=self.clock())
        self.bell.ring()

    def mark_outdated(self, incident_id: int, entry_id: str, actor: Actor, *, channel_id: str) -> None:
        """Ask the entry's steward for a review because a responder found it outdated."""
        require_colleague(actor)
        with self.store.begin() as tx:
            self._incident(tx, incident_id, channel_id)
        self.reviews.request(entry_id, "marked outdated during an incident", actor)

    def card(self, incident_id: int) -> Card | None:
        """Return the incident's card, or None while there is nothing to show; one that was posted may become empty."""
        with self.store.read() as tx:
            return card_within(tx, self.catalog, incident_id, self.clock().date())

    def shown(self, incident_id: int) -> tuple[tuple[str, float, str], ...]:
        """Return what stands on the card: entry, chance and why, best first."""
        with self.store.read() as tx:
            suggestions = tx.incidents.suggestions(incident_id)
        return tuple((one.entry_id, one.score, one.why) for one in suggestions if one.rank)

    def incident_in(self, channel_id: str) -> IncidentRecord | None:
        """Return the latest incident of the channel, or None."""
        with self.store.read() as tx:
            return tx.incidents.in_channel(channel_id)

    def listened_since(self, channel_id: str, name: str) -> datetime | None:
        """Return since when the incident of a channel we listen in goes on, or None for a channel we do not listen in.

        The last moment of an earlier incident is returned where none goes on, the present for a channel new to us.
        """
        if not self.listening.may_listen(channel_id, name):
            return None
        incident = self.incident_in(channel_id)
        if incident is None:
            return self.clock() - UNKNOWN_PAST
        goes_on = self.clock() - incident.last_evidence_at <= self.quiet
        return incident.opened_at if goes_on else incident.last_evidence_at

    def forget_missing(self, channel_id: str, still_there: Collection[str], *, after: str) -> int:
        """Forget messages of the channel's incident that were deleted while we were away; return how many.

        `still_there` are all messages that stand in the channel `after` one; replies may be missing, and are kept.
        """
        with self.store.begin() as tx:
            incident = tx.incidents.in_channel(channel_id)
            if incident is None:
                return 0
            known = tx.incidents.evidence(incident.id, latest=LATEST_EVIDENCE)
            gone = [one for one in known if one.ts > after and one.ts not in still_there and one.thread_ts is None]
            for one in gone:
                _unsay(tx, incident.id, one.ts)
        return len(gone)

    def _confirm(self, tx: Transaction, incident: IncidentRecord, entry_id: str, actor: Actor, now: datetime) -> None:
        if not incident.is_drill:
            confirmed_within(tx, incident, entry_id, actor, now)
            owe_thanks(tx, incident.id, entry_id, actor, now)
        tx.incidents.note_time(incident.id, "match_confirmed", now, source=f"{entry_id} confirmed")
        entry = self.catalog.published_entry(entry_id)
        if entry is None:
            return
        # Practice rehearses the remedy that the entry names first.
        document = entry.document if incident.is_drill else proven_first(entry.document, tx.occurrences.of(entry_id))
        begun = next((one.mitigation for one in tx.runs.of_incident(incident.id) if one.entry_id == entry_id), None)
        remedy = next((one for one in document.mitigations if name_of(one) == begun), document.containment)
        if remedy is not None:
            self.runs.start_within(tx, incident, document, remedy, actor)

    def _incident(self, tx: Transaction, incident_id: int, channel_id: str) -> IncidentRecord:
        # Locked, because a message that comes at the same time writes the suggestions anew: one would undo the other.
        incident = tx.incidents.take(incident_id)
        if incident is None or incident.channel_id != channel_id:
            msg = "This card belongs to no incident of this channel any more; search again with `/failure search`."
            raise NotFound(msg)
        return incident

    def _forget(self, message: Message) -> None:
        """Drop what was heard before the channel was shared, when it is deleted or edited; nothing is shown of it."""
        with self.store.begin() as tx:
            if (incident := tx.incidents.with_evidence(message.channel_id, message.ts)) is not None:
                _unsay(tx, incident.id, message.ts)

    def _take_in(self, message: Message) -> Heard:
        now = self.clock()
        text = masked(message.text)[:MAX_KEPT_TEXT]  # before it is stored, and outside the transaction: a log is long
        with self.store.begin() as tx:
            is_new = tx.receipts.is_first(message.event_id, now)
            incident = tx.incidents.with_evidence(message.channel_id, message.ts)
            if not is_new:
                # Whoever took it in may have died before the card was brought up to date.
                incident = incident or tx.incidents.in_channel(message.channel_id)
            elif message.deleted:
                if incident is not None:
                    _unsay(tx, incident.id, message.ts)
            else:
                incident = incident or tx.incidents.current(message.channel_id, message.ts, now, quiet=self.quiet)
                if not incident.heard:
                    tx.incidents.note_time(incident.id, "detected", now, source="the first message here")
                evidence = EvidenceRecord(
                    message.ts, message.author, text, now, _reply_to(message), is_alert=bool(message.bot_name)
                )
                if tx.incidents.add_evidence(incident.id, evidence):
                    tx.examples.remove_of(incident.id, said_as=message.ts)
            return Heard(incident.id if incident else None, is_new=is_new)

    def _rank(self, incident_id: int, *, quietly: bool) -> bool:
        """Rank what was heard, and return whether the card is owed because of it."""
        with self.store.read() as tx:
            incident = tx.incidents.get(incident_id)
            if incident is None or incident.ranked >= incident.heard:
                return False
            said = tx.incidents.evidence(incident_id, latest=LATEST_EVIDENCE)
            before = tx.incidents.suggestions(incident_id)
            channel = tx.incidents.channel(incident.channel_id)
        evidence = Evidence.of(incident, said)
        rejected = {one.entry_id for one in before if one.verdict == "rejected"}
        # Once there is a card, what is said later only edits it, so the latest state is all that matters.
        unheard = 1 if any(one.rank for one in before) else incident.heard - incident.ranked
        threshold = channel.threshold if channel else None
        fresh = self._sure_at_any(evidence, rejected, latest=unheard, threshold=threshold)
        taken_back = incident.altered > incident.ranked
        reasons = self.suggestions.reasons(evidence.texts) if taken_back else None
        latest = max(said, key=lambda one: one.ts, default=None)
        thread_ts = (latest.thread_ts or latest.ts) if latest else incident.card_thread_ts
        return self._suggest(incident, Ranked(incident.heard, fresh, reasons), thread_ts=thread_ts, quietly=quietly)

    def _sure_at_any(
        self, evidence: Evidence, rejected: Collection[str], *, latest: int, threshold: float | None
    ) -> list[Suggestion]:
        """Return what was sure enough after any of the latest messages, the newest first.

        In a flood several messages are ranked together; what one of them tells must not drown in those behind it.
        """
        texts = evidence.texts
        for end in range(len(texts), len(texts) - min(latest, len(texts), MOMENTS), -1):
            so_far, lasting = texts[:end], evidence.lasting
            if found := self.suggestions.for_evidence(so_far, lasting=lasting, rejected=rejected, threshold=threshold):
                known = (self.catalog.published_entry(one.entry_id) for one in found)
                return verified_first(found, {one.id for one in known if one is not None and one.is_stale})
        return []

    def _suggest(self, heard: IncidentRecord, ranking: Ranked, *, thread_ts: str | None, quietly: bool) -> bool:
        now = self.clock()
        with self.store.begin() as tx:
            incident = tx.incidents.take(heard.id)
            if incident is None or incident.ranked >= ranking.heard:  # another process knew more
                return False
            tx.incidents.note_ranked(incident.id, ranking.heard)
            before = tx.incidents.suggestions(incident.id)
            after = revised(before, ranking.fresh, now)
            if ranking.reasons is not None:
                after = reworded(after, ranking.reasons)
                tx.incidents.put_suggestions(incident.id, after)
            owed = tx.outbox.get(card_key(incident.id))
            held_back = owed is None and any(one.rank for one in after)
            if face(after, ranking) == face(before, ranking) and not held_back:
                return False
            tx.incidents.put_suggestions(incident.id, after)
            # An edit disturbs nobody, so only the first posting waits until the channel wants to hear from us.
            may_post = thread_ts is not None and not (quietly or self._is_muted(tx, incident.channel_id, now))
            if owed is not None or may_post:
                self._owe_card(tx, incident, thread_ts=thread_ts, now=now)
            return owed is not None or may_post

    @staticmethod
    def _is_muted(tx: Transaction, channel_id: str, now: datetime) -> bool:
        channel = tx.incidents.channel(channel_id)
        return channel is not None and channel.muted_until is not None and channel.muted_until > now

    def _owe_card(self, tx: Transaction, incident: IncidentRecord, *, thread_ts: str | None, now: datetime) -> None:
        if thread_ts is not None:
            tx.incidents.show_card_under(incident.id, thread_ts)
        tx.incidents.note_time(incident.id, "first_suggestion", now, source="the card")
        tx.outbox.owe_latest(
            card_key(incident.id),
            kind=CARD,
            subject=str(incident.id),
            address=incident.channel_id,
            thread_ts=incident.card_thread_ts or thread_ts,
            at=now,
            calm=CALM,
        )

    def _back_on_card(self, tx: Transaction, incident_id: int, entry_id: str) -> None:
        """Show what was judged, also when other suggestions pushed it off the card a moment before."""
        suggestions = tx.incidents.suggestions(incident_id)
        fallen = [
            replace(one, rank=len(suggestions)) for one in suggestions if one.entry_id == entry_id and not one.rank
        ]
        tx.incidents.put_suggestions(incident_id, fallen)


def _unsay(tx: Transaction, incident_id: int, ts: str) -> None:
    """Forget a message that its author took back, and what was learned from it."""
    tx.incidents.drop_evidence(incident_id, ts)
    tx.examples.remove_of(incident_id, said_as=ts)


def _reply_to(message: Message) -> str | None:
    return message.thread_ts if message.thread_ts != message.ts else None
