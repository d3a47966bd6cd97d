"""A drill: signals over time, what is measured, what is never counted, and the rehearsal on the entry."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store import Store
from tests.factories import RESPONDER, STRANGER, House, claimed, house
from tests.workflows.test_runs import entry as gpu_oom
from workflows.errors import NotAllowed, NotFound, UserError
from workflows.incidents import Message


def practised(store: Store, tmp_path: Path) -> House:
    exercise = {"scenario": "The engine is upgraded.", "steps": ["Raise the cache fraction"]}
    document = type(gpu_oom()).model_validate({**gpu_oom().model_dump(mode="json"), "exercise": exercise})
    return house(store, tmp_path, document)


def begun(store: Store, tmp_path: Path) -> House:
    lived = practised(store, tmp_path)
    lived.drills.begin("FM-1", RESPONDER, channel_id="CINC")
    delivered(lived)
    return lived


def delivered(lived: House) -> None:
    with lived.store.begin() as tx:
        for one in claimed(tx, lived.clock()):
            ts = f"{one.message.id}.5"
            tx.outbox.delivered(one, channel_id="CINC", message_ts=ts, at=lived.clock())


def later(lived: House, **by: int) -> None:
    lived.clock.forward(timedelta(**by))
    lived.drills.sweep()
    delivered(lived)


def kinds(lived: House) -> list[str]:
    with lived.store.read() as tx:
        return [one.kind for one in tx.outbox.all()]


def incident_id(lived: House) -> int:
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    return incident.id


def result(lived: House) -> dict[str, Any] | None:
    with lived.store.read() as tx:
        owed = next(one for one in tx.outbox.all() if one.kind == "drill_intro")
    drill = lived.drills.drill(int(owed.subject))
    assert drill is not None
    return drill.record.result


def found_and_run(lived: House) -> None:
    for _ in range(4):
        later(lived, minutes=1)
    lived.incidents.judge(incident_id(lived), "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    run = lived.runs.of_incident(incident_id(lived))[0]
    for place in range(3):
        lived.clock.forward(timedelta(minutes=2))
        lived.runs.mark(run.id, "remedy", place, "done", RESPONDER, channel_id="CINC")
    lived.runs.failed(run.id, RESPONDER, channel_id="CINC", seen="running")
    lived.runs.fall_back(run.id, RESPONDER, channel_id="CINC")
    lived.runs.worked(run.id, RESPONDER, channel_id="CINC", seen="fallback")
    later(lived, minutes=1)


def test_signals_come_one_after_the_other_and_bring_the_card(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    counts = []
    for seconds in (5, 20, 20, 40):
        later(lived, seconds=seconds)
        counts.append(kinds(lived).count("drill_signal"))

    assert counts == [1, 1, 2, 3]
    assert "incident_card" in kinds(lived)


def test_a_drill_that_is_carried_out_is_measured_and_kept_on_the_entry(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    found_and_run(lived)

    assert result(lived) == {
        "found_min": 4, "steps": 3, "step_min": [2, 2, 2], "run_min": 6, "fallback": True, "rollback": False,
    }  # fmt: skip
    rehearsal = lived.catalog.entry("FM-0001", RESPONDER).document.mitigations[0].rehearsal
    assert rehearsal is not None
    assert rehearsal.result == (
        "Entry found after 4 min; 3 of 3 steps done in 6 min; fallback found, rollback not used."
    )


def test_the_badge_of_a_rehearsal_expires(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    found_and_run(lived)
    document = lived.catalog.entry("FM-0001", RESPONDER).document
    today = lived.clock().date()

    assert document.rehearsed_on(today) == today
    assert document.rehearsed_on(today + timedelta(days=180)) == today
    assert document.rehearsed_on(today + timedelta(days=181)) is None


def test_nothing_is_counted_of_a_drill_and_nobody_is_paged(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    found_and_run(lived)

    with store.read() as tx:
        assert tx.incidents.cards_with("FM-0001") == 0
        assert tx.incidents.judged_cards(latest=9) == []
        assert tx.examples.find(entry_id="FM-0001") == []
    run = lived.runs.of_incident(incident_id(lived))[0]
    assert lived.occurrences.of("FM-0001", RESPONDER) == []
    assert (run.owner_holders, [one.holders for one in run.escalation]) == ((), [[], [], []])
    assert "thanks" not in kinds(lived)
    assert run.is_drill


def test_a_drill_that_nobody_solves_ends_by_itself_and_keeps_nothing(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    later(lived, hours=3)

    measured = result(lived)
    assert measured is not None
    assert measured["found_min"] is None
    assert lived.catalog.entry("FM-0001", RESPONDER).document.mitigations[0].rehearsal is None


def test_a_drill_is_stopped_once(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    lived.drills.stop(RESPONDER, channel_id="CINC")
    with pytest.raises(NotFound):
        lived.drills.stop(RESPONDER, channel_id="CINC")

    later(lived, minutes=5)
    assert kinds(lived).count("drill_signal") == 0
    assert kinds(lived).count("drill_result") == 1


def test_nothing_is_practised_where_an_incident_goes_on(store: Store, tmp_path: Path) -> None:
    lived = practised(store, tmp_path)
    lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", "something is really wrong"))

    with pytest.raises(UserError, match="goes on"):
        lived.drills.begin("FM-1", RESPONDER, channel_id="CINC")


def test_two_drills_in_one_channel_are_one_too_many(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    with pytest.raises(UserError, match="already"):
        lived.drills.begin("FM-1", RESPONDER, channel_id="CINC")


def test_the_wheel_picks_what_was_not_rehearsed_lately(store: Store, tmp_path: Path) -> None:
    lived = practised(store, tmp_path)
    drills = replace(lived.drills, pick=lambda able: able[-1])

    assert drills.begin("", RESPONDER, channel_id="CINC").entry.id == "FM-0001"
    delivered(lived)
    found_and_run(lived)
    lived.catalog.refresh()

    with pytest.raises(UserError, match="rehearsed lately"):
        drills.begin("", RESPONDER, channel_id="CINC")


def test_a_drill_in_another_channel_is_named_and_must_be_listened_in(store: Store, tmp_path: Path) -> None:
    lived = practised(store, tmp_path)

    lived.incidents.listening.watch("CINC", "inc-42", decided_by="U1")
    with pytest.raises(UserError, match="#practice"):
        lived.drills.begin("FM-1", RESPONDER, channel_id="CINC", channel_name="#practice")
    assert lived.drills.begin("FM-1", RESPONDER, channel_id="CELSE", channel_name="#inc-42").channel_id == "CINC"


def test_people_of_other_workspaces_begin_none(store: Store, tmp_path: Path) -> None:
    with pytest.raises(NotAllowed):
        practised(store, tmp_path).drills.begin("FM-1", STRANGER, channel_id="CINC")


def test_what_is_said_after_a_drill_is_meant_in_earnest(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)
    practice = incident_id(lived)
    lived.drills.stop(RESPONDER, channel_id="CINC")

    lived.incidents.observe(Message("Ev9", "CINC", "9999999999.0", None, "U1", "now something is really wrong"))

    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    assert (incident.id != practice, incident.is_drill) == (True, False)


def test_nobody_is_asked_whether_a_drill_helped(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path)

    found_and_run(lived)

    assert "run_outcome" not in kinds(lived)
