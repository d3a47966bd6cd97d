"""Picking one entry of many by typing a few letters of its id, title or aliases."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process, utils

from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.people import Actor

GONE = frozenset({"merged", "archived", "rejected"})  # nobody picks these by typing
NEAR_ENOUGH = 60  # of 100, for letters that stand in a title or alias as typed or nearly so
MAX_TYPED = 100  # characters


@dataclass(frozen=True)
class Picking:
    """Offers entries while a person types; answers from memory, since an answer is wanted at every letter."""

    catalog: Catalog

    def matching(
        self, typed: str, actor: Actor, *, limit: int = 100, without: Collection[str] = ()
    ) -> list[FailureMode]:
        """Return the entries that the person may see and means, best first; nothing typed offers all by id."""
        asked = typed.strip()[:MAX_TYPED]
        pickable = [one for one in self.catalog.visible_to(actor) if one.status not in GONE and one.id not in without]
        return (_ranked(asked, pickable) if asked else pickable)[:limit]


def _ranked(asked: str, documents: Sequence[FailureMode]) -> list[FailureMode]:
    digits = asked.upper().removeprefix("FM").strip(" -")
    by_number = [one for one in documents if digits.isdecimal() and digits in one.id]
    names = {
        (at, place): name
        for at, document in enumerate(documents)
        for place, name in enumerate((document.title, *document.aliases))
    }
    alike = process.extract(
        asked,
        names,
        scorer=fuzz.partial_ratio,
        processor=utils.default_process,
        score_cutoff=NEAR_ENOUGH,
        limit=None,
    )
    # Where letters match equally well, the shorter name is nearer to what was typed.
    best = sorted(alike, key=lambda match: (-match[1], len(match[0])))
    by_name = [documents[key[0]] for _, _, key in best]
    return list({document.id: document for document in (*by_number, *by_name)}.values())
