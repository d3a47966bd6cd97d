"""The answer to a search is valid Block Kit whatever was typed, and offers what to do next."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from bot.blocks.elements import Rendered
from bot.blocks.entries import last_verified
from bot.blocks.incidents import incident_card
from bot.blocks.search import answered, search_form
from sandbox.blockkit import check_message, check_view
from tests.factories import VOCABULARY
from tests.unit.test_blocks import ENTRY, HOSTILE, LIVE, entry_with, live_in
from workflows.cards import Card, CardLine
from workflows.entries.vocabulary import Vocabulary
from workflows.search.filters import Asked, read_query
from workflows.search.lookalikes import Check
from workflows.search.search import Answer, Found

TERMS = Vocabulary(VOCABULARY)
OTHER = replace(ENTRY, document=ENTRY.document.model_copy(update={"id": "FM-0099", "slug": "another"}))
FILTERED = read_query("domain:serving severity:sev1,sev2 -cause:capacity", TERMS)


def answers(text: str) -> list[Answer]:
    entry = entry_with(text)
    asked = Asked(text, FILTERED.filters)
    check = Check(entry.document, OTHER.document, text, text)
    return [
        Answer(text, asked, nearby=(text, text, text)),
        Answer(text, asked, nearby=(text,), unfiltered=text),
        Answer(text, Asked(text)),
        Answer(text, asked, (Found(entry, 1.0, text), Found(OTHER, 0.5, text)), 40, (text,), (check, check)),
        Answer("", FILTERED, (Found(entry, 0.0, FILTERED.narrowing),), 1),
    ]


def drawn_views(text: str) -> list[Mapping[str, Any]]:
    return [search_form(TERMS), *(search_form(TERMS, answer) for answer in answers(text))]


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_every_answer_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for rendered in map(answered, answers(text)):
        check_message(rendered.as_payload())
        assert not LIVE.findall(rendered.text)
        assert not live_in(rendered.blocks)


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_every_form_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for view in drawn_views(text):
        check_view(view)
        assert not live_in(view)


def buttons_of(rendered: Rendered) -> dict[str, str]:
    rows = (block for block in rendered.blocks if block["type"] == "actions")
    return {one["text"]["text"]: one["value"] for row in rows for one in row["elements"]}


def test_nothing_found_offers_a_new_entry_with_the_words() -> None:
    offered = buttons_of(answered(Answer("", Asked("queue stuck", FILTERED.filters))))

    assert offered == {"New entry": "queue stuck", "Start a write-up": "-"}


def test_filters_that_left_nothing_offer_the_search_without_them() -> None:
    answer = Answer("", Asked("queue stuck", FILTERED.filters), unfiltered="queue stuck")

    assert buttons_of(answered(answer)) == {"Search without filters": "queue stuck"}


def test_a_near_search_keeps_the_filters() -> None:
    answer = Answer("", Asked("quue", FILTERED.filters), nearby=("queue",))

    assert buttons_of(answered(answer))["Did you mean “queue”?"] == (
        "domain:serving severity:sev1,sev2 -cause:capacity queue"
    )


def test_words_that_look_like_a_filter_are_offered_as_words_again() -> None:
    asked = read_query('"domain:serving" is red severity:sev1', TERMS)

    offered = buttons_of(answered(Answer("", asked, unfiltered=asked.words)))

    again = read_query(offered["Search without filters"], TERMS)
    assert (again.words, again.filters) == ("domain:serving is red", ())


def test_the_form_shows_the_filters_that_are_on_in_its_menus_and_the_others_beside_the_words() -> None:
    form = search_form(TERMS, Answer("", replace(FILTERED, words="queue stuck")))

    fields = {one["block_id"].partition(":")[0]: one["element"] for one in form["blocks"] if one["type"] == "input"}
    assert [one["value"] for one in fields["severity"]["initial_options"]] == ["sev1", "sev2"]
    assert [one["value"] for one in fields["domain"]["initial_options"]] == ["serving"]
    assert fields["query"]["initial_value"] == "-cause:capacity queue stuck"


def card_text_of(*lines: CardLine) -> str:
    return incident_card(Card(7, lines)).text


def test_a_card_shows_the_check_that_tells_two_look_alikes_apart_until_one_is_confirmed_or_rejected() -> None:
    confused = [{"confusable": "another", "check": "Look at the queue.", "result": "Full: this one."}]
    one = replace(ENTRY, document=ENTRY.document.model_copy(update={"discriminators": discriminators(confused)}))
    first, second = CardLine(one, "", "shown", None), CardLine(OTHER, "", "shown", None)

    assert card_text_of(first, second).count("Look at the queue. Full: this one.") == 1
    assert "Look at the queue" not in card_text_of(replace(first, verdict="confirmed"), second)
    assert "Look at the queue" not in card_text_of(first, replace(second, verdict="rejected"))
    assert "Look at the queue" not in card_text_of(first)


def discriminators(confused: list[dict[str, str]]) -> Any:
    return ENTRY.document.model_validate({**ENTRY.document.model_dump(), "discriminators": confused}).discriminators


def test_an_entry_whose_verification_ran_out_wears_a_badge() -> None:
    verified = replace(ENTRY, is_stale=False)

    assert ":hourglass:" not in last_verified(verified)
    assert ":hourglass:" in last_verified(replace(verified, is_stale=True))
    assert ":hourglass:" in last_verified(replace(verified, last_verified_at=None))
