"""What an incident told stands in its write-up before anybody writes: points, people, and what was tried."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from store import Store, migrate
from tests.factories import RESPONDER, House, house
from tests.workflows.test_forgetting import rows_with
from workflows.forgetting import Forgetting
from workflows.incidents import Message
from workflows.people import Actor
from workflows.situations import Change
from workflows.writeups.marking import Marking
from workflows.writeups.unsent import Unsent

COMMANDER = Actor("U0A5YXVD6JA")  # as Slack makes them, and as tokens look
LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"


def said(lived: House, ts: str, text: str, author: str = "U1XX", bot: str = "") -> None:
    lived.incidents.observe(Message(f"E{ts}", "CINC", ts, None, author, text, bot_name=bot))
    lived.clock.forward(timedelta(minutes=1))


def change(lived: House, wanted: Change, actor: Actor = RESPONDER) -> None:
    number = lived.situations.here("CINC", RESPONDER).incident.id
    lived.situations.change(number, wanted, actor, channel_id="CINC")
    lived.clock.forward(timedelta(minutes=1))


def points(lived: House) -> list[tuple[str, str]]:
    return [(one.kind, one.text) for one in lived.writeups.start(RESPONDER, channel_id="CINC").moments]


def test_each_alert_stands_on_the_timeline_when_it_came_first(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", "GPU memory above 95 %\nranker-eu", "B1", bot="Alertmanager")
    said(lived, "2.0", LOG_LINE)
    said(lived, "3.0", "GPU memory above 95 %  ranker-eu", "B1", bot="Alertmanager")

    alerts = [one for one in lived.writeups.start(RESPONDER, channel_id="CINC").moments if one.kind == "alert"]

    assert [(one.text, one.link) for one in alerts] == [
        ("Alert: GPU memory above 95 % ranker-eu", "https://slack.com/archives/CINC/p10")
    ]


def test_who_led_and_how_bad_it_was_said_to_be_stand_there_with_every_step_back(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", LOG_LINE)
    change(lived, Change(severity="sev3", commander=COMMANDER.user_id))
    change(lived, Change(severity="sev1", status="mitigated"))
    change(lived, Change(status="mitigating"), COMMANDER)

    told = points(lived)

    assert ("status", "Severity: sev3") in told
    assert ("status", "Severity: sev1 (was sev3)") in told
    assert ("status", "Leads the incident from now on") in told
    assert told[-1] == ("status", "Back to mitigating")
    assert len(told) == len(set(told))


def test_who_took_part_and_what_was_tried_is_answered_to_begin_with(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", LOG_LINE, "U1XX")
    said(lived, "2.0", "GPU memory above 95 %", "B1", bot="Alertmanager")
    change(lived, Change(commander=COMMANDER.user_id))
    number = lived.situations.here("CINC", RESPONDER).incident.id
    lived.incidents.judge(number, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    (run,) = lived.runs.of_incident(number)
    lived.clock.forward(timedelta(minutes=14))
    lived.runs.worked(run.id, RESPONDER, channel_id="CINC", seen="running")

    answers = lived.writeups.start(RESPONDER, channel_id="CINC").answers

    assert answers["people"] == f"{COMMANDER.user_id},{RESPONDER.user_id},U1XX"
    made = [one for one in lived.writeups.start(RESPONDER, channel_id="CINC").moments if one.kind == "confirmed"]
    assert [one.link for one in made] == ["https://slack.com/archives/CINC/p10"]  # the thread under the card
    assert answers["tried"] == f"{run.remedy.title}: it worked after 14 min"


def test_what_happens_after_it_began_is_there_when_it_is_opened_again_and_what_people_wrote_stays(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", LOG_LINE)
    number = lived.situations.here("CINC", RESPONDER).incident.id
    lived.incidents.judge(number, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    begun = lived.writeups.start(RESPONDER, channel_id="CINC")
    assert begun.answers["tried"].endswith("still under way")
    seen = {"title": "It ran out", "symptom": "Memory was gone", "severity": "sev1"}
    lived.writeups.save(begun.id, "what", seen, RESPONDER, version=begun.record.version)
    (run,) = lived.runs.of_incident(number)
    lived.clock.forward(timedelta(minutes=14))
    lived.runs.worked(run.id, RESPONDER, channel_id="CINC", seen="running")
    change(lived, Change(status="resolved", severity="sev2"))

    again = lived.writeups.open(begun.id, RESPONDER)

    assert again.answers["tried"].endswith("it worked after 14 min")
    assert again.answers["severity"] == "sev1"
    assert "Resolved" in [one.text for one in again.moments]
    assert {(one.text, one.at) for one in begun.moments} <= {(one.text, one.at) for one in again.moments}


def test_what_somebody_emptied_stays_empty_and_what_only_the_bot_said_is_in_nobodys_way(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", LOG_LINE)
    number = lived.situations.here("CINC", RESPONDER).incident.id
    lived.incidents.judge(number, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    begun = lived.writeups.start(RESPONDER, channel_id="CINC")
    seen = {"title": "It ran out", "symptom": "Gone", "severity": "sev1", "people": ""}
    lived.writeups.save(begun.id, "what", seen, RESPONDER, version=begun.record.version)
    opened_at = lived.writeups.open(begun.id, RESPONDER).record.version
    (run,) = lived.runs.of_incident(number)
    lived.clock.forward(timedelta(minutes=14))
    lived.runs.worked(run.id, RESPONDER, channel_id="CINC", seen="running")
    lived.writeups.open(begun.id, COMMANDER, channel_id="CINC")  # a colleague looks, and the bot knows better now

    response = {"tried": "Restarted it", "mitigation": "Restart", "checklist": "Do", "owner": "rota"}
    saved = lived.writeups.save(begun.id, "response", response, RESPONDER, version=opened_at)

    assert saved.writeup.answers["tried"] == "Restarted it"
    assert lived.writeups.open(begun.id, RESPONDER).answers["people"] == ""


def test_who_took_part_is_not_forgotten_with_their_messages(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", LOG_LINE, "U1XX")
    begun = lived.writeups.start(RESPONDER, channel_id="CINC")
    with store.begin() as tx:
        tx.incidents.forget(begun.record.incident_id or 0)

    assert lived.writeups.open(begun.id, RESPONDER).answers["people"] == "U1XX"


def test_alerts_that_differ_in_figures_alone_are_one(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", LOG_LINE)
    for number in range(2, 9):
        said(lived, f"{number}.0", f"p99 of ranking is {300 + number}.5 ms", "B1", bot="Alertmanager")

    assert [text for kind, text in points(lived) if kind == "alert"] == ["Alert: p99 of ranking is 302.5 ms"]


def test_what_was_taken_over_of_messages_is_forgotten_with_the_incident(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", f"{LOG_LINE} at ACME")
    said(lived, "2.0", "disk full for tenant ACME", "B1", bot="Alertmanager")
    number = lived.situations.here("CINC", RESPONDER).incident.id
    lived.incidents.judge(number, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    (run,) = lived.runs.of_incident(number)
    lived.runs.mark(run.id, "remedy", 0, "done", RESPONDER, channel_id="CINC", comment="for ACME alone")
    begun = lived.writeups.start(RESPONDER, channel_id="CINC")
    assert "ACME" in begun.answers["symptom"]
    assert [one.kind for one in begun.moments if "ACME" in one.text] == ["alert", "step"]
    typed = {"title": "Half a title", "symptom": begun.answers["symptom"]}
    Unsent(lived.writeups).keep(begun.id, "what", typed, RESPONDER, version=begun.record.version)

    Forgetting(store, lived.clock, lived.bell).incident(str(number), RESPONDER)

    assert rows_with(store, "ACME") == set()
    assert len(lived.writeups.open(begun.id, RESPONDER).moments) == len(begun.moments) - 1
    left = Unsent(lived.writeups).left_in_step(begun, begun.steps[0], RESPONDER)
    assert left is not None
    assert left.answers == {"title": "Half a title"}


def test_what_somebody_wrote_about_a_forgotten_incident_is_theirs(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", LOG_LINE)
    begun = lived.writeups.start(RESPONDER, channel_id="CINC")
    seen = {"title": "It ran out", "symptom": "Memory was gone", "severity": "sev1"}
    lived.writeups.save(begun.id, "what", seen, RESPONDER, version=begun.record.version)

    Forgetting(store, lived.clock, lived.bell).incident(str(begun.record.incident_id), RESPONDER)

    assert lived.writeups.open(begun.id, RESPONDER).answers["symptom"] == "Memory was gone"
    assert rows_with(store, LOG_LINE) == set()


def test_two_hundred_points_are_gathered_within_the_limits_of_a_transaction(tmp_path: Path) -> None:
    patient = Store.open(f"sqlite:///{tmp_path / 'many.db'}", timedelta(seconds=30))
    migrate(patient.engine)
    lived = house(patient, tmp_path)
    for number in range(1, 201):
        said(lived, f"{number}.0", f"{LOG_LINE} on replica number {number}")
        Marking(patient, lived.clock, lived.writeups.template).mark("CINC", f"{number}.0", RESPONDER, is_added=True)
    hasty = replace(lived.writeups, store=Store.open(f"sqlite:///{tmp_path / 'many.db'}"))

    begun = hasty.start(RESPONDER, channel_id="CINC")

    assert len(hasty.open(begun.id, RESPONDER).moments) > 200
    hasty.store.close()
    patient.close()


def test_the_symptom_is_the_first_message_that_says_something_is_wrong(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "1.0", "retro moves to 15:00, invite is updated")
    said(lived, "2.0", "works for me, thanks")
    said(lived, "3.0", LOG_LINE)

    assert lived.writeups.start(RESPONDER, channel_id="CINC").answers["symptom"] == LOG_LINE
