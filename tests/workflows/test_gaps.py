"""What is searched for in vain is counted, masked, until the catalog has it or it was kept long enough."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from store import Store
from store.gaps import GapRecord
from tests.bad_input import bad_texts
from tests.factories import RESPONDER, STEWARD, STRANGER, House, failure_mode, house, write_catalog
from workflows.errors import UserError
from workflows.people import OPERATOR, Actor
from workflows.search.gaps import AGAIN, MAX_TEXT, Gaps

KEPT = timedelta(days=30)


def gaps_of(lived: House, kept: timedelta = KEPT, *, names_people: bool = False) -> Gaps:
    return Gaps(lived.store, lived.clock, lived.search, kept, names_people)


def searched(lived: House, gaps: Gaps, query: str, actor: Actor = RESPONDER) -> None:
    lived.clock.forward(AGAIN + timedelta(seconds=1))
    gaps.note(lived.search.answer(query, actor), actor)


def told(found: Sequence[GapRecord]) -> list[tuple[str, int]]:
    return [(one.text, one.times) for one in found]


def test_the_same_words_in_any_order_and_form_are_counted_together(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)

    searched(lived, gaps, "quokkas invading")
    searched(lived, gaps, "invaded by QUOKKA")
    searched(lived, gaps, "wombats")

    assert [(one.times, one.words) for one in gaps.open()] == [(2, "invad quokka"), (1, "wombat")]


def test_what_finds_something_is_no_gap(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)

    searched(lived, gaps, "cold start")
    searched(lived, gaps, "severity:sev4")

    assert gaps.open() == []


def test_a_gap_is_closed_by_the_entry_that_fills_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)
    searched(lived, gaps, "quokkas invading")

    lived.catalog.import_folder(write_catalog(tmp_path / "more", failure_mode(9, aliases=["quokka invasion"])))

    assert gaps.open() == []


def test_filters_are_kept_beside_the_words(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)

    searched(lived, gaps, "domain:data cold start")

    assert [(one.narrowing, one.text) for one in gaps.open()] == [("domain:data", "cold start")]


def test_secrets_are_masked_and_long_texts_clipped(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)

    searched(lived, gaps, "quokka password=hunter2 jane@example.org " + "wombat " * 200)

    (gap,) = gaps.open()
    assert "hunter2" not in gap.text + gap.words
    assert "jane" not in gap.text + gap.words
    assert len(gap.text) <= MAX_TEXT


def test_pressing_twice_counts_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)

    for _ in range(3):
        gaps.note(lived.search.answer("wombats", RESPONDER), RESPONDER)

    assert told(gaps.open()) == [("wombats", 1)]


def test_who_searched_is_kept_only_where_the_house_says_so(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    for actor in (RESPONDER, STEWARD):
        searched(lived, gaps_of(lived), "wombats", actor)
        searched(lived, gaps_of(lived, names_people=True), "quokkas", actor)

    assert {(one.text, one.people) for one in gaps_of(lived).open()} == {("wombats", 0), ("quokkas", 2)}


@pytest.mark.parametrize("actor", [STRANGER, OPERATOR])
def test_the_command_line_and_people_of_elsewhere_leave_no_trace(store: Store, tmp_path: Path, actor: Actor) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)

    gaps.note(lived.search.answer("wombats", RESPONDER), actor)

    assert gaps.open() == []


def test_gaps_are_forgotten_after_their_time_and_never_kept_without_one(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)
    searched(lived, gaps, "wombats")
    searched(lived, gaps_of(lived, timedelta()), "quokkas")
    assert told(gaps.open()) == [("wombats", 1)]

    lived.clock.forward(KEPT + timedelta(days=1))
    gaps.sweep()

    assert gaps.open() == []


def test_a_gap_can_be_forgotten_by_its_words(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    gaps = gaps_of(lived)
    for query in ("ask Jane Doe", "Jane Doe asked", "domain:data doe jane asks", "wombats"):
        searched(lived, gaps, query)

    assert gaps.forget("jane doe ASKS") == 3
    assert told(gaps.open()) == [("wombats", 1)]


def test_a_gap_under_a_filter_that_is_gone_stays_listed(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    searched(lived, gaps_of(lived), "domain:data wombats")
    terms = {**lived.search.vocabulary.terms, "domain": {"serving": "online inference"}}
    poorer = replace(lived.search, vocabulary=replace(lived.search.vocabulary, terms=terms))

    assert told(replace(gaps_of(lived), search=poorer).open()) == [("wombats", 1)]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=bad_texts)
def test_any_search_is_answered_and_kept_or_not(
    store: Store, tmp_path_factory: pytest.TempPathFactory, text: str
) -> None:
    lived = house(store, tmp_path_factory.mktemp("fuzz"))
    gaps = gaps_of(lived)

    try:
        answer = lived.search.answer(text, RESPONDER)
    except UserError:
        return
    gaps.note(answer, RESPONDER)

    assert all(len(one.text) <= MAX_TEXT for one in gaps.open())
