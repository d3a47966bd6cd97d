"""What people mark during an incident stands on the write-up's timeline."""

from pathlib import Path

from store import Store
from tests.factories import RESPONDER, House, house
from workflows.incidents import Message
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


def test_what_was_never_heard_cannot_be_marked(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    assert not marking(lived).mark("CELSEWHERE", "1.0", RESPONDER, is_added=True)
