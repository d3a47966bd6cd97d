"""Write-ups of what was no incident here: from a message, or asked for by another tool, each once."""

from datetime import timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STEWARD, STRANGER, House, house
from workflows.errors import InvalidForm, NotAllowed
from workflows.incidents import Message
from workflows.writeups.elsewhere import Elsewhere, PointedAt, Told, ToldPoint
from workflows.writeups.writeup import PROGRESS

OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory"
SAID = PointedAt("CELSE", "1700000000.000100", "Rows of last week, key AKIA" + "IOSFODNN7EXAMPLE", "UAUTHOR")


def told(lived: House, **given: object) -> Told:
    now = lived.clock()
    answers = {"title": "Queue grew", "symptom": "Answers late", "severity": "sev2", "detected": now.isoformat()}
    points = (ToldPoint(now - timedelta(minutes=5), "Second"), ToldPoint(now - timedelta(hours=1), "First"))
    fields = {"source": "Pager", "reference": "PD-1", "owner": "UOWNER", "answers": answers, "timeline": points}
    return Told(**{**fields, **given})  # type: ignore[arg-type]  # what a test changes is of the same kind


def test_a_message_that_was_no_incident_begins_one_write_up_with_itself_on_the_timeline(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    elsewhere = Elsewhere(lived.writeups)

    first = elsewhere.from_message(SAID, RESPONDER)
    second = elsewhere.from_message(SAID, STEWARD)

    assert first.id == second.id
    assert first.answers["symptom"] == "Rows of last week, key •••"
    assert [(one.text, one.author) for one in second.moments] == [("Rows of last week, key •••", "UAUTHOR")]
    assert second.moments[0].link == "https://slack.com/archives/CELSE/p1700000000000100"
    assert lived.writeups.open(first.id, STEWARD).owner == RESPONDER.user_id


def test_a_message_of_an_incident_goes_to_the_incidents_write_up(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(Message("E1", "CINC", "1700000000.000200", None, "URESPONDER", OOM))
    begun = lived.writeups.start(RESPONDER, channel_id="CINC")

    found = Elsewhere(lived.writeups).from_message(PointedAt("CINC", "1700000000.000200", OOM, "URESPONDER"), STEWARD)

    assert found.id == begun.id
    assert [one.kind for one in found.moments if one.text == OOM] == ["said"]
    assert found.answers["symptom"] == OOM


def test_somebody_from_another_workspace_begins_none(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(NotAllowed):
        Elsewhere(lived.writeups).from_message(SAID, STRANGER)

    assert lived.writeups.all() == []


def test_a_tool_begins_one_write_up_for_its_owner_with_the_timeline_in_order(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    elsewhere = Elsewhere(lived.writeups)

    writeup, is_new = elsewhere.from_tool(told(lived))
    again, is_new_again = elsewhere.from_tool(told(lived, answers={"title": "Another"}))

    assert (is_new, is_new_again, writeup.id) == (True, False, again.id)
    assert (again.owner, again.title, again.severity) == ("UOWNER", "Queue grew", "sev2")
    assert [one.text for one in again.moments] == ["First", "Second"]
    with store.read() as tx:
        assert [one.address for one in tx.outbox.all() if one.kind == PROGRESS] == ["UOWNER"]


def test_what_a_tool_cannot_mean_is_said(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.workspace.left.add("UGONE")
    elsewhere, late = Elsewhere(lived.writeups), lived.clock() + timedelta(hours=1)

    wrong = {
        "owner": told(lived, owner="UGONE"),
        "severity": told(lived, answers={"severity": "sev9"}),
        "detected": told(lived, answers={"detected": late.isoformat()}),
        "timeline": told(lived, timeline=(ToldPoint(late, "Later"),)),
    }

    for field, asked in wrong.items():
        with pytest.raises(InvalidForm) as refused:
            elsewhere.from_tool(asked)
        assert list(refused.value.fields) == [field]
    assert lived.writeups.all() == []
