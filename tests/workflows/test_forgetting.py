"""An incident can be forgotten: no word of it is left, what is counted stays."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from store import Store
from store.models import Base
from tests.factories import RESPONDER, House, house
from workflows.errors import NotFound, UserError
from workflows.forgetting import Forgetting, Forgotten
from workflows.incidents import Message
from workflows.occurrences import Description
from workflows.people import OPERATOR

SAID = "walruszzz: a source changed its schema, a column was renamed upstream"


def forgetting(lived: House) -> Forgetting:
    return Forgetting(lived.store, lived.clock, lived.bell)


def confirmed(lived: House, channel: str = "CINC") -> int:
    """Let an incident happen in the channel, be confirmed and be described; return it."""
    lived.channels.names[channel] = f"inc-{channel.lower()}"
    lived.incidents.observe(Message(f"Ev{channel}", channel, "1.0", None, "U1", SAID))
    incident = lived.incidents.incident_in(channel)
    assert incident is not None
    lived.incidents.judge(incident.id, "FM-0002", "confirmed", RESPONDER, channel_id=channel)
    return incident.id


def rows_with(store: Store, word: str) -> set[str]:
    """Return the tables in which the word stands anywhere."""
    with store.engine.connect() as connection:
        return {
            table.name
            for table in Base.metadata.sorted_tables
            if any(word in str(row) for row in connection.execute(select(table)))
        }


def test_no_word_of_a_forgotten_incident_is_left(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = confirmed(lived)
    before = rows_with(store, "walruszzz")

    forgotten = forgetting(lived).incident(str(number), OPERATOR)
    lived.catalog.refresh()

    assert before == {"evidence", "example"}
    assert rows_with(store, "walruszzz") == set()
    assert forgotten == Forgotten(number, messages=1, examples=1)
    assert lived.catalog.index.rank("walruszzz") == []


def test_what_is_counted_stays(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = confirmed(lived)
    case = lived.occurrences.of("FM-0002", RESPONDER)[0]
    told = Description(
        "known", "sev1", datetime(2026, 3, 1, tzinfo=UTC), link="https://example.org/7", lessons="walruszzz"
    )
    lived.occurrences.describe(case.id, told, RESPONDER, version=case.version)

    forgetting(lived).incident(str(number), OPERATOR)

    kept = lived.occurrences.of("FM-0002", RESPONDER)[0]
    assert (kept.description.severity, kept.description.started) == ("sev1", told.started)
    assert (kept.description.lessons, kept.description.link) == ("", "")
    assert rows_with(store, "walruszzz") == {"audit"}  # what people entered in a form stays on record, and docs say so


def test_the_card_is_drawn_again_without_its_reasons(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = confirmed(lived)
    before = lived.incidents.card(number)
    with store.read() as tx:
        revision = tx.outbox.all()[0].revision

    forgetting(lived).incident(str(number), OPERATOR)

    card = lived.incidents.card(number)
    with store.read() as tx:
        assert tx.outbox.all()[0].revision == revision + 1
    assert before is not None
    assert card is not None
    assert before.lines[0].why
    assert next((line.entry.id, line.why, line.verdict) for line in card.lines) == ("FM-0002", "", "confirmed")


def test_the_trail_gets_one_line_with_counts_and_no_words(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = confirmed(lived)

    forgetting(lived).incident(str(number), OPERATOR)

    [deed] = lived.trail.find(action="incident.forget")
    assert (deed.actor, deed.subject, deed.after) == ("operator", f"incident:{number}", {"messages": 1, "examples": 1})


@pytest.mark.parametrize("named", ["CINC", "inc-cinc", "#inc-cinc"])
def test_a_channel_is_forgotten_with_all_its_incidents_and_no_other(store: Store, tmp_path: Path, named: str) -> None:
    lived = house(store, tmp_path)
    number = confirmed(lived)
    confirmed(lived, "COTHER")

    forgotten = forgetting(lived).channel(named, OPERATOR)

    assert [one.incident_id for one in forgotten] == [number]
    assert rows_with(store, "walruszzz") == {"evidence", "example"}


def test_forgetting_twice_is_harmless(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = confirmed(lived)
    forgetting(lived).incident(str(number), OPERATOR)

    assert forgetting(lived).incident(str(number), OPERATOR) == Forgotten(number, messages=0, examples=0)


def test_an_incident_goes_on_after_it_was_forgotten(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)
    number = confirmed(lived)
    forgetting(lived).incident(str(number), OPERATOR)

    lived.incidents.observe(Message("Ev9", "CINC", "9.0", None, "U1", "CUDA out of memory on the card"))

    assert "FM-0001" in [entry_id for entry_id, _, _ in lived.incidents.shown(number)]


@pytest.mark.parametrize("named", ["no-number", "", "-1", "9" * 30])
def test_what_is_no_incident_gets_a_sentence(store: Store, tmp_path: Path, named: str) -> None:
    with pytest.raises(UserError, match="give its number"):
        forgetting(house(store, tmp_path)).incident(named, OPERATOR)


def test_what_is_not_there_is_said_to_be_missing(store: Store, tmp_path: Path) -> None:
    lived = house(store, tmp_path)

    with pytest.raises(NotFound, match="no incident 999"):
        forgetting(lived).incident("999", OPERATOR)
    with pytest.raises(NotFound, match="Nothing was heard"):
        forgetting(lived).channel("CNOWHERE", OPERATOR)
