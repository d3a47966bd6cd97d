"""Everything we draw is valid Block Kit, and nothing that a person typed comes alive in it."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from bot.blocks.amendments import decline_form, outcome, proposal, sent, suggest_form, whole_difference
from bot.blocks.editing import (
    Opened,
    desk,
    items_form,
    new_entry_form,
    reason_form,
    section_form,
    send_form,
)
from bot.blocks.elements import Rendered, clip, escape, person
from bot.blocks.entries import drafts, one_entry
from bot.blocks.history import history, restore_form
from bot.blocks.incidents import incident_card, unsaid
from bot.blocks.merging import merge_form, merged
from bot.blocks.reviews import due_reviews, needs_change_form, review_list, review_nudge
from bot.blocks.sheets import TABS, opened_entry
from bot.blocks.submitting import submit_form, submitted
from bot.blocks.writeup_forms import hand_over_form, leave_form, writeup_form, writeup_page
from bot.blocks.writeup_lists import action_form, point_form
from bot.blocks.writeups import handed_in, progress
from bot.forms.fields import Field
from bot.forms.sections import SECTIONS, values_shown
from bot.forms.suggestions import choices, fields_for
from bot.listeners.commands import usage
from sandbox.blockkit import check_message, check_view
from store.reviews import ReviewAnswerRecord
from store.writeups import FollowUpRecord, MomentRecord, WriteUpRecord
from tests.factories import GPU_OOM, VOCABULARY, failure_mode
from workflows.amendments.amendment import Amendment
from workflows.cards import Card, CardLine
from workflows.entries.assessing import Assessment
from workflows.entries.catalog import Entry
from workflows.entries.differences import differences
from workflows.entries.editing import EditConflict, WorkingCopy
from workflows.entries.history import Comparison, Revision
from workflows.entries.parts import Line
from workflows.entries.sheets import Neighbour, Sheet
from workflows.entries.threeway import Conflict
from workflows.entries.vocabulary import Root, Vocabulary
from workflows.occurrences import Case, Description
from workflows.quality.checks import findings
from workflows.quality.completeness import completeness
from workflows.quality.findings import Finding
from workflows.quality.gates import missing_for_publication
from workflows.quality.likeness import Likeness
from workflows.quality.surroundings import Surroundings, Tried
from workflows.reviews.reviews import DueReview, ReviewList
from workflows.runs.outcomes import TrackRecord
from workflows.silence import Unsaid
from workflows.writeups.answers import Clash
from workflows.writeups.lists import Action, Point
from workflows.writeups.submitting import Likely
from workflows.writeups.template import built_in
from workflows.writeups.writeup import WriteUp

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
LIVE = re.compile(r"<(?!@USTEWARD>|@U1>|@U2>|!date\^|https://example\.org(/a%7Cb)?\|)[^<>]*>")


def stored_line(text: str) -> str:
    """Return the text as an entry would keep it; what nothing can be read of becomes an x."""
    try:
        return TypeAdapter(Line).validate_python(text[:300]).strip() or "x"
    except ValidationError:
        return "x"


def entry_with(text: str) -> Entry:
    line = stored_line(text)
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
        evidence=[{"kind": "paper", "title": line, "supports": line, "uri": "https://example.org/a|b"}],
        triggers=[{"kind": "load", "text": line}],
        effects=[{"category": "outage", "text": line}],
        business_impact=[{"kpi": line, "direction": "down"}],
        patterns=[{"pattern": "contain-first", "use": line}],
        discriminators=[{"confusable": "gpu-oom", "check": line, "result": line}],
        taxonomy_maps=[{"scheme": line, "id": line}],
        governance={"policies": [{"title": line, "text": line}], "may_be_reportable": True, "preserve_evidence": line},
        applies_when=line,
        not_when=line,
        case_studies=[
            {
                "key": "one",
                "title": line,
                "type": "reuse",
                "origin": {"text": line},
                "situation": line,
                "timeline": [{"when": "2025", "text": line}],
                "metrics": [{"name": line, "before": 1, "unit": line}],
                "references": [{"title": line, "text": line, "uri": "https://example.org"}],
            }
        ],
    )
    return replace(ENTRY, document=document)


def judged(entry: Entry) -> Assessment:
    surroundings = Surroundings(Vocabulary(VOCABULARY), {}, NOW.date())
    return Assessment(
        missing=tuple(missing_for_publication(entry.document, surroundings)),
        findings=tuple(findings(entry.document, surroundings)),
        completeness=completeness(entry.document, surroundings),
        frequency="rare",
        detectability="weak",
        action_priority="H",
        look_alikes=(Likeness("FM-0002", "other", entry.document.title, 90, entry.document.title),),
    )


def case(text: str) -> Case:
    said = Description(
        "known",
        "sev2",
        started=NOW,
        contained=NOW,
        tried=(Tried(text, "yes"),),
        link="https://example.org",
        lessons=text,
    )
    return Case(1, "FM-0001", 3, NOW, said, "U1", NOW, 1)


def sheet(entry: Entry) -> Sheet:
    return Sheet(
        entry=replace(entry, status_reason=entry.document.title),
        assessment=judged(entry),
        occurrences=(case(entry.document.title),),
        contributors=("U1",),
        neighbours=(Neighbour("FM-0002", "gpu-oom", entry.document.title),),
        urgent=(entry.document.title,),
        steps=("publish", "reject"),
        may_edit=True,
        is_followed=True,
        asked_for="FM-0001",
    )


def amendment(entry: Entry, text: str, state: str = "open") -> Amendment:
    return Amendment(
        id=1,
        entry=entry,
        document=entry.document,
        weight="urgent",
        reason=text,
        state=state,
        version=1,
        proposed_by="U1",
        co_authors=(),
        decided_by="U2",
        decided_at=NOW,
        decision=text,
        published_revision=None,
        differences=tuple(differences(None, entry.document)),
        gaps=(Finding("rollback", "blocks", "mitigations.0", text),),
    )


def history_of(entry: Entry, text: str) -> Mapping[str, Any]:
    states = [Revision(n, "draft", "edit", "U1", ("U2",), text, NOW) for n in range(40, 0, -1)]
    return history(entry, states, Comparison(entry, states[1], states[0], tuple(differences(None, entry.document))))


def drawn_messages(text: str) -> list[Rendered]:
    entry = entry_with(text)
    written = [writeup_with(text, state=state) for state in ("open", "submitted", "not_doing")]
    others = [replace(entry, document=entry.document.model_copy(update={"id": f"FM-{n:04d}"})) for n in range(1, 20)]
    verdicts = zip(others, ("confirmed", "shown", "rejected"), strict=False)
    review = DueReview(entry, NOW, text, "U1")
    answer = ReviewAnswerRecord("FM-0001", NOW, "needs_change", text, "U1", NOW)
    return [
        *map(progress, written),
        handed_in(written[0], entry, judged(entry)),
        one_entry(entry),
        drafts(others, written),
        incident_card(Card(1, tuple(CardLine(other, text, verdict, "U1") for other, verdict in verdicts))),
        unsaid([Unsaid(one, text) for one in others[:5]]),
        unsaid([]),
        incident_card(Card(1, tuple(proved(other, text) for other in others[:3]), is_drill=True)),
        review_nudge(review),
        review_nudge(replace(review, answer=answer)),
        due_reviews([replace(review, entry=other) for other in others], may_answer=lambda _: True),
        review_list(ReviewList("soon", [replace(review, entry=other) for other in others], 3)),
        usage(text),
        proposal(amendment(entry, text)),
        outcome(amendment(entry, text, "declined")),
    ]


def proved(entry: Entry, text: str) -> CardLine:
    record = TrackRecord(tried=9, helped=7, median_min=14)
    return CardLine(entry, text, "confirmed", "U1", certainty="likely", record=record, rehearsed_on=NOW.date())


WRONG = ("", "basics|title|-1", "detect|signal|0", "respond|steps|0", "evidence|evidence|-1", "where|dimensions|-1")


def suggestion(entry: Entry, chosen: str, vocabulary: Vocabulary) -> tuple[list[Field], dict[str, str]]:
    return fields_for(chosen, entry.document, vocabulary) if chosen else ([], {})


def section_views(copy: WorkingCopy, text: str, vocabulary: Vocabulary) -> Iterator[Mapping[str, Any]]:
    conflict = EditConflict("FM-0001", "U1", [Conflict("symptom", text, text, text)])
    for one in SECTIONS:
        for page in one.pages:
            item = 0 if one.items else -1
            opened = Opened(copy.entry.id, one.name, page.name, item, copy.version)
            values = values_shown(one, page, copy.document, item, vocabulary)
            yield section_form(opened, one, page, values, vocabulary)
            yield section_form(opened, one, page, values, vocabulary, conflict=conflict)
        if one.items:
            yield items_form(Opened(copy.entry.id, one.name, "", -1, copy.version), one, copy)


def writeup_with(text: str, number: int = 1, state: str = "open") -> WriteUp:
    """Return a write-up of which everything that people typed is the text."""
    template = built_in()
    answers = {key: text for key, one in template.questions.items() if one.kind in {"line", "text", "number"}}
    record = WriteUpRecord(
        id=number, author="U1", owner="U2", channel_id="C1", incident_id=1, state=state, reason=text, answers=answers,
        steps=["what"], participants=[], results={"new": {"entry": "FM-0001"}},
        version=3, entry_id=None, remind_at=None, reminded=0, created_at=NOW, updated_at=NOW,
    )  # fmt: skip
    moments = tuple(
        MomentRecord(n, number, n, at, text, by, "said", f"s{n}", "https://example.org", 0, None)
        for n, (at, by) in enumerate([(NOW, "U1"), (None, text)])
    )
    actions = tuple(
        FollowUpRecord(n, number, text, "U1", NOW.date(), state_, text, "U1", NOW, None, 0, 0)
        for n, state_ in enumerate(["open", "done", "dropped"])
    )
    return WriteUp(record, template, ("U1", text), moments, actions)


def long_timeline(writeup: WriteUp) -> WriteUp:
    return replace(writeup, moments=tuple(replace(writeup.moments[0], id=n) for n in range(250)))


def test_the_write_up_asks_for_the_cause_under_five_roots_and_says_what_they_mean() -> None:
    vocabulary = Vocabulary.load(Path(__file__).parents[2] / "catalog")
    template = built_in()
    step = next(step for step in template.steps if step.name == "why")

    blocks = writeup_form(writeup_with("text"), step, vocabulary, typed={"cause_category": "capacity"})["blocks"]

    menu = next(block["element"] for block in blocks if block.get("block_id") == "cause_category")
    roots = [group["label"]["text"] for group in menu["option_groups"]]
    said = next(block["elements"][0]["text"] for block in blocks if "Human error" in str(block))
    assert len(roots) == 5
    assert all(f"*{root}*" in said for root in roots)
    assert menu["initial_option"]["description"]["text"] == "Memory, compute or elasticity ran out."
    assert "what made the slip likely" in said


def writeup_views(text: str, vocabulary: Vocabulary) -> Iterator[Mapping[str, Any]]:
    entry, one = entry_with(text), writeup_with(text)
    likely = [Likely(entry, is_confirmed, ("aliases",), (text,)) for is_confirmed in (True, False)]
    clashes = [Clash("symptom", text, text)]
    for step in one.template.steps:
        yield writeup_form(one, step, vocabulary)
        yield writeup_form(one, step, vocabulary, typed=one.answers, notice="Look", clashes=clashes, who="U1")
    for point in (None, one.moments[0]):
        yield point_form(one.id, point)
        yield point_form(one.id, point, typed=Point(text, NOW, "down"), notice=text, version=3)
    for action in (None, *one.follow_ups):
        yield action_form(one.id, action)
        yield action_form(one.id, action, typed=Action(text, "U1", "2026-01-02", "done", text), notice=text)
    yield writeup_form(long_timeline(one), one.template.steps[2], vocabulary, start=80)
    for state in ("open", "submitted", "not_doing"):
        yield writeup_page(writeup_with(text, state=state))
    yield from (submit_form(one, likely), submit_form(one, []), hand_over_form(one), leave_form(one))
    yield from (submitted(one, None), submitted(one, (entry, judged(entry))))


def drawn_views(text: str) -> list[Mapping[str, Any]]:
    entry = entry_with(text)
    roots = [Root(root=text[:75] or "x", meaning=text[:200] or "x", causes=("hostile",))]
    vocabulary = Vocabulary({name: {**terms, "hostile": text} for name, terms in VOCABULARY.items()}, roots=roots)
    copy = WorkingCopy(entry, entry.document, 3)
    return [
        *(opened_entry(sheet(entry), tab) for tab in TABS),
        new_entry_form(vocabulary),
        desk(copy, judged(entry), ["submit", "publish"]),
        desk(replace(copy, amendment_id=3), judged(entry), []),
        *section_views(copy, text, vocabulary),
        send_form(replace(copy, amendment_id=3)),
        *(reason_form(step, "FM-0001|1|x", text) for step in ("reject", "deprecate", "archive")),
        history_of(entry, text),
        restore_form(entry, 3),
        *(suggest_form(entry, choices(entry.document), one, *suggestion(entry, one, vocabulary)) for one in WRONG),
        sent(amendment(entry, text, "published")),
        whole_difference(amendment(entry, text)),
        decline_form(amendment(entry, text)),
        merge_form(entry, target=entry, gains=differences(None, entry.document)),
        merged("FM-0009", entry),
        needs_change_form("FM-0001|2026-03-02T09:00:00+00:00", text),
        *writeup_views(text, vocabulary),
    ]


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_every_message_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for rendered in drawn_messages(text):
        check_message(rendered.as_payload())
        assert not LIVE.findall(rendered.text)
        assert not live_in(rendered.blocks)


@settings(max_examples=60, deadline=None)
@given(HOSTILE)
def test_every_form_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for view in drawn_views(text):
        check_view(view)
        assert not live_in(view["blocks"])


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


def test_the_card_tells_how_often_the_entry_helped_here_and_when_it_was_rehearsed() -> None:
    text = json.dumps(incident_card(Card(1, (proved(ENTRY, "cuda oom"),))).blocks)

    assert "Worked 7 of 9, median 14 min" in text
    assert "rehearsed on 2026-03-02" in text


def test_once_one_is_found_the_others_step_aside() -> None:
    other = replace(ENTRY, document=ENTRY.document.model_copy(update={"id": "FM-0002"}))
    lines = (proved(ENTRY, "cuda oom"), CardLine(other, "words", "shown", None))

    text = json.dumps(incident_card(Card(1, lines)).blocks)

    assert "Also suggested" in text
    assert text.count("Do the first thing") == text.count("First:")
    assert text.count("First:") <= 1


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


def live_in(value: Any) -> list[str]:
    """Return whatever Slack would bring to life in mrkdwn anywhere inside."""
    if isinstance(value, list):
        return [found for item in value for found in live_in(item)]
    if not isinstance(value, dict):
        return []
    if value.get("type") == "mrkdwn":
        return LIVE.findall(value["text"])
    return [found for item in value.values() for found in live_in(item)]


def test_a_long_remedy_is_shown_whole_in_as_many_paragraphs_as_it_needs() -> None:
    steps = [f"Step {number}: " + "x" * 280 for number in range(1, 31)]
    document = failure_mode(1, mitigations=[{"title": "Act", "kind": "contain", "checklist": steps, "owner": "rota"}])

    view = opened_entry(sheet(replace(ENTRY, document=document)), "mitigate")

    check_view(view)
    text = json.dumps(view)
    assert all(f"Step {number}: xxx" in text for number in range(1, 31))
