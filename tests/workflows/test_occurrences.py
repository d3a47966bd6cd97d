"""Occurrences: confirmed in incidents or recorded by people, possible in their times, and nobody's text lost."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STEWARD, STRANGER, House, failure_mode, house
from workflows.errors import InvalidForm, NotAllowed, NotFound
from workflows.incidents import Message
from workflows.occurrences import Description
from workflows.people import Actor
from workflows.quality.priority import frequency
from workflows.quality.surroundings import Tried
from workflows.search.learning import Verdict

NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SAID = Description(
    certainty="known",
    severity="sev1",
    started=NOON,
    detected=NOON + timedelta(minutes=5),
    contained=NOON + timedelta(minutes=30),
    tried=(Tried("Contain it", "partly"),),
    link="https://example.org/incident/7",
    lessons="Look at the batch size first.",
)


def judge(lived: House, verdict: Verdict, actor: Actor = RESPONDER) -> None:
    if lived.incidents.incident_in("CINC") is None:
        lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", "torch.cuda.OutOfMemoryError: CUDA OOM"))
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    lived.incidents.judge(incident.id, "FM-0001", verdict, actor, channel_id="CINC")


def test_confirming_records_an_occurrence_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    opened_at = lived.clock()

    for actor in (RESPONDER, STEWARD):
        judge(lived, "confirmed", actor)
        lived.clock.forward(timedelta(minutes=5))

    [case] = lived.occurrences.of("FM-0001", RESPONDER)
    assert (case.happened_at, case.recorded_by) == (opened_at, RESPONDER.user_id)
    assert (case.description.certainty, case.description.severity) == ("likely", "sev2")
    sheet = lived.assessing.of(lived.catalog.entry("FM-0001", RESPONDER), RESPONDER)
    assert sheet.frequency == "occasional"


@pytest.mark.parametrize("verdict", ["shown", "rejected"])
def test_taking_a_confirmation_back_takes_the_occurrence_back_and_keeps_its_text(
    store: Store, tmp_path: Path, verdict: Verdict
) -> None:
    lived = house(store, tmp_path)
    judge(lived, "confirmed")
    [case] = lived.occurrences.of("FM-0001", RESPONDER)
    lived.occurrences.describe(case.id, SAID, RESPONDER, version=0)

    judge(lived, verdict)

    assert lived.occurrences.of("FM-0001", RESPONDER) == []
    [undone] = lived.trail.find(action="occurrence.undo")
    assert undone.before is not None
    assert undone.before["lessons"] == SAID.lessons


def test_a_recorded_occurrence_comes_back_as_it_was_said_and_counts(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    for _ in range(2):
        lived.occurrences.record("FM-0001", SAID, RESPONDER, submission="V1")

    [case] = lived.occurrences.of("FM-0001", RESPONDER)
    assert case.description == SAID
    assert frequency([case.happened_at], lived.clock().date()) == "occasional"


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"detected": NOON - timedelta(minutes=1)}, "detected"),
        ({"detected": None, "contained": NOON - timedelta(days=1)}, "contained"),
        ({"resolved": NOON + timedelta(minutes=10)}, "resolved"),
        ({"resolved": NOON + timedelta(days=900)}, "resolved"),
        ({"started": None, "detected": None, "contained": None}, "started"),
        ({"link": "javascript:alert(1)"}, "link"),
        ({"link": "https://example.org/<b>"}, "link"),
    ],
)
def test_what_cannot_be_is_refused_in_its_field(
    store: Store, tmp_path: Path, given: dict[str, object], field: str
) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(InvalidForm) as refused:
        lived.occurrences.record("FM-0001", replace(SAID, **given), RESPONDER, submission="V1")  # type: ignore[arg-type]  # test shorthand

    assert list(refused.value.fields) == [field]
    assert lived.occurrences.of("FM-0001", RESPONDER) == []


def test_the_second_of_two_who_describe_a_case_overwrites_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    judge(lived, "confirmed")
    [case] = lived.occurrences.of("FM-0001", RESPONDER)

    lived.occurrences.describe(case.id, SAID, RESPONDER, version=case.version)
    lived.occurrences.describe(case.id, SAID, RESPONDER, version=case.version)
    with pytest.raises(InvalidForm, match="meantime"):
        lived.occurrences.describe(case.id, replace(SAID, lessons="Mine"), STEWARD, version=case.version)

    assert lived.occurrences.of("FM-0001", RESPONDER)[0].description.lessons == SAID.lessons


def test_only_contributors_record_and_only_on_what_they_may_see(store: Store, tmp_path: Path) -> None:
    secret = failure_mode(9, visibility="restricted")
    lived = house(store, tmp_path, failure_mode(1), secret, roles={"contributor": ("UWRITER",)})

    with pytest.raises(NotAllowed):
        lived.occurrences.record("FM-0001", SAID, RESPONDER, submission="V1")
    with pytest.raises(NotAllowed):
        lived.occurrences.record("FM-0001", SAID, STRANGER, submission="V2")
    with pytest.raises(NotFound):
        lived.occurrences.record("FM-0009", SAID, Actor("UWRITER"), submission="V3")
    with pytest.raises(NotFound):
        lived.occurrences.of("FM-0009", Actor("UWRITER"))
    with pytest.raises(NotFound):
        lived.occurrences.open(4711, Actor("UWRITER"))


def test_whoever_speaks_where_a_card_stands_was_shown_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    judge(lived, "shown")
    spoken = Message("Ev2", "CINC", "2.0", None, "UTALKER", "any news?")

    lived.exposure.spoke(spoken)
    lived.exposure.spoke(replace(spoken, author="UELSEWHERE", is_external=True))
    lived.exposure.spoke(replace(spoken, author="B0ALERTS"))

    with store.read() as tx:
        assert "FM-0001" in tx.followers.shown_to("UTALKER", NOON)
        assert tx.followers.exposure("FM-0001")[0] == 1
