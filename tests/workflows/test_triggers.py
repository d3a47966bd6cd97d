"""What happens elsewhere makes entries due for review, with its reason and once."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from store import Store
from tests.factories import RESPONDER, STEWARD, House, failure_mode, house
from workflows.errors import NotAllowed, UserError
from workflows.incidents import Message
from workflows.people import OPERATOR
from workflows.triggers import OFTEN, Alarm

LANGUAGE = failure_mode(1, dimensions={"model_family": ["llm"]})
ANY_RELEASE = failure_mode(2, dimensions={"model_family": ["any"]}, review_triggers=["model-release"])
ANY = failure_mode(3, dimensions={"model_family": ["any"]})
WATCHED = failure_mode(
    4,
    detectors=[{"key": "queue-wait", "metric": "seconds in queue", "comparison": "gt", "threshold": 2, "window": "5m"}],
)


def reasons(lived: House) -> dict[str, str]:
    """Return why each entry is due now."""
    return {one.entry.id: one.reason for one in lived.reviews.due_for(STEWARD)}


def verify(lived: House, entry_id: str) -> None:
    lived.reviews.request(entry_id, "asked for", STEWARD)
    due_at = next(one.due_at for one in lived.reviews.due_for(STEWARD) if one.entry.id == entry_id)
    lived.reviews.answer(entry_id, due_at, "verified", STEWARD)


def add_case(lived: House, entry_id: str, happened_at: datetime, **document: str) -> None:
    with lived.store.begin() as tx:
        tx.occurrences.add(
            entry_id=entry_id, incident_id=None, certainty="known", document={"severity": "sev2", **document},
            happened_at=happened_at, recorded_by=RESPONDER.user_id, recorded_at=lived.clock.now,
        )  # fmt: skip


def reject(lived: House, channel: str) -> None:
    """Let the first entry be suggested in an incident of the channel, and a responder say that it is not it."""
    lived.channels.names[channel] = f"inc-{channel.lower()}"
    lived.clock.forward(timedelta(hours=1))
    ts = f"{lived.clock.now.timestamp():.6f}"
    lived.incidents.observe(Message(f"Ev{channel}", channel, ts, None, "U1", "CUDA out of memory on the card"))
    incident = lived.incidents.incident_in(channel)
    assert incident is not None
    lived.incidents.judge(incident.id, "FM-0001", "rejected", RESPONDER, channel_id=channel)
    lived.clock.forward(timedelta(minutes=1))


def test_a_release_makes_the_entries_of_its_family_due_with_the_reason(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, LANGUAGE, ANY_RELEASE, ANY)

    told = lived.triggers.release("LLM", "5.0", STEWARD)

    assert [entry.id for entry in told.entries] == ["FM-0001", "FM-0002"]
    assert reasons(lived) == {"FM-0001": "llm 5.0 was released", "FM-0002": "llm 5.0 was released"}


def test_a_release_of_a_kind_of_family_concerns_every_family_of_its_kind(store: Store, tmp_path: Path) -> None:
    hosted = failure_mode(4, dimensions={"model_family": ["llm-hosted"]})
    lived = house(store, tmp_path, LANGUAGE, hosted, ANY)

    told = lived.triggers.release("LLM", "5.0", STEWARD)
    narrow = lived.triggers.release("llm hosted", "5.0", STEWARD)

    assert [entry.id for entry in told.entries] == ["FM-0001", "FM-0004"]
    assert narrow.family == "llm-hosted"


def test_a_release_that_is_announced_again_asks_nobody_again(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, LANGUAGE)
    lived.triggers.release("llm", "5.0", STEWARD)
    due_at = lived.reviews.due_for(STEWARD)[0].due_at
    lived.reviews.answer("FM-0001", due_at, "verified", STEWARD)
    lived.clock.forward(timedelta(days=30))

    again = lived.triggers.release("llm", "5.0", OPERATOR)

    assert not again.is_news
    assert reasons(lived) == {}


def test_a_minor_release_that_a_registry_tells_of_is_only_noted(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, LANGUAGE)
    lived.triggers.release("llm", "v5.0", OPERATOR)
    verify_at = lived.reviews.due_for(STEWARD)[0].due_at
    lived.reviews.answer("FM-0001", verify_at, "verified", STEWARD)

    minor = lived.triggers.release("llm", "v5.1", OPERATOR)
    major = lived.triggers.release("llm", "v6.0", OPERATOR)

    assert (minor.entries, len(major.entries)) == ([], 1)


def test_only_who_answers_for_entries_may_announce_a_release(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, LANGUAGE)

    with pytest.raises(NotAllowed, match="Only a steward"):
        lived.triggers.release("llm", "5.0", RESPONDER)


@pytest.mark.parametrize(
    ("family", "version", "said"), [("gpt", "5", "no model family"), ("llm", " ", "which version")]
)
def test_a_release_that_nobody_understands_is_answered_with_what_there_is(
    store: Store, tmp_path: Path, family: str, version: str, said: str
) -> None:
    lived = house(store, tmp_path, LANGUAGE)

    with pytest.raises(UserError, match=said):
        lived.triggers.release(family, version, STEWARD)


def test_an_alarm_beyond_the_threshold_makes_the_entry_due_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, WATCHED, ANY)

    below = lived.triggers.alarm(Alarm("queue-wait", "a", 1.5))
    beyond = lived.triggers.alarm(Alarm("Queue wait", "b", 2.5))
    repeated = lived.triggers.alarm(Alarm("Queue wait", "b", 2.5))

    assert [len(below), len(beyond), len(repeated)] == [0, 1, 0]
    assert reasons(lived) == {"FM-0004": "its detector “seconds in queue” raised an alarm at 2.5"}


def test_whoever_verified_the_entry_this_week_is_not_asked_again_by_an_alarm(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, WATCHED)
    verify(lived, "FM-0004")
    lived.clock.forward(timedelta(days=6))

    during = lived.triggers.alarm(Alarm("queue-wait", "a"))
    lived.clock.forward(timedelta(days=2))
    later = lived.triggers.alarm(Alarm("queue-wait", "b"))

    assert (len(during), len(later)) == (0, 1)


def test_a_failure_that_comes_back_after_it_was_contained_is_due_once(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, LANGUAGE)
    contained = lived.clock.now - timedelta(days=10)
    add_case(lived, "FM-0001", contained - timedelta(hours=1), contained=contained.isoformat())
    add_case(lived, "FM-0001", lived.clock.now - timedelta(days=1))

    looked = [lived.triggers.look() for _ in range(3)]

    assert looked == [1, 0, 0]
    assert reasons(lived) == {"FM-0001": "it happened again 9 day(s) after it was contained"}


def test_a_failure_that_comes_back_after_months_is_no_recurrence(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, LANGUAGE)
    contained = lived.clock.now - timedelta(days=100)
    add_case(lived, "FM-0001", contained - timedelta(hours=1), contained=contained.isoformat())
    add_case(lived, "FM-0001", lived.clock.now - timedelta(days=1))

    assert lived.triggers.look() == 0


def test_an_expired_rehearsal_is_told_of_once_and_not_on_the_heels_of_a_snooze(store: Store, tmp_path: Path) -> None:
    practised = date(2025, 9, 13)  # 170 days before the test's today
    remedy = {
        "title": "Contain it", "kind": "contain", "checklist": ["Do it"], "owner": "serving rota",
        "rehearsal": {"last": practised, "type": "tabletop", "result": "went well"},
    }  # fmt: skip
    lived = house(store, tmp_path, failure_mode(1, mitigations=[remedy]))
    verify(lived, "FM-0001")
    before = lived.triggers.look()
    lived.clock.forward(timedelta(days=12))

    expired = lived.triggers.look()
    due = lived.reviews.due_for(STEWARD)[0]
    lived.reviews.answer("FM-0001", due.due_at, "snoozed", STEWARD)

    assert (before, expired, lived.triggers.look()) == (0, 1, 0)
    assert due.reason == "its containment was not practised for half a year"


def test_an_entry_whose_verifier_left_is_due(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path, LANGUAGE, roles={"champion": ("UCHAMPION",)})
    verify(lived, "FM-0001")
    lived.workspace.left.add(STEWARD.user_id)

    assert [lived.triggers.look(), lived.triggers.look()] == [1, 0]


def test_many_rejections_make_an_entry_due_once_a_quarter(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    looked = []
    for number in range(OFTEN):
        reject(lived, f"CINC{number}")
        looked.append(lived.triggers.look())

    assert looked == [0, 0, 1]
    assert reasons(lived) == {"FM-0001": "responders said “not this” in 3 incidents within 90 days"}
    assert lived.triggers.look() == 0
