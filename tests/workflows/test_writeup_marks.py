"""What people mark during an incident stands on the write-up's timeline."""

from pathlib import Path

from store import Store
from tests.factories import RESPONDER, House, house
from workflows.incidents import Message
from workflows.situations import Change
from workflows.writeups.marking import Marking


def marking(lived: House) -> Marking:
    return Marking(lived.store, lived.clock, lived.writeups.template)


def said(lived: House, text: str, ts: str) -> None:
    lived.incidents.observe(Message(f"E{ts}", "CINC", ts, None, "U1", text))


def timeline(lived: House) -> list[tuple[str, str | None]]:
    return [
        (one.text, one.link) for one in lived.writeups.start(RESPONDER, channel_id="CINC").moments if one.kind == "said"
    ]


def test_a_marked_message_stands_on_the_timeline_with_its_link(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "we rolled the driver back", "1.0")
    said(lived, "lunch?", "2.0")

    assert marking(lived).mark("CINC", "1.0", RESPONDER, is_added=True)

    assert timeline(lived) == [("we rolled the driver back", "https://slack.com/archives/CINC/p10")]


def test_a_mark_that_comes_after_the_write_up_began_is_added_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "we rolled the driver back", "1.0")
    before = timeline(lived)

    for _ in range(2):
        marking(lived).mark("CINC", "1.0", RESPONDER, is_added=True)

    assert (before, len(timeline(lived))) == ([], 1)


def test_a_mark_that_is_taken_back_before_marks_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "we rolled the driver back", "1.0")

    marking(lived).mark("CINC", "1.0", RESPONDER, is_added=True)
    marking(lived).mark("CINC", "1.0", RESPONDER, is_added=False)

    assert timeline(lived) == []


def test_a_mark_that_overtook_its_message_waits_for_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "torch.cuda.OutOfMemoryError: CUDA out of memory", "1.0")
    now = f"{lived.clock().timestamp():.6f}"

    marking(lived).mark("CINC", now, RESPONDER, is_added=True)
    said(lived, "we rolled the driver back", now)

    assert [text for text, _ in timeline(lived)] == ["we rolled the driver back"]


def test_what_was_never_heard_cannot_be_marked(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    assert not marking(lived).mark("CELSEWHERE", "1.0", RESPONDER, is_added=True)


def test_who_said_that_it_is_over_is_named_and_nothing_is_told_twice(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    said(lived, "torch.cuda.OutOfMemoryError: CUDA out of memory", "1.0")
    here = lived.situations.here("CINC", RESPONDER)
    number = here.incident.id
    lived.incidents.judge(number, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    lived.situations.change(number, Change(status="resolved"), RESPONDER, channel_id="CINC")

    points = lived.writeups.start(RESPONDER, channel_id="CINC").moments

    told = [one.text for one in points]
    assert [one.author for one in points if one.text == "Resolved"] == [RESPONDER.user_id]
    assert not any("Match confirmed" in text or "Mitigation started" in text for text in told)
    assert sum("Recognised as FM-0001" in text for text in told) == 1
