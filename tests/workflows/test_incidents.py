"""An incident channel: messages become evidence, evidence one card, and people judge it."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STRANGER, House, house
from workflows.errors import NotAllowed, NotFound, Unavailable
from workflows.incidents import Message, Verdict

LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"


def said(text: str, number: int = 1, **given: object) -> Message:
    values = {"channel_id": "CINC", "thread_ts": None, "author": "U1", "deleted": False, **given}
    return Message(event_id=f"Ev{number}", ts=f"{number}.0", text=text, **values)  # type: ignore[arg-type]  # test shorthand


def incident_id(lived: House) -> int:
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    return incident.id


def card_entries(lived: House) -> list[str]:
    incident = lived.incidents.incident_in("CINC")
    return [entry_id for entry_id, _, _ in lived.incidents.shown(incident.id)] if incident else []


def owed(lived: House) -> dict[str, int]:
    with lived.store.read() as tx:
        return {message.kind: message.revision for message in tx.outbox.all()}


def test_a_message_that_matches_owes_one_card(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    lived.incidents.observe(said(LOG_LINE))

    assert card_entries(lived)[0] == "FM-0001"
    assert owed(lived) == {"incident_card": 1}
    assert lived.bell.rings == 1


def test_chatter_owes_nothing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, threshold=0.6)

    lived.incidents.observe(said("can someone let me into the zoom"))

    assert owed(lived) == {}


def test_a_redelivered_event_acts_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    for _ in range(4):
        lived.incidents.observe(said(LOG_LINE))

    assert owed(lived) == {"incident_card": 1}


def test_a_channel_that_is_not_about_an_incident_is_not_read(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.channels.names["CGENERAL"] = "general"

    lived.incidents.observe(said(LOG_LINE, channel_id="CGENERAL"))
    lived.incidents.observe(said(LOG_LINE, 2, channel_id="CGENERAL"))

    assert lived.incidents.incident_in("CGENERAL") is None
    assert lived.channels.asked == ["CGENERAL"]


def test_any_channel_is_read_once_it_is_watched_and_no_longer_when_it_is_not(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    lived.incidents.watch("CGENERAL", "general", decided_by="U1")
    lived.incidents.observe(said(LOG_LINE, channel_id="CGENERAL"))
    lived.incidents.unwatch("CGENERAL", "general", decided_by="U1")
    lived.incidents.observe(said("column renamed upstream", 2, channel_id="CGENERAL"))

    incident = lived.incidents.incident_in("CGENERAL")
    assert incident is not None
    with store.read() as tx:
        assert [one.text for one in tx.incidents.evidence(incident.id, latest=10)] == [LOG_LINE]


def test_when_slack_does_not_say_which_channel_it_is_the_event_comes_again(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(Unavailable):
        lived.incidents.observe(said(LOG_LINE, channel_id="CUNKNOWN"))
    lived.channels.names["CUNKNOWN"] = "inc-7"
    lived.incidents.observe(said(LOG_LINE, channel_id="CUNKNOWN"))

    assert lived.incidents.incident_in("CUNKNOWN") is not None


def test_later_evidence_edits_the_card_instead_of_posting_another(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    lived.incidents.observe(said(LOG_LINE))
    lived.incidents.observe(said("an upstream release renamed a column, new field type, rows refused", 2))

    assert owed(lived) == {"incident_card": 2}
    assert {"FM-0001", "FM-0002"} <= set(card_entries(lived))


def test_a_rejected_entry_never_returns_in_that_incident(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))

    lived.incidents.judge(incident_id(lived), "FM-0001", "rejected", RESPONDER, channel_id="CINC")
    lived.incidents.observe(said(f"{LOG_LINE} again", 2))

    card = lived.incidents.card(incident_id(lived))
    assert card is not None
    assert [(line.entry.id, line.verdict) for line in card.lines][-1] == ("FM-0001", "rejected")


def test_a_confirmed_entry_stays_first_whatever_comes_later(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))

    lived.incidents.judge(incident_id(lived), "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    for number in range(2, 6):
        lived.incidents.observe(said("column renamed upstream, new field type, rows refused", number))

    assert card_entries(lived)[0] == "FM-0001"


def test_a_deleted_message_is_forgotten(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE, 1))

    lived.incidents.observe(Message("Ev2", "CINC", "1.0", None, "U1", "", deleted=True))

    incident = incident_id(lived)
    with store.read() as tx:
        assert tx.incidents.evidence(incident, latest=10) == []


def test_an_edited_message_counts_as_it_reads_now(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said("something is off", 1))

    lived.incidents.observe(Message("Ev2", "CINC", "1.0", None, "U1", LOG_LINE))

    assert card_entries(lived)[0] == "FM-0001"


def test_a_card_is_judged_only_in_its_own_channel(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))

    with pytest.raises(NotFound):
        lived.incidents.judge(incident_id(lived), "FM-0001", "confirmed", RESPONDER, channel_id="COTHER")


def test_people_of_another_workspace_cannot_judge(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))

    with pytest.raises(NotAllowed):
        lived.incidents.judge(incident_id(lived), "FM-0001", "confirmed", STRANGER, channel_id="CINC")


def test_outdated_makes_the_review_due_now(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))

    lived.incidents.mark_outdated(incident_id(lived), "FM-0001", RESPONDER, channel_id="CINC")

    assert owed(lived) == {"incident_card": 1, "review_nudge": 1}


def test_text_that_a_database_cannot_hold_is_taken_without_the_characters_it_cannot_hold(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)

    lived.incidents.observe(said(f"{LOG_LINE}\x00 \ud800 :fire: 漢字"))

    incident = incident_id(lived)
    with store.read() as tx:
        assert tx.incidents.evidence(incident, latest=1)[0].text == f"{LOG_LINE} ? :fire: 漢字"


def test_a_channel_whose_name_slack_hides_is_asked_for_again_after_a_while(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.channels.names["CHIDDEN"] = ""
    for number in range(1, 4):
        lived.incidents.observe(said(LOG_LINE, number, channel_id="CHIDDEN"))

    lived.channels.names["CHIDDEN"] = "inc-hidden"
    lived.clock.forward(timedelta(hours=2))
    lived.incidents.observe(said(LOG_LINE, 9, channel_id="CHIDDEN"))

    assert lived.channels.asked == ["CHIDDEN", "CHIDDEN"]
    assert lived.incidents.incident_in("CHIDDEN") is not None


def test_messages_that_open_a_channel_at_the_same_time_make_one_incident_and_one_card(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda number: lived.incidents.observe(said(LOG_LINE, number)), range(1, 17)))

    incident = incident_id(lived)
    with store.read() as tx:
        assert len(tx.incidents.evidence(incident, latest=100)) == 16
    assert list(owed(lived)) == ["incident_card"]


def test_a_judgement_survives_messages_that_come_at_the_same_time(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))
    incident = incident_id(lived)

    for number in range(2, 30, 2):
        text = "a column renamed upstream" if number % 4 else "cold start, first requests time out"
        heard = said(f"{text} {number}", number)
        verdict: Verdict = "confirmed" if number % 4 else "shown"
        with ThreadPoolExecutor(2) as pool:
            listening = pool.submit(lived.incidents.observe, heard)
            lived.incidents.judge(incident, "FM-0001", verdict, RESPONDER, channel_id="CINC")
            listening.result()

        with store.read() as tx:
            known = tx.incidents.suggestion(incident, "FM-0001")
        assert known is not None
        assert known.verdict == verdict


def test_a_person_who_was_faster_than_the_channels_name_keeps_the_last_word(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    class WatchedMeanwhile:
        def name_of(self, channel_id: str) -> str:
            lived.incidents.watch(channel_id, "general", decided_by="U1")
            return "general"

    replace(lived.incidents, directory=WatchedMeanwhile()).observe(said(LOG_LINE, channel_id="CGENERAL"))

    assert lived.incidents.incident_in("CGENERAL") is not None
