"""Whatever people send to a write-up, they get one sentence with the next step, and keep what they typed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from bot.blocks.submitting import submit_form, submitted
from bot.blocks.writeup_forms import writeup_form, writeup_page
from sandbox.blockkit import check_view
from store import Store
from tests.factories import RESPONDER, STEWARD, VOCABULARY, House, failure_mode, house
from workflows.entries.vocabulary import Vocabulary
from workflows.errors import InvalidForm, UserError
from workflows.incidents import Message
from workflows.people import Actor
from workflows.writeups.documents import as_markdown
from workflows.writeups.lists import Action, Lists, Point
from workflows.writeups.submitting import BECOMES
from workflows.writeups.writeup import WriteUp

COLLEAGUE = Actor("UCOLLEAGUE")
WHAT = {"title": "Cache grew without bound", "symptom": "Memory climbs", "severity": "sev2"}
WHY = {"cause_category": "capacity", "latent_condition": "No limit was set", "trigger": "load", "domain": "serving"}
ENTRY = failure_mode(1, slug="one", title="GPU runs out of memory")
TABLE = "\n".join(f"{n}\tgpu-{n}\t{n * 7} %\t| odd | cells |" for n in range(40))
ODD = [
    "\x00\x01\x1f\ud800 what is left",
    "\u202ereversed\u202c and \u200binvisible",
    "\U0001f469\u200d\U0001f680" * 200,
    "\u200f\u0645\u0631\u062d\u0628\u0627 \u4e16\u754c",
    "<!channel> <@U123> <https://example.org|here> & *bold* `code` ```block```",
    "e" + "\u0301" * 500,
    "=cmd|' /C calc'!A1",
]


def begun(store: Store, tmp_path: Path) -> tuple[House, int]:
    lived = house(store, tmp_path, ENTRY)
    return lived, lived.writeups.start(RESPONDER, channel_id=None).id


def said(lived: House) -> None:
    """Open an incident in the channel."""
    lived.incidents.observe(Message("E1", "CINC", "1.0", None, "U1", "torch.cuda.OutOfMemoryError: CUDA out of memory"))


def save(lived: House, number: int, step: str, given: dict[str, str], actor: Actor = RESPONDER) -> WriteUp:
    version = lived.writeups.open(number, actor).record.version
    return lived.writeups.save(number, step, given, actor, version=version).writeup


def seconds(lived: House, hours: float) -> str:
    return str(int((lived.clock() + timedelta(hours=hours)).timestamp()))


def refused(lived: House, number: int, step: str, given: dict[str, str]) -> dict[str, str]:
    with pytest.raises(InvalidForm) as invalid:
        save(lived, number, step, given)
    return invalid.value.fields


def drawn(lived: House, writeup: WriteUp) -> None:
    """Check that every form and document of the write-up can be shown."""
    vocabulary = Vocabulary(VOCABULARY)
    views = [writeup_form(writeup, step, vocabulary) for step in writeup.template.steps]
    views += [writeup_page(writeup), submit_form(writeup, lived.submitting.likely(writeup, RESPONDER))]
    for view in [*views, submitted(writeup, None)]:
        check_view(view)
    assert as_markdown(writeup, vocabulary, str).endswith("\n")


def test_times_out_of_order_in_the_future_and_without_a_day_are_named_each_at_its_field(
    store: Store, tmp_path: Path
) -> None:
    lived, number = begun(store, tmp_path)

    wrong = {
        "started": seconds(lived, -1),
        "detected": seconds(lived, -2),
        "contained": "at nine",
        "resolved": seconds(lived, 2),
    }

    fields = refused(lived, number, "impact", wrong)
    assert fields["detected"] == "This is before it started; correct one of the two."
    assert fields["contained"] == "Choose a day and a time."
    assert fields["resolved"] == "This lies in the future; say when it was."
    assert refused(lived, number, "impact", {"resolved": seconds(lived, -3), "detected": seconds(lived, -1)}) == {
        "resolved": "This is before it was detected; correct one of the two."
    }
    assert not lived.writeups.open(number, RESPONDER).answers.get("detected")


@pytest.mark.parametrize("length", [3_000, 3_001, 12_000])
def test_three_thousand_characters_are_kept_and_one_more_is_counted(store: Store, tmp_path: Path, length: int) -> None:
    lived, number = begun(store, tmp_path)

    if length > 3_000:
        said = refused(lived, number, "what", {**WHAT, "symptom": "x" * length})
        assert said == {"symptom": f"Please keep this within 3000 characters; it has {length}."}
    else:
        writeup = save(lived, number, "what", {**WHAT, "symptom": "x" * length})
        assert writeup.answers["symptom"] == "x" * length
        drawn(lived, writeup)


def test_a_pasted_table_is_kept_as_it_was_pasted(store: Store, tmp_path: Path) -> None:
    lived, number = begun(store, tmp_path)

    writeup = save(lived, number, "what", {**WHAT, "symptom": TABLE})

    assert writeup.answers["symptom"] == TABLE
    drawn(lived, writeup)


@pytest.mark.parametrize("text", ODD)
def test_odd_characters_are_kept_shown_and_become_a_draft(store: Store, tmp_path: Path, text: str) -> None:
    lived, number = begun(store, tmp_path)

    save(lived, number, "what", {**WHAT, "title": text[:60], "symptom": text})
    Lists(lived.writeups).add_point(number, Point(text, None), RESPONDER, key="odd")
    writeup = save(lived, number, "why", {**WHY, "latent_condition": text})
    drawn(lived, writeup)

    done = lived.submitting.submit(number, ["new"], RESPONDER)
    draft = lived.catalog.entry(str(done.results["new"]["entry"]), RESPONDER)
    assert draft.document.symptom == writeup.answers["symptom"]


def test_an_empty_form_names_what_is_needed_and_an_empty_write_up_is_not_submitted(
    store: Store, tmp_path: Path
) -> None:
    lived, number = begun(store, tmp_path)

    blank = {"title": " ", "symptom": "\n\t", "severity": ""}
    assert set(refused(lived, number, "what", blank)) == {"title", "symptom", "severity"}
    with pytest.raises(InvalidForm, match="Choose at least one"):
        lived.submitting.submit(number, [], RESPONDER)
    with pytest.raises(UserError, match="your choice is kept"):
        lived.submitting.submit(number, ["new"], RESPONDER)

    writeup = lived.writeups.open(number, RESPONDER)
    assert (writeup.is_open, writeup.answers[BECOMES]) == (True, "new")


def test_hundreds_of_points_and_actions_are_shown_a_page_at_a_time(store: Store, tmp_path: Path) -> None:
    lived, number = begun(store, tmp_path)
    lists = Lists(lived.writeups)
    for n in range(120):
        lists.add_point(
            number, Point(f"point {n} {'x' * 900}", lived.clock() - timedelta(minutes=n)), RESPONDER, key=str(n)
        )
        lists.add_action(
            number, Action(f"do {n}", COLLEAGUE.user_id, lived.clock().date().isoformat()), RESPONDER, key=f"a{n}"
        )

    writeup = lived.writeups.open(number, RESPONDER)

    assert (len(writeup.moments), len(writeup.follow_ups)) == (120, 120)
    drawn(lived, writeup)


def test_an_incident_of_which_every_message_was_deleted_is_written_up_all_the_same(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path, ENTRY)
    said(lived)
    lived.incidents.observe(Message("E2", "CINC", "1.0", None, "U1", "", deleted=True))

    number = lived.writeups.start(RESPONDER, channel_id="CINC").id
    save(lived, number, "what", WHAT)
    writeup = save(lived, number, "why", WHY)
    drawn(lived, writeup)

    assert lived.submitting.submit(number, ["occurrence:FM-0001", "new"], RESPONDER).record.state == "submitted"


def test_what_somebody_who_left_began_is_finished_by_the_others(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, ENTRY)
    said(lived)
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id
    save(lived, number, "what", WHAT)
    lived.workspace.left.add(RESPONDER.user_id)

    lived.writeups.start(COLLEAGUE, channel_id="CINC")
    save(lived, number, "why", WHY, COLLEAGUE)
    done = lived.submitting.submit(number, ["new"], COLLEAGUE)

    assert done.contributors == (RESPONDER.user_id, COLLEAGUE.user_id)
    assert lived.catalog.entry(str(done.results["new"]["entry"]), COLLEAGUE).is_published is False


def test_an_entry_that_was_merged_meanwhile_takes_the_case_where_it_went(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, ENTRY, failure_mode(2, slug="two", title="Feeds stop"))
    number = lived.writeups.start(RESPONDER, channel_id=None).id
    save(lived, number, "what", WHAT)
    lived.merging.merge("FM-0001", "FM-0002", STEWARD, reason="they are one")

    done = lived.submitting.submit(number, ["occurrence:FM-0001"], RESPONDER)

    assert done.results["occurrence:FM-0001"] == {"entry": "FM-0002"}
    assert len(lived.occurrences.of("FM-0002", RESPONDER)) == 1


def test_an_entry_that_was_archived_meanwhile_says_so_and_the_other_choices_count(store: Store, tmp_path: Path) -> None:
    lived, number = begun(store, tmp_path)
    save(lived, number, "what", WHAT)
    save(lived, number, "why", WHY)
    old = lived.lifecycle.deprecate("FM-0001", STEWARD, expected=1, reason="nobody has this any more")
    lived.lifecycle.archive("FM-0001", STEWARD, expected=old.revision, reason="nobody has this any more")

    with pytest.raises(InvalidForm) as stopped:
        lived.submitting.submit(number, ["occurrence:FM-0001", "amendment:FM-0001"], RESPONDER)
    assert stopped.value.fields[BECOMES].startswith("Amendment of FM-0001: FM-0001 is archived")
    done = lived.submitting.submit(number, ["occurrence:FM-0001"], RESPONDER)

    assert done.record.state == "submitted"
    assert len(lived.occurrences.of("FM-0001", RESPONDER)) == 1


def test_two_who_choose_differently_at_once_are_both_heard_and_a_later_one_is_told(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path, ENTRY)
    said(lived)
    number = lived.writeups.start(RESPONDER, channel_id="CINC").id
    save(lived, number, "what", WHAT)
    save(lived, number, "why", WHY)
    lived.writeups.start(COLLEAGUE, channel_id="CINC")

    def submit(choice: str, actor: Actor) -> str | None:
        try:
            return choice if lived.submitting.submit(number, [choice], actor).is_open is False else None
        except UserError:
            return None

    with ThreadPoolExecutor() as both:
        sent = both.map(submit, ["new", "occurrence:FM-0001"], [RESPONDER, COLLEAGUE])
        heard = {choice for choice in sent if choice}
    with pytest.raises(UserError, match="submitted in the meantime"):
        lived.submitting.submit(number, ["case_study:FM-0001"], COLLEAGUE)

    done = lived.writeups.open(number, RESPONDER)
    assert heard
    assert set(done.results) == heard
