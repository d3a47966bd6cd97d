"""Filters narrow a search, are told from words that hold a colon, and explain themselves when they are mistyped."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.bad_input import BAD_TEXTS, bad_texts
from tests.factories import failure_mode
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import UserError
from workflows.search.filters import FACETS, Asked, as_words, read_query, terms_of

TERMS = Vocabulary.load(Path(__file__).parents[2] / "catalog")
HOSTED = failure_mode(
    1,
    domain="llm",
    dimensions={
        "model_family": ["llm-hosted"],
        "deployment_environment": ["online-api"],
        "customer_segment": ["new-users"],
    },
    effects=[{"category": "outage"}],
    patterns=[{"pattern": "kill-switch", "use": "Switch it off."}],
    authors=[{"discipline": "product"}],
)
ANYWHERE = failure_mode(2, dimensions={"model_family": ["any"], "customer_segment": ["all"]})
TREES = failure_mode(
    3,
    dimensions={"model_family": ["tree-ensemble"], "customer_segment": ["region"]},
    severity={"typical": "sev1", "worst_credible": "sev1"},
)


def read(query: str) -> Asked:
    return read_query(query, TERMS)


def admitted(query: str) -> list[str]:
    return [entry.id for entry in (HOSTED, ANYWHERE, TREES) if read(query).admits(entry)]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("model:llm-hosted", ["FM-0001", "FM-0002"]),
        ("model:llm", ["FM-0001", "FM-0002"]),
        ("MODEL:LLM", ["FM-0001", "FM-0002"]),
        ("model:tree,llm", ["FM-0001", "FM-0002", "FM-0003"]),
        ("model:tree model:llm", ["FM-0001", "FM-0002", "FM-0003"]),
        ('model:"tree ensemble"', ["FM-0002", "FM-0003"]),
        ("-model:llm", ["FM-0002", "FM-0003"]),
        ("severity:1", ["FM-0003"]),
        ("sev:sev1,sev2 -model:tree", ["FM-0001", "FM-0002"]),
        ("environment:online domain:llm", ["FM-0001"]),
        ("env:batch domain:llm", []),
        ("segment:internal", ["FM-0002"]),
        ("effect:outage pattern:kill-switch discipline:product", ["FM-0001"]),
        ("tag:llm-hosted", ["FM-0001"]),
        ("cause:capacity", ["FM-0001", "FM-0002", "FM-0003"]),
        ("model:any", ["FM-0002"]),
    ],
)
def test_values_of_one_facet_mean_any_and_facets_mean_all(query: str, expected: list[str]) -> None:
    assert admitted(query) == expected


@pytest.mark.parametrize(
    "words",
    [
        "error: foo",
        "error:foo in bar",
        "http://example.org:8080/x failed",
        "data:image/png;base64,AAAA",
        "domain:example.com refused",
        "std::bad_alloc",
        "12:30:01 model crashed",
        "mode:train loss is nan",
        "model:",
        "model: llm",
        ": : :",
        "Traceback (most recent call last):\n  model:bert stage:prod\nValueError: severity:high",
    ],
)
def test_a_colon_in_what_people_paste_makes_no_filter(words: str) -> None:
    assert read(words) == Asked(words)


def test_what_stands_in_quotes_is_words() -> None:
    assert read('"model:llm" loops') == Asked("model:llm loops")


def test_in_front_of_a_paste_a_filter_counts() -> None:
    asked = read("model:llm\nTraceback: domain:serving\nValueError")

    assert (asked.words, asked.narrowing) == ("Traceback: domain:serving\nValueError", "model:llm")


@pytest.mark.parametrize(
    ("query", "offered"),
    [
        ("modle:llm loops", "`model:llm`"),
        ("severty:sev1", "`severity:sev1`"),
        ("owner:security", "`domain:security`"),
        ("model:agnet loops", "`model:agent`"),
        ("severity:sev9", "sev1, sev2, sev3, sev4"),
        ("stage:prod slow", "problem-framing, data-ingest, training"),
    ],
)
def test_a_mistyped_filter_is_answered_with_the_nearest_right_one(query: str, offered: str) -> None:
    with pytest.raises(UserError) as mistake:
        read(query)

    assert offered in mistake.value.sentence
    assert "put it in quotes" in mistake.value.sentence


@pytest.mark.parametrize("facet", FACETS, ids=lambda facet: facet.name)
def test_every_facet_takes_every_term_it_names(facet: object) -> None:
    known = next(one for one in FACETS if one is facet)

    for term in terms_of(known, TERMS):
        assert read(f"{known.name}:{term}").filters[0].terms == {term}


def test_filters_can_be_typed_again_as_they_are_shown() -> None:
    asked = read('model:LLM,agent -env:"online api" words')

    assert read(f"{asked.narrowing} {asked.words}") == asked


@pytest.mark.parametrize("text", BAD_TEXTS.values(), ids=BAD_TEXTS)
def test_every_bad_text_is_read_or_explained(text: str) -> None:
    try:
        asked = read(text)
    except UserError as mistake:
        assert "filter" in mistake.sentence or "has no" in mistake.sentence  # noqa: PT017 - both outcomes are right
    else:
        assert len(asked.filters) <= 2 * len(FACETS)


PIECES = st.sampled_from(
    ["model:", "llm", "-", '"', "“", "”", ",", "sev1", "severity:", " ", "\n", "x:y", "agent", "ſ", "İ"]
)


@settings(max_examples=300, deadline=None)
@given(st.one_of(bad_texts, st.lists(PIECES, max_size=40).map("".join)))
def test_no_text_breaks_the_reading_and_words_read_as_words_stay_words(text: str) -> None:
    try:
        asked = read(text)
    except UserError:
        return

    assert read(as_words(asked.words)).filters == ()
