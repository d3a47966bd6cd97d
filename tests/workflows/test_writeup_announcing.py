"""What came of a write-up is announced where the incident happened, once it is published, with thanks."""

from pathlib import Path

from store import Store
from store.outbox import OwedMessage
from tests.factories import RESPONDER, STEWARD, House, failure_mode, house
from workflows.writeups.announcing import PUBLISHED

WHAT = {"title": "Cache grew without bound", "symptom": "Memory climbs", "severity": "sev2", "aliases": "leak"}
WHY = {"cause_category": "capacity", "latent_condition": "No limit was set", "trigger": "load", "domain": "serving"}
RESPONSE = {
    "mitigation": "Restart",
    "checklist": "Drain a replica\nRestart it",
    "owner": "serving rota",
    "rollback": "Undrain it",
}


def submitted(lived: House, *choices: str, channel_id: str | None = "CINC") -> int:
    writeup = lived.writeups.start(RESPONDER, channel_id=channel_id)
    for step, said in (("what", WHAT), ("why", WHY), ("response", RESPONSE)):
        lived.writeups.save(writeup.id, step, said, RESPONDER, version=0)
    lived.submitting.submit(writeup.id, choices, RESPONDER)
    return writeup.id


def announced(lived: House) -> list[OwedMessage]:
    with lived.store.read() as tx:
        return [one for one in tx.outbox.all() if one.kind == PUBLISHED]


def approve(lived: House) -> None:
    for one in lived.amendments.open_for(STEWARD):
        lived.amendments.approve(one.id, STEWARD)


def test_a_change_is_announced_in_the_channel_when_its_steward_approves_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, slug="one", title="GPU runs out of memory"))
    lived.incidents.listening.watch("CINC", "inc-1", decided_by=RESPONDER.user_id)
    number = submitted(lived, "amendment:FM-0001")
    before = announced(lived)

    approve(lived)
    approve(lived)

    assert before == []
    assert [(one.address, one.subject) for one in announced(lived)] == [("CINC", f"{number}|amendment:FM-0001")]
    found = lived.submitting.published(number, "amendment:FM-0001")
    assert found is not None
    assert (found.entry.id, found.writeup.contributors) == ("FM-0001", (RESPONDER.user_id,))
    assert found.writeup.results["amendment:FM-0001"]["published"] is True


def test_what_happened_where_we_do_not_listen_is_told_to_its_owner(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, slug="one", title="GPU runs out of memory"))
    submitted(lived, "amendment:FM-0001", channel_id=None)

    approve(lived)

    assert [one.address for one in announced(lived)] == [RESPONDER.user_id]


def test_a_change_that_is_declined_is_not_announced(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, slug="one", title="GPU runs out of memory"))
    number = submitted(lived, "amendment:FM-0001")

    for one in lived.amendments.open_for(STEWARD):
        lived.amendments.decline(one.id, STEWARD, reason="it says so already")

    assert announced(lived) == []
    assert "published" not in lived.writeups.all()[0].results["amendment:FM-0001"]
    assert number == lived.writeups.all()[0].id


def test_a_change_and_a_case_study_sent_by_two_people_at_once_are_suggested_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, failure_mode(1, slug="one", title="GPU runs out of memory"))
    number = submitted(lived, "amendment:FM-0001", "case_study:FM-0001")
    with store.begin() as tx:  # as if the process had died before it noted what it had suggested
        tx.writeups.change(number, state="open", results={}, participants=[STEWARD.user_id])

    again = lived.submitting.submit(number, ["amendment:FM-0001", "case_study:FM-0001"], STEWARD)

    assert len(lived.amendments.open_for(STEWARD)) == 2
    assert sorted(again.results) == ["amendment:FM-0001", "case_study:FM-0001"]
