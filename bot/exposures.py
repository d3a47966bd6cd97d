"""Notes who was shown what, behind the answer: nobody waits for it, and losing a note harms nobody."""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import structlog

from bot.background import Background
from workflows.errors import Unavailable
from workflows.exposure import Exposure
from workflows.incidents import Message
from workflows.people import Actor

log = structlog.get_logger(__name__)

SPOKE_LATELY = 60.0  # seconds within which the same person in the same channel is not noted again
MOST_REMEMBERED = 10_000  # people in channels


@dataclass(frozen=True)
class Exposures:
    """Hands notes to the background."""

    exposure: Exposure
    background: Background
    _spoke: dict[tuple[str, str], float] = field(default_factory=dict)

    def shown(self, entry_ids: Iterable[str], actor: Actor, *, opened: bool = False) -> None:
        """Note soon that the person was shown the entries, or opened them whole."""
        shown = tuple(entry_ids)
        if shown:
            self._soon(lambda: self.exposure.shown(shown, actor, opened=opened))

    def spoke(self, message: Message) -> None:
        """Note soon that whoever spoke had the card of the incident before their eyes; once a minute is enough."""
        who, now = (message.channel_id, message.author), time.monotonic()
        if now - self._spoke.get(who, -SPOKE_LATELY) < SPOKE_LATELY:
            return
        if len(self._spoke) > MOST_REMEMBERED:
            self._spoke.clear()
        self._spoke[who] = now
        self._soon(lambda: self.exposure.spoke(message))

    def _soon(self, note: Callable[[], None]) -> None:
        def best_effort() -> None:
            try:
                note()
            except Unavailable:
                log.warning("the database does not answer; who was shown what is not noted this time")

        self.background.run(best_effort)
