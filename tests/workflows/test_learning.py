"""What people confirm makes search and cards better; what they take back is forgotten."""

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import CADENCE, RESPONDER, SCHEMA_CHANGE, STEWARD, House, failure_mode, house, write_catalog
from workflows.entries.catalog import Catalog
from workflows.errors import NotFound
from workflows.incidents import Message
from workflows.people import OPERATOR, Actor
from workflows.search.learning import LONGEST, MESSAGES, PER_CHANNEL, PER_PERSON, Learning, Verdict

WORDS = "the purple walrus dashboard flatlined right after lunch again"
LATER = "purple walrus dashboard flatlined, anyone?"


def learning(lived: House) -> Learning:
    return Learning(lived.store, lived.clock)


def incident(lived: House, texts: Sequence[str], *, channel: str = "CINC") -> int:
    """Let the messages be said in a new incident of the channel, with every entry on its card; return the incident."""
    lived.channels.names[channel] = f"inc-{channel.lower()}"
    lived.clock.forward(timedelta(days=1))
    for text in texts:
        lived.clock.forward(timedelta(seconds=1))
        ts = f"{lived.clock.now.timestamp():.6f}"
        lived.incidents.observe(Message(f"Ev{ts}{channel}", channel, ts, None, "U1", text))
    found = lived.incidents.incident_in(channel)
    assert found is not None
    return found.id


def judged(
    lived: House, texts: Sequence[str], *, verdict: Verdict = "confirmed", by: Actor = RESPONDER, channel: str = "CINC"
) -> int:
    """Let people judge that a new incident of these messages is the schema change; return the incident."""
    number = incident(lived, ["a source changed its schema and a column was renamed", *texts], channel=channel)
    judge(lived, number, verdict, by=by, channel=channel)
    return number


def judge(lived: House, number: int, verdict: Verdict, *, by: Actor = RESPONDER, channel: str = "CINC") -> None:
    lived.incidents.judge(number, "FM-0002", verdict, by, channel_id=channel)
    lived.catalog.refresh()


def nearness(lived: House, text: str = LATER) -> float:
    return max((one.nearness for one in lived.catalog.index.rank(text) if one.entry_id == "FM-0002"), default=0.0)


def test_words_of_a_confirmed_incident_find_the_entry_from_then_on(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    before = lived.search.answer(LATER, RESPONDER).found

    number = judged(lived, [WORDS])

    match = lived.catalog.index.rank(LATER)[0]
    assert before == []
    assert (match.entry_id, match.sources) == ("FM-0002", (f"incident {number}",))
    assert [one.entry.id for one in lived.search.answer(LATER, RESPONDER).found] == ["FM-0002"]


@pytest.mark.parametrize("verdict", ["shown", "rejected"])
def test_one_bad_click_undone_leaves_nothing_that_speaks_for_the_entry(
    store: Store, tmp_path: Path, verdict: Verdict
) -> None:
    lived = house(store, tmp_path)
    number = judged(lived, [WORDS])

    judge(lived, number, verdict)

    assert nearness(lived) <= 0
    assert {one.example.kind for one in learning(lived).of("FM-0002")} <= {verdict}


def test_a_second_click_teaches_nothing_new(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = judged(lived, [WORDS])
    before = learning(lived).of("FM-0002")

    judge(lived, number, "confirmed", by=STEWARD)

    assert learning(lived).of("FM-0002") == before


def test_a_rejection_speaks_against_the_entry_but_a_confirmation_outweighs_it(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    judged(lived, [WORDS], verdict="rejected")
    after_rejection = nearness(lived, f"{LATER} a source changed its schema")

    judged(lived, [WORDS])

    assert after_rejection < 0 < nearness(lived)


def test_only_messages_that_say_something_are_kept_and_only_the_newest(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    telling = [f"walrus number{place} flatlined after lunch" for place in range(MESSAGES + 5)]

    judged(lived, [*telling, "on it", "thanks!", "👀", "?"])

    texts = [one.example.text for one in learning(lived).of("FM-0002")]
    assert sorted(texts) == sorted(telling[-MESSAGES:])


def test_long_messages_are_kept_in_part_and_secrets_not_at_all(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    judged(lived, ["walrus flatlined, password=hunter2, mail jane@example.org " + "so many words " * 500])

    text = learning(lived).of("2")[0].example.text
    assert len(text) <= LONGEST
    assert "hunter2" not in text
    assert "jane" not in text


def test_a_person_who_confirms_often_only_replaces_what_they_taught(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    taught = [judged(lived, [WORDS], channel=f"C{place}") for place in range(PER_PERSON + 2)]

    counting = {one.source for one in learning(lived).of("2") if one.counts}
    assert counting == {f"incident {number}" for number in taught[-PER_PERSON:]}


def test_a_channel_that_confirms_often_does_not_drown_the_others(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    for place in range(PER_CHANNEL + 2):
        judged(lived, [WORDS], by=Actor(f"U{place}"))

    assert len({one.source for one in learning(lived).of("2") if one.counts}) == PER_CHANNEL


@pytest.mark.parametrize("change", ["deleted", "edited"])
def test_a_message_taken_back_later_is_unlearned(store: Store, tmp_path: Path, change: str) -> None:
    lived = house(store, tmp_path)
    judged(lived, [WORDS])
    ts = f"{lived.clock.now.timestamp():.6f}"

    lived.incidents.observe(
        Message(
            "Ev-later", "CINC", ts, None, "U1", "" if change == "deleted" else "something else", change == "deleted"
        )
    )
    lived.catalog.refresh()

    assert not any("walrus" in one.example.text for one in learning(lived).of("2"))
    assert nearness(lived) == 0


def test_examples_of_a_restricted_entry_are_seen_by_nobody_else(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    judged(lived, [WORDS])

    write_catalog(tmp_path / "catalog", SCHEMA_CHANGE.model_copy(update={"visibility": "restricted"}))
    lived.catalog.import_folder(tmp_path / "catalog")

    assert lived.search.answer(LATER, RESPONDER).found == []
    assert [one.entry.id for one in lived.search.answer(LATER, STEWARD).found] == ["FM-0002"]


def test_examples_follow_an_entry_into_the_one_it_became_part_of(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, SCHEMA_CHANGE, failure_mode(9, domain="data"))
    judged(lived, [WORDS])

    lived.merging.merge("FM-0002", "FM-0009", STEWARD, reason="they are one")

    assert lived.catalog.index.rank(LATER)[0].entry_id == "FM-0009"
    assert learning(lived).of("2") == []


def test_an_archived_entry_is_not_found_by_what_was_learned(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    judged(lived, [WORDS])

    deprecated = lived.lifecycle.deprecate("FM-0002", STEWARD, expected=1, reason="it cannot happen any more")
    lived.lifecycle.archive("FM-0002", STEWARD, expected=deprecated.revision, reason="nobody has this any more")
    lived.catalog.refresh()

    assert lived.search.answer(LATER, RESPONDER).found == []


def test_one_example_can_be_removed_and_the_trail_says_so_without_its_words(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    judged(lived, [WORDS])
    wanted = next(one.example.id for one in learning(lived).of("2") if "walrus" in one.example.text)

    learning(lived).remove("2", wanted, OPERATOR)
    lived.catalog.refresh()

    deed = lived.trail.find(action="example.remove")[0]
    assert nearness(lived) == 0
    assert "walrus" not in str(deed)
    with pytest.raises(NotFound, match="has no example"):
        learning(lived).remove("2", wanted, OPERATOR)


def test_another_catalog_on_the_same_database_learns_too(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    other = Catalog(store, lived.clock, lived.catalog.people, CADENCE)
    other.refresh()

    judged(lived, [WORDS])
    other.refresh()

    assert other.index.rank(LATER)[0].entry_id == "FM-0002"
