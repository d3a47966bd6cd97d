"""The bot speaks when it is likely right, and learns from verdicts how likely that is."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from store import Store
from tests.factories import house
from workflows.evidence import Evidence
from workflows.incidents import Message
from workflows.people import Actor
from workflows.search.calibration import AS_FITTED, Outcome, calibrated
from workflows.search.chance import WITH_MODEL, WITHOUT_MODEL, Signs
from workflows.search.feedback import Feedback
from workflows.search.suggestions import Suggestions, weighted
from workflows.search.trouble import trouble

OOM = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"
RESPONDER = Actor("URESPONDER")


def signs(**given: float) -> Signs:
    told = {"standing_out": 1.0, "name": 0.5, "coverage": 0.3, "length": math.log(2), "trouble": 0.2, "meaning": 0.0}
    return Signs(**{**told, **given}, signature=False)


@pytest.mark.parametrize("sign", ["standing_out", "name", "coverage", "trouble"])
def test_every_sign_that_speaks_for_an_entry_raises_its_chance(sign: str) -> None:
    assert signs(**{sign: 0.9 + (sign == "standing_out")}).chance > signs(**{sign: 0.1}).chance


def test_the_more_was_said_the_less_the_same_words_tell() -> None:
    assert signs(length=math.log(20)).chance < signs(length=math.log(2)).chance


def test_with_a_sentence_model_its_cosine_counts() -> None:
    assert signs(meaning=0.7).chance > signs(meaning=0.2).chance
    assert len(signs(meaning=0.2).values) + 1 == len(WITH_MODEL)
    assert len(signs().values) + 1 == len(WITHOUT_MODEL)


def test_talk_of_what_is_wrong_is_told_from_planning() -> None:
    planning = trouble(["the gpu order for next quarter is in the sheet, 40 cards", "memory upgrade on monday"])

    assert trouble(["workers crash with an error since the rollout", "gpu hangs again"]) > 2 * planning
    assert trouble([]) == 0


def test_without_verdicts_chances_stay_as_fitted() -> None:
    assert calibrated([]) == AS_FITTED
    assert AS_FITTED.of(0.73) == pytest.approx(0.73)


def test_a_handful_of_verdicts_changes_little_and_many_change_much() -> None:
    wrong = Outcome(0.9, was_right=False)

    few, many = calibrated([wrong] * 3).of(0.9), calibrated([wrong] * 200).of(0.9)

    assert 0.7 < few < 0.9
    assert many < 0.3


def test_cards_that_were_right_more_often_than_told_make_the_bot_speak_sooner() -> None:
    outcomes = [Outcome(0.7, was_right=True)] * 60

    assert calibrated(outcomes).of(0.7) > 0.8


@given(st.lists(st.builds(Outcome, st.floats(0, 1), st.booleans()), max_size=60), st.floats(0, 1), st.floats(0, 1))
def test_no_history_turns_the_order_of_chances_around(history: list[Outcome], one: float, other: float) -> None:
    corrected = calibrated(history)

    assert 0 <= corrected.of(one) <= 1
    assert corrected.of(min(one, other)) <= corrected.of(max(one, other))


def test_verdicts_on_cards_are_taken_into_account(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    feedback = Feedback(lived.store)
    told = Suggestions(lived.catalog, 0.005, feedback).weigh([OOM]).chance
    for number in range(6):
        lived.channels.names[f"C{number}"] = f"inc-{number}"
        lived.incidents.observe(Message(f"E{number}", f"C{number}", f"{number + 1}.0", None, "UREPORTER", OOM))
        incident = lived.incidents.incident_in(f"C{number}")
        assert incident is not None
        for entry_id, _, _ in lived.incidents.shown(incident.id):
            lived.incidents.judge(incident.id, entry_id, "rejected", RESPONDER, channel_id=f"C{number}")

    feedback.refresh()

    assert Suggestions(lived.catalog, 0.005, feedback).weigh([OOM]).chance < told


def test_a_channel_may_have_a_threshold_of_its_own(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    suggestions = Suggestions(lived.catalog, 0.005)

    assert suggestions.for_evidence([OOM])
    assert not suggestions.for_evidence([OOM], threshold=1.0)


def test_small_talk_makes_what_was_said_before_no_older() -> None:
    told = dict(weighted([OOM, "on it", "thanks!", "same here"]))
    drowned = dict(weighted([OOM, "the new dashboard shows latency by region", "which region has the canary pods?"]))

    assert told[OOM] == 1
    assert drowned[OOM] < 1


def test_an_alert_does_not_fade_while_people_talk(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    talk = ["the new dashboard shows latency by region, is the canary in it?"] * 30
    suggestions = Suggestions(lived.catalog, 0.5)

    faded = suggestions.weigh([OOM, *talk])
    kept = suggestions.weigh([OOM, *talk], lasting={OOM: 1.0})

    assert kept.matches[0].weight > faded.matches[0].weight
    assert kept.chance > faded.chance


def test_what_an_app_says_and_what_is_settled_lasts(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(Message("E1", "CINC", "1.0", None, "BMONITOR", OOM, bot_name="Monitor"))
    lived.incidents.observe(Message("E2", "CINC", "2.0", None, "U1", "looking into it with the platform team"))
    with store.begin() as tx:
        incident = tx.incidents.in_channel("CINC")
        assert incident is not None
        settled = replace(incident, services=["ranker"], environment="online")
        evidence = Evidence.of(settled, tx.incidents.evidence(incident.id, latest=10))

    assert list(evidence.texts) == [OOM, "looking into it with the platform team"]
    assert dict(evidence.lasting) == {OOM: 1.0, "ranker online": 0.5}


def test_nothing_said_points_to_nothing(store: Store, tmp_path: Path) -> None:
    assert not Suggestions(house(store, tmp_path).catalog, 0.5).weigh([]).matches
