"""A run is drawn so that Slack takes it, and nothing that a person typed comes alive in it."""

import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.blocks.runs import (
    call_for_help,
    checklist,
    how_it_went,
    outcome_form,
    roll_back_form,
    runs_here,
    step_form,
    word,
)
from sandbox.blockkit import check_message, check_view
from store.runs import EscalationRecord, OutcomeRecord, RunRecord, StepRecord
from workflows.entries.detectors import Detector
from workflows.entries.mitigations import Mitigation
from workflows.entries.parts import Line
from workflows.runs.run import Run, State

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LIVE = re.compile(r"<(?!@U1>|!subteam\^S1>|#CINC>|!date\^|https://example\.org\|)[^<>]*>")
HOSTILE = st.one_of(
    st.text(min_size=1, max_size=300),
    st.sampled_from(["<!channel>", "<@U0VICTIM> & co", "<https://evil.example|our runbook>", "*_~`>" * 60, "y" * 300]),
)
STATES: tuple[State, ...] = (
    "running", "failed", "fallback", "rolling_back", "worked", "rolled_back", "given_up", "called_off",
)  # fmt: skip


def line(text: str) -> str:
    return " ".join(text.replace("\x00", "").encode("utf-8", "replace").decode().split())[:300] or "x"


def run(text: str = "Halve it", *, state: State = "running", steps: int = 12, **given: Any) -> Run:
    said: Line = line(text)
    record = RunRecord(
        1, 7, "FM-0001", "make-it-fit", 1, {}, state, "U1", NOW, NOW + timedelta(minutes=45), None, None, None, None,
        None, None, None if state in {"running", "failed", "fallback", "rolling_back"} else NOW, "U1",
    )  # fmt: skip
    record = replace(record, **given)
    remedy = Mitigation.model_validate(
        {
            "title": said, "kind": "contain", "checklist": [said], "owner": said, "fallback": said,
            "preconditions": [said] * 3, "stop_if": [said] * 3, "communications": said,
            "rollback": {
                "text": said, "steps": [said] * 12, "estimated_min": 5, "data_consequences": said,
                "point_of_no_return": said,
            },
            "degraded_mode": {
                "enter_when": said, "what_is_off": said, "what_stays": said, "exit_when": said, "max_duration_min": 9,
            },
            "automation": {"level": "act", "kill_switch": said},
        }
    )  # fmt: skip
    detector = Detector.model_validate(
        {
            "metric": said, "comparison": "gt", "threshold": 0.95, "intervention_threshold": 0.98, "unit": "ratio",
            "window": "5m", "source": {"title": said, "text": said, "uri": "https://example.org"},
        }
    )  # fmt: skip
    return Run(
        record=record,
        channel_id="CINC",
        entry_title=said,
        remedy=remedy,
        detectors=(detector,) * 5,
        owner_holders=("S1", "U1"),
        others=((said, said),),
        steps=tuple(
            StepRecord(
                part, place, said, ("open", "done", "skipped")[place % 3], "U1" if place % 3 else None, NOW, said
            )
            for part in ("remedy", "rollback")
            for place in range(steps)
        ),
        escalation=(
            EscalationRecord(0, said, ["S1"], 15, None, NOW, "U1"),
            EscalationRecord(1, said, [], 30, NOW, None, None),
        ),
        events=(),
        outcomes=(OutcomeRecord("U1", "partly", said, None, NOW),),
    )


def asked_in_a_room(late: Run) -> Run:
    return replace(late, escalation=tuple(replace(one, asked_in="CINC") for one in late.escalation))


@settings(max_examples=40, deadline=None)
@given(HOSTILE, st.sampled_from(STATES), st.sampled_from([1, 12, 30]))
def test_every_message_of_a_run_is_valid_and_nothing_typed_comes_alive(text: str, state: State, steps: int) -> None:
    late = run(text, state=state, steps=steps, overdue_at=NOW, degraded_at=NOW, fallback_at=NOW, rollback_at=NOW)
    words = [word(late, what, about) for what, about in (("overdue", state), ("degraded_too_long", ""), ("asked", "0"))]
    drawn = [checklist(run(text, state=state, steps=steps)), checklist(late), how_it_went(late), runs_here([late] * 9)]

    for rendered in [*drawn, *words, call_for_help(late, 0), call_for_help(asked_in_a_room(late), 0, "CINC")]:
        if rendered is not None:
            check_message(rendered.as_payload())
            assert not LIVE.findall(rendered.text + mrkdwn_in(rendered.blocks))


@settings(max_examples=30, deadline=None)
@given(HOSTILE)
def test_every_form_of_a_run_is_valid_and_nothing_typed_comes_alive(text: str) -> None:
    for view in (step_form(run(text, steps=30)), roll_back_form(run(text)), outcome_form(run(text))):
        check_view(view)
        assert not LIVE.findall(mrkdwn_in(view["blocks"]))


def test_the_checklist_says_first_where_to_look_with_both_thresholds_side_by_side() -> None:
    text = mrkdwn_in(checklist(run()).blocks)

    assert "alert &gt; 0.95 ratio over 5m · acts by itself &gt; 0.98 ratio" in text
    assert text.index("Look here first") < text.index("1. Halve it")


def test_an_open_step_has_a_button_and_nothing_has_one_once_the_run_is_over() -> None:
    assert json.dumps(checklist(run(steps=3, rollback_at=NOW)).blocks).count("check_step") == 2
    assert '"button"' not in json.dumps(checklist(run(state="worked")).blocks)


@pytest.mark.parametrize(("given", "offered"), [({}, "Try the fallback"), ({"fallback_at": NOW}, "Roll back…")])
def test_what_did_not_work_offers_the_next_resort_first(given: dict[str, Any], offered: str) -> None:
    deeds = [block for block in checklist(run(state="failed", **given)).blocks if block["type"] == "actions"]

    assert deeds[0]["elements"][0]["text"]["text"] == offered


def test_a_word_on_a_clock_that_is_past_is_not_said() -> None:
    over = run(state="worked", overdue_at=NOW)

    assert [word(over, what, about) for what, about in (("overdue", "worked"), ("asked", "0"))] == [None, None]
    assert word(run(state="fallback", overdue_at=NOW), "overdue", "running") is None


def mrkdwn_in(value: Any) -> str:
    if isinstance(value, list):
        return "\n".join(map(mrkdwn_in, value))
    if not isinstance(value, dict):
        return ""
    own = str(value["text"]) if value.get("type") == "mrkdwn" else ""
    return own + "\n".join(map(mrkdwn_in, value.values()))
