"""What of a channel is listened to: all of it, its threads, or some named ones."""

from pathlib import Path

import pytest

from bot.forms.calls import CommandCall
from bot.forms.listening import Watched, watched
from store import Store
from tests.factories import RESPONDER, House, house
from workflows.errors import UserError
from workflows.incidents import Message

THREAD = "1700000000.000100"
OTHER = "1700000009.000100"
LINK = "https://acme.slack.com/archives/CROOM/p1700000000000100"


def room(store: Store, tmp_path: Path) -> House:
    lived = house(store, tmp_path)
    lived.channels.names["CROOM"] = "general"
    return lived


def hears(lived: House, ts: str, thread_ts: str | None = None, *, deleted: bool = False) -> bool:
    said = Message(f"Ev{ts}{deleted}", "CROOM", ts, thread_ts, "U1", "CUDA out of memory", deleted=deleted)
    return lived.incidents.take_in(said).is_new


def evidence(lived: House) -> list[str]:
    incident = lived.incidents.incident_in("CROOM")
    assert incident is not None
    with lived.store.read() as tx:
        return [one.ts for one in tx.incidents.evidence(incident.id, latest=9)]


def test_with_threads_alone_what_is_said_beside_them_is_not_read(store: Store, tmp_path: Path) -> None:
    lived = room(store, tmp_path)
    lived.incidents.listening.watch("CROOM", "general", decided_by="U1", scope="threads")

    heard = [hears(lived, THREAD), hears(lived, "1.0", THREAD), hears(lived, "2.0", OTHER), hears(lived, OTHER, OTHER)]

    assert heard == [False, True, True, False]
    assert evidence(lived) == ["1.0", "2.0"]


def test_of_named_threads_the_replies_and_the_first_message_are_read(store: Store, tmp_path: Path) -> None:
    lived = room(store, tmp_path)
    lived.incidents.listening.watch("CROOM", "general", decided_by="U1", scope="named", thread_ts=THREAD)

    assert [hears(lived, THREAD), hears(lived, "1.0", THREAD), hears(lived, "2.0", OTHER)] == [True, True, False]

    lived.incidents.listening.watch("CROOM", "general", decided_by="U1", scope="named", thread_ts=OTHER)

    assert [hears(lived, "3.0", THREAD), hears(lived, "4.0", OTHER), hears(lived, "5.0")] == [True, True, False]


def test_the_card_of_a_named_thread_stands_in_it(store: Store, tmp_path: Path) -> None:
    lived = room(store, tmp_path)
    lived.incidents.listening.watch("CROOM", "general", decided_by="U1", scope="named", thread_ts=THREAD)

    lived.incidents.observe(Message("Ev1", "CROOM", "1.0", THREAD, "U1", "CUDA out of memory"))

    incident = lived.incidents.incident_in("CROOM")
    assert incident is not None
    assert incident.card_thread_ts == THREAD


def test_watching_all_again_ends_the_narrowing(store: Store, tmp_path: Path) -> None:
    lived = room(store, tmp_path)
    lived.incidents.listening.watch("CROOM", "general", decided_by="U1", scope="named", thread_ts=THREAD)

    lived.incidents.listening.watch("CROOM", "general", decided_by="U1")

    assert hears(lived, "5.0")


def test_what_was_read_is_forgotten_when_it_is_deleted_after_the_scope_was_narrowed(
    store: Store, tmp_path: Path
) -> None:
    lived = room(store, tmp_path)
    lived.incidents.listening.watch("CROOM", "general", decided_by="U1")
    hears(lived, "1.0")
    hears(lived, "2.0")
    lived.incidents.listening.watch("CROOM", "general", decided_by="U1", scope="threads")

    hears(lived, "1.0", deleted=True)

    assert evidence(lived) == ["2.0"]


def call(rest: str) -> CommandCall:
    return CommandCall(RESPONDER, f"watch {rest}", "CROOM", "general", "", "")


@pytest.mark.parametrize(
    ("typed", "wanted"),
    [
        ("", Watched("all")),
        ("threads", Watched("threads")),
        (LINK, Watched("named", THREAD)),
        (f"<{LINK}>", Watched("named", THREAD)),
        (f"{LINK}?thread_ts={OTHER}&cid=CROOM", Watched("named", OTHER)),
    ],
)
def test_what_is_typed_behind_watch_is_understood(typed: str, wanted: Watched) -> None:
    assert watched(call(typed)) == wanted


@pytest.mark.parametrize(
    "typed", ["everything please", "https://evil.example/", LINK.replace("CROOM", "CELSEWHERE"), f"{LINK} twice"]
)
def test_anything_else_behind_watch_gets_one_sentence(typed: str) -> None:
    with pytest.raises(UserError):
        watched(call(typed))
