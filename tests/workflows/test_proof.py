"""Which remedy is tried first: the one that proved itself in incidents here."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from store import Store
from store.occurrences import OccurrenceRecord
from tests.factories import GPU_OOM, RESPONDER, House, house
from workflows.entries.document import FailureMode
from workflows.incidents import Message
from workflows.runs.proof import lower_bound, proven_first

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"
HELPED = {"y": "yes", "p": "partly", "n": "no"}


def remedies(*named: str) -> FailureMode:
    """Return an entry with remedies named as `kind:name`."""
    written = [
        {"key": name, "title": name.title(), "kind": kind, "checklist": [f"Do {name}"], "owner": f"{name} rota"}
        for kind, name in (one.split(":") for one in named)
    ]
    return FailureMode.model_validate({**GPU_OOM.model_dump(mode="json"), "mitigations": written})


def cases(**tried: str) -> list[OccurrenceRecord]:
    """Return a case for each letter: whether the remedy helped in it (y, p, n)."""
    return [
        OccurrenceRecord(
            1, "FM-0001", None, "certain", NOW, {"tried": [{"mitigation": name, "helped": HELPED[letter]}]}, "U1", NOW
        )
        for name, letters in tried.items()
        for letter in letters
    ]


def order(entry: FailureMode, **tried: str) -> list[str | None]:
    return [one.key for one in proven_first(entry, cases(**tried)).mitigations]


def test_the_bounds_are_those_of_the_documentation() -> None:
    told = [lower_bound(7, 9), lower_bound(1, 1), lower_bound(0, 0), lower_bound(0, 1)]

    assert [round(one, 2) for one in told] == [0.43, 0.21, 0.09, 0.06]


def test_one_of_one_does_not_beat_seven_of_nine() -> None:
    assert order(remedies("contain:new", "contain:old"), new="y", old="yyyyyyynn") == ["old", "new"]


def test_what_failed_once_comes_after_what_nobody_tried() -> None:
    assert order(remedies("contain:first", "contain:second"), first="n") == ["second", "first"]


def test_partly_counts_half() -> None:
    assert order(remedies("contain:a", "contain:b", "contain:c"), a="nn", b="pp", c="yy") == ["c", "b", "a"]


def test_without_any_record_the_remedies_stay_as_they_were_written() -> None:
    assert order(remedies("contain:a", "contain:b")) == ["a", "b"]


def test_what_prevents_does_not_overtake_what_contains() -> None:
    entry = remedies("contain:a", "prevent:c", "contain:b")

    assert order(entry, c="yyyy", b="y") == ["b", "c", "a"]


def lived_in(store: Store, tmp_path: Path) -> House:
    lived = house(store, tmp_path, remedies("contain:written", "contain:proven"))
    with store.begin() as tx:
        tried = {"tried": [{"mitigation": "proven", "helped": "yes", "minutes": 9}]}
        tx.occurrences.add(
            entry_id="FM-0001", certainty="certain", happened_at=NOW, document=tried, recorded_by="U1", recorded_at=NOW
        )
    lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", LOG_LINE))
    return lived


def begun(lived: House) -> list[tuple[str, str]]:
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    return [(one.record.mitigation, one.record.state) for one in lived.runs.of_incident(incident.id)]


def confirm(lived: House, verdict: str = "confirmed") -> None:
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    lived.incidents.judge(incident.id, "FM-0001", verdict, RESPONDER, channel_id="CINC")  # type: ignore[arg-type]  # test shorthand


def test_the_card_and_the_run_begin_with_the_proven_remedy(store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    incident = lived.incidents.incident_in("CINC")
    card = lived.incidents.card(incident.id) if incident else None

    confirm(lived)

    assert card is not None
    assert card.lines[0].entry.document.first_containment_step == "Do proven"
    assert begun(lived) == [("proven", "running")]


@pytest.mark.parametrize("again", [("confirmed",), ("shown", "confirmed")])
def test_confirming_again_goes_on_with_what_was_begun(again: tuple[str, ...], store: Store, tmp_path: Path) -> None:
    lived = lived_in(store, tmp_path)
    confirm(lived)
    with store.begin() as tx:
        tried = {"tried": [{"mitigation": "proven", "helped": "no", "minutes": 9}] * 3}
        tx.occurrences.add(
            entry_id="FM-0001", certainty="certain", happened_at=NOW, document=tried, recorded_by="U1", recorded_at=NOW
        )

    for verdict in again:
        confirm(lived, verdict)

    assert begun(lived) == [("proven", "running")]
