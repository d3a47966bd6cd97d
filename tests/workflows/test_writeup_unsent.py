"""What somebody typed into a form of a write-up and did not send is there when they open it again."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.blocks.elements import Block
from bot.blocks.submitting import submit_form
from bot.blocks.writeup_forms import leave_form, writeup_form
from store import Store
from tests.factories import RESPONDER, STEWARD, STRANGER, House, house
from workflows.errors import NotAllowed
from workflows.people import Actor
from workflows.writeups.lists import (
    NEW_ACTION,
    NEW_POINT,
    Action,
    ChangedMeanwhile,
    Lists,
    Point,
    answers_of_action,
)
from workflows.writeups.submitting import BECOMES
from workflows.writeups.unsent import Left, Unsent
from workflows.writeups.writeup import BECOMING, LEAVING

WHAT = {"title": "Cache grew", "symptom": "Memory climbs", "severity": "sev2"}
LUCK = {"went_well": "The alert fired", "lucky": "", "went_wrong": ""}


def begun(store: Store, folder: Path) -> tuple[House, Unsent, int]:
    lived = house(store, folder)
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id
    lived.writeups.save(number, "what", WHAT, RESPONDER, version=0)
    lived.writeups.open(number, STEWARD, channel_id="CINC")
    return lived, Unsent(lived.writeups), number


def left(lived: House, unsent: Unsent, number: int, step: str = "luck", actor: Actor = RESPONDER) -> Left | None:
    writeup = lived.writeups.open(number, actor)
    named = writeup.template.step_named(step)
    assert named is not None
    return unsent.left_in_step(writeup, named, actor)


def test_what_was_typed_is_there_again_for_who_typed_it_alone_until_it_is_sent(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)

    unsent.keep(number, "luck", LUCK, RESPONDER, version=1, stamp="1.1")

    assert left(lived, unsent, number) == Left({"went_well": "The alert fired"}, 1)
    assert left(lived, unsent, number, actor=STEWARD) is None
    assert lived.writeups.open(number, STEWARD).answers.get("went_well") is None

    lived.writeups.save(number, "luck", LUCK, RESPONDER, version=1)

    assert left(lived, unsent, number) is None


def test_a_letter_that_arrives_after_the_form_it_was_typed_into_brings_nothing_back(
    store: Store, tmp_path: Path
) -> None:
    lived, unsent, number = begun(store, tmp_path)
    lived.writeups.save(number, "luck", LUCK, RESPONDER, version=1)

    unsent.keep(number, "luck", {**LUCK, "went_well": "The alert fire"}, RESPONDER, version=1, stamp="1.1")

    assert left(lived, unsent, number) is None

    lived.clock.forward(timedelta(seconds=5))
    unsent.keep(number, "luck", {**LUCK, "lucky": "It was a Sunday"}, RESPONDER, version=2, stamp="1.2")

    assert left(lived, unsent, number) == Left({"lucky": "It was a Sunday"}, 2)


def test_letters_that_overtake_each_other_end_in_the_last_one(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)

    for stamp, text in (("1764500000.2", "ab"), ("1764500000.3", "abc"), ("1764500000.1", "a")):
        unsent.keep(number, "luck", {"went_well": text}, RESPONDER, version=1, stamp=stamp)

    assert left(lived, unsent, number) == Left({"went_well": "abc"}, 1)


def test_what_others_wrote_meanwhile_stands_and_what_was_typed_over_it_is_a_conflict(
    store: Store, tmp_path: Path
) -> None:
    lived, unsent, number = begun(store, tmp_path)
    unsent.keep(number, "luck", LUCK, RESPONDER, version=1)
    lived.writeups.save(number, "luck", {"lucky": "It was a Sunday"}, STEWARD, version=1)

    found = left(lived, unsent, number)

    # Opened again it shows the colleague's answer, and is joined with it from the version that was typed upon.
    assert found == Left({"went_well": "The alert fired"}, 1)
    saved = lived.writeups.save(
        number, "luck", {"lucky": "It was a Sunday", **found.answers}, RESPONDER, version=found.version
    )
    assert saved.writeup.answers["lucky"] == "It was a Sunday"


def test_a_closed_form_gives_what_is_new_and_takes_nothing_back(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)
    unsent.keep(number, "luck", LUCK, RESPONDER, version=1)

    unsent.keep_closed(number, "luck", {"went_well": "", "lucky": ""}, RESPONDER, version=1)
    assert left(lived, unsent, number) == Left({"went_well": "The alert fired"}, 1)

    unsent.keep_closed(number, "luck", {"lucky": "It was a Sunday"}, RESPONDER, version=1)
    assert left(lived, unsent, number) == Left({"went_well": "The alert fired", "lucky": "It was a Sunday"}, 1)


def test_secrets_are_not_kept_and_strangers_keep_nothing(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)

    unsent.keep(number, "luck", {"went_well": "AKIAIOSFODNN7EXAMPLE was used"}, RESPONDER, version=1)
    with pytest.raises(NotAllowed):
        unsent.keep(number, "luck", LUCK, STRANGER, version=1)

    found = left(lived, unsent, number)
    assert found is not None
    assert "AKIA" not in found.answers["went_well"]


def test_a_line_of_a_list_is_kept_as_well(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)
    unsent.keep(number, NEW_POINT, {"text": "We rolled ba", "at": "", "place": ""}, RESPONDER, version=0)

    found = unsent.left_in_line(number, NEW_POINT, RESPONDER, standing={})
    assert found == Left({"text": "We rolled ba"}, 0)

    Lists(lived.writeups).add_point(number, Point("We rolled back", None), RESPONDER, key="once")
    assert unsent.left_in_line(number, NEW_POINT, RESPONDER, standing={}) is None


def test_a_time_and_a_person_chosen_in_the_form_of_a_line_are_there_again_as_they_were_chosen(
    store: Store, tmp_path: Path
) -> None:
    _, unsent, number = begun(store, tmp_path)
    point = {"text": "We rolled ba", "at": "1772440200", "place": ""}
    action = {"text": "Bound it", "owner": "U0A5YXVD6JA", "due": "2026-03-20"}
    unsent.keep(number, NEW_POINT, point, RESPONDER, version=0)
    unsent.keep(number, NEW_ACTION, action, RESPONDER, version=0)

    at = unsent.left_in_line(number, NEW_POINT, RESPONDER, standing={})
    by = unsent.left_in_line(number, NEW_ACTION, RESPONDER, standing={})

    assert at == Left({"text": "We rolled ba", "at": "1772440200"}, 0)
    assert by == Left(action, 0)


def test_what_a_colleague_changed_in_a_line_meanwhile_is_not_taken_back(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)
    lists = Lists(lived.writeups)
    made = lists.add_action(number, Action("Bound it", "UOWNER", "2026-03-20"), RESPONDER, key="a").follow_ups[0]
    form = f"action:{made.id}"
    unsent.keep(number, form, {**answers_of_action(made), "text": "Bound the cache"}, RESPONDER, version=made.version)
    lists.change_action(made.id, Action("Bound it", "UHEIR", "2026-03-27"), STEWARD, version=made.version)
    now = lists.action(made.id, RESPONDER)

    found = unsent.left_in_line(number, form, RESPONDER, standing=answers_of_action(now))

    assert found == Left({"text": "Bound the cache"}, made.version)
    with pytest.raises(ChangedMeanwhile):
        lists.change_action(made.id, Action("Bound the cache", "UHEIR", "2026-03-27"), RESPONDER, version=found.version)


def test_whoever_is_to_do_an_action_may_leave_words_in_its_form(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)
    made = Lists(lived.writeups).add_action(number, Action("Bound it", "UDOER", "2026-03-20"), RESPONDER, key="a")
    form, doer = f"action:{made.follow_ups[0].id}", Actor("UDOER")

    unsent.keep(number, form, {"note": "half done"}, doer, version=0)

    assert unsent.left_in_line(number, form, doer, standing={}) == Left({"note": "half done"}, 0)
    with pytest.raises(NotAllowed):
        unsent.keep(number, "luck", LUCK, doer, version=0)


def test_what_was_typed_before_the_write_up_got_shorter_is_still_asked_for(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)
    unsent.keep(number, "response", {"rollback": "Deploy the last one"}, RESPONDER, version=1)
    lived.writeups.save(number, "what", {**WHAT, "severity": "sev3"}, STEWARD, version=1)
    writeup = lived.writeups.open(number, RESPONDER)
    step = writeup.template.step_named("response")
    assert step is not None
    found = unsent.left_in_step(writeup, step, RESPONDER)
    assert found is not None

    form = writeup_form(writeup, step, lived.writeups.vocabulary, typed=found.answers, version=found.version)
    assert "Deploy the last one" in str(form)
    assert unsent.left_unsaved(writeup, RESPONDER) == (step,)

    short = {"mitigation": "Restart", "checklist": "Drain it", "owner": "rota"}
    lived.writeups.save(number, "response", short, RESPONDER, version=2)
    assert left(lived, unsent, number, "response") == Left({"rollback": "Deploy the last one"}, 1)


def chosen_in(form: Block) -> list[str]:
    """Return what is chosen in the last form as it opens."""
    (field,) = [one["element"] for one in form["blocks"] if one.get("block_id") == BECOMES]
    return [one["value"] for one in field.get("initial_options", [])]


def test_why_it_is_not_done_is_there_again_until_it_is_said(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)
    unsent.keep(number, LEAVING, {"reason": "A drill, token=hunter2hunter2"}, RESPONDER, version=1)
    writeup = lived.writeups.open(number, RESPONDER)

    assert unsent.left_at_the_end(writeup, LEAVING, RESPONDER)["reason"].startswith("A drill, token=")
    assert "A drill" in str(leave_form(writeup, unsent.left_at_the_end(writeup, LEAVING, RESPONDER)))
    assert "hunter2" not in str(unsent.left_at_the_end(writeup, LEAVING, RESPONDER))
    assert unsent.left_at_the_end(writeup, LEAVING, STEWARD) == {}

    lived.writeups.leave(number, RESPONDER, reason="A drill")

    assert unsent.left_at_the_end(writeup, LEAVING, RESPONDER) == {}


def test_what_it_is_to_become_is_chosen_again_until_it_is_sent(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)
    unsent.keep(number, BECOMING, {BECOMES: "occurrence:FM-0001,new"}, RESPONDER, version=1)
    writeup = lived.writeups.open(number, RESPONDER)

    left_there = unsent.left_at_the_end(writeup, BECOMING, RESPONDER)
    likely = lived.submitting.likely(writeup, RESPONDER)
    assert left_there == {BECOMES: "occurrence:FM-0001,new"}
    assert chosen_in(submit_form(writeup, likely)) == []
    assert chosen_in(submit_form(writeup, likely, typed=left_there)) == ["occurrence:FM-0001", "new"]

    lived.submitting.submit(number, ["occurrence:FM-0001"], RESPONDER)

    assert unsent.left_at_the_end(writeup, BECOMING, RESPONDER) == {}


def test_nothing_is_kept_of_a_write_up_that_was_submitted(store: Store, tmp_path: Path) -> None:
    lived, unsent, number = begun(store, tmp_path)
    lived.submitting.submit(number, ["occurrence:FM-0001"], RESPONDER)

    unsent.keep(number, "luck", LUCK, RESPONDER, version=1)

    assert left(lived, unsent, number) is None
