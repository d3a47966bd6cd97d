"""An incident channel: messages become evidence, evidence one card, and people judge it."""

from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

import pytest

from store import Store, inside_a_transaction
from tests.factories import QUIET, RESPONDER, STRANGER, House, claimed, house
from workflows.errors import NotAllowed, NotFound, Unavailable, UserError
from workflows.incidents import Incidents, Message
from workflows.ports import Channel
from workflows.search.learning import Verdict
from workflows.search.suggestions import NOTHING, Suggestion, Suggestions

LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"


def said(text: str, number: int = 1, **given: object) -> Message:
    values = {"channel_id": "CINC", "ts": f"{number}.0", "thread_ts": None, "author": "U1", "deleted": False, **given}
    return Message(event_id=f"Ev{number}", text=text, **values)  # type: ignore[arg-type]  # test shorthand


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
    lived = house(store, tmp_path, threshold=0.8)

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

    lived.channels.names["CGENERAL"] = "general"
    lived.incidents.listening.watch("CGENERAL", "general", decided_by="U1")
    lived.incidents.observe(said(LOG_LINE, channel_id="CGENERAL"))
    lived.incidents.listening.unwatch("CGENERAL", "general", decided_by="U1")
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

    lived.incidents.observe(said("", 2, ts="1.0", deleted=True))

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
    lived.nudging.sweep()

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
        def about(self, channel_id: str) -> Channel:
            lived.incidents.listening.watch(channel_id, "general", decided_by="U1")
            return Channel("general")

    lived.channels.names["CGENERAL"] = "general"
    listening = replace(lived.incidents.listening, directory=WatchedMeanwhile())
    replace(lived.incidents, listening=listening).observe(said(LOG_LINE, channel_id="CGENERAL"))

    assert lived.incidents.incident_in("CGENERAL") is not None


def card_lines(lived: House) -> list[tuple[str, str, str]]:
    card = lived.incidents.card(incident_id(lived))
    assert card is not None
    return [(line.entry.id, line.verdict, line.why) for line in card.lines]


def delivered(lived: House) -> None:
    with lived.store.begin() as tx:
        for one in claimed(tx, lived.clock()):
            tx.outbox.delivered(one, channel_id="CINC", message_ts="7.0", at=lived.clock())


@dataclass(frozen=True)
class Interrupted(Suggestions):
    """Suggestions during whose ranking something else happens, once."""

    meanwhile: Callable[[], None] = lambda: None
    _happened: list[bool] = field(default_factory=list)

    def for_evidence(
        self,
        texts: Sequence[str],
        *,
        lasting: Mapping[str, float] = NOTHING,
        rejected: Collection[str] = (),
        threshold: float | None = None,
    ) -> list[Suggestion]:
        assert not inside_a_transaction(), "nobody can write while evidence is ranked inside a transaction"
        found = super().for_evidence(texts, lasting=lasting, rejected=rejected, threshold=threshold)
        if not self._happened:
            self._happened.append(True)
            with ThreadPoolExecutor(1) as elsewhere:
                elsewhere.submit(self.meanwhile).result()
        return found


def interrupted(lived: House, meanwhile: Callable[[], None]) -> Incidents:
    return replace(lived.incidents, suggestions=Interrupted(lived.catalog, 0.005, meanwhile=meanwhile))


def test_a_verdict_given_while_a_message_is_taken_in_is_not_lost(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))
    incident = incident_id(lived)

    def confirm() -> None:
        lived.incidents.judge(incident, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")

    interrupted(lived, confirm).observe(said("an upstream release renamed a column, new field type, rows refused", 2))

    assert card_lines(lived)[0][:2] == ("FM-0001", "confirmed")


def test_verdicts_and_messages_at_the_same_time_leave_every_verdict(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(f"{LOG_LINE}, an upstream release renamed a column, rows refused"))
    incident, first, second = incident_id(lived), "FM-0001", "FM-0002"
    verdicts: tuple[tuple[str, Verdict], ...] = ((first, "confirmed"), (second, "rejected"))

    with ThreadPoolExecutor(8) as pool:
        heard = [
            pool.submit(lived.incidents.observe, said(f"column renamed {number}", number)) for number in range(2, 14)
        ]
        judged = [
            pool.submit(lived.incidents.judge, incident, entry_id, verdict, RESPONDER, channel_id="CINC")
            for entry_id, verdict in verdicts
        ]

    assert all(one.result() for one in heard)
    assert [one.result() for one in judged] == [None, None]
    assert {entry_id: verdict for entry_id, verdict, _ in card_lines(lived)}.items() >= {
        (first, "confirmed"),
        (second, "rejected"),
    }


def test_what_is_judged_while_it_falls_off_the_card_comes_back(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))
    with store.begin() as tx:
        fallen = [replace(one, rank=0) for one in tx.incidents.suggestions(incident_id(lived))]
        tx.incidents.put_suggestions(incident_id(lived), fallen)

    lived.incidents.judge(incident_id(lived), "FM-0001", "confirmed", RESPONDER, channel_id="CINC")

    assert [line[:2] for line in card_lines(lived)] == [("FM-0001", "confirmed")]


def test_messages_that_wait_for_their_ranking_are_ranked_together(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    ranked: list[int] = []

    class Counted(Suggestions):
        def for_evidence(
            self,
            texts: Sequence[str],
            *,
            lasting: Mapping[str, float] = NOTHING,
            rejected: Collection[str] = (),
            threshold: float | None = None,
        ) -> list[Suggestion]:
            ranked.append(len(texts))
            if len(texts) < 8:
                raise Unavailable
            return super().for_evidence(texts, lasting=lasting, rejected=rejected, threshold=threshold)

    incidents = replace(lived.incidents, suggestions=Counted(lived.catalog, 0.005))
    for number in range(1, 8):
        with pytest.raises(Unavailable):
            incidents.observe(said(LOG_LINE, number))
    for number in (8, *range(1, 8)):
        incidents.observe(said(LOG_LINE, number))

    assert ranked == [1, 2, 3, 4, 5, 6, 7, 8]


def test_a_message_whose_ranking_failed_is_ranked_when_it_is_delivered_again(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    def die() -> None:
        raise Unavailable

    with pytest.raises(Unavailable):
        interrupted(lived, die).observe(said(LOG_LINE))
    lived.incidents.observe(said(LOG_LINE))

    assert card_entries(lived)[0] == "FM-0001"
    assert evidence(lived) == [LOG_LINE]


def evidence(lived: House) -> list[str]:
    with lived.store.read() as tx:
        incident = tx.incidents.in_channel("CINC")
        return [one.text for one in tx.incidents.evidence(incident.id, latest=100)] if incident else []


def test_after_a_long_silence_the_next_message_opens_a_new_incident_with_a_card_of_its_own(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))
    first = incident_id(lived)
    lived.incidents.judge(first, "FM-0001", "rejected", RESPONDER, channel_id="CINC")

    lived.clock.forward(QUIET + timedelta(seconds=1))
    lived.incidents.observe(said(LOG_LINE, 2))

    assert incident_id(lived) != first
    assert card_lines(lived)[0][:2] == ("FM-0001", "shown")
    with store.read() as tx:
        assert [one.thread_ts for one in tx.outbox.all()] == ["1.0", "2.0"]


def test_an_incident_goes_on_while_something_is_said_now_and_then(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    for number in range(1, 4):
        lived.incidents.observe(said(LOG_LINE, number))
        lived.clock.forward(QUIET)

    assert len(evidence(lived)) == 3


def test_what_is_deleted_after_the_incident_was_over_leaves_that_incident(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))
    first = incident_id(lived)

    lived.clock.forward(QUIET * 2)
    lived.incidents.observe(said("", 2, ts="1.0", deleted=True))

    assert incident_id(lived) == first
    assert evidence(lived) == []


def test_deleted_evidence_is_no_longer_quoted_and_what_nothing_speaks_for_leaves_the_card(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))
    delivered(lived)

    lived.incidents.observe(said("", 2, ts="1.0", deleted=True))

    assert card_lines(lived) == []
    assert owed(lived) == {"incident_card": 2}
    with store.read() as tx:
        assert {one.why for one in tx.incidents.suggestions(incident_id(lived))} == {""}


def test_what_was_confirmed_stays_without_the_quote_when_its_evidence_is_edited_away(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))
    lived.incidents.judge(incident_id(lived), "FM-0001", "confirmed", RESPONDER, channel_id="CINC")

    lived.incidents.observe(said("never mind", 2, ts="1.0"))

    assert card_lines(lived) == [("FM-0001", "confirmed", "")]


def test_a_card_that_was_never_posted_is_not_posted_empty(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said(LOG_LINE))

    lived.incidents.observe(said("", 2, ts="1.0", deleted=True))

    assert lived.incidents.card(incident_id(lived)) is None


def test_a_channel_shared_with_other_workspaces_is_not_read(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.channels.names["CSHARED"] = "inc-vendor"
    lived.channels.shared.add("CSHARED")

    lived.incidents.observe(said(LOG_LINE, channel_id="CSHARED"))
    with pytest.raises(UserError, match="other workspaces"):
        lived.incidents.listening.watch("CSHARED", "inc-vendor", decided_by="U1")
    lived.incidents.observe(said(LOG_LINE, 2, channel_id="CSHARED"))

    assert lived.incidents.incident_in("CSHARED") is None


def test_a_channel_that_is_shared_later_is_read_no_longer_and_what_is_deleted_there_is_forgotten(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    lived.incidents.observe(said("something is off", 1))
    lived.incidents.observe(said("something else is off", 2))

    heard = lived.incidents.observe(said(LOG_LINE, 3, is_shared=True))
    lived.incidents.observe(said("", 4, ts="1.0", deleted=True, is_shared=True))

    assert not heard
    assert evidence(lived) == ["something else is off"]
    assert owed(lived) == {}


def test_what_tells_most_does_not_drown_in_the_messages_that_are_ranked_with_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    class SureOfLogLines(Suggestions):
        def for_evidence(
            self,
            texts: Sequence[str],
            *,
            lasting: Mapping[str, float] = NOTHING,
            rejected: Collection[str] = (),
            threshold: float | None = None,
        ) -> list[Suggestion]:
            found = super().for_evidence(texts, lasting=lasting, rejected=rejected, threshold=threshold)
            return found if texts[-1] == LOG_LINE else []

    incidents = replace(lived.incidents, suggestions=SureOfLogLines(lived.catalog, 0.005))
    told = [said(text, number) for number, text in enumerate([LOG_LINE, "looking", "same here", "any update?"], 1)]
    ids = [incidents.take_in(one).incident_id for one in told]
    assert ids[0] is not None
    incidents.bring_up_to_date(ids[0])

    assert card_entries(lived)[0] == "FM-0001"


def test_a_channel_that_is_renamed_to_an_incident_is_listened_in_and_one_renamed_away_stays(
    store: Store, tmp_path: Path
) -> None:
    lived = house(store, tmp_path)
    lived.channels.names["CROOM"] = "war-room"
    lived.incidents.observe(said("before", channel_id="CROOM"))
    lived.incidents.observe(said(LOG_LINE, 2))

    lived.incidents.listening.renamed("CROOM", "inc-77")
    lived.incidents.listening.renamed("CINC", "over-and-done")
    lived.incidents.observe(said(LOG_LINE, 3, channel_id="CROOM"))
    lived.incidents.observe(said(LOG_LINE, 4))

    assert lived.incidents.incident_in("CROOM") is not None
    assert len(evidence(lived)) == 2


def test_a_renamed_channel_stays_as_a_person_decided(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    lived.incidents.listening.unwatch("CINC", "inc-42", decided_by="U1")

    lived.incidents.listening.renamed("CINC", "inc-43")
    lived.incidents.observe(said(LOG_LINE))

    assert lived.incidents.incident_in("CINC") is None
