"""A write-up hints kindly at what blames somebody or only this organisation understands, and keeps it all the same."""

from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, House, house
from workflows.writeups.hints import hints_of
from workflows.writeups.writeup import WriteUp

WHAT = {"title": "Cache grew without bound", "symptom": "Memory climbs", "severity": "sev2"}
RESPONSE = {"mitigation": "Restart", "checklist": "Drain a replica", "owner": "serving rota"}


def written(lived: House, step: str, said: dict[str, str]) -> WriteUp:
    writeup = lived.writeups.start(RESPONDER, channel_id=None)
    return lived.writeups.save(writeup.id, step, said, RESPONDER, version=0).writeup


@pytest.mark.parametrize(
    ("symptom", "words"),
    [
        ("It was human error", "human error"),
        ("Somebody forgot to raise the limit", "forgot to"),
        ("gpu-node-017 ran full", "gpu-node-017"),
        ("See https://grafana.internal/d/x", "https://grafana.internal/d/x"),
        ("Ask Maria about it", "Ask Maria"),
    ],
)
def test_words_that_others_could_not_use_are_quoted_and_kept(
    store: Store, tmp_path: Path, symptom: str, words: str
) -> None:
    writeup = written(house(store, tmp_path), "what", {**WHAT, "symptom": symptom})

    hints = hints_of(writeup)

    assert [(hint.step.name, hint.question.key) for hint in hints] == [("what", "symptom")]
    assert f"“{words}”" in hints[0].sentence
    assert writeup.answers["symptom"] == symptom


def test_human_error_becomes_a_question(store: Store, tmp_path: Path) -> None:
    writeup = written(house(store, tmp_path), "what", {**WHAT, "symptom": "It was human error"})

    assert hints_of(writeup)[0].sentence.endswith("What made it likely that this happened to them?")


def test_a_person_is_no_role(store: Store, tmp_path: Path) -> None:
    writeup = written(house(store, tmp_path), "response", {**RESPONSE, "owner": "Jane Doe"})

    assert [hint.question.key for hint in hints_of(writeup)] == ["owner"]


def test_what_no_entry_can_be_made_of_as_it_stands_says_what_is_missing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id
    given = {
        "impact": {"kpi": "conversion", "kpi_direction": "down", "kpi_2": "revenue"},
        "detection": {"detector_metric": "rss", "detector_comparison": "gt", "detector_window": "a while"},
        "response": {"mitigation": "Restart", "checklist": "Drain it"},
    }
    for step, answers in given.items():
        lived.writeups.save(number, step, answers, RESPONDER, version=0)

    hints = hints_of(lived.writeups.open(number, RESPONDER))

    assert [one.question.key for one in hints] == ["kpi_2", "detector_metric", "mitigation"]
    assert hints[0].sentence == "“revenue” comes into an entry once you say which way it moved."


def test_plain_words_get_no_hint(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    written(lived, "what", WHAT)

    assert hints_of(written(lived, "response", RESPONSE)) == ()
