"""Notes searches that found nothing, behind the answer: nobody waits for it, and losing one harms nobody."""

from dataclasses import dataclass

import structlog

from bot.background import Background
from workflows.errors import Unavailable
from workflows.people import Actor
from workflows.search.gaps import Gaps
from workflows.search.search import Answer

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class GapNotes:
    """Hands searches to the background."""

    gaps: Gaps
    background: Background

    def searched(self, answer: Answer, actor: Actor) -> None:
        """Note soon what the person searched for, if nothing was found."""
        if answer.is_gap:
            self.background.run(lambda: self._note(answer, actor))

    def _note(self, answer: Answer, actor: Actor) -> None:
        try:
            self.gaps.note(answer, actor)
        except Unavailable:
            log.warning("the database does not answer; a search that found nothing is not noted this time")
