"""What happens in an incident channel: messages become evidence, evidence becomes one card, people judge the card."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from fnmatch import fnmatch
from typing import Literal

from store import Store, Transaction
from store.incidents import ChannelRecord, EvidenceRecord, IncidentRecord, SuggestionRecord
from workflows.clock import Clock
from workflows.entries.catalog import Catalog, Entry
from workflows.entries.parts import without_unstorable_characters
from workflows.errors import NotFound
from workflows.occurrences import confirmed_within, taken_back_within
from workflows.people import Actor, require_colleague
from workflows.ports import ChannelDirectory, DeliveryBell
from workflows.recognition import owe_thanks
from workflows.reviews import Reviews
from workflows.search.suggestions import Suggestion, Suggestions

CARD = "incident_card"
LATEST_EVIDENCE = 40  # messages that still count
NAMELESS_FOR = timedelta(hours=1)  # after which a channel without a name is asked for its name again
MAX_KEPT_TEXT = 8_000  # characters kept of one message

Verdict = Literal["shown", "confirmed", "rejected"]


@dataclass(frozen=True)
class Message:
    """Something said in a channel; `deleted` and edited messages come under the `ts` they were said with.

    `is_external` says that its author is of another workspace, as in shared channels.
    """

    event_id: str
    channel_id: str
    ts: str
    thread_ts: str | None
    author: str
    text: str
    deleted: bool = False
    is_external: bool = False


@dataclass(frozen=True)
class CardLine:
    """One suggestion on the card: the entry, why it is there, and what people said of it."""

    entry: Entry
    why: str
    verdict: str
    verdict_by: str | None


@dataclass(frozen=True)
class Card:
    """The one card of an incident, as it should look now."""

    incident_id: int
    lines: tuple[CardLine, ...]


@dataclass(frozen=True)
class Incidents:
    """Listens in watched channels; `patterns` are the names of channels that are watched without being asked."""

    store: Store
    clock: Clock
    catalog: Catalog
    suggestions: Suggestions
    reviews: Reviews
    directory: ChannelDirectory
    bell: DeliveryBell
    patterns: Sequence[str]

    def is_incident_channel(self, name: str) -> bool:
        """Return whether a channel of this name is watched without being asked."""
        return any(fnmatch(name, pattern) for pattern in self.patterns)

    def observe(self, message: Message) -> bool:
        """Take the message in as evidence, bring the card up to date, and return whether that was done.

        A redelivered event does nothing, and neither does a message where nobody listens.

        Raises Unavailable when the database or Slack's directory does not answer, so that Slack delivers again.
        """
        if not self._is_watched(message.channel_id):
            return False
        now = self.clock()
        with self.store.begin() as tx:
            if not tx.receipts.is_first(message.event_id, now):
                return False
            incident = tx.incidents.open(message.channel_id, "", now)
            self._take_in(tx, incident, message, now)
            self._suggest(tx, incident, thread_ts=message.thread_ts or message.ts, now=now)
        self.bell.ring()
        return True

    def watch(self, channel_id: str, name: str, *, decided_by: str) -> None:
        """Listen in the channel from now on."""
        self._decide(channel_id, name, watched=True, decided_by=decided_by)

    def unwatch(self, channel_id: str, name: str, *, decided_by: str) -> None:
        """Stop listening in the channel; what was gathered stays."""
        self._decide(channel_id, name, watched=False, decided_by=decided_by)

    def judge(self, incident_id: int, entry_id: str, verdict: Verdict, actor: Actor, *, channel_id: str) -> None:
        """Note what a person says of a suggestion, and edit the card; the last word counts, pressing twice is harmless.

        A confirmation is recorded as an occurrence and its authors are thanked later; taking it back takes both back.
        Raises NotFound when the card that was pressed does not belong to the channel it was pressed in.
        """
        require_colleague(actor)
        now = self.clock()
        with self.store.begin() as tx:
            incident = self._incident(tx, incident_id, channel_id)
            shown = {one.entry_id: one for one in tx.incidents.suggestions(incident.id)}
            if entry_id not in shown:
                msg = "That suggestion is no longer on the card; search again with `/failure search`."
                raise NotFound(msg)
            judged = replace(shown[entry_id], verdict=verdict, verdict_by=actor.user_id, verdict_at=now)
            tx.incidents.put_suggestions(incident.id, [judged])
            if verdict == "confirmed":
                confirmed_within(tx, incident, entry_id, actor, now)
                owe_thanks(tx, incident.id, entry_id, actor, now)
            else:
                taken_back_within(tx, incident, entry_id, actor, now)
            tx.outbox.edit(_card_key(incident.id), at=now)
        self.bell.ring()

    def mark_outdated(self, incident_id: int, entry_id: str, actor: Actor, *, channel_id: str) -> None:
        """Ask the entry's steward for a review because a responder found it outdated."""
        require_colleague(actor)
        with self.store.read() as tx:
            self._incident(tx, incident_id, channel_id)
        self.reviews.request(entry_id, "marked outdated during an incident", actor)

    def card(self, incident_id: int) -> Card | None:
        """Return the incident's card, or None while there is nothing to show."""
        with self.store.read() as tx:
            suggestions = tx.incidents.suggestions(incident_id)
        lines = [line for one in suggestions if (line := self._line(one)) is not None]
        return Card(incident_id, tuple(lines)) if lines else None

    def shown(self, incident_id: int) -> tuple[tuple[str, float, str], ...]:
        """Return what stands on the card: entry, chance and why, best first."""
        with self.store.read() as tx:
            suggestions = tx.incidents.suggestions(incident_id)
        return tuple((one.entry_id, one.score, one.why) for one in suggestions if one.rank)

    def incident_in(self, channel_id: str) -> IncidentRecord | None:
        """Return the incident of the channel, or None."""
        with self.store.read() as tx:
            return tx.incidents.in_channel(channel_id)

    def _is_watched(self, channel_id: str) -> bool:
        with self.store.read() as tx:
            known = tx.incidents.channel(channel_id)
        if known is not None and not self._is_worth_asking_again(known):
            return known.watched
        name = self.directory.name_of(channel_id)
        return self._decide_by_name(channel_id, name)

    def _is_worth_asking_again(self, known: ChannelRecord) -> bool:
        """Return whether Slack did not tell the channel's name some time ago, as without the scope channels:read."""
        return not known.name and not known.watched and self.clock() - known.decided_at > NAMELESS_FOR

    def _decide_by_name(self, channel_id: str, name: str) -> bool:
        """Return whether the channel is watched; what a person decided in the meantime stands."""
        watched = self.is_incident_channel(name)
        decision = ChannelRecord(channel_id, name, watched, "its name", self.clock())
        with self.store.begin() as tx:
            if tx.incidents.add_channel(decision):
                return watched
            known = tx.incidents.channel(channel_id)
            if known is not None and (known.name or known.watched):
                return known.watched
            tx.incidents.put_channel(decision)
            return watched

    def _decide(self, channel_id: str, name: str, *, watched: bool, decided_by: str) -> None:
        with self.store.begin() as tx:
            tx.incidents.put_channel(ChannelRecord(channel_id, name, watched, decided_by, self.clock()))

    def _incident(self, tx: Transaction, incident_id: int, channel_id: str) -> IncidentRecord:
        # Locked, because a message that comes at the same time writes the suggestions anew: one would undo the other.
        incident = tx.incidents.take(incident_id)
        if incident is None or incident.channel_id != channel_id:
            msg = "This card belongs to no incident of this channel any more; search again with `/failure search`."
            raise NotFound(msg)
        return incident

    def _take_in(self, tx: Transaction, incident: IncidentRecord, message: Message, now: datetime) -> None:
        if message.deleted:
            tx.incidents.drop_evidence(incident.id, message.ts)
            return
        text = without_unstorable_characters(message.text[:MAX_KEPT_TEXT])
        tx.incidents.add_evidence(incident.id, EvidenceRecord(message.ts, message.author, text, now))

    def _suggest(self, tx: Transaction, incident: IncidentRecord, *, thread_ts: str, now: datetime) -> None:
        before = tx.incidents.suggestions(incident.id)
        rejected = {one.entry_id for one in before if one.verdict == "rejected"}
        texts = [one.text for one in tx.incidents.evidence(incident.id, latest=LATEST_EVIDENCE)]
        fresh = self.suggestions.for_evidence(texts, rejected=rejected)
        after = _revised(before, fresh, now)
        if [one.entry_id for one in after if one.rank] == [one.entry_id for one in before if one.rank]:
            return
        tx.incidents.put_suggestions(incident.id, after)
        tx.incidents.show_card_under(incident.id, thread_ts)
        tx.outbox.owe_latest(
            _card_key(incident.id),
            kind=CARD,
            subject=str(incident.id),
            address=incident.channel_id,
            thread_ts=incident.card_thread_ts or thread_ts,
            at=now,
        )

    def _line(self, suggestion: SuggestionRecord) -> CardLine | None:
        entry = self.catalog.published_entry(suggestion.entry_id)
        if entry is None or not suggestion.rank:
            return None
        return CardLine(entry, suggestion.why, suggestion.verdict, suggestion.verdict_by)


def _card_key(incident_id: int) -> str:
    return f"card:{incident_id}"


def _revised(before: Sequence[SuggestionRecord], fresh: Sequence[Suggestion], now: datetime) -> list[SuggestionRecord]:
    """Return the suggestions after new evidence; rank 0 is off the card.

    What a person judged keeps its place: a confirmed entry stays first, a rejected one stays visible as rejected.
    While the evidence is not good enough, the card stays as it is.
    """
    if not fresh:
        return list(before)
    known = {one.entry_id: one for one in before}
    judged = [one for one in before if one.verdict != "shown" and one.rank]
    room = [one for one in fresh if one.entry_id not in {kept.entry_id for kept in judged}]
    open_places = max(0, 3 - sum(one.verdict == "confirmed" for one in judged))
    lines = [_suggested(one, known.get(one.entry_id), now) for one in room[:open_places]]
    judged.sort(key=lambda one: one.verdict != "confirmed")
    confirmed = [one for one in judged if one.verdict == "confirmed"]
    rejected = [one for one in judged if one.verdict == "rejected"]
    ranked = [replace(one, rank=place) for place, one in enumerate([*confirmed, *lines, *rejected], start=1)]
    on_card = {one.entry_id for one in ranked}
    return ranked + [replace(one, rank=0) for one in before if one.entry_id not in on_card]


def _suggested(fresh: Suggestion, known: SuggestionRecord | None, now: datetime) -> SuggestionRecord:
    return SuggestionRecord(
        entry_id=fresh.entry_id,
        rank=0,
        score=fresh.chance,
        why=fresh.why,
        verdict="shown",
        verdict_by=None,
        verdict_at=None,
        first_shown_at=known.first_shown_at if known else now,
    )
