"""How sure we must be in one channel: who may say so, what it changes, and what is no threshold."""

from datetime import timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STEWARD, STRANGER, House, house
from workflows.errors import NotAllowed, UserError
from workflows.incidents import Message
from workflows.people import Actor
from workflows.situations import Change
from workflows.thresholds import typed_threshold

LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"
ADMIN = Actor("UADMIN")
SURE = 0.99


def begun(store: Store, folder: Path, threshold: float) -> House:
    lived = house(store, folder, threshold=threshold)
    lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", LOG_LINE))
    return lived


def cards(lived: House) -> int:
    with lived.store.read() as tx:
        return sum(one.kind == "incident_card" for one in tx.outbox.all())


def number(lived: House) -> int:
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    return incident.id


def test_without_its_own_a_channel_has_the_threshold_of_all(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, SURE)

    told = lived.thresholds.of("CINC", RESPONDER)

    assert (told.value, told.usual, told.set_by) == (SURE, SURE, None)


def test_a_lower_threshold_brings_the_card_for_what_was_said_already(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, SURE)
    assert cards(lived) == 0

    told = lived.thresholds.set("CINC", 0.2, STEWARD)
    lived.incidents.bring_up_to_date(told.incident_id or 0)

    assert (told.value, told.set_by, cards(lived)) == (0.2, "USTEWARD", 1)
    assert lived.silence.explain("CINC", RESPONDER).threshold == 0.2
    assert lived.silence.explain("CINC", RESPONDER).threshold_by == "USTEWARD"


def test_a_higher_threshold_keeps_the_bot_silent(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, threshold=0.005)
    lived.incidents.listening.watch("CINC", "inc-42", decided_by="U1")
    lived.thresholds.set("CINC", SURE, ADMIN)

    lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", LOG_LINE))

    assert cards(lived) == 0


def test_the_usual_threshold_comes_back(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, SURE)
    lived.thresholds.set("CINC", 0.5, STEWARD)

    told = lived.thresholds.set("CINC", None, STEWARD)

    assert (told.value, told.set_by) == (SURE, None)


def test_only_the_commander_and_those_who_answer_for_entries_set_it(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, SURE)
    with pytest.raises(NotAllowed, match="commander"):
        lived.thresholds.set("CINC", 0.5, RESPONDER)
    with pytest.raises(NotAllowed):
        lived.thresholds.set("CINC", 0.5, STRANGER)

    command = Change(commander=RESPONDER.user_id)
    lived.situations.change(number(lived), command, RESPONDER, channel_id="CINC")

    assert lived.thresholds.set("CINC", 0.5, RESPONDER).value == 0.5


def test_a_channel_nobody_listens_in_has_none_of_its_own(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(UserError, match="do not listen"):
        lived.thresholds.set("CINC", 0.5, STEWARD)


def test_listening_anew_keeps_the_threshold(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, SURE)
    lived.thresholds.set("CINC", 0.5, STEWARD)

    lived.incidents.listening.unwatch("CINC", "inc-42", decided_by="U1")
    lived.incidents.listening.watch("CINC", "inc-42", decided_by="U1")

    assert lived.thresholds.of("CINC", RESPONDER).value == 0.5


def test_an_incident_that_is_over_is_not_taken_up_again(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, SURE)
    lived.clock.forward(timedelta(days=2))

    told = lived.thresholds.set("CINC", 0.2, STEWARD)
    lived.incidents.bring_up_to_date(number(lived))

    assert (told.incident_id, cards(lived)) == (None, 0)


def test_every_change_stands_in_the_audit_trail(store: Store, tmp_path: Path) -> None:
    lived = begun(store, tmp_path, SURE)

    lived.thresholds.set("CINC", 0.5, STEWARD)

    with store.read() as tx:
        deeds = [(one.actor, one.before, one.after) for one in tx.audit.find(action="channel.threshold")]
    assert deeds == [("USTEWARD", {"threshold": None}, {"threshold": 0.5})]


@pytest.mark.parametrize(("typed", "meant"), [("0.7", 0.7), ("0,75", 0.75), ("70%", 0.7), ("70 %", 0.7), ("85", 0.85)])
def test_a_threshold_is_understood_as_people_write_it(typed: str, meant: float) -> None:
    assert typed_threshold(typed) == pytest.approx(meant)


@pytest.mark.parametrize("typed", ["0", "1", "0.1", "100 %", "-0.5", "high", "0.7 please", "٠٫٧", "1e-1", "nan"])
def test_what_is_no_threshold_gets_one_sentence(typed: str) -> None:
    with pytest.raises(UserError, match=r"0\.2 to 0\.99"):
        typed_threshold(typed)
