"""A remedy under way: steps, clocks, the next resort, people asked for help, and what came of it."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from store import Store
from tests.factories import GPU_OOM, RESPONDER, STRANGER, House, house
from workflows.entries.document import FailureMode
from workflows.errors import NotAllowed, NotFound, UserError
from workflows.incidents import Message
from workflows.people import Actor
from workflows.runs.run import Run
from workflows.situations import Change

LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"
SECOND = Actor("USECOND")
EXPECTED = timedelta(minutes=45)
REMEDY: dict[str, Any] = {
    "key": "make-it-fit",
    "title": "Make it fit",
    "kind": "contain",
    "checklist": ["Halve the batch", "Restart one replica", "Watch memory"],
    "owner": "Serving on-call",
    "expected_time": {"contain_p50_min": 15, "contain_p90_min": 45},
    "rollback": {
        "text": "Set the batch back.",
        "steps": ["Pin the flags", "Restart"],
        "estimated_min": 20,
        "data_consequences": "Requests in flight are lost.",
    },
    "fallback": "Serve a smaller model.",
    "degraded_mode": {
        "enter_when": "Two replicas restart",
        "what_is_off": "Long inputs",
        "what_stays": "Short ones",
        "exit_when": "An hour without failure",
        "max_duration_min": 120,
    },
    "escalation": [
        {"after_min": 15, "to": "serving on-call rota"},
        {"after_min": 30, "to": "capacity rota"},
        {"after_min": 60, "to": "Incident commander rota"},
    ],
}
OTHER: dict[str, Any] = {"title": "Roll the engine back", "kind": "correct", "checklist": ["Pin it"], "owner": "x"}


def entry() -> FailureMode:
    return GPU_OOM.model_copy(update={"mitigations": FailureMode.model_validate(
        {**GPU_OOM.model_dump(mode="json"), "mitigations": [REMEDY, OTHER]}
    ).mitigations})  # fmt: skip


def lived_in(store: Store, tmp_path: Path) -> House:
    lived = house(store, tmp_path, entry())
    lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", LOG_LINE))
    return lived


def judged(lived: House, verdict: Any = "confirmed", actor: Actor = RESPONDER) -> None:
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    lived.incidents.judge(incident.id, "FM-0001", verdict, actor, channel_id="CINC")


def started(store: Store, tmp_path: Path) -> House:
    lived = lived_in(store, tmp_path)
    judged(lived)
    return lived


def runs(lived: House) -> list[Run]:
    incident = lived.incidents.incident_in("CINC")
    return lived.runs.of_incident(incident.id) if incident else []


def run(lived: House) -> Run:
    return runs(lived)[0]


def kinds(lived: House, kind: str) -> list[str]:
    with lived.store.read() as tx:
        return [one.subject for one in tx.outbox.all() if one.kind == kind]


def later(lived: House, **by: int) -> int:
    lived.clock.forward(timedelta(**by))
    return lived.timers.sweep()


def steps(lived: House) -> list[tuple[str, str | None]]:
    return [(one.state, one.by) for one in run(lived).part("remedy")]


def test_this_is_it_starts_the_remedy_that_contains_in_one_message(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)

    assert [one.text for one in run(lived).steps] == REMEDY["checklist"]
    assert run(lived).owner_holders == ("SSERVING",)
    assert run(lived).record.due_at == lived.clock() + EXPECTED
    assert kinds(lived, "run_checklist") == [str(run(lived).id)]


def test_this_is_it_twice_by_two_people_starts_one_run(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda actor: judged(lived, actor=actor), [RESPONDER, SECOND]))

    assert len(runs(lived)) == 1


def test_this_is_it_after_the_run_is_over_starts_none(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    lived.runs.worked(run(lived).id, RESPONDER, channel_id="CINC", seen="running")

    judged(lived, actor=SECOND)

    assert [one.record.state for one in runs(lived)] == ["worked"]


def test_taking_it_back_calls_the_run_off_and_saying_it_again_takes_it_up_where_it_stood(
    store: Store, tmp_path: Path
) -> None:
    lived = started(store, tmp_path)
    lived.runs.mark(run(lived).id, "remedy", 0, "done", RESPONDER, channel_id="CINC")

    judged(lived, "shown")
    assert run(lived).record.state == "called_off"
    assert later(lived, hours=3) == 0
    judged(lived)

    assert [one.record.state for one in runs(lived)] == ["running"]
    assert steps(lived)[0] == ("done", RESPONDER.user_id)


def test_two_people_on_one_step_leave_the_first_ones_name(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)

    lived.runs.mark(run(lived).id, "remedy", 1, "done", SECOND, channel_id="CINC")
    lived.runs.mark(run(lived).id, "remedy", 1, "done", RESPONDER, channel_id="CINC")

    assert steps(lived)[1] == ("done", "USECOND")


def test_every_step_is_kept_when_many_check_at_once(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    run_id = run(lived).id

    with ThreadPoolExecutor(6) as pool:
        list(
            pool.map(
                lambda place: lived.runs.mark(run_id, "remedy", place % 3, "done", RESPONDER, channel_id="CINC"),
                range(12),
            )
        )

    assert steps(lived) == [("done", RESPONDER.user_id)] * 3
    assert [one.kind for one in run(lived).events].count("step_done") == 3


def test_a_step_can_be_skipped_with_a_reason_without_secrets_and_opened_again(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    run_id = run(lived).id

    said = "not ours, ask jane@example.org"
    lived.runs.mark(run_id, "remedy", 2, "skipped", RESPONDER, channel_id="CINC", comment=said)
    skipped = run(lived).steps[2]
    lived.runs.mark(run_id, "remedy", 2, "open", SECOND, channel_id="CINC")

    assert (skipped.state, skipped.by, skipped.comment) == ("skipped", RESPONDER.user_id, "not ours, ask •••")
    assert steps(lived)[2] == ("open", None)


def test_a_run_is_acted_on_only_in_its_own_channel_and_by_colleagues(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)

    with pytest.raises(NotFound):
        lived.runs.mark(run(lived).id, "remedy", 0, "done", RESPONDER, channel_id="COTHER")
    with pytest.raises(NotAllowed):
        lived.runs.mark(run(lived).id, "remedy", 0, "done", STRANGER, channel_id="CINC")


def test_when_the_time_is_over_it_is_said_once_and_the_fallback_is_offered(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    lived.runs.stop_escalation(run(lived).id, RESPONDER, channel_id="CINC")

    acted = [later(lived, minutes=minutes) for minutes in (44, 1, 1)]

    assert acted == [0, 1, 0]
    assert run(lived).is_overdue
    assert run(lived).offer == "fallback"
    assert kinds(lived, "run_word") == [f"{run(lived).id}|overdue|running"]


def test_what_does_not_work_leads_to_the_fallback_then_the_way_back_then_people(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    run_id = run(lived).id
    offers = []

    lived.runs.failed(run_id, RESPONDER, channel_id="CINC", seen="running")
    offers.append(run(lived).offer)
    lived.runs.fall_back(run_id, RESPONDER, channel_id="CINC")
    lived.runs.failed(run_id, RESPONDER, channel_id="CINC", seen="fallback")
    offers.append(run(lived).offer)
    lived.runs.roll_back(run_id, RESPONDER, channel_id="CINC")
    assert [one.text for one in run(lived).part("rollback")] == ["Pin the flags", "Restart"]
    lived.runs.failed(run_id, RESPONDER, channel_id="CINC", seen="rolling_back")
    offers.append(run(lived).offer)

    assert offers == ["fallback", "rollback", "escalation"]


def test_a_second_did_not_work_of_the_same_moment_does_not_fail_the_fallback(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    run_id = run(lived).id
    lived.runs.failed(run_id, RESPONDER, channel_id="CINC", seen="running")
    lived.runs.fall_back(run_id, RESPONDER, channel_id="CINC")

    with pytest.raises(UserError, match="faster"):
        lived.runs.failed(run_id, SECOND, channel_id="CINC", seen="running")

    assert run(lived).record.state == "fallback"


def test_help_is_asked_for_in_order_each_after_its_wait(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)

    asked = []
    for minutes in (14, 1, 15, 30):
        later(lived, minutes=minutes)
        asked.append(sum(one.asked_at is not None for one in run(lived).escalation))

    assert asked == [0, 1, 2, 3]
    assert kinds(lived, "run_call") == [f"{run(lived).id}|2|UCOMMANDER"]  # the one place that a person holds


def escalating_into(store: Store, tmp_path: Path, channel: str) -> House:
    """Return a house whose remedy names the channel for the first place of its path; the bot is in #capacity."""
    path = [{**REMEDY["escalation"][0], "channel": channel}, *REMEDY["escalation"][1:]]
    document = {**GPU_OOM.model_dump(mode="json"), "mitigations": [{**REMEDY, "escalation": path}]}
    lived = house(store, tmp_path, FailureMode.model_validate(document))
    lived.channels.names["CCAP"] = "capacity"
    lived.incidents.listening.watch("CCAP", "capacity", decided_by="U1")
    lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", LOG_LINE))
    judged(lived)
    return lived


@pytest.mark.parametrize("channel", ["#capacity", "capacity", "CCAP"])
def test_the_channel_that_the_entry_names_is_posted_into_once(channel: str, store: Store, tmp_path: Path) -> None:
    lived = escalating_into(store, tmp_path, channel)

    later(lived, minutes=15)
    for actor in (RESPONDER, SECOND):
        lived.runs.escalate(run(lived).id, 0, actor, channel_id="CINC")

    assert run(lived).escalation[0].asked_in == "CCAP"
    with lived.store.read() as tx:
        assert [(one.address, one.thread_ts) for one in tx.outbox.all() if one.kind == "run_call"] == [("CCAP", None)]


@pytest.mark.parametrize("channel", ["#nowhere", "#inc-42", "CINC"])
def test_a_channel_we_do_not_know_and_the_incidents_own_are_not_posted_into(
    channel: str, store: Store, tmp_path: Path
) -> None:
    lived = escalating_into(store, tmp_path, channel)

    later(lived, minutes=15)

    assert run(lived).escalation[0].asked_in != "CCAP"
    assert kinds(lived, "run_call") == []


def test_a_channel_with_people_of_other_workspaces_is_not_posted_into(store: Store, tmp_path: Path) -> None:
    lived = escalating_into(store, tmp_path, "#partners")
    lived.channels.names["CPARTNERS"] = "partners"
    lived.channels.shared.add("CPARTNERS")
    lived.incidents.observe(Message("Ev2", "CPARTNERS", "2.0", None, "U1", "hello"))

    later(lived, minutes=15)

    assert kinds(lived, "run_call") == []


def test_anyone_can_stop_the_escalation(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)

    lived.runs.stop_escalation(run(lived).id, SECOND, channel_id="CINC")
    later(lived, hours=2)

    assert [one.asked_at for one in run(lived).escalation] == [None] * 3
    assert run(lived).record.escalation_stopped_by == "USECOND"


def test_escalating_by_hand_twice_asks_one_and_the_next_wait_begins_anew(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    lived.clock.forward(timedelta(minutes=2))

    for actor in (RESPONDER, SECOND):
        lived.runs.escalate(run(lived).id, 0, actor, channel_id="CINC")

    path = run(lived).escalation
    assert [one.asked_by for one in path] == [RESPONDER.user_id, None, None]
    assert path[1].due_at == lived.clock() + timedelta(minutes=15)


def test_after_a_downtime_one_is_asked_and_not_everybody_at_once(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)

    later(lived, hours=2)
    lived.timers.sweep()

    path = run(lived).escalation
    assert [one.asked_at is not None for one in path] == [True, False, False]
    assert path[1].due_at == lived.clock() + timedelta(minutes=15)


def test_several_processes_that_sweep_at_once_ask_once(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    lived.clock.forward(timedelta(minutes=45))

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: lived.timers.sweep(), range(8)))

    assert sorted(one.partition("|")[2] for one in kinds(lived, "run_word")) == ["asked|0", "overdue|running"]


def test_degraded_mode_is_entered_once_and_its_end_is_said(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    run_id = run(lived).id
    lived.runs.stop_escalation(run_id, RESPONDER, channel_id="CINC")

    lived.runs.degrade(run_id, RESPONDER, channel_id="CINC", on=True)
    entered = run(lived).record.degraded_at
    lived.clock.forward(timedelta(minutes=1))
    lived.runs.degrade(run_id, SECOND, channel_id="CINC", on=True)
    later(lived, minutes=119)

    assert run(lived).record.degraded_at == entered
    assert f"{run_id}|degraded_too_long|running" in kinds(lived, "run_word")


def test_another_remedy_runs_beside_the_first(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)

    for _ in range(2):
        lived.runs.start(run(lived).id, "Roll the engine back", SECOND, channel_id="CINC", entry=entry())

    assert [one.record.mitigation for one in runs(lived)] == ["make-it-fit", "Roll the engine back"]


def test_what_worked_joins_the_record_of_the_entry_and_the_card_counts_it(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    run_id = run(lived).id
    lived.runs.mark(run_id, "remedy", 0, "done", SECOND, channel_id="CINC")
    lived.clock.forward(timedelta(minutes=14))

    lived.runs.worked(run_id, RESPONDER, channel_id="CINC", seen="running")
    for actor in (RESPONDER, SECOND):
        lived.outcomes.answer(run_id, "yes", actor, channel_id="CINC")

    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    card = lived.incidents.card(incident.id)
    assert card is not None
    assert vars(card.lines[0].record) == {"tried": 1, "helped": 1, "median_min": 14}
    assert incident.status == "mitigated"
    assert kinds(lived, "run_outcome") == [str(run_id)]


def test_people_who_disagree_come_to_partly_and_search_learns_less_of_it(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    run_id = run(lived).id
    lived.runs.mark(run_id, "remedy", 0, "done", SECOND, channel_id="CINC")
    lived.runs.give_up(run_id, RESPONDER, channel_id="CINC")

    lived.outcomes.answer(run_id, "no", RESPONDER, channel_id="CINC")
    lived.outcomes.answer(run_id, "yes", SECOND, channel_id="CINC")

    case = lived.occurrences.of("FM-0001", RESPONDER)[0]
    with store.read() as tx:
        weights = {one.weight for one in tx.examples.find(entry_id="FM-0001")}
    assert [(one.mitigation, one.helped) for one in case.description.tried] == [("make-it-fit", "partly")]
    assert weights == {0.75}


def test_only_those_who_ran_it_are_asked_how_it_went(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    lived.runs.worked(run(lived).id, RESPONDER, channel_id="CINC", seen="running")

    with pytest.raises(NotAllowed):
        lived.outcomes.answer(run(lived).id, "yes", Actor("UPASSERBY"), channel_id="CINC")


def test_what_is_not_right_any_more_makes_the_review_of_the_entry_due(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    run_id = run(lived).id
    lived.runs.worked(run_id, RESPONDER, channel_id="CINC", seen="running")
    lived.outcomes.answer(run_id, "partly", RESPONDER, channel_id="CINC")

    lived.outcomes.add(run_id, "The flag has another name", RESPONDER, channel_id="CINC", still_right=False)
    lived.nudging.sweep()

    with store.read() as tx:
        review = tx.reviews.get("FM-0001")
    assert review is not None
    assert review.reason.endswith("not right any more: The flag has another name")


def test_nothing_moves_once_a_run_is_over(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    lived.runs.worked(run(lived).id, RESPONDER, channel_id="CINC", seen="running")

    with pytest.raises(UserError, match="over"):
        lived.runs.mark(run(lived).id, "remedy", 0, "done", RESPONDER, channel_id="CINC")

    assert later(lived, hours=9) == 0


def test_an_edit_of_the_entry_moves_no_step_of_a_run(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    changed = entry().model_copy(update={"mitigations": []})
    with store.begin() as tx:
        record = tx.entries.get("FM-0001")
        assert record is not None
        tx.entries.put(type(record)(**{**vars(record), "document": changed.model_dump(mode="json")}))

    assert [one.text for one in run(lived).steps] == REMEDY["checklist"]


def test_a_role_that_nobody_named_is_written_out(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)

    assert [one.holders for one in run(lived).escalation] == [["SSERVING"], [], ["UCOMMANDER"]]


def test_how_sure_it_is_can_be_said_after_confirming(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None

    lived.incidents.be_certain(incident.id, "FM-0001", "guess", RESPONDER, channel_id="CINC")

    assert lived.occurrences.of("FM-0001", RESPONDER)[0].description.certainty == "guess"


def test_an_entry_that_nobody_suggested_is_started_by_its_name(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, entry())
    lived.incidents.listening.watch("CINC", "inc-42", decided_by="U1")

    for _ in range(2):
        lived.incidents.confirm_by_hand("CINC", "FM-1", RESPONDER)

    assert [one.record.state for one in runs(lived)] == ["running"]
    assert len(lived.occurrences.of("FM-0001", RESPONDER)) == 1
    with store.read() as tx:
        assert tx.incidents.judged_cards(latest=9) == []  # no chance was given, so none is corrected


def test_nothing_is_started_where_nobody_listens_or_of_what_is_not_published(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, entry())
    lived.channels.names["CELSE"] = "general"

    with pytest.raises(UserError, match="watch"):
        lived.incidents.confirm_by_hand("CELSE", "FM-1", RESPONDER)
    with pytest.raises(NotFound):
        lived.incidents.confirm_by_hand("CINC", "FM-99", RESPONDER)


def test_nobody_is_woken_once_the_incident_is_mitigated(store: Store, tmp_path: Path) -> None:
    lived = started(store, tmp_path)
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None

    lived.situations.change(incident.id, Change(status="mitigated"), SECOND, channel_id="CINC")

    assert later(lived, hours=3) == 0
    assert [one.asked_at for one in run(lived).escalation] == [None] * 3
    assert run(lived).record.is_open
