"""An index joins words, names, letters, meaning and what was confirmed, and follows the catalog without a rebuild."""

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workflows.search.examples import Example
from workflows.search.index import SMALL, SearchIndex
from workflows.search.searchable import Searchable
from workflows.search.shelf import Floats

MANY = SMALL + 40


def entry(number: int, title: str, summary: str = "", aliases: str = "") -> Searchable:
    return Searchable.of_fields(f"FM-{number:04d}", {"title": title, "summary": summary, "aliases": aliases})


def crowd() -> list[Searchable]:
    """Return entries enough that a change is not worth laying all out anew."""
    return [entry(number, f"Failure of unit{number}", f"The unit{number} stops.") for number in range(1, MANY + 1)]


def first(index: SearchIndex, text: str) -> str:
    return index.rank(text)[0].entry_id


CRYPT = entry(1, "Missing encryption", "Data at rest can be read by anyone.")
STALE = entry(2, "Stale features", "The feature store serves old rows.", aliases="frozen snapshot")
DRIFT = entry(3, "Drift of inputs", "Inputs move away from what the model was trained on.")


def test_a_name_that_is_said_whole_beats_words_in_passing() -> None:
    passing = entry(4, "Slow queries", "A frozen thread waits, and a snapshot of the pool shows it frozen.")

    matches = SearchIndex([STALE, passing, DRIFT]).rank("looks like a frozen snapshot again")

    assert matches[0].entry_id == "FM-0002"
    assert matches[0].name > matches[1].name


def test_kin_of_a_word_decide_between_entries_that_share_the_same_words() -> None:
    other = entry(4, "Missing retries", "Data at rest can be read by anyone.")

    assert first(SearchIndex([other, CRYPT, DRIFT]), "data at rest was not encrypted") == "FM-0001"


@pytest.mark.parametrize("misspelt", ["encrypton misssing", "encyrption missing", "encription mising"])
def test_misspelt_words_are_read_as_near_ones(misspelt: str) -> None:
    assert first(SearchIndex([CRYPT, STALE, DRIFT]), misspelt) == "FM-0001"


def test_what_was_confirmed_before_is_found_by_its_own_words() -> None:
    said = "kafka lag is through the roof and dashboards look weird"
    plain, taught = (
        SearchIndex([CRYPT, STALE, DRIFT], examples) for examples in ((), [Example("FM-0002", said, source="7")])
    )

    assert plain.rank("dashboards weird, kafka lag high") == []
    assert [(one.entry_id, one.sources) for one in taught.rank("dashboards weird, kafka lag high")] == [
        ("FM-0002", ("7",))
    ]


def test_what_was_confirmed_not_to_be_it_counts_against_an_entry() -> None:
    asked = "old rows from the feature store, inputs odd"
    against = Example("FM-0002", asked, weight=-1.0)

    assert first(SearchIndex([STALE, DRIFT]), asked) == "FM-0002"
    assert first(SearchIndex([STALE, DRIFT], [against]), asked) == "FM-0003"


def test_an_example_of_an_entry_that_is_not_there_changes_nothing() -> None:
    assert SearchIndex([DRIFT], [Example("FM-0999", "kafka lag")]).rank("kafka lag") == []


def test_a_changed_a_new_and_a_lost_entry_are_live_and_the_old_index_stays_as_it_was() -> None:
    before = crowd()
    index = SearchIndex(before)
    changed = entry(5, "Zanzibar check is skipped")
    new = entry(9001, "Quokka cache poisoned")

    after = index.holding([changed, new, *before[6:]])

    assert [first(after, text) for text in ("zanzibar", "quokka cache")] == ["FM-0005", "FM-9001"]
    assert after.rank("unit6 stops")[:0] == []
    assert "FM-0006" not in {match.entry_id for match in after.rank("unit6 stops", limit=MANY)}
    assert index.rank("zanzibar") == []
    assert first(index, "unit6") == "FM-0006"
    assert (index.size, after.size) == (MANY, MANY - 4)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.integers(1, MANY), unique=True, max_size=12), st.text("abunit 0123456789", max_size=40))
def test_an_index_that_followed_finds_what_a_new_one_finds(lost: list[int], asked: str) -> None:
    parts = [one for number, one in enumerate(crowd(), start=1) if number not in lost]

    followed, anew = SearchIndex(crowd()).holding(parts), SearchIndex(parts)

    assert {one.entry_id for one in followed.rank(asked, limit=MANY)} == {
        one.entry_id for one in anew.rank(asked, limit=MANY)
    }


class Pictures:
    """Knows two meanings: of what burns and of what is wet."""

    def of(self, texts: Sequence[str]) -> Floats:
        return np.stack([self.asked(text) for text in texts]) if texts else np.empty((0, 2), np.float32)

    def asked(self, text: str) -> Floats:
        hot = any(word in text.lower() for word in ("fire", "burn", "flames"))
        wet = any(word in text.lower() for word in ("water", "flood", "rain"))
        return np.array([hot, wet], np.float32)


def test_with_a_model_an_entry_is_found_that_shares_no_word() -> None:
    fire, water = entry(1, "Rack on fire", "It burns."), entry(2, "Water in the hall", "A flood.")

    matches = SearchIndex([fire, water, DRIFT], (), Pictures()).rank("flames everywhere")

    assert [(match.entry_id, match.meaning) for match in matches] == [("FM-0001", 1.0)]
    assert SearchIndex([fire, water, DRIFT]).rank("flames everywhere") == []
