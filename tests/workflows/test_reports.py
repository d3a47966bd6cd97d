"""What other tools report of incidents: what begins, what changes, and what is refused."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.forms.reports import IncidentReport, report_of
from store import Store
from tests.factories import RESPONDER, House, house
from workflows.errors import InvalidForm, NotFound, Unavailable, UserError
from workflows.incidents import Message
from workflows.reports import Reported
from workflows.situations import Situation


def posted(lived: House, **fields: Any) -> Reported:
    report = report_of(IncidentReport, json.dumps({"channel": "CINC", "source": "our pager", **fields}).encode())
    return lived.reports.take(report.channel, report.change, source=report.source)


def here(lived: House, channel_id: str = "CINC") -> Situation:
    return lived.situations.here(channel_id, RESPONDER)


def test_a_report_begins_an_incident_and_listens_from_then_on(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.channels.names["CROOM"] = "war-room"

    done = posted(
        lived, channel="CROOM", severity="SEV-2", status="mitigating", commander="UBOSS", services=["ranking"]
    )

    told = here(lived, "CROOM").incident
    assert (done.is_new, told.severity, told.status, told.commander, told.services) == (
        True, "sev2", "mitigating", "UBOSS", ["ranking"],
    )  # fmt: skip
    assert lived.incidents.take_in(Message("Ev1", "CROOM", "1.0", None, "U1", "CUDA out of memory")).is_new


def test_the_times_of_a_report_count_and_say_their_source(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    earlier = lived.clock() - timedelta(minutes=20)

    posted(lived, times={"detected": earlier.isoformat()})

    assert [(one.name, one.at, one.source) for one in here(lived).times] == [("detected", earlier, "said by our pager")]


def test_the_same_report_twice_changes_nothing_the_second_time(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    report = {"severity": "sev1", "status": "mitigated", "commander": "UBOSS"}

    first = posted(lived, **report)
    lived.clock.forward(timedelta(minutes=5))
    before = here(lived)
    second = posted(lived, **report)

    assert (first.incident_id, first.is_new, second.is_new) == (second.incident_id, True, False)
    assert here(lived).times == before.times
    with store.read() as tx:
        assert len(tx.audit.find(action="incident.change")) == 1


def test_what_is_left_out_stays_and_null_clears(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    posted(lived, severity="sev1", commander="UBOSS", services=["ranking"])

    posted(lived, commander=None, status="resolved")

    told = here(lived).incident
    assert (told.severity, told.commander, told.status, told.services) == ("sev1", None, "resolved", ["ranking"])


def test_a_report_of_the_channel_by_name_changes_what_was_said_there(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", "CUDA out of memory"))

    done = posted(lived, channel="#inc-42", severity="sev3")

    assert (done.channel_id, done.is_new, here(lived).incident.severity) == ("CINC", False, "sev3")


def test_where_people_do_not_want_us_to_listen_a_report_is_refused(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.listening.unwatch("CINC", "inc-42", decided_by="U1")

    with pytest.raises(UserError, match="not to listen"):
        posted(lived, severity="sev3")


def test_where_people_of_other_workspaces_are_a_report_is_refused(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.channels.shared.add("CINC")

    with pytest.raises(UserError, match="other workspaces"):
        posted(lived, severity="sev3")


def test_a_channel_nobody_knows_is_refused_and_silence_of_slack_is_no_answer(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(NotFound):
        posted(lived, channel="nowhere")
    with pytest.raises(Unavailable):
        posted(lived, channel="CUNKNOWN")


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"severity": "awful"}, "severity"),
        ({"status": "burning"}, "status"),
        ({"commander": "sam"}, "commander"),
        ({"services": ["x"] * 21}, "services"),
        ({"times": {"detected": "yesterday"}}, "times.detected"),
        ({"times": {"detected": "2026-03-02T09:00:00"}}, "times.detected"),
        ({"times": {"dinner": "2026-03-02T09:00:00Z"}}, "times.dinner.[key]"),
        ({"channel": ""}, "channel"),
        ({"surprise": 1}, "surprise"),
    ],
)
def test_a_wrong_field_is_named(fields: dict[str, Any], wrong: str) -> None:
    with pytest.raises(InvalidForm) as refused:
        report_of(IncidentReport, json.dumps({"channel": "CINC", **fields}).encode())

    assert list(refused.value.fields) == [wrong]


@pytest.mark.parametrize("body", [b"", b"not json", b"[]", b"\xff\xfe", b'{"channel": "\\ud800"}', b"[" * 60_000])
def test_what_is_no_report_is_refused(body: bytes) -> None:
    with pytest.raises(InvalidForm):
        report_of(IncidentReport, body)


def test_a_time_in_the_future_is_refused_and_nothing_begins(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    later = lived.clock() + timedelta(hours=1)

    with pytest.raises(InvalidForm):
        posted(lived, times={"resolved": later.isoformat()})

    assert lived.incidents.incident_in("CINC") is None
