"""Who was shown which entry, so that a correction reaches those who may act on what it said before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from store import Store, Transaction
from workflows.clock import Clock
from workflows.incidents import Message
from workflows.people import Actor, is_person

FRESH = timedelta(hours=1)  # within which being shown the same entry again is not written again


@dataclass(frozen=True)
class Exposure:
    """Notes who was shown what; best effort, after the answer, each time in one transaction."""

    store: Store
    clock: Clock

    def shown(self, entry_ids: Iterable[str], actor: Actor, *, opened: bool = False) -> None:
        """Note that the person was shown the entries, or opened them whole; people of elsewhere are not noted."""
        if actor.is_external or not actor.user_id:
            return
        with self.store.begin() as tx:
            known = [entry_id for entry_id in entry_ids if tx.entries.get(entry_id) is not None]
            tx.followers.shown(known, actor.user_id, self.clock(), opened=opened)

    def spoke(self, message: Message) -> None:
        """Note that whoever spoke in an incident's channel has its card before their eyes."""
        is_somebody = is_person(message.author) and not message.bot_name  # apps have user ids as well
        if message.is_external or message.deleted or not is_somebody:
            return
        actor = Actor(message.author)
        with self.store.read() as tx:
            on_card = self._on_card(tx, message.channel_id)
            fresh = tx.followers.shown_to(actor.user_id, self.clock() - FRESH) if on_card else set()
        if on_card - fresh:
            self.shown(on_card, actor)

    @staticmethod
    def _on_card(tx: Transaction, channel_id: str) -> set[str]:
        incident = tx.incidents.in_channel(channel_id)
        if incident is None:
            return set()
        return {one.entry_id for one in tx.incidents.suggestions(incident.id) if one.rank and one.verdict != "rejected"}
