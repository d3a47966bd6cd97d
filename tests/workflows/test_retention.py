"""What is kept of what people said, how it is kept, and for how long."""

from datetime import timedelta
from pathlib import Path

from store import Store
from tests.factories import RESPONDER, House, house
from workflows.incidents import Message
from workflows.retention import Retention

LOG_LINE = "torch.cuda.OutOfMemoryError: CUDA out of memory. Tried to allocate 20 MiB"


def heard(store: Store, tmp_path: Path, text: str = LOG_LINE) -> House:
    lived = house(store, tmp_path)
    lived.incidents.observe(Message("Ev1", "CINC", "1.0", None, "U1", text))
    return lived


def evidence(lived: House) -> list[str]:
    with lived.store.read() as tx:
        incident = tx.incidents.in_channel("CINC")
        return [one.text for one in tx.incidents.evidence(incident.id, latest=9)] if incident else []


def retention(lived: House, **given: bool) -> Retention:
    return Retention(lived.store, lived.clock, timedelta(days=90), **given)


def written_up(lived: House) -> None:
    incident = lived.incidents.incident_in("CINC")
    with lived.store.begin() as tx:
        started = tx.writeups.add(
            author="U1", channel_id="CINC", incident_id=incident.id if incident else None, at=lived.clock()
        )
        tx.writeups.change(started.id, state="submitted", updated_at=lived.clock())


def test_secrets_and_personal_data_never_reach_the_database(store: Store, tmp_path: Path) -> None:
    lived = heard(store, tmp_path, f"{LOG_LINE} password=hunter2secret jane@example.org 10.1.2.3")

    assert evidence(lived) == [f"{LOG_LINE} password=••• ••• •••"]


def test_an_edit_into_a_secret_is_masked_as_well(store: Store, tmp_path: Path) -> None:
    lived = heard(store, tmp_path)

    lived.incidents.observe(Message("Ev2", "CINC", "1.0", None, "U1", "token: abcdefgh12345678"))

    assert evidence(lived) == ["token: •••"]


def test_messages_go_a_day_after_the_write_up_and_the_verdicts_stay(store: Store, tmp_path: Path) -> None:
    lived = heard(store, tmp_path)
    incident = lived.incidents.incident_in("CINC")
    assert incident is not None
    lived.incidents.judge(incident.id, "FM-0001", "confirmed", RESPONDER, channel_id="CINC")
    written_up(lived)

    swept = []
    for hours in (23, 2, 1):
        lived.clock.forward(timedelta(hours=hours))
        swept.append(retention(lived).sweep())

    assert swept == [0, 1, 0]
    assert evidence(lived) == []
    assert [case.entry_id for case in lived.occurrences.of("FM-0001", RESPONDER)] == ["FM-0001"]


def test_messages_go_after_their_time_even_when_nobody_writes_it_up(store: Store, tmp_path: Path) -> None:
    lived = heard(store, tmp_path)
    lived.clock.forward(timedelta(days=91))

    assert retention(lived).sweep() == 1
    assert evidence(lived) == []


def test_messages_can_be_kept_beyond_the_write_up(store: Store, tmp_path: Path) -> None:
    lived = heard(store, tmp_path)
    written_up(lived)
    lived.clock.forward(timedelta(days=2))

    assert retention(lived, outlasts_write_up=True).sweep() == 0
    assert evidence(lived) == [LOG_LINE]


def past(text: str, number: int, **given: object) -> Message:
    values = {"thread_ts": None, "is_past": True, **given}
    return Message(f"past:{number}", "CINC", f"{number}.0", author="U1", text=text, **values)  # type: ignore[arg-type]  # test shorthand


def cards(lived: House) -> int:
    with lived.store.read() as tx:
        return sum(one.kind == "incident_card" for one in tx.outbox.all())


def test_what_was_said_while_we_were_away_posts_nothing_until_somebody_speaks(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    lived.incidents.observe(past(LOG_LINE, 1))
    late = cards(lived)
    lived.incidents.observe(Message("Ev2", "CINC", "2.0", None, "U1", "still broken"))

    assert (late, cards(lived)) == (0, 1)


def test_what_was_deleted_while_we_were_away_is_forgotten_and_replies_are_not(store: Store, tmp_path: Path) -> None:
    lived = heard(store, tmp_path)
    lived.incidents.observe(Message("Ev2", "CINC", "2.0", None, "U1", "deleted later"))
    lived.incidents.observe(Message("Ev3", "CINC", "3.0", "1.0", "U1", "a reply"))

    assert lived.incidents.forget_missing("CINC", {"1.0"}, after="0.5") == 1
    assert evidence(lived) == [LOG_LINE, "a reply"]


def test_only_channels_we_listen_in_are_read(store: Store, tmp_path: Path) -> None:
    lived = heard(store, tmp_path)
    lived.incidents.listening.unwatch("COFF", "inc-off", decided_by="U1")

    assert lived.incidents.listened_since("CGENERAL", "general") is None
    assert lived.incidents.listened_since("COFF", "inc-off") is None
    assert lived.incidents.listened_since("CNEW", "inc-new") == lived.clock() - timedelta(hours=1)
    assert lived.incidents.listened_since("CINC", "inc-42") == lived.clock()
