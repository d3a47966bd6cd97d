"""How an incident is drawn as a whole: valid Block Kit, and nothing that a person typed comes alive in it."""

import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.drills import begun, intro, signal
from bot.blocks.drills import result as result_of
from bot.blocks.elements import Rendered
from bot.blocks.situations import brief, explanation, situation_form, status, threshold
from bot.blocks.stubs import stub_form, stub_made
from sandbox.blockkit import check_message, check_view
from store.drills import DrillRecord
from store.incidents import IncidentRecord, TimeRecord
from tests.factories import GPU_OOM, VOCABULARY
from tests.unit.test_blocks_of_runs import mrkdwn_in, run
from workflows.drills import Begun, Drill
from workflows.entries.entry import Entry
from workflows.entries.vocabulary import Vocabulary
from workflows.silence import Explanation
from workflows.situations import Matched, Situation
from workflows.stubs import Offered
from workflows.thresholds import Threshold

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIVE = re.compile(r"<(?!@U1>|!subteam\^S1>|#CINC>|!date\^)[^<>]*>")
ENTRY = Entry(GPU_OOM, 1, "U1", NOW, NOW, "U1", "U1")
HOSTILE = st.one_of(st.text(min_size=1, max_size=200), st.sampled_from(["<!channel>", "<@U0VICTIM>", "*_~`>" * 40]))


def situation(text: str = "ranking", *, matched: bool = True) -> Situation:
    incident = IncidentRecord(
        7, "CINC", "1.0", NOW, NOW, "1.0", 3, 3, 0, "mitigating", "sev1", "U1", [text] * 20, [text], text
    )
    sources = (("detected", text), ("mitigated", f"said by {text}"))
    times = tuple(TimeRecord(name, NOW, source) for name, source in sources)
    runs = (run(text), run(text, state="worked"))
    return Situation(incident, times, (Matched(ENTRY, "likely"),) if matched else (), runs, NOW)


def explained(text: str, **given: Any) -> Explanation:
    values: dict[str, Any] = {
        "is_watched": True, "muted_until": NOW, "messages": 3, "best": ENTRY, "why": text, "chance": 0.41,
        "threshold": 0.6, "rejected": ("FM-0002",), "on_card": ("FM-0001",),
    }  # fmt: skip
    return Explanation(**{**values, **given})


@settings(max_examples=40, deadline=None)
@given(HOSTILE)
def test_every_message_of_an_incident_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    drawn = [
        status(situation(text)), status(situation(text, matched=False)), brief(situation(text)),
        *practice(text), explanation(explained(text)), explanation(explained(text, best=None)), stub_made(ENTRY),
        explanation(explained(text, threshold_by="U1")), threshold(Threshold(0.7, 0.8, "U1")),
    ]  # fmt: skip
    for rendered in drawn:
        check_message(rendered.as_payload())
        assert not LIVE.findall(rendered.text + mrkdwn_in(rendered.blocks))


@settings(max_examples=30, deadline=None)
@given(HOSTILE)
def test_every_form_of_an_incident_is_valid(text: str) -> None:
    vocabulary = Vocabulary(VOCABULARY)
    for view in (situation_form(situation(text), vocabulary), stub_form(Offered(7, "CINC", text, (text,)), vocabulary)):
        check_view(view)
        assert not LIVE.findall(mrkdwn_in(view["blocks"]))


def practice(text: str) -> list[Rendered]:
    result = {"found_min": 4, "steps": 3, "step_min": [1, 2], "run_min": 6, "fallback": True, "rollback": False}
    record = DrillRecord(1, "FM-0001", 7, "CINC", "U1", NOW, [text], 0, NOW, "running", None, None)
    over = replace(record, state="over", result=result)
    drawn = [
        intro(Drill(record, ENTRY)), intro(Drill(over, None)), signal(Drill(record, ENTRY), 0),
        result_of(Drill(over, ENTRY)), begun(Begun(ENTRY, "CINC")),
    ]  # fmt: skip
    return [one for one in drawn if one is not None]


def test_every_message_of_a_drill_says_that_it_is_one() -> None:
    assert all("drill" in one.text.lower() for one in practice("alert"))


def test_nothing_is_played_once_a_drill_is_over() -> None:
    record = DrillRecord(1, "FM-0001", 7, "CINC", "U1", NOW, ["alert"], 0, NOW, "over", None, None)

    assert signal(Drill(record, ENTRY), 0) is None


def words(rendered: Rendered) -> str:
    return rendered.text


def test_why_silent_says_chance_and_threshold_in_the_same_unit() -> None:
    told = words(explanation(explained("cuda oom")))

    assert "*41 %*; I speak from *60 %* on, so I am silent" in told
    assert "muted until" in told


def test_the_brief_tells_what_matched_what_was_tried_and_what_is_running() -> None:
    told = words(brief(situation()))

    for fact in ("sev1, mitigating", "`FM-0001` GPU runs out of memory (likely this)", "*Tried*", "*Running*", "As of"):
        assert fact in told


def test_an_incident_without_a_match_offers_to_describe_it() -> None:
    assert "new_stub" in str(status(situation(matched=False)).blocks)
    assert "new_stub" not in str(status(situation()).blocks)
