"""What people searched for and the catalog does not have: the list from which the next entries are written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from store import Store
from store.gaps import GapRecord
from workflows.clock import Clock
from workflows.errors import UserError
from workflows.masking import masked
from workflows.people import OPERATOR, Actor
from workflows.search.search import Answer, Search
from workflows.search.words import stems

MAX_TEXT: Final = 200  # characters kept of one search; a longer one is a paste, and says as much in its beginning
AGAIN: Final = timedelta(minutes=1)  # within which the same search counts once: pressed twice, or by form and command
LOOKED_AT: Final = 200  # gaps that are searched for once more when they are listed; a fraction of a second


@dataclass(frozen=True)
class Gaps:
    """Keeps searches that found nothing for as long as `kept` says, none if that is no time at all.

    Who searched is kept only with `names_people`.
    """

    store: Store
    clock: Clock
    search: Search
    kept: timedelta
    names_people: bool = False

    def note(self, answer: Answer, actor: Actor) -> None:
        """Keep the search if the catalog lacks what was asked for; secrets and personal data are masked first."""
        if not self.kept or not answer.is_gap or actor.is_external or actor.is_operator:
            return
        text = masked(answer.asked.words)[:MAX_TEXT]
        words = _counted_as(text)
        if not words:
            return
        now = self.clock()
        with self.store.begin() as tx:
            if not tx.gaps.is_known_since(now - AGAIN, words, answer.asked.narrowing):
                asked_by = actor.user_id if self.names_people else None
                tx.gaps.add(words, answer.asked.narrowing, text, asked_by=asked_by, at=now)

    def open(self) -> Sequence[GapRecord]:
        """Return what was searched for in vain and still is not found, the most often first."""
        with self.store.read() as tx:
            counted = tx.gaps.counted()
        return [gap for gap in counted[:LOOKED_AT] if self._is_open(gap)]

    def forget(self, text: str) -> int:
        """Drop every search that is counted with this one, such as for a person's name; return how many there were."""
        with self.store.begin() as tx:
            return tx.gaps.forget(_counted_as(masked(text)[:MAX_TEXT]))

    def sweep(self) -> None:
        """Forget the searches that were kept long enough."""
        with self.store.begin() as tx:
            tx.gaps.forget_before(self.clock() - self.kept)

    def _is_open(self, gap: GapRecord) -> bool:
        try:
            return not self.search.answer(f"{gap.narrowing} {gap.text}", OPERATOR, limit=1).found
        except UserError:  # a filter whose term the vocabulary no longer has
            return True


def _counted_as(text: str) -> str:
    """Return the words of a search as they are counted: their stems, each once, in the order of the alphabet."""
    return " ".join(sorted(set(stems(text))))
