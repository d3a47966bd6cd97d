"""What people meet when they search: the order of what is found, filters, look-alikes, and what to try instead."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store import Store
from tests.factories import COLD_START, GPU_OOM, INTERVAL, RESPONDER, SCHEMA_CHANGE, STEWARD, House, failure_mode, house
from workflows.entries.document import FailureMode
from workflows.incidents import Message
from workflows.people import OPERATOR, Actor
from workflows.search.index import Match
from workflows.search.search import LIKE_BEFORE, Answer, Search, why

SECURITY = Actor("USECURITY")
WEAKNESS = failure_mode(7, title="Secret weakness of the cold store", visibility="restricted", slug="secret-weakness")


def ids(answer: Answer) -> list[str]:
    return [one.entry.id for one in answer.found]


def alike(number: int, **given: Any) -> FailureMode:
    return failure_mode(number, symptom="The queue is stuck and nothing moves.", **given)


def asked(lived: House, query: str, actor: Actor = RESPONDER) -> Answer:
    return lived.search.answer(query, actor)


def test_filters_narrow_what_is_found(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    answer = asked(lived, "domain:data column renamed out of memory")

    assert ids(answer) == ["FM-0002"]
    assert answer.asked.narrowing == "domain:data"


def test_the_right_entry_is_found_under_a_filter_however_many_others_match_better(store: Store, tmp_path: Path) -> None:
    others = [alike(number, title=f"Queue stuck {number}") for number in range(1, 31)]
    lived = house(store, tmp_path, *others, alike(99, title="Pipeline waits", domain="data"))

    assert ids(asked(lived, "queue stuck domain:data")) == ["FM-0099"]


def test_filters_alone_list_what_passes_the_most_severe_first_then_by_title(store: Store, tmp_path: Path) -> None:
    severe = {"typical": "sev1", "worst_credible": "sev1"}
    lived = house(
        store, tmp_path, alike(1, title="b"), alike(2, title="a"), alike(3, title="c", severity=severe),
        alike(4, title="d", domain="data"),
    )  # fmt: skip

    answer = asked(lived, "domain:serving")

    assert ids(answer) == ["FM-0003", "FM-0002", "FM-0001"]
    assert answer.found[0].why == "domain:serving"


def test_filters_that_leave_nothing_offer_the_search_without_them(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    assert asked(lived, "domain:data severity:sev1 cold start").unfiltered == "cold start"
    assert asked(lived, "domain:serving cold start").unfiltered is None
    assert asked(lived, "domain:data wombats").unfiltered is None


def test_an_entry_too_vague_to_suggest_is_found_by_its_id_alone(store: Store, tmp_path: Path) -> None:
    vague = GPU_OOM.model_copy(update={"mapping_use": "discouraged"})
    lived = house(store, tmp_path, vague, SCHEMA_CHANGE, COLD_START)

    assert asked(lived, "CUDA out of memory").found == []
    assert "FM-0001" not in ids(asked(lived, "domain:serving"))
    assert ids(asked(lived, "fm-1")) == ["FM-0001"]


def test_ids_beside_other_words_are_words(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    assert ids(asked(lived, "FM-0001 FM-3 fm-0999")) == ["FM-0001", "FM-0003"]
    assert ids(asked(lived, "cold start like FM-0001"))[0] == "FM-0003"


def test_of_two_that_match_alike_the_one_verified_lately_comes_first(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, alike(1), alike(2))
    assert ids(asked(lived, "queue stuck")) == ["FM-0001", "FM-0002"]

    verify(lived, "FM-0002")

    assert [(one.entry.id, one.entry.is_stale) for one in asked(lived, "queue stuck").found] == [
        ("FM-0002", False),
        ("FM-0001", True),
    ]


def test_a_verification_lasts_as_long_as_the_entry_says_or_else_the_house(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, alike(1, review_every="2d"), alike(2))
    verify(lived, "FM-0001")
    verify(lived, "FM-0002")

    lived.clock.forward(timedelta(days=3))
    assert [one.is_stale for one in lived.catalog.published()] == [True, False]

    lived.clock.forward(INTERVAL)
    assert [one.is_stale for one in lived.catalog.published()] == [True, True]


def verify(lived: House, entry_id: str) -> None:
    lived.reviews.request(entry_id, "asked for", OPERATOR)
    due = next(one for one in lived.reviews.due_for(OPERATOR) if one.entry.id == entry_id)
    lived.reviews.answer(entry_id, due.due_at, "verified", OPERATOR)


def test_closed_entries_are_ranked_among_the_open_ones_for_those_who_may_see_them(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, GPU_OOM, SCHEMA_CHANGE, COLD_START, WEAKNESS)

    assert ids(asked(lived, "cold start", STEWARD))[0] == "FM-0003"
    assert ids(asked(lived, "secret weakness", STEWARD))[0] == "FM-0007"
    assert "FM-0007" not in ids(asked(lived, "cold store weakness"))
    assert asked(lived, "secret weaknes").nearby == []


def test_people_who_see_the_same_closed_entries_share_an_index(store: Store, tmp_path: Path) -> None:
    roles = {"reviewer:security": (SECURITY.user_id,)}
    lived = house(store, tmp_path, COLD_START, WEAKNESS, roles=roles)

    assert lived.catalog.index_for(STEWARD) is lived.catalog.index_for(SECURITY)
    assert lived.catalog.index_for(RESPONDER) is lived.catalog.index


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("upstreem schema", "upstream schema"),
        ("acelerator alocation failure", "accelerator allocation failure"),
        ("replcas domain:serving", "replicas"),
    ],
)
def test_unknown_words_are_offered_as_the_catalog_spells_them(
    store: Store, tmp_path: Path, typed: str, meant: str
) -> None:
    lived = house(store, tmp_path)

    assert asked(lived, typed).nearby == [meant]


def test_words_that_the_catalog_knows_are_not_questioned(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    assert asked(lived, "column renamed upstream").nearby == []
    assert asked(lived, "zzzzqqqq wwwwxxxx").nearby == []


def test_nothing_found_offers_names_spelled_alike(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, aliases=["CUDA OOM"]))

    answer = asked(lived, "cudaoom")

    assert (answer.found, answer.nearby) == ([], ["CUDA OOM"])
    assert answer.is_gap


def test_look_alikes_get_the_check_that_tells_them_apart_once(store: Store, tmp_path: Path) -> None:
    def confused(other: str, check: str) -> list[dict[str, str]]:
        return [{"confusable": other, "check": check, "result": "Then it is this one."}]

    lived = house(
        store, tmp_path, alike(1, discriminators=confused("failure-mode-2", "Look left.")),
        alike(2, discriminators=confused("failure-mode-1", "Look right.")), alike(3),
    )  # fmt: skip

    checks = asked(lived, "queue stuck").checks

    assert [(one.first.id, one.second.id, one.check) for one in checks] == [("FM-0001", "FM-0002", "Look left.")]


def test_of_a_long_paste_the_last_lines_count(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    trace = "Traceback:\n" + "  in frame of the loader\n" * 400

    answer = asked(lived, f"{trace}RuntimeError: CUDA out of memory")

    assert ids(answer)[0] == "FM-0001"
    assert "log line" in answer.found[0].why


def test_a_short_search_that_is_an_alias_finds_its_entry_first(store: Store, tmp_path: Path) -> None:
    wordy = failure_mode(4, symptom="start cold start cold start cold", aliases=["cold cache", "slow start"])
    lived = house(store, tmp_path, COLD_START, wordy)

    assert ids(asked(lived, "strat cold"))[0] == "FM-0003"


def test_search_needs_no_database(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    away = Search(replace(lived.catalog, store=None), lived.search.vocabulary)  # type: ignore[arg-type]  # none is needed

    assert ids(away.answer("cold start", RESPONDER))[0] == "FM-0003"


def match(**given: Any) -> Match:
    nothing = {
        "score": 1.0,
        "weight": 0.0,
        "coverage": 0.0,
        "name": 0.0,
        "likeness": 0.0,
        "nearness": 0.0,
        "meaning": 0.0,
    }
    return Match(**{"entry_id": "FM-0001", "shared": (), "signatures": (), "sources": (), **nothing, **given})


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (match(shared=("loss", "nan"), signatures=("loss nan",)), "log line “loss nan” · words: loss, nan"),
        (match(shared=("loss",), nearness=LIKE_BEFORE, sources=("incident 1",)), "words: loss · like a past incident"),
        (match(shared=("loss",), nearness=0.1, sources=("incident 1",)), "words: loss"),
        (match(shared=("loss",), nearness=-0.9, sources=("incident 1",)), "words: loss"),
        (match(nearness=0.1, sources=("incident 1",)), "like a past incident"),
        (match(meaning=0.6), "means nearly the same"),
        (match(likeness=0.6), "spelled alike"),
    ],
)
def test_the_reason_names_what_did_it_and_nothing_else(found: Match, told: str) -> None:
    assert why(found) == told


def test_an_entry_too_vague_to_suggest_is_never_on_a_card(store: Store, tmp_path: Path) -> None:
    vague = GPU_OOM.model_copy(update={"mapping_use": "discouraged"})
    lived = house(store, tmp_path, vague, SCHEMA_CHANGE, COLD_START)

    lived.incidents.observe(
        Message("Ev1", "CINC", "1.000001", None, "U1", "CUDA out of memory: gpu runs out of memory")
    )

    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    assert "FM-0001" not in [entry_id for entry_id, _, _ in lived.incidents.shown(incident.id)]
