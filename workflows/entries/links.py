"""Whether the links that entries cite still answer: asked rarely and politely, kept apart from the portable entry."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, Protocol

from store import Store
from workflows.clock import Clock
from workflows.entries.catalog import Catalog
from workflows.entries.document import FailureMode
from workflows.people import OPERATOR
from workflows.reviews.reviews import Reviews

State = Literal["ok", "moved", "gone", "forbidden"]
ASKED_AGAIN_AFTER = timedelta(days=30)
AT_ONCE = 50  # addresses asked in one sweep; the next sweep asks the rest
DEAD_REASON = "a link it cites is gone: {uri}"


class Web(Protocol):
    """Asks addresses whether they still answer."""

    def state_of(self, uri: str) -> State | None:
        """Return how the address answered, or None where that cannot be told now."""
        ...


@dataclass(frozen=True)
class LinkState:
    """How one cited address answered, when, and the ids of the entries that cite it."""

    uri: str
    state: State
    checked_at: datetime
    cited_by: tuple[str, ...]


@dataclass(frozen=True)
class Links:
    """Checks the links of published entries."""

    store: Store
    clock: Clock
    catalog: Catalog
    web: Web
    reviews: Reviews

    def check(self, *, most: int = AT_ONCE, again_after: timedelta = ASKED_AGAIN_AFTER) -> list[LinkState]:
        """Ask the addresses that were not asked for a while, and return how they answered.

        An entry falls due for review when a link of it is found gone, once. What cannot be told now is asked again next
        time.
        """
        cited = self._cited()
        with self.store.read() as tx:
            known = tx.link_checks.all()
        now = self.clock()
        due = [uri for uri in cited if uri not in known or now - known[uri][1] >= again_after]
        due.sort(key=lambda uri: known[uri][1] if uri in known else datetime.min.replace(tzinfo=now.tzinfo))
        found = [self._asked(uri, cited[uri]) for uri in due[:most]]
        return [one for one in found if one is not None]

    def dead(self) -> list[LinkState]:
        """Return the cited addresses that were gone or forbidden when last asked."""
        cited = self._cited()
        with self.store.read() as tx:
            known = tx.link_checks.all()
        return [
            LinkState(uri, "gone" if state == "gone" else "forbidden", at, cited[uri])
            for uri, (state, at) in sorted(known.items())
            if state in {"gone", "forbidden"} and uri in cited
        ]

    def _asked(self, uri: str, cited_by: tuple[str, ...]) -> LinkState | None:
        state = self.web.state_of(uri)
        if state is None:
            return None
        now = self.clock()
        with self.store.begin() as tx:
            before = tx.link_checks.state_of(uri)
            tx.link_checks.note(uri, state, now)
            for entry_id in cited_by if state == "gone" and before != "gone" else ():
                self.reviews.request_within(tx, entry_id, DEAD_REASON.format(uri=uri), OPERATOR, is_urgent=False)
        return LinkState(uri, state, now, cited_by)

    def _cited(self) -> dict[str, tuple[str, ...]]:
        cited: dict[str, list[str]] = {}
        for entry in self.catalog.entries(OPERATOR, statuses=("published",)):
            for uri in dict.fromkeys(uris_of(entry.document)):
                cited.setdefault(uri, []).append(entry.id)
        return {uri: tuple(ids) for uri, ids in cited.items()}


def uris_of(document: FailureMode) -> Iterable[str]:
    """Yield every address that the entry cites, wherever it stands."""
    yield from (one.uri for one in document.evidence if one.uri)
    for remedy in document.mitigations:
        links = (*remedy.links.data_quality_rules, *remedy.links.tests, *remedy.links.governance_policies)
        yield from (one.uri for one in links if one.uri)
    yield from (one.source.uri for one in document.detectors if one.source and one.source.uri)
    yield from (one.uri for study in document.case_studies for one in study.references if one.uri)
    if document.governance:
        yield from (one.uri for one in document.governance.policies if one.uri)
