"""Evidence that is gone is noticed, and its entry falls due for review."""

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from store import Store
from tests.factories import STEWARD, House, failure_mode, house
from workflows.entries.links import Links, State

ALIVE, DEAD, MUTE = "https://example.org/alive", "https://example.org/dead", "https://example.org/mute"


@dataclass
class KnownWeb:
    answers: dict[str, State] = field(default_factory=lambda: {ALIVE: "ok", DEAD: "gone"})
    asked: list[str] = field(default_factory=list)

    def state_of(self, uri: str) -> State | None:
        self.asked.append(uri)
        return self.answers.get(uri)


def lived_in(store: Store, folder: Path) -> tuple[House, Links, KnownWeb]:
    cited = [{"kind": "paper", "title": uri, "uri": uri, "supports": "it"} for uri in (ALIVE, DEAD, MUTE)]
    lived = house(store, folder, failure_mode(1, evidence=cited), failure_mode(2, evidence=cited[:1]))
    web = KnownWeb()
    return lived, Links(store, lived.clock, lived.catalog, web, lived.reviews), web


def test_a_dead_link_is_told_and_makes_the_review_of_its_entry_due(store: Store, tmp_path: Path) -> None:
    lived, links, _ = lived_in(store, tmp_path)

    links.check()

    assert [(one.uri, one.state, one.cited_by) for one in links.dead()] == [(DEAD, "gone", ("FM-0001",))]
    assert [(one.entry.id, one.reason) for one in lived.reviews.due_for(STEWARD)] == [
        ("FM-0001", f"a link it cites is gone: {DEAD}")
    ]


def test_each_address_is_asked_once_a_month_however_many_entries_cite_it(store: Store, tmp_path: Path) -> None:
    lived, links, web = lived_in(store, tmp_path)

    links.check()
    links.check()
    lived.clock.forward(timedelta(days=31))
    links.check()

    assert (web.asked.count(ALIVE), web.asked.count(DEAD)) == (2, 2)


def test_what_cannot_be_told_is_asked_again_and_condemns_nothing(store: Store, tmp_path: Path) -> None:
    _, links, web = lived_in(store, tmp_path)

    links.check()
    links.check()

    assert web.asked.count(MUTE) == 2
    assert MUTE not in {one.uri for one in links.dead()}


def test_a_sweep_asks_only_so_many_and_the_next_one_the_rest(store: Store, tmp_path: Path) -> None:
    _, links, web = lived_in(store, tmp_path)

    links.check(most=1)
    links.check(most=1)

    assert len(set(web.asked)) == 2


def test_a_link_that_was_checked_counts_for_the_gates(store: Store, tmp_path: Path) -> None:
    lived, links, _ = lived_in(store, tmp_path)
    links.check()

    judged = lived.assessing.of(lived.catalog.entry("FM-0001", STEWARD), STEWARD)

    assert any("gone" in finding.sentence for finding in judged.findings)
