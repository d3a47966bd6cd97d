"""Notes who was shown what, behind the answer: nobody waits for it, and losing a note harms nobody."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog

from bot.background import Background
from workflows.errors import Unavailable
from workflows.exposure import Exposure
from workflows.incidents import Message
from workflows.people import Actor

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class Exposures:
    """Hands notes to the background."""

    exposure: Exposure
    background: Background

    def shown(self, entry_ids: Iterable[str], actor: Actor, *, opened: bool = False) -> None:
        """Note soon that the person was shown the entries, or opened them whole."""
        shown = tuple(entry_ids)
        if shown:
            self._soon(lambda: self.exposure.shown(shown, actor, opened=opened))

    def spoke(self, message: Message) -> None:
        """Note soon that whoever spoke had the card of the incident before their eyes."""
        self._soon(lambda: self.exposure.spoke(message))

    def _soon(self, note: Callable[[], None]) -> None:
        def best_effort() -> None:
            try:
                note()
            except Unavailable:
                log.warning("the database does not answer; who was shown what is not noted this time")

        self.background.run(best_effort)
