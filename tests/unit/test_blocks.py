"""Everything we draw is valid Block Kit, and nothing that a person typed comes alive in it."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.elements import Rendered, clip, escape, person
from bot.blocks.entries import drafts, found_entries, one_entry, whole_entry
from bot.blocks.incidents import incident_card
from bot.blocks.reviews import due_reviews, needs_change_form, review_nudge
from bot.blocks.writeups import draft_made, writeup_form
from bot.listeners.commands import usage
from sandbox.blockkit import check_message, check_view
from store.reviews import ReviewAnswerRecord
from tests.factories import GPU_OOM, VOCABULARY, failure_mode
from workflows.entries.catalog import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.incidents import Card, CardLine
from workflows.reviews import DueReview
from workflows.search.search import Found
from workflows.writeups.questions import STEPS
from workflows.writeups.writeups import WriteUp

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
ENTRY = Entry(
    GPU_OOM,
    revision=1,
    created_by="U1",
    updated_at=NOW,
    last_verified_at=NOW,
    last_verified_by="U2",
    steward="USTEWARD",
)
HOSTILE = st.one_of(
    st.text(min_size=1, max_size=400),
    st.sampled_from(
        [
            "<!channel> <!here> <@U0VICTIM>",
            "<https://evil.example|our runbook>",
            "&lt;!channel&gt;",
            "*_~`>" * 60,
            "\u202egnp",
            "a" * 3000,
        ]
    ),
)
LIVE = re.compile(r"<(?!@USTEWARD>|@U1>|@U2>|!date\^)[^<>]*>")


def entry_with(text: str) -> Entry:
    line = text.strip()[:300] or "x"
    document = failure_mode(
        1,
        title=line[:80],
        symptom=line,
        aliases=[line],
        log_signatures=[line],
        failure_mechanism=line,
        latent_conditions=[{"text": line}],
        detectors=[{"metric": line, "comparison": "gt", "threshold": line, "window": "5m", "unit": line}],
        mitigations=[
            {
                "title": line,
                "kind": "contain",
                "checklist": [line] * 12,
                "owner": line,
                "rollback": {"text": line},
                "fallback": line,
                "stop_if": [line],
                "escalation": [{"after_min": 5, "to": line}],
                "degraded_mode": {"enter_when": line, "what_is_off": line, "what_stays": line, "exit_when": line},
                "trade_offs": [{"dimension": "latency", "text": line}],
            }
        ],
        evidence=[{"kind": "paper", "title": line, "supports": line}],
    )
    return replace(ENTRY, document=document)


def drawn_messages(text: str) -> list[Rendered]:
    entry = entry_with(text)
    others = [replace(entry, document=entry.document.model_copy(update={"id": f"FM-{n:04d}"})) for n in range(1, 20)]
    verdicts = zip(others, ("confirmed", "shown", "rejected"), strict=False)
    review = DueReview(entry, NOW, text, "U1")
    answer = ReviewAnswerRecord("FM-0001", NOW, "needs_change", text, "U1", NOW)
    return [
        found_entries(text, []),
        found_entries(text, [Found(other, 1.0, text) for other in others[:5]]),
        one_entry(entry),
        drafts(others, [WriteUp(1, None, {"what": {"title": text}}, None)]),
        incident_card(Card(1, tuple(CardLine(other, text, verdict, "U1") for other, verdict in verdicts))),
        review_nudge(review),
        review_nudge(replace(review, answer=answer)),
        due_reviews([replace(review, entry=other) for other in others]),
        usage(text),
    ]


def drawn_views(text: str) -> list[Mapping[str, Any]]:
    entry = entry_with(text)
    answers = {step.name: {question.key: text for question in step.questions} for step in STEPS}
    vocabulary = Vocabulary({name: {**terms, "hostile": text} for name, terms in VOCABULARY.items()})
    return [
        whole_entry(entry),
        draft_made(entry),
        needs_change_form("FM-0001|2026-03-02T09:00:00+00:00", text),
        *(writeup_form(WriteUp(1, None, answers, None), step, vocabulary) for step in STEPS),
    ]


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_every_message_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for rendered in drawn_messages(text):
        check_message(rendered.as_payload())
        assert not LIVE.findall(rendered.text)
        assert not _live_in(rendered.blocks)


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_every_form_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for view in drawn_views(text):
        check_view(view)
        assert not _live_in(view["blocks"])


def test_the_card_of_an_entry_says_what_it_is_what_to_do_who_owns_it_and_when_it_was_verified() -> None:
    text = json.dumps(one_entry(ENTRY).blocks)

    for fact in (
        "GPU runs out of memory",
        "FM-0001",
        "sev2",
        "Do the first thing",
        "serving rota",
        "<@USTEWARD>",
        "verified",
    ):
        assert fact in text


def test_an_answered_review_has_no_buttons_left() -> None:
    answer = ReviewAnswerRecord("FM-0001", NOW, "verified", None, "U1", NOW)

    blocks = review_nudge(DueReview(ENTRY, NOW, "its date has come", answer=answer)).blocks

    assert [block["type"] for block in blocks].count("actions") == 0


@pytest.mark.parametrize(
    ("text", "limit", "clipped"),
    [("short", 10, "short"), ("exactly10!", 10, "exactly10!"), ("a bit too long", 8, "a bit t…")],
)
def test_clipping_shows_that_something_is_missing(text: str, limit: int, clipped: str) -> None:
    assert clip(text, limit) == clipped


def test_text_is_shown_as_it_was_typed() -> None:
    assert escape("<!channel> & <b>") == "&lt;!channel&gt; &amp; &lt;b&gt;"
    assert person("U1> <!here") == "U1&gt; &lt;!here"


def _live_in(value: Any) -> list[str]:
    """Return whatever Slack would bring to life in mrkdwn anywhere inside."""
    if isinstance(value, list):
        return [found for item in value for found in _live_in(item)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "mrkdwn":
        return LIVE.findall(value["text"])
    return [found for item in value.values() for found in _live_in(item)]
