"""What is said in the thread of a sign-off reaches everybody concerned, once, and nobody else."""

from pathlib import Path

import pytest

from store import Store
from store.outbox import OwedMessage
from tests.factories import COMPLETE, RESPONDER, House, claimed, failure_mode, house
from workflows.errors import NotAllowed
from workflows.people import Actor
from workflows.remarks import Reply

ALICE, SEC, COM = Actor("UALICE"), Actor("USEC"), Actor("UCOM")
ROLES = {"reviewer:security": ("USEC",), "reviewer:compliance": ("UCOM",)}


def asked_house(
    store: Store, folder: Path, roles: dict[str, tuple[str, ...]] | None = None, **document: object
) -> House:
    lived = house(store, folder, failure_mode(2), roles=roles or ROLES)
    given = {**COMPLETE, "title": "A new failure", "symptom": "It fails.", "cause_category": "capacity", **document}
    entry = lived.editing.create({**given, "domain": "serving"}, ALICE)
    lived.sign_offs.ask(entry.id, ["security", "compliance"], ALICE)
    return lived


def deliver(lived: House, *people: str) -> None:
    """Let the messages owed so far reach these people: each stands in their channel D<person> at 1.<its number>."""
    with lived.store.begin() as tx:
        for one in claimed(tx, lived.clock.now):
            if one.message.address in people:
                tx.outbox.delivered(
                    one,
                    channel_id=f"D{one.message.address}",
                    message_ts=f"1.{one.message.id}",
                    at=lived.clock.now,
                )
            else:
                tx.outbox.put_off(one, until=lived.clock.now, at=lived.clock.now, problem=None)


def messages(lived: House, kind: str) -> list[OwedMessage]:
    with lived.store.read() as tx:
        return [message for message in tx.outbox.all() if message.kind == kind]


def thread_of(lived: House, person: str) -> str:
    kinds = ("sign_off", "sign_off_progress")
    found = [one for kind in kinds for one in messages(lived, kind) if one.address == person]
    return found[0].message_ts or ""


def reply(lived: House, person: str, text: str, ts: str = "2.0") -> Reply:
    return Reply(f"D{person}", thread_of(lived, person), ts, text)


def passed_on(lived: House) -> list[tuple[str, str | None]]:
    return [(one.address, one.thread_ts) for one in messages(lived, "sign_off_remark")]


def test_a_reply_goes_into_the_threads_of_everybody_else_concerned(store: Store, tmp_path: Path) -> None:
    lived = asked_house(store, tmp_path)
    deliver(lived, "USEC", "UCOM", "UALICE")

    assert lived.remarks.take_in(reply(lived, "USEC", "Who owns the key?"), SEC)

    assert sorted(passed_on(lived)) == [
        ("DUALICE", thread_of(lived, "UALICE")),
        ("DUCOM", thread_of(lived, "UCOM")),
    ]
    subject = messages(lived, "sign_off_remark")[0].subject
    number, origin, person = subject.split("|")
    remark = lived.remarks.for_message(int(number), origin, person)
    assert remark is not None
    assert (remark.author, remark.text) == ("USEC", "Who owns the key?")


def test_the_author_answers_in_their_own_thread(store: Store, tmp_path: Path) -> None:
    lived = asked_house(store, tmp_path)
    deliver(lived, "USEC", "UCOM", "UALICE")

    lived.remarks.take_in(reply(lived, "UALICE", "The platform rota does."), ALICE)

    assert sorted(address for address, _ in passed_on(lived)) == ["DUCOM", "DUSEC"]


def test_a_reply_that_slack_delivers_twice_is_kept_and_passed_on_once(store: Store, tmp_path: Path) -> None:
    lived = asked_house(store, tmp_path)
    deliver(lived, "USEC", "UCOM", "UALICE")
    said = reply(lived, "USEC", "Who owns the key?")

    taken = [lived.remarks.take_in(said, SEC) for _ in range(3)]

    assert taken == [True, False, False]
    assert len(passed_on(lived)) == 2


def test_whom_the_question_has_not_reached_yet_finds_the_remark_in_it(store: Store, tmp_path: Path) -> None:
    lived = asked_house(store, tmp_path)
    deliver(lived, "USEC")

    lived.remarks.take_in(reply(lived, "USEC", "Who owns the key?"), SEC)

    assert passed_on(lived) == []
    (waiting,) = lived.sign_offs.waiting_for(SEC)
    progress = lived.sign_offs.progress(waiting.matter, "UALICE")
    assert progress is not None
    assert [one.text for one in progress.remarks] == ["Who owns the key?"]


def test_other_threads_and_other_people_s_messages_are_none_of_our_business(store: Store, tmp_path: Path) -> None:
    lived = asked_house(store, tmp_path)
    deliver(lived, "USEC", "UCOM", "UALICE")
    thread = thread_of(lived, "USEC")

    assert not lived.remarks.take_in(Reply("DUSEC", "9.9", "2.0", "hello bot"), SEC)
    assert not lived.remarks.take_in(Reply("DUSEC", thread, "2.1", "  "), SEC)
    assert not lived.remarks.take_in(Reply("DUSEC", thread, "2.2", "I forge this"), RESPONDER)

    assert passed_on(lived) == []


def test_nothing_of_a_restricted_entry_reaches_who_may_not_see_it_any_more(store: Store, tmp_path: Path) -> None:
    roles = {**ROLES, "reviewer:security": ("USEC", "UCOM")}
    lived = asked_house(store, tmp_path, roles, visibility="restricted")
    deliver(lived, "USEC", "UCOM", "UALICE")
    demoted = house(store, tmp_path, failure_mode(2), roles=ROLES)

    demoted.remarks.take_in(reply(demoted, "UALICE", "The secret is in the log."), ALICE)

    assert [address for address, _ in passed_on(demoted)] == ["DUSEC"]
    with pytest.raises(NotAllowed):
        demoted.remarks.take_in(reply(demoted, "UCOM", "What did they say?", "3.0"), COM)
    number, origin, _ = messages(demoted, "sign_off_remark")[0].subject.split("|")
    assert demoted.remarks.for_message(int(number), origin, "UCOM") is None
